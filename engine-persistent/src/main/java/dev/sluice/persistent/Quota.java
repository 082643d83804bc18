package dev.sluice.persistent;

import dev.sluice.engine.MemoryAccount;
import dev.sluice.engine.Status;
import dev.sluice.memory.table.MemoryRoom;
import org.jspecify.annotations.Nullable;

/**
 * What the bucket may hold in memory: who is refused, when eviction begins and where it ends.
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
 * <p>Protocol: {@code protocol-kv.md} 7.1.2. Removing is never refused. Reads are never refused either: above the mutation
 * limit what they bring from disk is not kept.
 *
 * <p><b>Thread.</b> Any.
 */
final class Quota implements MemoryRoom {

    private final MemoryAccount account;
    private final Counters counters;
    private volatile Settings settings;
    private volatile Runnable pressureListener = () -> {};

    Quota(MemoryAccount account, Counters counters, Settings settings) {
        this.account = account;
        this.counters = counters;
        this.settings = settings;
    }

    void settings(Settings newSettings) {
        settings = newSettings;
    }

    /** Has the action run whenever memory in use is found above the high watermark. It must be cheap and may come often. */
    void onPressure(Runnable action) {
        pressureListener = action;
    }

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

    /** Whether a document that was read from disk may be kept in memory. */
    boolean allowsReturn(int bytes) {
        long limit = (long) (account.quotaBytes() * settings.mutationMemoryRatio());
        boolean allowed = account.usedBytes() + bytes <= limit;
        check();
        return allowed;
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
