/**
 * The configuration file: read into a tree that knows its lines, checked against declarations, and turned into what the
 * server starts from. Every mistake is reported in one go. Runs on the main thread, before anything else does.
 */
@NullMarked
package dev.sluice.server.config;

import org.jspecify.annotations.NullMarked;
