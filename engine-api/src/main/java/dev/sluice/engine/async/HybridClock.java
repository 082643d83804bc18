package dev.sluice.engine.async;

import dev.sluice.engine.EngineClock;
import dev.sluice.engine.annotation.AnyThread;
import dev.sluice.engine.annotation.Stable;
import java.util.concurrent.atomic.AtomicLong;

/**
 * CAS values that only rise: the wall clock in the upper 48 bits, and a counter below for what falls into one tick or
 * comes while the wall clock is set back. Comparison is unsigned.
 */
@Stable
@AnyThread
public final class HybridClock {
    private static final long COUNTER_MASK = 0xffff;

    private final EngineClock clock;
    private final AtomicLong last = new AtomicLong();

    /** Starts from the wall clock; see {@link #observe} for what was given out before. */
    public HybridClock(EngineClock clock) {
        this.clock = clock;
    }

    /** A value above all that this clock has given or observed. */
    public long next() {
        long now = clock.wallNanos() & ~COUNTER_MASK;
        return last.updateAndGet(previous -> Long.compareUnsigned(now, previous) > 0 ? now : previous + 1);
    }

    /**
     * Has all later values be above this one: a stored document may be younger than this clock is. One beyond 2^63, the
     * year 2262, would leave no room above it and is not followed.
     */
    public void observe(long cas) {
        if (cas >= 0) {
            last.updateAndGet(previous -> Long.compareUnsigned(cas, previous) > 0 ? cas : previous);
        }
    }
}
