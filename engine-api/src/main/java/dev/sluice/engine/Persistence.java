package dev.sluice.engine;

import dev.sluice.engine.annotation.AnyThread;
import dev.sluice.engine.annotation.Evolving;
import dev.sluice.engine.annotation.OnEventLoop;

/**
 * Capability: a disk behind the memory, which clients can watch and operators can steer. An engine has it if what it
 * answers to a mutation can still be lost with the process; one that is on disk before it answers need not have it.
 */
@Evolving
public interface Persistence {

    /** Up to which sequence number everything is on disk; -1 where the vbucket does not exist. Rises only. */
    @AnyThread
    long persistedSeqno(int vbucket);

    /**
     * Waits until everything up to a sequence number is on disk.
     *
     * @param deadlineNanos on the scale of {@link EngineClock#nanoTime()}
     * @return {@code SUCCESS}, {@code TEMPORARY_FAILURE} where the deadline has passed, or {@code WOULD_BLOCK}
     */
    @OnEventLoop
    Status awaitPersistence(Cookie cookie, int vbucket, long seqno, long deadlineNanos);

    /**
     * Ceases to write to disk until {@link #startPersistence}; mutations gather in memory.
     *
     * @return {@code SUCCESS}, {@code INVALID_ARGUMENTS} where it has ceased already, or {@code WOULD_BLOCK}
     */
    @OnEventLoop
    Status stopPersistence(Cookie cookie);

    /**
     * Goes on writing to disk.
     *
     * @return {@code SUCCESS}, {@code INVALID_ARGUMENTS} where it had not ceased, or {@code WOULD_BLOCK}
     */
    @OnEventLoop
    Status startPersistence(Cookie cookie);

    /**
     * Gives space on disk back, and forgets old tombstones. Done when it is answered.
     *
     * @return {@code SUCCESS}, {@code TEMPORARY_FAILURE} where it could not be done, or {@code WOULD_BLOCK}
     */
    @OnEventLoop
    Status compact(Cookie cookie, int vbucket, Compaction compaction);

    /**
     * Drops a document's value from memory; the next read fetches it from disk.
     *
     * @return {@code SUCCESS}, also where the value was not in memory; {@code NO_SUCH_KEY}; {@code KEY_EXISTS} for a version
     *     that is not on disk yet; {@code LOCKED}; or {@code WOULD_BLOCK}
     */
    @OnEventLoop
    Status evict(Cookie cookie, int vbucket, DocumentKey key);

    /**
     * Which tombstones go.
     *
     * @param purgeBeforeSeconds those deleted before this time, in Unix seconds; 0 for the engine's own age
     * @param purgeBeforeSeqno those up to this sequence number; 0 for any
     * @param dropDeletes all of them, whatever the other two say
     */
    record Compaction(long purgeBeforeSeconds, long purgeBeforeSeqno, boolean dropDeletes) {}
}
