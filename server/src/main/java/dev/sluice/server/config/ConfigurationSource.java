package dev.sluice.server.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where a configuration has come from, to read it again.
 *
 * @param file null for what is built in, and for texts
 * @param environment what it was read against
 */
public record ConfigurationSource(@Nullable Path file, Environment environment) {}
