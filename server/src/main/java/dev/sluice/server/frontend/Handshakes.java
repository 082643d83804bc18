package dev.sluice.server.frontend;

import dev.sluice.engine.EngineClock;
import dev.sluice.server.tls.HandshakeLimits;
import io.netty.channel.Channel;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The TLS handshakes that are under way, of all listeners: how many there may be, how long each may take, and which
 * threads do the costly part. Any thread; never waits.
 */
public final class Handshakes {

    private static final Logger LOG = LoggerFactory.getLogger(Handshakes.class);

    /** One line for so long, whatever clients do. */
    private static final long LOG_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final HandshakeLimits limits;
    private final Executor tasks;
    private final EngineClock clock;
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicLong unreported = new AtomicLong();
    private final AtomicLong nextReportNanos;

    /**
     * No handshake yet.
     *
     * @param tasks runs signing and verifying
     */
    public Handshakes(HandshakeLimits limits, Executor tasks, EngineClock clock) {
        this.limits = limits;
        this.tasks = tasks;
        this.clock = clock;
        this.nextReportNanos = new AtomicLong(clock.nanoTime());
    }

    /** Whether one more may begin; it must be ended then. */
    boolean begin(Channel channel) {
        if (underWay.incrementAndGet() > limits.underWayMax()) {
            underWay.decrementAndGet();
            refused(channel, "too many handshakes are under way");
            return false;
        }
        return true;
    }

    void end() {
        underWay.decrementAndGet();
    }

    /**
     * Runs the costly part of a channel's handshake. What still waits when the channel closes is not worth the time any
     * more, and its failure would be nobody's: the pipeline is empty then.
     */
    Executor tasks(Channel channel) {
        return task -> tasks.execute(() -> {
            if (channel.isOpen()) {
                task.run();
            }
        });
    }

    long timeoutMs() {
        return TimeUnit.NANOSECONDS.toMillis(limits.timeoutNanos());
    }

    /** A client was not let in; the log says so for one of them a minute, with how many others there were. */
    void refused(Channel channel, String reason) {
        long now = clock.nanoTime();
        long due = nextReportNanos.get();
        if (now - due < 0 || !nextReportNanos.compareAndSet(due, now + LOG_INTERVAL_NANOS)) {
            unreported.incrementAndGet();
            LOG.debug("TLS handshake failed: peer={} reason={}", channel.remoteAddress(), reason);
            return;
        }
        LOG.warn(
                "TLS handshake failed: peer={} listener={} reason={} unreportedSince={}",
                channel.remoteAddress(),
                channel.localAddress(),
                reason,
                unreported.getAndSet(0));
    }
}
