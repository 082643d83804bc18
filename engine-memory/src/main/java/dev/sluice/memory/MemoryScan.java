package dev.sluice.memory;

import dev.sluice.engine.DocumentView;
import dev.sluice.engine.EngineClock;
import dev.sluice.engine.RangeScans;
import dev.sluice.engine.Status;
import dev.sluice.memory.table.Documents;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A cursor over the part of a snapshot that a scan asked for.
 *
 * <p><b>Thread.</b> One at a time.
 */
final class MemoryScan implements RangeScans.Scan {

    private static final int EXPIRED_LOOKS_MAX = 1_000;

    private final VBucket vbucket;
    private final Snapshot snapshot;
    private final int collection;
    private final EngineClock clock;
    private final Runnable release;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final int end;
    private final long collectionCount;
    private int position;

    /**
     * A cursor over one collection's keys from a first to before an end.
     *
     * @param documents those of the snapshot, in order
     * @param release gives the snapshot back; run once
     */
    MemoryScan(
            VBucket vbucket,
            Snapshot snapshot,
            byte[][] documents,
            RangeScans.Request request,
            EngineClock clock,
            Runnable release) {
        this.vbucket = vbucket;
        this.snapshot = snapshot;
        this.clock = clock;
        this.release = release;
        this.collection = request.collection();
        int collectionStart = firstFrom(documents, collection, new byte[0]);
        int collectionEnd = collection == -1 ? documents.length : firstFrom(documents, collection + 1, new byte[0]);
        this.collectionCount = (long) collectionEnd - collectionStart;
        this.position = firstFrom(documents, collection, request.start());
        byte @Nullable [] last = request.end();
        this.end = last == null ? collectionEnd : firstFrom(documents, collection, last);
    }

    /** The index of the first document that is not before a key. */
    private static int firstFrom(byte[][] documents, int collection, byte[] key) {
        int low = 0;
        int high = documents.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Documents.compareKeys(documents[middle], collection, key) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /**
     * Whether there is nothing in the range, as far as a short look can tell: a range of which a thousand documents from
     * the first on have expired is taken for one that has some left. For event loops.
     */
    boolean isEmpty(byte[][] documents) {
        skipExpired(documents, Math.min(end, position + EXPIRED_LOOKS_MAX));
        return position >= end;
    }

    private void skipExpired(byte[][] documents, int limit) {
        long nowSeconds = clock.wallSeconds();
        while (position < limit && Documents.expired(documents[position], nowSeconds)) {
            position++;
        }
    }

    @Override
    public Status next(DocumentView out) {
        // Taken first: when the snapshot ends, its outcome is written before the documents go.
        byte[][] documents = snapshot.documents();
        Status outcome = snapshot.outcome();
        if (outcome != Status.SUCCESS) {
            return outcome == null ? Status.CANCELLED : outcome;
        }
        if (documents == null || closed.get()) {
            return Status.CANCELLED;
        }
        if (!vbucket.serves(collection)) {
            return Status.UNKNOWN_COLLECTION;
        }
        skipExpired(documents, end);
        if (position >= end) {
            return Status.NO_SUCH_KEY;
        }
        Documents.show(documents[position++], out);
        return Status.SUCCESS;
    }

    @Override
    public long collectionCount() {
        return collectionCount;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            release.run();
        }
    }
}
