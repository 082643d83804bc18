package dev.sluice.persistent;

import dev.sluice.engine.DocumentView;
import dev.sluice.engine.HeapDocumentKey;
import dev.sluice.engine.TaskPool;
import dev.sluice.persistent.store.Content;
import dev.sluice.persistent.store.DocumentCursor;
import dev.sluice.persistent.store.KeyRange;
import dev.sluice.persistent.store.Snapshot;
import dev.sluice.persistent.store.StoreException;
import dev.sluice.persistent.store.StoredVBucket;
import java.lang.System.Logger;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Forgets tombstones that have reached their age, from time to time or on demand, and locks whose time has passed.
 *
 * <p>A tombstone is kept for those who follow the vbucket's changes; one who was away for longer than the age has to begin
 * again, and finds out by the purge sequence number, which is written in the same batch as the tombstone goes.
 *
 * <p><b>Thread.</b> The disk is read on the aux-I/O pool, one vbucket at a time.
 */
final class TombstonePurger {

    private static final Logger LOGGER = System.getLogger(TombstonePurger.class.getName());

    /** How many tombstones are marked in one hold of the lock. */
    private static final int PURGES_PER_HOLD = 32;

    private final PersistentEngine engine;
    private final AtomicReferenceArray<@Nullable PersistentVBucket> vbuckets;
    private volatile long ageSeconds;

    // Guarded by this.
    private long intervalNanos;
    private TaskPool.@Nullable Scheduled next;
    private boolean stopped;

    TombstonePurger(
            PersistentEngine engine,
            AtomicReferenceArray<@Nullable PersistentVBucket> vbuckets,
            long intervalNanos,
            long ageSeconds) {
        this.engine = engine;
        this.vbuckets = vbuckets;
        this.intervalNanos = intervalNanos;
        this.ageSeconds = ageSeconds;
    }

    void ageSeconds(long newAgeSeconds) {
        ageSeconds = newAgeSeconds;
    }

    long ageSeconds() {
        return ageSeconds;
    }

    synchronized void start() {
        schedule();
    }

    synchronized void stop() {
        stopped = true;
        if (next != null) {
            next.cancel();
        }
    }

    synchronized void intervalNanos(long newIntervalNanos) {
        if (newIntervalNanos != intervalNanos) {
            intervalNanos = newIntervalNanos;
            if (next != null) {
                next.cancel();
                schedule();
            }
        }
    }

    private synchronized void schedule() {
        if (stopped) {
            return;
        }
        try {
            next = engine.context().auxIoPool().schedule(() -> visit(0), intervalNanos);
        } catch (RejectedExecutionException bucketIsGone) {
            next = null;
        }
    }

    private void visit(int id) {
        if (id == vbuckets.length() || engine.vbuckets().closing()) {
            schedule();
            return;
        }
        PersistentVBucket vbucket = vbuckets.get(id);
        if (vbucket != null) {
            vbucket.enter();
            try {
                vbucket.tidyLocks(engine.clock().nanoTime());
            } finally {
                vbucket.exit();
            }
            try {
                StoredVBucket stored = engine.store().vbucket(id);
                if (stored != null && stored.tally().tombstones() > 0) {
                    long limit = engine.clock().wallSeconds() - ageSeconds;
                    purge(vbucket, tombstone -> tombstone.expirySeconds() <= limit);
                }
            } catch (StoreException e) {
                LOGGER.log(
                        Logger.Level.WARNING,
                        "tombstones cannot be looked for bucket={0} vbucket={1} message={2}",
                        engine.bucketName(),
                        id,
                        e.getMessage());
            }
        }
        try {
            engine.context().auxIoPool().execute(() -> visit(id + 1));
        } catch (RejectedExecutionException bucketIsGone) {
            stop();
        }
    }

    /** Marks those tombstones on disk that the predicate wants gone; the next write removes them. May wait. */
    void purge(PersistentVBucket vbucket, Predicate<DocumentView> gone) throws StoreException {
        try (Snapshot snapshot = engine.store().snapshot();
                DocumentCursor cursor = snapshot.documents(vbucket.id, KeyRange.all(), Content.METADATA)) {
            List<Tombstone> found = new ArrayList<>();
            while (cursor.next() && !engine.vbuckets().closing()) {
                DocumentView document = cursor.document();
                if (document.deleted() && gone.test(document)) {
                    found.add(new Tombstone(
                            HeapDocumentKey.of(document.collection(), document.copyOfKey()),
                            document.seqno(),
                            document.revSeqno()));
                    if (found.size() == PURGES_PER_HOLD) {
                        mark(vbucket, found);
                    }
                }
            }
            mark(vbucket, found);
        }
    }

    private record Tombstone(HeapDocumentKey key, long seqno, long revSeqno) {}

    private void mark(PersistentVBucket vbucket, List<Tombstone> found) {
        vbucket.enter();
        try {
            for (Tombstone tombstone : found) {
                vbucket.purge(tombstone.key, tombstone.seqno, tombstone.revSeqno);
            }
        } finally {
            vbucket.exit();
        }
        engine.counters().add(Counter.TOMBSTONES_PURGED, found.size());
        found.clear();
    }
}
