package dev.sluice.core.command;

import dev.sluice.core.cookie.Command;

/** A command that needs no bucket, defined outside of this package: a codec's own. */
public interface BucketFree extends Command {}
