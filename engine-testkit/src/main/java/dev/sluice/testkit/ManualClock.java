package dev.sluice.testkit;

import dev.sluice.engine.EngineClock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Time that stands still until a test moves it. Safe to read from any thread. */
public final class ManualClock implements EngineClock {
    /** Where the wall clock of a new ManualClock stands: 2027-01-15T08:00:00Z. */
    public static final long WALL_SECONDS_AT_START = 1_800_000_000L;

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    // Close to the overflow, as System.nanoTime() may be: only differences mean something.
    private final AtomicLong nanoTime = new AtomicLong(Long.MAX_VALUE - 5 * NANOS_PER_SECOND);
    private final AtomicLong wallNanos = new AtomicLong(WALL_SECONDS_AT_START * NANOS_PER_SECOND);

    @Override
    public long nanoTime() {
        return nanoTime.get();
    }

    @Override
    public long wallNanos() {
        return wallNanos.get();
    }

    /** Moves both clocks. Runs no task: see {@link SimulatedScheduler#advance}. */
    public void advance(Duration duration) {
        advanceNanos(duration.toNanos());
    }

    /** Moves both clocks, never back. */
    public void advanceNanos(long nanos) {
        if (nanos < 0) {
            throw new IllegalArgumentException("nanos: " + nanos + " (expected: 0 or more)");
        }
        nanoTime.addAndGet(nanos);
        wallNanos.addAndGet(nanos);
    }

    /** Moves the wall clock alone, back where the duration is negative: an administrator set it. */
    public void jumpWall(Duration duration) {
        wallNanos.addAndGet(duration.toNanos());
    }
}
