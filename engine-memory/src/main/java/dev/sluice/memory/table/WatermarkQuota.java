package dev.sluice.memory.table;

import dev.sluice.engine.MemoryAccount;
import dev.sluice.engine.Status;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a bucket may hold in memory: who is refused, when freeing begins and where it ends.
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
public class WatermarkQuota implements MemoryRoom {

    private final MemoryAccount account;
    private final Consumer<Status> refused;
    private volatile Watermarks watermarks;
    private volatile Runnable pressureListener = () -> {};

    /**
     * @param refused is told of each store that is refused, with its answer; cheap
     */
    public WatermarkQuota(MemoryAccount account, Watermarks watermarks, Consumer<Status> refused) {
        this.account = account;
        this.watermarks = watermarks;
        this.refused = refused;
    }

    public final void watermarks(Watermarks changed) {
        watermarks = changed;
    }

    /** Has the action run whenever memory in use is found above the high watermark. It must be cheap and may come often. */
    public final void onPressure(Runnable action) {
        pressureListener = action;
    }

    @Override
    public final @Nullable Status refusal(long bytes) {
        long quotaBytes = account.quotaBytes();
        long usedBytes = account.usedBytes();
        Watermarks present = watermarks;
        if (usedBytes + bytes > (long) (quotaBytes * present.high())) {
            pressureListener.run();
            if (usedBytes + bytes > (long) (quotaBytes * present.mutation())) {
                Status answer = usedBytes < quotaBytes ? Status.TEMPORARY_FAILURE : Status.NO_MEMORY;
                refused.accept(answer);
                return answer;
            }
        }
        return null;
    }

    @Override
    public final void charge(long bytes) {
        account.charge(bytes);
    }

    /** Tells of pressure if there is any, as after a change of quota. */
    public final void check() {
        if (usedBytes() > highWatermarkBytes()) {
            pressureListener.run();
        }
    }

    public final long usedBytes() {
        return account.usedBytes();
    }

    public final long quotaBytes() {
        return account.quotaBytes();
    }

    public final long lowWatermarkBytes() {
        return (long) (account.quotaBytes() * watermarks.low());
    }

    public final long highWatermarkBytes() {
        return (long) (account.quotaBytes() * watermarks.high());
    }

    /** What no store may push memory use past. */
    public final long mutationLimitBytes() {
        return (long) (account.quotaBytes() * watermarks.mutation());
    }
}
