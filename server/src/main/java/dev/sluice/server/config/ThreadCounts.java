package dev.sluice.server.config;

import dev.sluice.core.engine.Settings;

/**
 * How many threads of each kind the process has.
 *
 * @param eventLoops own the connections
 * @param reader for reads that a client waits for
 * @param writer make changes durable
 * @param auxIo for scans, compaction, creation and deletion of buckets
 * @param nonIo for work that never waits
 */
public record ThreadCounts(int eventLoops, int reader, int writer, int auxIo, int nonIo) {

    /** What was given, and for the rest what the reference server would have on a machine of so many cores. */
    static ThreadCounts of(Settings settings, int cores) {
        return new ThreadCounts(
                Math.toIntExact(settings.number("eventLoops", cores)),
                Math.toIntExact(settings.number("reader", clamp(cores, 4, 16))),
                Math.toIntExact(settings.number("writer", 4)),
                Math.toIntExact(settings.number("auxIo", clamp(2 * cores, 2, 128))),
                Math.toIntExact(settings.number("nonIo", clamp(cores * 3 / 10, 2, 8))));
    }

    private static int clamp(int value, int minimum, int maximum) {
        return Math.min(maximum, Math.max(minimum, value));
    }
}
