package dev.sluice.memory;

import dev.sluice.engine.EngineClock;
import dev.sluice.engine.TaskPool;
import dev.sluice.engine.VBucketState;
import dev.sluice.memory.table.DocumentTable;
import dev.sluice.memory.table.Documents;
import dev.sluice.memory.table.Sweep;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Frees memory by deleting what was not used for longest, from the high watermark down to the low one. The policy
 * <em>autoDelete</em>.
 *
 * <p>A clock's hand goes over all bags: it lowers the recency of each entry that it passes, and takes those that are at
 * nothing already. A use sets the recency to three, so a document that is used is safe for three rounds of the hand; a new one
 * is safe for one. The hand stays where it stopped.
 *
 * <p>A document is taken by deleting it, with a sequence number, so that copies elsewhere follow. Its tombstone still has key
 * and metadata, and with small values that is most of it: where tombstones had to reach their age first, a cache of small
 * documents would soon consist of nothing else. <em>Differs:</em> the hand takes tombstones as well, in their second round,
 * and leaves none at all while tombstones are more than an eighth of the vbucket. The purge sequence number tells.
 *
 * <p>Locked documents and those of vbuckets that are not active are left alone.
 */
final class ItemPager extends Sweep<VBucket> {

    /** After so many rounds in which nothing was freed there is nothing: recency falls from three to nothing in four. */
    private static final int FRUITLESS_ROUNDS_MAX = 4;

    /** How long to leave it at that. */
    private static final long REST_NANOS = 1_000_000_000L;

    private final TaskPool pool;
    private final EngineClock clock;
    private final MemoryQuota quota;
    private final Counters counters;
    private final AtomicBoolean awake = new AtomicBoolean();
    private volatile boolean enabled;
    private volatile boolean stopped;

    // The task's own.
    private int fruitlessRounds;
    private boolean fruitful;

    ItemPager(
            AtomicReferenceArray<@Nullable VBucket> vbuckets,
            TaskPool pool,
            EngineClock clock,
            MemoryQuota quota,
            Counters counters,
            boolean enabled) {
        super(vbuckets, pool);
        this.pool = pool;
        this.clock = clock;
        this.quota = quota;
        this.counters = counters;
        this.enabled = enabled;
    }

    void enabled(boolean newEnabled) {
        enabled = newEnabled;
    }

    void stop() {
        stopped = true;
    }

    /** Has the pager run, unless it does already. Cheap; any thread. */
    void wake() {
        if (enabled && !stopped && !awake.get() && awake.compareAndSet(false, true)) {
            counters.add(Counter.ITEM_PAGER_RUNS);
            submit();
        }
    }

    @Override
    public boolean concerns(VBucket vbucket) {
        return vbucket.liveCount() > 0 || vbucket.tombstoneCount() > 0;
    }

    @Override
    public boolean finds(VBucket vbucket, Object[] bag, int slot) {
        return !DocumentTable.lowerRecency(bag, slot);
    }

    @Override
    public void apply(VBucket vbucket, byte[] document) {
        if (Documents.deleted(document)) {
            vbucket.purge(document);
            counters.add(Counter.TOMBSTONES_PURGED);
            fruitful = true;
            return;
        }
        int hash = Documents.hash(document);
        if (vbucket.state() == VBucketState.ACTIVE && vbucket.lockOn(hash, document, clock.nanoTime()) == null) {
            byte[] tombstone = vbucket.linkTombstone(document, hash, clock.wallNanos());
            if (vbucket.tombstonesAbound() && vbucket.locateVersion(tombstone)) {
                vbucket.purge(tombstone);
            }
            counters.add(Counter.AUTO_DELETED);
            fruitful = true;
        }
    }

    @Override
    public boolean satisfied() {
        return stopped || !enabled || quota.usedBytes() <= quota.lowWatermarkBytes();
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
