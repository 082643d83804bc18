/**
 * The engine whose bucket survives a restart: documents in memory, with a disk behind it.
 *
 * <p>Reading order: {@link dev.sluice.persistent.PersistentVBucket} (checkpoints, and what memory does not know), {@link
 * dev.sluice.persistent.Flusher} (memory to disk), {@link dev.sluice.persistent.Fetch} and {@link
 * dev.sluice.persistent.Fetcher} (disk to memory), {@link dev.sluice.persistent.ItemPager} (what leaves memory), {@link
 * dev.sluice.persistent.Warmup} (a start), {@link dev.sluice.persistent.ScanService} (views of the disk), {@link
 * dev.sluice.persistent.PersistentEngine} (what the server calls). Tables and the rules of mutations are those of {@code
 * dev.sluice.memory.table}; storage is {@link dev.sluice.persistent.store.KvStore}.
 *
 * <p><b>Threads.</b> Event loops call the engine: they read the table without a lock, write under the lock of one vbucket, for
 * which they spin for microseconds at most, and never wait for a disk. Flushes run on the writer pool, look-ups and warm-up on
 * the reader pool, views, purges and compactions on the aux-I/O pool, sweeps over memory on the non-I/O pool.
 */
@NullMarked
package dev.sluice.persistent;

import org.jspecify.annotations.NullMarked;
