package dev.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.LeakPresenceDetector;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import reactor.blockhound.BlockHound;

/**
 * What is watched in every test that runs a server: no event loop waits for anything, and when all servers of the class are
 * closed, no buffer is left.
 */
public final class ServerChecks implements BeforeAllCallback, AfterAllCallback {

    private static final long ENDING_NANOS_MAX = 2_000_000_000L;

    private static final List<Throwable> BLOCKED = new CopyOnWriteArrayList<>();

    static {
        // Netty brings what it needs itself: its threads, and the waiting that its loops are made of.
        BlockHound.builder()
                .loadIntegrations()
                .nonBlockingThreadPredicate(
                        others -> others.or(thread -> thread.getName().startsWith("sluice-loop")))
                // A line in the log may wait for the terminal; a healthy server writes none from a loop.
                .allowBlockingCallsInside("ch.qos.logback.classic.Logger", "callAppenders")
                // A lock that is not free is looked at some dozen times before the command blocks instead.
                .allowBlockingCallsInside("dev.sluice.memory.table.VBucketCore", "tryEnter")
                // Netty's io_uring waits for its own last wake-up when a loop ends.
                .allowBlockingCallsInside("io.netty.channel.uring.IoUringIoHandler", "destroy")
                .blockingMethodCallback(
                        method -> BLOCKED.add(new AssertionError("blocking call on an event loop: " + method)))
                .install();
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        BLOCKED.clear();
    }

    @Override
    public void afterAll(ExtensionContext context) throws InterruptedException {
        awaitThreads();
        BLOCKED.forEach(Throwable::printStackTrace);
        assertThat(BLOCKED).as("blocking calls on event loops").isEmpty();
        LeakPresenceDetector.check();
    }

    /**
     * A server's background thread may still hold a buffer when the server is closed, and gives it back before it ends. All of
     * them together are waited for that long; whoever still lives then has nothing to give back, or is found out.
     */
    private static void awaitThreads() throws InterruptedException {
        long deadline = System.nanoTime() + ENDING_NANOS_MAX;
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            long leftMs = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (thread.getName().startsWith("sluice-") && leftMs > 0) {
                thread.join(leftMs);
            }
        }
    }

    /** Blocking calls noticed so far. */
    static List<Throwable> blocked() {
        return BLOCKED;
    }
}
