package dev.sluice.engine;

import dev.sluice.engine.annotation.AnyThread;
import dev.sluice.engine.annotation.Stable;

/** Time, from the server. In tests it stands still until the test moves it. */
@Stable
@AnyThread
public interface EngineClock {

    /** Nanoseconds of a clock that never goes back; only differences mean something. */
    long nanoTime();

    /** Nanoseconds since 1970 UTC by the wall clock, which may jump. */
    long wallNanos();

    /** Seconds since 1970 UTC by the wall clock: the scale of expiry times. */
    default long wallSeconds() {
        return wallNanos() / 1_000_000_000L;
    }
}
