package dev.sluice.core.cookie;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.bucket.NotificationFaults;
import dev.sluice.core.transport.Loop;
import dev.sluice.engine.Status;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Test;

/**
 * The part of a handle that threads share: notifiers and a listener on any thread, and the loop, which is one thread, that
 * ends the command. Whatever they do at once has the outcome of some order of the same calls: who notified first, and who
 * was late.
 */
public class BlockedCommandLincheckTest {

    private final Counts counts = new Counts();
    private final BlockedCommand handle = handle(counts);

    /** A handle whose task nobody runs, so that it needs no command. */
    @SuppressWarnings("NullAway")
    private static BlockedCommand handle(Counts counts) {
        return new BlockedCommand(null, counts, counts);
    }

    /** How often the loop was given the handle, and what was found fault with. */
    private static final class Counts implements NotificationFaults, Loop {
        private final ThreadLocal<String> heard = new ThreadLocal<>();
        private final AtomicInteger enqueued = new AtomicInteger();

        @Override
        public void notifiedTwice() {
            heard.set("twice");
        }

        @Override
        public void notifiedVoid() {
            heard.set("in vain");
        }

        @Override
        public void notifiedWouldBlock() {
            throw new AssertionError("nobody said so");
        }

        @Override
        public void notifiedLate() {
            heard.set("late");
        }

        @Override
        public void run(EngineCode code) {
            try {
                code.run();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public int index() {
            return 0;
        }

        @Override
        public boolean inLoop() {
            return true;
        }

        @Override
        public void execute(Runnable task) {
            enqueued.incrementAndGet();
        }
    }

    /** What became of the notification, as the notifier's own thread hears it. */
    @Operation
    public String notifySuccess() {
        counts.heard.set("accepted");
        handle.notifyIoComplete(Status.SUCCESS);
        return counts.heard.get();
    }

    /** On the loop, and the last that the loop does with the handle. */
    @Operation(runOnce = true)
    public void cancel() {
        handle.cancel();
    }

    @Operation
    public boolean cancelled() {
        return handle.cancelled();
    }

    @Test
    void interleavings() {
        new ModelCheckingOptions()
                .iterations(5)
                .invocationsPerIteration(200)
                .threads(2)
                .actorsPerThread(3)
                .check(getClass());
    }

    /** A notifier, a listener and the loop at the same moment: either the notification counts or the listener hears, once. */
    @Test
    void listenerHears_orTheNotificationCounts_andNeverBoth() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            for (int round = 0; round < 5000; round++) {
                Counts seen = new Counts();
                BlockedCommand raced = handle(seen);
                AtomicInteger heard = new AtomicInteger();
                CyclicBarrier start = new CyclicBarrier(3);
                List<Callable<Object>> racers = List.of(
                        racer(start, () -> raced.notifyIoComplete(Status.SUCCESS)),
                        racer(start, () -> raced.onCancel(heard::incrementAndGet)),
                        racer(start, raced::cancel));
                for (Future<Object> racer : threads.invokeAll(racers)) {
                    racer.get();
                }
                assertThat(seen.enqueued.get() + heard.get()).isEqualTo(1);
                assertThat(raced.cancelled()).isEqualTo(heard.get() == 1);
                assertThat(CookieInternals.holdsAction(raced)).isFalse();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static Callable<Object> racer(CyclicBarrier start, Runnable action) {
        return () -> {
            start.await();
            action.run();
            return action;
        };
    }
}
