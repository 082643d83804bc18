package dev.sluice.core.cookie;

import dev.sluice.core.transport.Loop;
import dev.sluice.core.bucket.NotificationFaults;
import dev.sluice.engine.Status;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Test;

/**
 * The part of a handle that threads share: notifiers and a listener on any thread, and the loop, which is one thread, that
 * ends the command. Each run is compared with some order of the same operations in one thread.
 */
public class BlockedCommandLincheckTest {

    /** Counts, and is a loop whose only task is remembered. */
    private static final class World implements NotificationFaults, Loop {
        final AtomicInteger enqueued = new AtomicInteger();
        final AtomicInteger faults = new AtomicInteger();

        @Override
        public void notifiedTwice() {
            faults.addAndGet(1);
        }

        @Override
        public void notifiedVoid() {
            faults.addAndGet(100);
        }

        @Override
        public void notifiedWouldBlock() {
            faults.addAndGet(10_000);
        }

        @Override
        public void notifiedLate() {
            faults.addAndGet(1_000_000);
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

    private final World world = new World();
    private final AtomicInteger cancelActions = new AtomicInteger();
    private final BlockedCommand handle = new BlockedCommand(null, world, world);

    /** What the notifier can tell: how its notification counted. */
    @Operation
    public void notifySuccess() {
        handle.notifyIoComplete(Status.SUCCESS);
    }
}
