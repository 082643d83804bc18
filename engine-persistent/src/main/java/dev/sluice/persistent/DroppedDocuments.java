package dev.sluice.persistent;

import dev.sluice.engine.CollectionSet;
import dev.sluice.memory.table.DocumentTable;
import dev.sluice.memory.table.Documents;
import dev.sluice.memory.table.Sweep;
import dev.sluice.persistent.store.StoreException;
import dev.sluice.persistent.store.StoredVBucket;
import java.lang.System.Logger;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Removes the documents of collections that are gone: from memory in one round over the tables, from disk by range, as soon
 * as all that was on its way there has arrived. What a later round would still find in memory is taken out by any other sweep.
 *
 * <p>Nobody sees them any more, so there is no hurry. A removal that a stop of the server interrupts is begun again by the
 * next start, as the disk still counts documents of the collection.
 */
final class DroppedDocuments extends Sweep<PersistentVBucket> {

    private static final Logger LOGGER = System.getLogger(DroppedDocuments.class.getName());

    private final PersistentEngine engine;
    private final AtomicReferenceArray<@Nullable PersistentVBucket> vbuckets;
    private volatile CollectionSet existing = CollectionSet.ALL;
    private volatile boolean stopped;

    // Guarded by this.
    private boolean running;
    private boolean wanted;

    DroppedDocuments(PersistentEngine engine, AtomicReferenceArray<@Nullable PersistentVBucket> vbuckets) {
        super(vbuckets, engine.context().nonIoPool());
        this.engine = engine;
        this.vbuckets = vbuckets;
    }

    /** There are these collections now. Any thread. */
    void wake(CollectionSet present) {
        existing = present;
        if (present.isAll()) {
            return;
        }
        synchronized (this) {
            if (running) {
                wanted = true;
                return;
            }
            running = true;
        }
        submit();
    }

    void stop() {
        stopped = true;
    }

    @Override
    public boolean concerns(PersistentVBucket vbucket) {
        return vbucket.table().size() > 0;
    }

    @Override
    public boolean finds(PersistentVBucket vbucket, Object[] bag, int slot) {
        byte[] document = DocumentTable.documentAt(bag, slot);
        return document != null && !vbucket.serves(Documents.collection(document));
    }

    @Override
    public void apply(PersistentVBucket vbucket, byte[] document) {
        throw new AssertionError("a collection came back that was gone");
    }

    @Override
    public boolean satisfied() {
        return stopped;
    }

    @Override
    public boolean roundDone() {
        return false;
    }

    @Override
    public void ended() {
        onAuxIo(() -> erase(0));
    }

    private void onAuxIo(Runnable task) {
        try {
            engine.context().auxIoPool().execute(task);
        } catch (RejectedExecutionException bucketIsGone) {
            stopped = true;
        }
    }

    /** Goes to the next vbucket that has documents of a collection which is gone. */
    private void erase(int from) {
        for (int id = from; id < vbuckets.length() && !stopped; id++) {
            PersistentVBucket vbucket = vbuckets.get(id);
            if (vbucket == null) {
                continue;
            }
            int next = id;
            vbucket.enter();
            try {
                // The disk counts all that there is only when all is there.
                if (vbucket.dirtyCount() == 0) {
                    vbucket.afterExit(() -> onAuxIo(() -> eraseIn(next)));
                } else {
                    vbucket.whenWritten(() -> onAuxIo(() -> eraseIn(next)));
                }
            } finally {
                vbucket.exit();
            }
            return;
        }
        synchronized (this) {
            running = wanted && !stopped;
            wanted = false;
            if (!running) {
                return;
            }
        }
        submit();
    }

    private void eraseIn(int id) {
        CollectionSet present = existing;
        try {
            StoredVBucket stored = engine.store().vbucket(id);
            if (stored != null) {
                for (int collection : stored.tally().collections().keySet()) {
                    if (!present.contains(collection)) {
                        engine.store().eraseCollection(id, collection);
                    }
                }
            }
        } catch (StoreException e) {
            if (!stopped) {
                LOGGER.log(
                        Logger.Level.WARNING,
                        "a dropped collection stays on disk until the next start bucket={0} vbucket={1} message={2}",
                        engine.bucketName(),
                        id,
                        e.getMessage());
            }
        }
        erase(id + 1);
    }
}
