package dev.sluice.memory.table;

import dev.sluice.engine.TaskPool;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Takes out the documents of collections that are gone, and gives their memory back.
 *
 * <p>Nobody sees them any more, and nobody writes there, so there is no hurry and an end: it goes round until each vbucket
 * says that it has none left. A second round may be needed where another sweep has made a table smaller behind this one's
 * back.
 */
public final class DroppedCollections<V extends VBucketCore> extends Sweep<V> {

    private final AtomicReferenceArray<@Nullable V> vbuckets;
    private volatile boolean stopped;

    // Guarded by this.
    private boolean running;
    private boolean wanted;

    public DroppedCollections(AtomicReferenceArray<@Nullable V> vbuckets, TaskPool pool) {
        super(vbuckets, pool);
        this.vbuckets = vbuckets;
    }

    /** Has it run, or go on for another round. Any thread. */
    public void wake() {
        synchronized (this) {
            if (running) {
                wanted = true;
                return;
            }
            running = true;
        }
        submit();
    }

    public void stop() {
        stopped = true;
    }

    @Override
    public boolean concerns(V vbucket) {
        return droppedCount(vbucket) > 0;
    }

    @Override
    public boolean finds(V vbucket, Object[] bag, int slot) {
        byte[] document = DocumentTable.documentAt(bag, slot);
        return document != null && !vbucket.serves(Documents.collection(document));
    }

    @Override
    public void apply(V vbucket, byte[] document) {
        throw new AssertionError("a collection came back that was gone");
    }

    @Override
    public boolean satisfied() {
        return stopped;
    }

    @Override
    public boolean roundDone() {
        for (int i = 0; i < vbuckets.length(); i++) {
            V vbucket = vbuckets.get(i);
            if (vbucket != null && droppedCount(vbucket) > 0) {
                return true;
            }
        }
        return false;
    }

    private static int droppedCount(VBucketCore vbucket) {
        vbucket.enter();
        try {
            return vbucket.droppedCount();
        } finally {
            vbucket.exit();
        }
    }

    @Override
    public void ended() {
        synchronized (this) {
            running = wanted && !stopped;
            wanted = false;
            if (!running) {
                return;
            }
        }
        submit();
    }
}
