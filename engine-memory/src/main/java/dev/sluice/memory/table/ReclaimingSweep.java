package dev.sluice.memory.table;

import dev.sluice.engine.TaskPool;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Frees memory by taking what was not used for longest, from the high watermark down to the low one.
 *
 * <p>A clock's hand goes over all bags: it lowers the recency of each entry that it passes, and takes those that are at
 * nothing already. A use sets the recency to three, so a document that is used is safe for three rounds of the hand; a new one
 * is safe for one. The hand stays where it stopped. What taking means, and what is left alone, is the engine's to say.
 *
 * <p>Where several rounds free nothing it rests for a while, as there may be nothing that can be taken.
 */
public abstract class ReclaimingSweep<V extends VBucketCore> extends Sweep<V> {

    /** After so many rounds in which nothing was freed there is nothing: recency falls from three to nothing in four. */
    private static final int FRUITLESS_ROUNDS_MAX = 4;

    private final TaskPool pool;
    private final WatermarkQuota quota;
    private final long restNanos;
    private final Runnable woken;
    private final AtomicBoolean awake = new AtomicBoolean();
    private volatile boolean enabled = true;
    private volatile boolean stopped;

    // The task's own.
    private int fruitlessRounds;
    private boolean fruitful;

    /**
     * @param restNanos how long to rest where nothing can be taken
     * @param woken runs whenever it begins; cheap
     */
    protected ReclaimingSweep(
            AtomicReferenceArray<@Nullable V> vbuckets,
            TaskPool pool,
            WatermarkQuota quota,
            long restNanos,
            Runnable woken) {
        super(vbuckets, pool);
        this.pool = pool;
        this.quota = quota;
        this.restNanos = restNanos;
        this.woken = woken;
    }

    /** Takes a located version, if that can be; under the lock. Answers whether memory was freed. */
    protected abstract boolean reclaim(V vbucket, byte[] document);

    /** Whether anything is taken at all; it is, unless this was said. Any thread. */
    public final void enabled(boolean newEnabled) {
        enabled = newEnabled;
    }

    /** For good. Any thread. */
    public final void stop() {
        stopped = true;
    }

    /** Has it run, unless it does already. Cheap; any thread. */
    public final void wake() {
        if (enabled && !stopped && !awake.get() && awake.compareAndSet(false, true)) {
            woken.run();
            submit();
        }
    }

    @Override
    public boolean concerns(V vbucket) {
        return vbucket.table().size() > 0;
    }

    @Override
    public boolean finds(V vbucket, Object[] bag, int slot) {
        return !DocumentTable.lowerRecency(bag, slot);
    }

    @Override
    public final void apply(V vbucket, byte[] document) {
        fruitful |= reclaim(vbucket, document);
    }

    @Override
    public final boolean satisfied() {
        return stopped || !enabled || quota.usedBytes() <= quota.lowWatermarkBytes();
    }

    @Override
    public final boolean roundDone() {
        fruitlessRounds = fruitful ? 0 : fruitlessRounds + 1;
        fruitful = false;
        return fruitlessRounds < FRUITLESS_ROUNDS_MAX;
    }

    @Override
    public final void ended() {
        boolean gaveUp = fruitlessRounds >= FRUITLESS_ROUNDS_MAX;
        fruitlessRounds = 0;
        fruitful = false;
        if (!gaveUp) {
            awake.set(false);
            quota.check(); // what came in since the last look
            return;
        }
        try {
            pool.schedule(() -> awake.set(false), restNanos);
        } catch (RejectedExecutionException bucketIsGone) {
            stopped = true;
        }
    }
}
