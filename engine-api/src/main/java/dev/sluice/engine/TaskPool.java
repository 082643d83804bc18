package dev.sluice.engine;

import dev.sluice.engine.annotation.AnyThread;
import dev.sluice.engine.annotation.Stable;
import java.util.concurrent.Executor;

/**
 * Threads of the server for one kind of work, shared by all buckets. In tests a seeded scheduler on the test's own thread.
 *
 * <p>Tasks are short or come in slices that re-submit themselves: a pool has few threads. A task that throws is logged
 * with the bucket's name and ends there. After {@link Engine#close} has returned, tasks of the bucket that have not begun
 * are dropped.
 */
@Stable
@AnyThread
public interface TaskPool extends Executor {

    /**
     * Runs a task as soon as a thread is free.
     *
     * @throws java.util.concurrent.RejectedExecutionException when the bucket is gone
     */
    @Override
    void execute(Runnable task);

    /**
     * Runs a task once, after a delay.
     *
     * @param delayNanos from now; 0 or less is at once
     * @return what calls it off
     */
    Scheduled schedule(Runnable task, long delayNanos);

    /** A task that waits for its time. */
    @FunctionalInterface
    interface Scheduled {

        /** Calls the task off if it has not begun; otherwise nothing. Does not wait for one that has. */
        void cancel();
    }
}
