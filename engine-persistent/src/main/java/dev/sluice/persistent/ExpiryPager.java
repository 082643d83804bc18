package dev.sluice.persistent;

import dev.sluice.engine.VBucketState;
import dev.sluice.memory.table.DocumentTable;
import dev.sluice.memory.table.Documents;
import dev.sluice.memory.table.PeriodicSweep;
import dev.sluice.persistent.store.Content;
import dev.sluice.persistent.store.DocumentCursor;
import dev.sluice.persistent.store.KeyRange;
import dev.sluice.persistent.store.Snapshot;
import dev.sluice.persistent.store.StoreException;
import java.lang.System.Logger;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Makes tombstones of expired documents that nobody writes to any more. Only where the vbucket is active: copies elsewhere
 * follow it.
 *
 * <p>First those in memory. Where memory does not have the keys of all documents, and there are some that can expire, the
 * metadata on disk is read through after that, one vbucket at a time.
 */
final class ExpiryPager extends PeriodicSweep<PersistentVBucket> {

    private static final Logger LOGGER = System.getLogger(ExpiryPager.class.getName());

    private final PersistentEngine engine;
    private final AtomicReferenceArray<@Nullable PersistentVBucket> vbuckets;
    private volatile boolean scanning;

    ExpiryPager(
            PersistentEngine engine, AtomicReferenceArray<@Nullable PersistentVBucket> vbuckets, long intervalNanos) {
        super(vbuckets, engine.context().nonIoPool(), intervalNanos);
        this.engine = engine;
        this.vbuckets = vbuckets;
    }

    @Override
    public boolean concerns(PersistentVBucket vbucket) {
        return vbucket.expiringCount() > 0 && vbucket.state() == VBucketState.ACTIVE;
    }

    @Override
    public boolean finds(PersistentVBucket vbucket, Object[] bag, int slot) {
        if ((DocumentTable.state(bag, slot) & DocumentTable.EXPIRING) == 0) {
            return false;
        }
        byte[] document = DocumentTable.documentAt(bag, slot);
        return document != null && Documents.expired(document, engine.clock().wallSeconds());
    }

    @Override
    public void apply(PersistentVBucket vbucket, byte[] document) {
        if (vbucket.state() == VBucketState.ACTIVE) {
            vbucket.linkExpired(
                    document, Documents.hash(document), engine.clock().wallNanos());
            engine.counters().add(Counter.EXPIRED_BY_PAGER);
        }
    }

    @Override
    public void afterRound() {
        engine.counters().add(Counter.EXPIRY_PAGER_RUNS);
        if (!scanning) {
            scanning = true;
            scanFrom(0);
        }
    }

    private void scanFrom(int vbucket) {
        for (int i = vbucket; i < vbuckets.length() && !engine.vbuckets().closing(); i++) {
            PersistentVBucket present = vbuckets.get(i);
            if (present != null && !present.keysComplete() && concerns(present)) {
                int next = i + 1;
                try {
                    engine.context().auxIoPool().execute(() -> new Scan(present, next).run());
                    return;
                } catch (RejectedExecutionException bucketIsGone) {
                    break;
                }
            }
        }
        scanning = false;
    }

    /** Reads the metadata of one vbucket through. */
    private final class Scan {
        private final PersistentVBucket vbucket;
        private final int next;

        Scan(PersistentVBucket vbucket, int next) {
            this.vbucket = vbucket;
            this.next = next;
        }

        void run() {
            long seqno;
            int epoch;
            vbucket.enter();
            try {
                seqno = vbucket.highSeqno();
                epoch = vbucket.epoch();
            } finally {
                vbucket.exit();
            }
            try (Snapshot snapshot = engine.store().snapshot();
                    DocumentCursor cursor = snapshot.documents(vbucket.id, KeyRange.all(), Content.METADATA)) {
                while (cursor.next() && !engine.vbuckets().closing()) {
                    if (!cursor.document().deleted()
                            && cursor.document().expirySeconds() != 0
                            && cursor.document().expirySeconds()
                                    <= engine.clock().wallSeconds()) {
                        expire(Documents.evicted(Documents.of(cursor.document()), cursor.valueLength()), seqno, epoch);
                    }
                }
            } catch (StoreException e) {
                LOGGER.log(
                        Logger.Level.WARNING,
                        "expired documents cannot be looked for bucket={0} vbucket={1} message={2}",
                        engine.bucketName(),
                        vbucket.id,
                        e.getMessage());
            }
            scanFrom(next);
        }

        private void expire(byte[] document, long seqno, int epoch) {
            vbucket.enter();
            try {
                byte[] present = vbucket.locate(Documents.key(document));
                if (present == null && vbucket.believes(seqno, epoch)) {
                    vbucket.bringBack(document);
                    present = document;
                }
                if (present != null
                        && Documents.seqno(present) == Documents.seqno(document)
                        && vbucket.serves(Documents.collection(document))) {
                    apply(vbucket, present);
                }
            } finally {
                vbucket.exit();
            }
        }
    }
}
