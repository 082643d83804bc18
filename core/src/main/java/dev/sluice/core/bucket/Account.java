package dev.sluice.core.bucket;

import dev.sluice.engine.MemoryAccount;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The memory of one bucket: one number that everybody adds to, and the quota. Any thread.
 *
 * <p>An engine that throws when it hears of a quota harms nobody else: all buckets hear of theirs when one of them comes or
 * goes.
 */
public final class Account implements MemoryAccount {

    private final EngineFaults faults;
    private final AtomicLong used = new AtomicLong();

    /** Orders what the engine hears: the quota of now is the last one. */
    private final Object telling = new Object();

    private volatile long quotaBytes;
    private @Nullable LongConsumer listener;

    /** Guarded by {@link #telling}, like the listener: whether the quota has changed since the engine was begun. */
    private boolean changed;

    /**
     * Nothing is charged.
     *
     * @param faults runs what is the engine's, and is told where it throws
     */
    Account(long quotaBytes, EngineFaults faults) {
        this.quotaBytes = quotaBytes;
        this.faults = faults;
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
    public void onQuotaChange(LongConsumer hearer) {
        synchronized (telling) {
            listener = hearer;
        }
    }

    /** Changes the quota and tells the engine. On a background thread. */
    void quotaBytes(long bytes) {
        synchronized (telling) {
            quotaBytes = bytes;
            changed = true;
            tell();
        }
    }

    /** The engine is there. It may have looked at a quota that has changed before it began to listen. */
    void opened() {
        synchronized (telling) {
            if (changed) {
                tell();
            }
        }
    }

    private void tell() {
        LongConsumer hearer = listener;
        if (hearer != null) {
            faults.run(() -> hearer.accept(quotaBytes));
        }
    }
}
