package dev.sluice.memory;

import dev.sluice.engine.MemoryAccount;
import dev.sluice.engine.Status;
import dev.sluice.memory.table.MemoryRoom;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What the bucket may hold: who is refused, when deleting begins and where it ends, and what range scans may keep.
 *
 * <pre>
 *  0            low         high      mutation     quota
 *  +-------------+-----------+-----------+-----------+------&gt; memory in use
 *                ^           ^           ^           ^
 *        the pager stops     |     stores are        and from here on the answer
 *                     the pager       refused:       is NO_MEMORY
 *                       starts     TEMPORARY_FAILURE
 * </pre>
 *
 * <p>Protocol: {@code protocol-kv.md} 7.1.2. Removing is never refused.
 *
 * <p><b>Thread.</b> Any.
 */
final class MemoryQuota implements MemoryRoom {

    private final MemoryAccount account;
    private final Counters counters;
    private final AtomicLong snapshotBytes = new AtomicLong();
    private volatile Settings settings;
    private volatile Runnable pressureListener = () -> {};

    MemoryQuota(MemoryAccount account, Counters counters, Settings settings) {
        this.account = account;
        this.counters = counters;
        this.settings = settings;
    }

    void settings(Settings settings) {
        this.settings = settings;
    }

    /** Has the action run whenever memory in use is found above the high watermark. It must be cheap and may come often. */
    void onPressure(Runnable action) {
        pressureListener = action;
    }

    /** Why a document of this many bytes cannot be stored, or null if it can. */
    @Override
    public @Nullable Status refusal(long bytes) {
        long quotaBytes = account.quotaBytes();
        long usedBytes = account.usedBytes();
        if (usedBytes + bytes > (long) (quotaBytes * settings.highWatermarkRatio())) {
            pressureListener.run();
            if (usedBytes + bytes > (long) (quotaBytes * settings.mutationMemoryRatio())) {
                boolean temporary = usedBytes < quotaBytes;
                counters.add(temporary ? Counter.TEMPORARY_MEMORY_REFUSALS : Counter.MEMORY_REFUSALS);
                return temporary ? Status.TEMPORARY_FAILURE : Status.NO_MEMORY;
            }
        }
        return null;
    }

    @Override
    public void charge(long bytes) {
        account.charge(bytes);
    }

    /** Tells of pressure if there is any, as after a change of quota. */
    void check() {
        if (usedBytes() > highWatermarkBytes()) {
            pressureListener.run();
        }
    }

    /** Takes memory for a new snapshot, if there is still room for it. */
    boolean reserveForSnapshot(long bytes) {
        if (snapshotBytes.addAndGet(bytes) > snapshotLimitBytes()) {
            snapshotBytes.addAndGet(-bytes);
            return false;
        }
        account.charge(bytes);
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
        return (long) (account.quotaBytes() * settings.snapshotMemoryRatio());
    }

    long usedBytes() {
        return account.usedBytes();
    }

    long quotaBytes() {
        return account.quotaBytes();
    }

    long lowWatermarkBytes() {
        return (long) (account.quotaBytes() * settings.lowWatermarkRatio());
    }

    long highWatermarkBytes() {
        return (long) (account.quotaBytes() * settings.highWatermarkRatio());
    }
}
