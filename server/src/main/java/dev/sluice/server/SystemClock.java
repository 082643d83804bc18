package dev.sluice.server;

import dev.sluice.engine.EngineClock;
import java.time.Instant;

/** The machine's clocks. */
final class SystemClock implements EngineClock {

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public long wallNanos() {
        Instant now = Instant.now();
        return now.getEpochSecond() * NANOS_PER_SECOND + now.getNano();
    }
}
