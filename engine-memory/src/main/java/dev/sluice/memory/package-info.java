/**
 * The engine that keeps a bucket in memory and nowhere else.
 *
 * <p>Reading order: {@link dev.sluice.memory.table.Documents} (what a document is), {@link dev.sluice.memory.table.DocumentTable} (how
 * it is found), {@link dev.sluice.memory.table.SeqnoLog} (the order of changes), {@link dev.sluice.memory.VBucket} (what joins the
 * three under one lock), {@link dev.sluice.memory.table.Mutations} (what commands do with it), {@link
 * dev.sluice.memory.Snapshots} and {@link dev.sluice.memory.ScanService} (range scans).
 *
 * <p><b>Threads.</b> Event loops call {@link dev.sluice.memory.MemoryEngine}: they read without a lock, and write under the
 * lock of one vbucket, for which they spin for microseconds at most and never park. Everything that walks many documents
 * runs in slices on the pools of the engine's context.
 *
 * <pre>
 *  MemoryEngine --owns--&gt; VBucket --owns--&gt; DocumentTable  the newest version of each key
 *                            |                SeqnoLog       the same versions, oldest change first
 *                            |                LockTable      who holds which version locked
 *                            '--owns--&gt; Snapshots --&gt; Snapshot   versions that scans still need
 * </pre>
 */
@NullMarked
package dev.sluice.memory;

import org.jspecify.annotations.NullMarked;
