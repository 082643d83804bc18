package dev.sluice.memory.table;

import dev.sluice.engine.BlockedCookie;
import dev.sluice.engine.CollectionSet;
import dev.sluice.engine.Collections;
import dev.sluice.engine.Cookie;
import dev.sluice.engine.EngineContext;
import dev.sluice.engine.Status;
import dev.sluice.engine.VBucketState;
import dev.sluice.engine.VBuckets;
import java.lang.System.Logger;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The vbuckets of a bucket by number: finds them, makes them, tells of them, and has commands wait for the lock of one. An
 * engine says what its vbuckets are and how one is deleted.
 *
 * <p>When the bucket begins to close no vbucket is found any more, while those who hold one go on with it.
 *
 * <p><b>Thread.</b> Any, where nothing else is said; finding one is a volatile read and an acquiring one.
 */
public abstract class VBucketSet<V extends VBucketCore> implements VBuckets, Collections {

    private static final Logger LOGGER = System.getLogger(VBucketSet.class.getName());

    /** UUIDs are positive and fit into 48 bits, which every client's language can hold. */
    private static final long UUID_MASK = (1L << 48) - 1;

    private final String bucketName;
    private final EngineContext context;
    private final AtomicReferenceArray<@Nullable V> vbuckets;
    private final SplittableRandom random;
    private final Runnable lockWaited;
    private final Runnable strayed;
    private volatile CollectionSet existing = CollectionSet.ALL;
    private volatile boolean closing;

    /**
     * No vbuckets yet.
     *
     * @param count how many there may be
     * @param lockWaited runs for each command that waits for a lock; cheap
     * @param strayed runs for each command that finds no vbucket, or one that does not serve it; cheap
     */
    protected VBucketSet(String bucketName, EngineContext context, int count, Runnable lockWaited, Runnable strayed) {
        this.bucketName = bucketName;
        this.context = context;
        this.vbuckets = new AtomicReferenceArray<>(count);
        this.lockWaited = lockWaited;
        this.strayed = strayed;
        // Not from a secure source: a UUID tells histories apart, it protects nothing. And tests can replay it.
        this.random = new SplittableRandom(context.clock().wallNanos() ^ Long.rotateLeft(bucketName.hashCode(), 32));
    }

    /** A new, empty vbucket, which nobody else knows yet. */
    protected abstract V create(int id, VBucketState state, CollectionSet collections);

    /** Tells a vbucket, under its lock, which collections there are. */
    protected abstract void serve(V vbucket, CollectionSet collections);

    /** A new vbucket with the collections that there are now; not in the set yet. */
    public final V create(int id, VBucketState state) {
        return create(id, state, existing);
    }

    /** Sets what stands under a number, before the bucket serves. */
    public final void set(V vbucket) {
        vbuckets.set(vbucket.id, vbucket);
    }

    /** Takes a vbucket out, if it is still the one of its number. */
    protected final void takeOut(V vbucket) {
        vbuckets.compareAndSet(vbucket.id, vbucket, null);
    }

    /** How many there may be. */
    public final int length() {
        return vbuckets.length();
    }

    /** Where they stand, for sweeps; to be read only. */
    public final AtomicReferenceArray<@Nullable V> array() {
        return vbuckets;
    }

    /** The vbucket of that number, or null where there is none or the bucket is going away. */
    @Nullable
    public final V at(int id) {
        return id >= 0 && id < vbuckets.length() && !closing ? vbuckets.getAcquire(id) : null;
    }

    /** The answer to a command for which there is {@linkplain #at no vbucket}. */
    public final Status absent() {
        return closing ? Status.TEMPORARY_FAILURE : counted(Status.NOT_MY_VBUCKET);
    }

    /** Counts a command that has gone astray; answers the status that it is given. */
    public final Status counted(Status status) {
        if (status == Status.NOT_MY_VBUCKET) {
            strayed.run();
        }
        return status;
    }

    /** One after the other, each under its lock. Background only. */
    public final void forEach(Consumer<V> action) {
        for (int i = 0; i < vbuckets.length(); i++) {
            V vbucket = vbuckets.get(i);
            if (vbucket != null) {
                vbucket.enter();
                try {
                    action.accept(vbucket);
                } finally {
                    vbucket.exit();
                }
            }
        }
    }

    /** From here on none is found. */
    public final void beginClosing() {
        closing = true;
    }

    public final boolean closing() {
        return closing;
    }

    /** Removes all of them, when nothing serves the bucket any more. Background only. */
    public final void removeAll() {
        forEach(VBucketCore::remove);
        for (int i = 0; i < vbuckets.length(); i++) {
            vbuckets.set(i, null);
        }
    }

    /** A new UUID of a history. */
    public final long newUuid() {
        synchronized (random) {
            return random.nextLong(1, UUID_MASK);
        }
    }

    /** For choices that anybody may guess. */
    public final long nextRandom() {
        synchronized (random) {
            return random.nextLong();
        }
    }

    /** Blocks a command until the vbucket's lock is free, or nearly so: the repetition spins for it again. */
    public final Status blockOnLock(Cookie cookie, V vbucket) {
        lockWaited.run();
        BlockedCookie blocked = cookie.block();
        try {
            context.nonIoPool().execute(() -> {
                vbucket.enter();
                vbucket.exit();
                blocked.notifyIoComplete(Status.SUCCESS);
            });
        } catch (RejectedExecutionException bucketIsGone) {
            blocked.notifyIoComplete(Status.CANCELLED);
        }
        return Status.WOULD_BLOCK;
    }

    /** Runs what may wait for a lock; nothing where the bucket is gone. */
    public final void inBackground(Runnable task) {
        try {
            context.nonIoPool().execute(task);
        } catch (RejectedExecutionException bucketIsGone) {
            LOGGER.log(Logger.Level.TRACE, "task dropped bucket={0}", bucketName);
        }
    }

    // ---------------------------------------------------------------------------------------------- vbuckets

    @Override
    public final @Nullable VBucketState state(int vbucket) {
        V target = at(vbucket);
        return target == null ? null : target.state();
    }

    @Override
    public final Status setState(Cookie cookie, int vbucket, VBucketState state) {
        if (vbucket < 0 || vbucket >= vbuckets.length()) {
            return Status.OUT_OF_RANGE;
        }
        if (closing) {
            return Status.TEMPORARY_FAILURE;
        }
        boolean done = false;
        while (!done) {
            V target = vbuckets.get(vbucket);
            if (target == null) {
                // Then round again: the collections may have been set before others could see the vbucket.
                vbuckets.compareAndSet(vbucket, null, create(vbucket, state));
                continue;
            }
            if (!target.tryEnter()) {
                return blockOnLock(cookie, target);
            }
            try {
                done = target.setState(state);
                serve(target, existing);
            } finally {
                target.exit();
            }
        }
        context.vbucketStateChanged(vbucket);
        return Status.SUCCESS;
    }

    @Override
    public final long highSeqno(int vbucket) {
        V target = at(vbucket);
        return target == null ? -1 : target.highSeqno();
    }

    @Override
    public final long highCas(int vbucket) {
        V target = at(vbucket);
        return target == null ? 0 : target.highCas();
    }

    @Override
    public final List<FailoverEntry> failoverLog(int vbucket) {
        V target = at(vbucket);
        return target == null ? List.of() : target.failoverLog();
    }

    // ---------------------------------------------------------------------------------------------- collections

    /** Whether there is a collection of that id. */
    public final boolean hasCollection(int collection) {
        return existing.contains(collection);
    }

    /**
     * {@inheritDoc}
     *
     * <p>One vbucket after the other, each under its lock: what a write there has to say was said before, or is refused. A
     * vbucket that is made meanwhile takes the set from the field, which is written first.
     */
    @Override
    public void collections(CollectionSet collections) {
        existing = collections;
        forEach(vbucket -> serve(vbucket, collections));
    }

    @Override
    public final @Nullable Figures figures(int vbucket, int collection) {
        V target = at(vbucket);
        return target == null ? null : target.figures(collection);
    }

    @Override
    public final long highSeqno(int vbucket, int collection) {
        V target = at(vbucket);
        return target == null || !target.serves(collection) ? -1 : target.highSeqno(collection);
    }
}
