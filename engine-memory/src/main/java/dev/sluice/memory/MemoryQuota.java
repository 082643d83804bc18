package dev.sluice.memory;

import dev.sluice.engine.MemoryAccount;
import dev.sluice.engine.Status;
import dev.sluice.memory.table.WatermarkQuota;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the bucket may hold in memory, and what of it range scans may keep.
 *
 * <p><b>Thread.</b> Any.
 */
final class MemoryQuota extends WatermarkQuota {

    private final AtomicLong snapshotBytes = new AtomicLong();
    private volatile double snapshotRatio;

    MemoryQuota(MemoryAccount account, Counters counters, Settings settings) {
        super(
                account,
                settings.watermarks(),
                answer -> counters.add(
                        answer == Status.NO_MEMORY ? Counter.MEMORY_REFUSALS : Counter.TEMPORARY_MEMORY_REFUSALS));
        snapshotRatio = settings.snapshotMemoryRatio();
    }

    void settings(Settings settings) {
        watermarks(settings.watermarks());
        snapshotRatio = settings.snapshotMemoryRatio();
    }

    /** Takes memory for a new snapshot, if there is still room for it. */
    boolean reserveForSnapshot(long bytes) {
        if (snapshotBytes.addAndGet(bytes) > snapshotLimitBytes()) {
            snapshotBytes.addAndGet(-bytes);
            return false;
        }
        charge(bytes);
        return true;
    }

    /** Counts memory that a snapshot keeps and that the account has been charged with already; a negative number frees. */
    void keepForSnapshot(long bytes) {
        snapshotBytes.addAndGet(bytes);
    }

    boolean snapshotsTooBig() {
        return snapshotBytes.get() > snapshotLimitBytes();
    }

    long snapshotBytes() {
        return snapshotBytes.get();
    }

    long snapshotLimitBytes() {
        return (long) (quotaBytes() * snapshotRatio);
    }
}
