package dev.sluice.memory;

import dev.sluice.engine.EngineClock;
import dev.sluice.engine.TaskPool;
import dev.sluice.engine.VBucketState;
import dev.sluice.memory.table.Documents;
import dev.sluice.memory.table.ReclaimingSweep;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Frees memory by deleting what was not used for longest. The policy <em>autoDelete</em>.
 *
 * <p>A document is taken by deleting it, with a sequence number, so that copies elsewhere follow. Its tombstone still has key
 * and metadata, and with small values that is most of it: where tombstones had to reach their age first, a cache of small
 * documents would soon consist of nothing else. <em>Differs:</em> the hand takes tombstones as well, in their second round,
 * and leaves none at all while tombstones are more than an eighth of the vbucket. The purge sequence number tells.
 *
 * <p>Locked documents and those of vbuckets that are not active are left alone.
 */
final class ItemPager extends ReclaimingSweep<VBucket> {

    /** What cannot be deleted now is locked or of a replica, which does not change within milliseconds. */
    private static final long REST_NANOS = 1_000_000_000L;

    private final EngineClock clock;
    private final Counters counters;

    ItemPager(
            AtomicReferenceArray<@Nullable VBucket> vbuckets,
            TaskPool pool,
            EngineClock clock,
            MemoryQuota quota,
            Counters counters) {
        super(vbuckets, pool, quota, REST_NANOS, () -> counters.add(Counter.ITEM_PAGER_RUNS));
        this.clock = clock;
        this.counters = counters;
    }

    @Override
    protected boolean reclaim(VBucket vbucket, byte[] document) {
        if (Documents.deleted(document)) {
            vbucket.purge(document);
            counters.add(Counter.TOMBSTONES_PURGED);
            return true;
        }
        int hash = Documents.hash(document);
        if (vbucket.state() != VBucketState.ACTIVE || vbucket.lockOn(hash, document, clock.nanoTime()) != null) {
            return false;
        }
        byte[] tombstone = vbucket.linkTombstone(document, hash, clock.wallNanos());
        if (vbucket.tombstonesAbound() && vbucket.locateVersion(tombstone)) {
            vbucket.purge(tombstone);
        }
        counters.add(Counter.AUTO_DELETED);
        return true;
    }
}
