package dev.sluice.memory;

import dev.sluice.engine.EngineClock;
import dev.sluice.engine.TaskPool;
import dev.sluice.engine.VBucketState;
import dev.sluice.memory.table.DocumentTable;
import dev.sluice.memory.table.Documents;
import dev.sluice.memory.table.PeriodicSweep;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Makes tombstones of expired documents that nobody writes to any more. Only where the vbucket is active: copies elsewhere
 * follow it.
 *
 * <p>Until it comes by, an expired document is a miss for readers all the same, but takes memory and counts as an item.
 */
final class ExpiryPager extends PeriodicSweep<VBucket> {

    private final EngineClock clock;
    private final Counters counters;

    ExpiryPager(
            AtomicReferenceArray<@Nullable VBucket> vbuckets,
            TaskPool pool,
            long intervalNanos,
            EngineClock clock,
            Counters counters) {
        super(vbuckets, pool, intervalNanos);
        this.clock = clock;
        this.counters = counters;
    }

    @Override
    public boolean concerns(VBucket vbucket) {
        return vbucket.expiringCount() > 0 && vbucket.state() == VBucketState.ACTIVE;
    }

    @Override
    public boolean finds(VBucket vbucket, Object[] bag, int slot) {
        if ((DocumentTable.state(bag, slot) & DocumentTable.EXPIRING) == 0) {
            return false;
        }
        byte[] document = DocumentTable.documentAt(bag, slot);
        return document != null && Documents.expired(document, clock.wallSeconds());
    }

    @Override
    public void apply(VBucket vbucket, byte[] document) {
        if (vbucket.state() == VBucketState.ACTIVE) {
            vbucket.linkExpired(document, Documents.hash(document), clock.wallNanos());
            counters.add(Counter.EXPIRED_BY_PAGER);
        }
    }

    @Override
    public void afterRound() {
        counters.add(Counter.EXPIRY_PAGER_RUNS);
    }
}
