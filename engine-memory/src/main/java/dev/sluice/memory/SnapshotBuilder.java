package dev.sluice.memory;

import dev.sluice.engine.Status;
import dev.sluice.engine.TaskPool;
import dev.sluice.memory.table.Documents;
import dev.sluice.memory.table.KeySorter;
import dev.sluice.memory.table.SeqnoLog;
import java.util.Arrays;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Makes a snapshot's ordered list of documents in the background: copies references out of the log, then sorts them.
 *
 * <p><b>Thread.</b> The auxiliary pool, a slice at a time. Holds the vbucket's lock for the copy of one segment.
 */
final class SnapshotBuilder implements Runnable {

    /** Segments copied in one slice: about 64,000 references, each of which costs a cache miss to look at. */
    private static final int SEGMENTS_PER_SLICE = 64;

    /** Comparisons in one slice of sorting: some ten milliseconds. */
    private static final long COMPARISONS_PER_SLICE = 200_000;

    private final VBucket vbucket;
    private final Snapshot snapshot;
    private final TaskPool pool;
    private SeqnoLog.@Nullable Batch batch;
    private byte @Nullable [][] documents;
    private int count;
    private @Nullable KeySorter sorter;

    SnapshotBuilder(VBucket vbucket, Snapshot snapshot, TaskPool pool) {
        this.vbucket = vbucket;
        this.snapshot = snapshot;
        this.pool = pool;
    }

    @Override
    public void run() {
        if (snapshot.ended()) {
            return;
        }
        byte[][] target = documents;
        if (target == null) {
            target = new byte[snapshot.count][];
            documents = target;
        }
        if (sorter == null ? copySlice(target) : sortSlice(sorter, target)) {
            return;
        }
        submit();
    }

    /** Has the next slice run. */
    void submit() {
        try {
            pool.execute(this);
        } catch (RejectedExecutionException bucketIsGone) {
            vbucket.enter();
            try {
                vbucket.endSnapshots(Status.CANCELLED);
            } finally {
                vbucket.exit();
            }
        }
    }

    /** Whether there is nothing more to do. */
    private boolean copySlice(byte[][] target) {
        SeqnoLog.Batch present = batch;
        if (present == null) {
            present = new SeqnoLog.Batch();
            batch = present;
        }
        for (int i = 0; i < SEGMENTS_PER_SLICE; i++) {
            long afterSeqno = present.throughSeqno;
            vbucket.enter();
            try {
                if (snapshot.ended()) {
                    return true;
                }
                if (afterSeqno >= snapshot.seqno) {
                    count += snapshot.takeSuperseded(target, count);
                    batch = null;
                    sorter = new KeySorter(target, count, snapshot.id);
                    return false;
                }
                vbucket.copyLog(afterSeqno, present);
                snapshot.copiedThroughSeqno(present.throughSeqno);
            } finally {
                vbucket.exit();
            }
            collect(present, afterSeqno, target);
        }
        return false;
    }

    private void collect(SeqnoLog.Batch copied, long afterSeqno, byte[][] target) {
        for (int i = 0; i < copied.count; i++) {
            byte[] document = copied.documents[i];
            long seqno = Documents.seqno(document);
            if (seqno > afterSeqno && seqno <= snapshot.seqno && !Documents.deleted(document)) {
                target[count++] = document;
            }
        }
        // What was copied must not be kept alive by a batch that waits for its next use.
        Arrays.fill(copied.documents, 0, copied.count, null);
    }

    private boolean sortSlice(KeySorter present, byte[][] target) {
        assert count == target.length : count + " of " + target.length;
        if (!present.advance(COMPARISONS_PER_SLICE)) {
            return false;
        }
        vbucket.enter();
        try {
            if (!snapshot.ended()) {
                vbucket.completeSnapshot(snapshot, target);
            }
        } finally {
            vbucket.exit();
        }
        return true;
    }
}
