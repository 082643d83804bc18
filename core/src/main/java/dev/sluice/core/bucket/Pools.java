package dev.sluice.core.bucket;

import dev.sluice.engine.TaskPool;

/**
 * The process's background threads, shared by all buckets.
 *
 * @param reader reads that a client waits for; the reference server has one thread a core, 4 to 16
 * @param writer making changes durable; 4
 * @param auxIo scans, compaction, creation and deletion of buckets; two a core, 2 to 128
 * @param nonIo work that never waits; a third of the cores, 2 to 8
 */
public record Pools(TaskPool reader, TaskPool writer, TaskPool auxIo, TaskPool nonIo) {}
