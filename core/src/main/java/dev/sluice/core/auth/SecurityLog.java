package dev.sluice.core.auth;

import dev.sluice.engine.EngineClock;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refused logins and refused commands, in the log. A client can provoke these as often as it likes, so no more than {@value
 * #LINES_PER_SECOND} are written in a second; how many were left out the next line says.
 *
 * <p><b>Thread.</b> Any. Two threads may both begin a second; then some lines more are written.
 */
final class SecurityLog {

    private static final Logger LOG = LoggerFactory.getLogger(SecurityLog.class);
    private static final int LINES_PER_SECOND = 10;
    private static final long SECOND_NANOS = 1_000_000_000L;

    private final EngineClock clock;
    private final AtomicLong secondStart;
    private final AtomicLong linesInSecond = new AtomicLong();
    private final AtomicLong leftOut = new AtomicLong();
    private final AtomicLong references = new AtomicLong();

    SecurityLog(EngineClock clock) {
        this.clock = clock;
        this.secondStart = new AtomicLong(clock.nanoTime());
    }

    /** Answers by what the line can be found, or null where it was left out. */
    @Nullable
    String loginRefused(long connection, String peer, String mechanism, String user, String cause) {
        String reference = reference();
        if (reference != null) {
            LOG.info(
                    "login refused: connection={} peer={} mechanism={} user={} cause={} ref={} leftOut={}",
                    connection,
                    peer,
                    mechanism,
                    UserText.shown(user),
                    cause,
                    reference,
                    leftOut.getAndSet(0));
        }
        return reference;
    }

    /** As {@link #loginRefused}, for a command without the privilege that it needs. */
    @Nullable
    String commandRefused(long connection, String peer, String user, String what) {
        String reference = reference();
        if (reference != null) {
            LOG.info(
                    "command refused: connection={} peer={} user={} reason={} ref={} leftOut={}",
                    connection,
                    peer,
                    UserText.shown(user),
                    what,
                    reference,
                    leftOut.getAndSet(0));
        }
        return reference;
    }

    private @Nullable String reference() {
        long now = clock.nanoTime();
        long start = secondStart.get();
        if (now - start >= SECOND_NANOS && secondStart.compareAndSet(start, now)) {
            linesInSecond.set(0);
        }
        if (linesInSecond.incrementAndGet() > LINES_PER_SECOND) {
            leftOut.incrementAndGet();
            return null;
        }
        // Random numbers may make a loop wait; time and a count are as good to find a line by.
        return new UUID(clock.wallNanos(), references.incrementAndGet()).toString();
    }
}
