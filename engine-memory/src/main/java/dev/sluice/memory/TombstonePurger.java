package dev.sluice.memory;

import dev.sluice.engine.EngineClock;
import dev.sluice.engine.TaskPool;
import dev.sluice.memory.table.DocumentTable;
import dev.sluice.memory.table.Documents;
import dev.sluice.memory.table.PeriodicSweep;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Drops tombstones that have reached their age, and locks whose time has passed.
 *
 * <p>A tombstone is kept for those who follow the vbucket's changes; one who was away for longer than the age has to begin
 * again, and finds out by the purge sequence number, which rises here.
 */
final class TombstonePurger extends PeriodicSweep<VBucket> {

    private final EngineClock clock;
    private final Counters counters;
    private volatile long ageSeconds;

    TombstonePurger(
            AtomicReferenceArray<@Nullable VBucket> vbuckets,
            TaskPool pool,
            long intervalNanos,
            long ageSeconds,
            EngineClock clock,
            Counters counters) {
        super(vbuckets, pool, intervalNanos);
        this.ageSeconds = ageSeconds;
        this.clock = clock;
        this.counters = counters;
    }

    void ageSeconds(long newAgeSeconds) {
        ageSeconds = newAgeSeconds;
    }

    @Override
    public boolean concerns(VBucket vbucket) {
        vbucket.enter();
        try {
            vbucket.tidyLocks(clock.nanoTime());
            return vbucket.tombstoneCount() > 0;
        } finally {
            vbucket.exit();
        }
    }

    @Override
    public boolean finds(VBucket vbucket, Object[] bag, int slot) {
        if ((DocumentTable.state(bag, slot) & DocumentTable.TOMBSTONE) == 0) {
            return false;
        }
        byte[] document = DocumentTable.documentAt(bag, slot);
        return document != null && Documents.expirySeconds(document) + ageSeconds <= clock.wallSeconds();
    }

    @Override
    public void apply(VBucket vbucket, byte[] document) {
        // Between the look at the state and that at the document, a write may have come.
        if (Documents.deleted(document)) {
            vbucket.purge(document);
            counters.add(Counter.TOMBSTONES_PURGED);
        }
    }
}
