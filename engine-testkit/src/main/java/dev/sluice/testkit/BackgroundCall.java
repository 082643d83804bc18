package dev.sluice.testkit;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A call that may wait, made as a server makes it: on a thread of its own, a fresh one each time. While that thread waits
 * (and only then, so that a seed means the same run) the caller's runs the scheduler's tasks, one of which may be what it
 * waits for.
 */
final class BackgroundCall {
    private static final long HANG_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long TIMER_NANOS_MAX = TimeUnit.SECONDS.toNanos(60);
    private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private static final long LOOK_AGAIN_NANOS = TimeUnit.MICROSECONDS.toNanos(10);

    private BackgroundCall() {}

    /** Makes the call; what it throws comes out as it is. */
    static <T extends @Nullable Object> T run(SimulatedScheduler scheduler, Callable<T> call) throws Exception {
        FutureTask<T> task = new FutureTask<>(call);
        Thread thread = new Thread(task, "sluice-background");
        thread.setDaemon(true);
        thread.start();
        pumpUntilDone(scheduler, task, thread);
        try {
            return task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e.getCause() instanceof Error cause ? cause : new AssertionError(e);
        }
    }

    private static void pumpUntilDone(SimulatedScheduler scheduler, FutureTask<?> task, Thread thread) {
        long idleSince = System.nanoTime();
        while (!task.isDone()) {
            Thread.State state = thread.getState();
            if (state != Thread.State.WAITING && state != Thread.State.TIMED_WAITING) {
                LockSupport.parkNanos(LOOK_AGAIN_NANOS);
                idleSince = System.nanoTime();
            } else if (scheduler.runOne()) {
                idleSince = System.nanoTime();
            } else {
                long idle = System.nanoTime() - idleSince;
                long untilTimer = scheduler.nanosUntilNext();
                if (idle > IDLE_NANOS && untilTimer <= TIMER_NANOS_MAX) {
                    scheduler.clock().advanceNanos(untilTimer);
                } else if (idle > HANG_NANOS) {
                    AssertionError hang = new AssertionError("a call on a background thread hangs");
                    hang.setStackTrace(thread.getStackTrace());
                    thread.interrupt();
                    throw hang;
                } else {
                    LockSupport.parkNanos(LOOK_AGAIN_NANOS);
                }
            }
        }
    }
}
