package dev.sluice.memory;

import dev.sluice.engine.CollectionSet;
import dev.sluice.engine.Status;
import dev.sluice.engine.VBucketState;
import dev.sluice.memory.table.Documents;
import dev.sluice.memory.table.SeqnoLog;
import dev.sluice.memory.table.VBucketCore;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A vbucket whose documents are in memory and nowhere else. The order of changes is kept in a log of all newest versions, for
 * range scans and change streams, and snapshots keep superseded ones while somebody reads them.
 */
final class VBucket extends VBucketCore {

    private final Snapshots snapshots;
    private SeqnoLog log = new SeqnoLog(); // guarded by the lock

    VBucket(
            int id,
            VBucketState state,
            CollectionSet existing,
            MemoryQuota quota,
            Counters counters,
            LongSupplier uuids) {
        super(id, state, existing, quota, uuids);
        this.snapshots = new Snapshots(quota, counters);
        enter();
        exit(); // settles the account
    }

    @Override
    protected void unlinked(byte[] document) {
        log.remove(document);
        if (snapshots.supersede(document)) {
            // It stays on the heap and charged; what is freed later is credited then.
            keepCharged(Documents.heapBytes(document));
        }
    }

    @Override
    protected void linked(byte @Nullable [] replaced, byte[] document) {
        log.append(document);
    }

    @Override
    protected void cleared(Status why) {
        snapshots.endAll(why);
        log = new SeqnoLog();
    }

    @Override
    protected void stateChanged(VBucketState previous, VBucketState next) {
        if (next != VBucketState.ACTIVE) {
            snapshots.endAll(Status.NOT_MY_VBUCKET);
        }
    }

    @Override
    protected long orderHeapBytes() {
        return log.heapBytes();
    }

    @Override
    protected long talliedBytes(byte[] document) {
        return Documents.heapBytes(document);
    }

    @Override
    protected long takeFreedBytes() {
        return snapshots.takeFreedBytes();
    }

    @Override
    protected void drainWoken(List<Runnable> target) {
        snapshots.drainWoken(target);
    }

    /** Whether more than an eighth of what documents take is tombstones. */
    boolean tombstonesAbound() {
        assert entered();
        return tombstoneBytes() > documentBytes() / 8;
    }

    // ---------------------------------------------------------------------------------------------- snapshots

    /** A snapshot of this moment for one user, or null where memory does not allow it. */
    @Nullable
    Snapshot acquireSnapshot() {
        assert entered();
        return snapshots.acquire(highSeqno(), liveCount());
    }

    void releaseSnapshot(Snapshot snapshot) {
        assert entered();
        snapshots.release(snapshot);
    }

    void completeSnapshot(Snapshot snapshot, byte[][] sorted) {
        assert entered();
        snapshots.complete(snapshot, sorted);
    }

    void endSnapshots(Status why) {
        assert entered();
        snapshots.endAll(why);
    }

    /** One step of a walk over the log, see {@link SeqnoLog#copy}. */
    void copyLog(long afterSeqno, SeqnoLog.Batch target) {
        assert entered();
        log.copy(afterSeqno, target);
    }

    /** Whether a version, tombstones included, has just this sequence number. */
    boolean hasSeqno(long seqno) {
        assert entered();
        return log.find(seqno) != null;
    }

    // ---------------------------------------------------------------------------------------------- statistics

    /** What statistics tell of a vbucket, from one moment. */
    record Figures(
            VBucketState state,
            int liveCount,
            int tombstoneCount,
            int expiringCount,
            long documentBytes,
            long overheadBytes,
            int bagCount,
            long highSeqno,
            long purgeSeqno,
            long highCas,
            long purgedRevSeqno,
            long uuid) {}

    /** Takes the lock; for background threads. */
    Figures figures() {
        enter();
        try {
            int served = servedLiveCount();
            return new Figures(
                    state(),
                    served,
                    tombstoneCount() - (droppedCount() - (liveCount() - served)),
                    expiringCount(),
                    documentBytes(),
                    overheadBytes(),
                    table().bagCount(),
                    highSeqno(),
                    purgeSeqno(),
                    highCas(),
                    purgedRevSeqno(),
                    uuid());
        } finally {
            exit();
        }
    }
}
