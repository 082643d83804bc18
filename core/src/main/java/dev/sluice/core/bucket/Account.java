package dev.sluice.core.bucket;

import dev.sluice.engine.MemoryAccount;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** The memory of one bucket: one number that everybody adds to, and the quota. Any thread. */
public final class Account implements MemoryAccount {

    private final AtomicLong used = new AtomicLong();
    private volatile long quotaBytes;
    private volatile @Nullable LongConsumer listener;

    public Account(long quotaBytes) {
        this.quotaBytes = quotaBytes;
    }

    @Override
    public long quotaBytes() {
        return quotaBytes;
    }

    @Override
    public long usedBytes() {
        return used.get();
    }

    @Override
    public void charge(long bytes) {
        // May be below zero for a moment: a change and what undoes it are charged by different threads, in any order.
        used.addAndGet(bytes);
    }

    @Override
    public void onQuotaChange(LongConsumer listener) {
        this.listener = listener;
    }

    /** Changes the quota and tells the engine. On a background thread. */
    void quotaBytes(long bytes) {
        quotaBytes = bytes;
        LongConsumer hearer = listener;
        if (hearer != null) {
            hearer.accept(bytes);
        }
    }
}
