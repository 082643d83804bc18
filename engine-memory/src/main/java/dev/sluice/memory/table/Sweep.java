package dev.sluice.memory.table;

import dev.sluice.engine.TaskPool;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A walk over all documents of the bucket, bag by bag, that does something to some of them.
 *
 * <p>Finding them takes no lock and reads one byte for each document; what was found is then done a few documents at a time
 * under the vbucket's lock, so that no command waits for more than that. A slice is short, and the next one is submitted
 * anew, so that the pool's other users get their turn.
 *
 * <p>A bag that is split while the walk is under way may be seen twice. Tables are made smaller only when a walk has come to
 * their end, for otherwise documents would be moved behind its back. A sweep that is satisfied before it has seen everything goes on from there the next time.
 *
 * <p><b>Thread.</b> A pool's, one slice at a time.
 */
public abstract class Sweep<V extends VBucketCore> implements Runnable {

    /** A bag without anything to do costs a few nanoseconds; one slice is some milliseconds at the very most. */
    private static final int BAGS_PER_SLICE = 64;

    /** How many documents are changed in one hold of the lock: some ten microseconds. */
    private static final int CHANGES_PER_HOLD = 8;

    private final AtomicReferenceArray<@Nullable V> vbuckets;
    private final TaskPool pool;
    private final List<byte[]> found = new ArrayList<>();
    private int vbucketIndex;
    private int bagIndex;

    public Sweep(AtomicReferenceArray<@Nullable V> vbuckets, TaskPool pool) {
        this.vbuckets = vbuckets;
        this.pool = pool;
    }

    /** Whether the vbucket can have anything to do, so that its bags are worth a look. */
    public abstract boolean concerns(V vbucket);

    /** Whether the document in an entry may need something done. Without the lock. */
    public abstract boolean finds(V vbucket, Object[] bag, int slot);

    /** Does it, if it is still needed. Under the lock, with the version located; it is still the newest of its key. */
    public abstract void apply(V vbucket, byte[] document);

    /** Whether the sweep need not go on; asked often. */
    public abstract boolean satisfied();

    /** All vbuckets have been visited once more. Answers whether to go round again at once. */
    public abstract boolean roundDone();

    /** The sweep has come to its end. */
    public abstract void ended();

    @Override
    public final void run() {
        for (int i = 0; i < BAGS_PER_SLICE; i++) {
            if (satisfied() || !step()) {
                ended();
                return;
            }
        }
        submit();
    }

    /** Has a slice run. Where the bucket is gone nothing happens any more. */
    public final void submit() {
        try {
            pool.execute(this);
        } catch (RejectedExecutionException bucketIsGone) {
            stopped();
        }
    }

    /** The pool takes no more slices. */
    public void stopped() {}

    /** Visits one bag, or takes leave of a vbucket; false if the sweep is over. */
    private boolean step() {
        V vbucket = vbuckets.get(vbucketIndex);
        if (vbucket != null && bagIndex < vbucket.table().bagCount() && (bagIndex > 0 || concerns(vbucket))) {
            visit(vbucket, vbucket.table().bagOrEmpty(bagIndex++));
            return true;
        }
        if (vbucket != null && bagIndex > 0 && shrink(vbucket)) {
            return true;
        }
        bagIndex = 0;
        vbucketIndex++;
        if (vbucketIndex < vbuckets.length()) {
            return true;
        }
        vbucketIndex = 0;
        return roundDone();
    }

    /** Has the table give back what the visit has made too large for it; true if there may be more to do. */
    private static boolean shrink(VBucketCore vbucket) {
        vbucket.enter();
        try {
            boolean more = true;
            for (int i = 0; i < CHANGES_PER_HOLD && more; i++) {
                more = vbucket.shrink();
            }
            return more;
        } finally {
            vbucket.exit();
        }
    }

    private void visit(V vbucket, Object[] bag) {
        for (int slot = 0; slot < DocumentTable.capacity(bag); slot++) {
            byte[] document = DocumentTable.documentAt(bag, slot);
            if (document == null) {
                break; // entries are filled from the front
            }
            if (finds(vbucket, bag, slot)) {
                found.add(document);
            }
        }
        for (int start = 0; start < found.size() && !satisfied(); start += CHANGES_PER_HOLD) {
            vbucket.enter();
            try {
                for (byte[] document : found.subList(start, Math.min(found.size(), start + CHANGES_PER_HOLD))) {
                    if (vbucket.locateVersion(document)) {
                        if (vbucket.serves(Documents.collection(document))) {
                            apply(vbucket, document);
                        } else {
                            vbucket.drop(document); // Whatever is wanted of it: it must not get a new version.
                        }
                    }
                }
            } finally {
                vbucket.exit();
            }
        }
        found.clear();
    }
}
