package dev.sluice.testkit;

import dev.sluice.engine.MemoryAccount;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;

/** The memory of a test's bucket. Counts as a server does; the quota is the test's to set. Safe from any thread. */
public final class TestMemoryAccount implements MemoryAccount {
    /** Enough that a test which does not speak of quotas never meets one. */
    public static final long QUOTA_BYTES_DEFAULT = 1L << 30;

    private final AtomicLong used = new AtomicLong();
    private final AtomicReference<LongConsumer> listener = new AtomicReference<>();
    private volatile long quotaBytes = QUOTA_BYTES_DEFAULT;

    @Override
    public long quotaBytes() {
        return quotaBytes;
    }

    /** Sets the quota and tells the engine, on the caller's thread. */
    public void setQuotaBytes(long bytes) {
        quotaBytes = bytes;
        LongConsumer hears = listener.get();
        if (hears != null) {
            hears.accept(bytes);
        }
    }

    @Override
    public long usedBytes() {
        return used.get();
    }

    @Override
    public void charge(long bytes) {
        used.addAndGet(bytes);
    }

    @Override
    public void onQuotaChange(LongConsumer listener) {
        if (!this.listener.compareAndSet(null, listener)) {
            throw new IllegalStateException("there is a listener already");
        }
    }
}
