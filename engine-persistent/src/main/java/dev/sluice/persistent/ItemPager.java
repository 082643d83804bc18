package dev.sluice.persistent;

import dev.sluice.engine.EngineClock;
import dev.sluice.engine.TaskPool;
import dev.sluice.memory.table.DocumentTable;
import dev.sluice.memory.table.Sweep;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Frees memory by taking what was not used for longest out of it, from the high watermark down to the low one.
 *
 * <p>A clock's hand goes over all bags: it lowers the recency of each entry that it passes, and takes those that are at
 * nothing already. A use sets the recency to three, so a document that is used is safe for three rounds of the hand; a new one
 * is safe for one. The hand stays where it stopped. What is not on disk yet, and what is locked, stays.
 */
final class ItemPager extends Sweep<PersistentVBucket> {

    /** After so many rounds in which nothing was freed there is nothing: recency falls from three to nothing in four. */
    private static final int FRUITLESS_ROUNDS_MAX = 4;

    /** How long to leave it at that. */
    private static final long REST_NANOS = 100_000_000L;

    private final TaskPool pool;
    private final EngineClock clock;
    private final Quota quota;
    private final Counters counters;
    private final AtomicBoolean awake = new AtomicBoolean();
    private volatile boolean stopped;

    // The task's own.
    private int fruitlessRounds;
    private boolean fruitful;

    ItemPager(
            AtomicReferenceArray<@Nullable PersistentVBucket> vbuckets,
            TaskPool pool,
            EngineClock clock,
            Quota quota,
            Counters counters) {
        super(vbuckets, pool);
        this.pool = pool;
        this.clock = clock;
        this.quota = quota;
        this.counters = counters;
    }

    void stop() {
        stopped = true;
    }

    /** Has the pager run, unless it does already. Cheap; any thread. */
    void wake() {
        if (!stopped && !awake.get() && awake.compareAndSet(false, true)) {
            counters.add(Counter.ITEM_PAGER_RUNS);
            submit();
        }
    }

    @Override
    public boolean concerns(PersistentVBucket vbucket) {
        return vbucket.table().size() > 0;
    }

    @Override
    public boolean finds(PersistentVBucket vbucket, Object[] bag, int slot) {
        if (DocumentTable.lowerRecency(bag, slot)) {
            return false;
        }
        byte[] document = DocumentTable.documentAt(bag, slot);
        return document != null && vbucket.evictable(document);
    }

    @Override
    public void apply(PersistentVBucket vbucket, byte[] document) {
        if (vbucket.evict(document, clock.nanoTime())) {
            counters.add(Counter.VALUES_EJECTED);
            fruitful = true;
        } else {
            counters.add(Counter.EJECTS_FAILED);
        }
    }

    @Override
    public boolean satisfied() {
        return stopped || quota.usedBytes() <= quota.lowWatermarkBytes();
    }

    @Override
    public boolean roundDone() {
        fruitlessRounds = fruitful ? 0 : fruitlessRounds + 1;
        fruitful = false;
        return fruitlessRounds < FRUITLESS_ROUNDS_MAX;
    }

    @Override
    public void ended() {
        boolean gaveUp = fruitlessRounds >= FRUITLESS_ROUNDS_MAX;
        fruitlessRounds = 0;
        fruitful = false;
        if (!gaveUp) {
            awake.set(false);
            quota.check(); // what came in since the last look
            return;
        }
        try {
            pool.schedule(() -> awake.set(false), REST_NANOS);
        } catch (RejectedExecutionException bucketIsGone) {
            stopped = true;
        }
    }
}
