package dev.sluice.persistent;

import dev.sluice.engine.EngineClock;
import dev.sluice.engine.TaskPool;
import dev.sluice.memory.table.DocumentTable;
import dev.sluice.memory.table.ReclaimingSweep;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** Frees memory by evicting what was not used for longest. What is not on disk yet, and what is locked, stays. */
final class ItemPager extends ReclaimingSweep<PersistentVBucket> {

    /** What cannot be evicted now is dirty for the most part, until the flusher comes. */
    private static final long REST_NANOS = 100_000_000L;

    private final EngineClock clock;
    private final Counters counters;

    ItemPager(
            AtomicReferenceArray<@Nullable PersistentVBucket> vbuckets,
            TaskPool pool,
            EngineClock clock,
            Quota quota,
            Counters counters) {
        super(vbuckets, pool, quota, REST_NANOS, () -> counters.add(Counter.ITEM_PAGER_RUNS));
        this.clock = clock;
        this.counters = counters;
    }

    @Override
    public boolean finds(PersistentVBucket vbucket, Object[] bag, int slot) {
        if (!super.finds(vbucket, bag, slot)) {
            return false;
        }
        byte[] document = DocumentTable.documentAt(bag, slot);
        return document != null && vbucket.evictable(document);
    }

    @Override
    protected boolean reclaim(PersistentVBucket vbucket, byte[] document) {
        boolean freed = vbucket.evict(document, clock.nanoTime());
        counters.add(freed ? Counter.VALUES_EJECTED : Counter.EJECTS_FAILED);
        return freed;
    }
}
