package dev.sluice.testkit;

import dev.sluice.engine.TaskPool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * All pools of a server in one queue, run by whoever calls {@link #runOne()}, on the caller's thread.
 *
 * <p>A pool promises no order, so none is kept: of the tasks that are due, the seed picks the next. The same seed and the
 * same calls give the same run. Scheduled tasks wait for virtual time, which {@link #advance} moves.
 *
 * <p>A task that throws ends there, as in a server. What it threw is kept in {@link #failures()}, for the test to look at.
 *
 * <p><b>Thread.</b> Meant for one. Others may submit and run tasks too (a stress test does), at the price of the order.
 */
public final class SimulatedScheduler {
    /** More tasks than any test needs: {@link #runAll()} over this is a task that submits itself for ever. */
    private static final int TASKS_IN_A_ROW_MAX = 10_000_000;

    private static final class Task {
        final Pool pool;
        final Runnable body;
        final long dueNanos;

        Task(Pool pool, Runnable body, long dueNanos) {
            this.pool = pool;
            this.body = body;
            this.dueNanos = dueNanos;
        }
    }

    private final ManualClock clock;
    private final Random random;
    private final List<Task> ready = new ArrayList<>();
    private final List<Task> waiting = new ArrayList<>();
    private final List<Throwable> failures = new ArrayList<>();

    public SimulatedScheduler(long seed, ManualClock clock) {
        this.random = new Random(seed);
        this.clock = clock;
    }

    /** The clock by which scheduled tasks become due. */
    public ManualClock clock() {
        return clock;
    }

    /** A pool of this scheduler. Several of one name are several pools. */
    public Pool pool(String name) {
        return new Pool(this, name);
    }

    /** Runs one task that is due, on the caller's thread; false where there is none. */
    public boolean runOne() {
        Task task;
        synchronized (this) {
            collectDue();
            if (ready.isEmpty()) {
                return false;
            }
            // Swap with the last: no shifting, and the order means nothing.
            int index = random.nextInt(ready.size());
            int last = ready.size() - 1;
            task = ready.get(index);
            ready.set(index, ready.get(last));
            ready.remove(last);
        }
        try {
            task.body.run();
        } catch (Throwable t) { // As a pool does: the task is over and the thread goes on.
            synchronized (this) {
                failures.add(new AssertionError("a task of the pool " + task.pool.name + " threw", t));
            }
        }
        return true;
    }

    /** Runs tasks, those included that they submit, until none is due; answers how many. */
    public int runAll() {
        int count = 0;
        while (runOne()) {
            if (++count > TASKS_IN_A_ROW_MAX) {
                throw new AssertionError("tasks go on submitting tasks: " + count + " in a row");
            }
        }
        return count;
    }

    /** Moves time, stopping at each moment that a task is scheduled for to run what is due then. */
    public void advance(Duration duration) {
        long remaining = duration.toNanos();
        runAll();
        while (true) {
            long step = nanosUntilNext();
            if (step > remaining) {
                break;
            }
            clock.advanceNanos(step);
            remaining -= step;
            runAll();
        }
        clock.advanceNanos(remaining);
        runAll();
    }

    /** How long until the next scheduled task is due, {@link Long#MAX_VALUE} where none is scheduled. */
    public synchronized long nanosUntilNext() {
        long now = clock.nanoTime();
        long nearest = Long.MAX_VALUE;
        for (Task task : waiting) {
            nearest = Math.min(nearest, Math.max(0, task.dueNanos - now));
        }
        return nearest;
    }

    /** How many tasks are due now. */
    public synchronized int readyCount() {
        collectDue();
        return ready.size();
    }

    /** How many tasks wait for their time. */
    public synchronized int scheduledCount() {
        collectDue();
        return waiting.size();
    }

    /** What tasks have thrown so far. */
    public synchronized List<Throwable> failures() {
        return List.copyOf(failures);
    }

    /**
     * A future for a fake to hand out whose {@code get} runs tasks of this scheduler while it waits: in one thread, nobody
     * else could complete it.
     */
    public <T> CompletableFuture<T> future() {
        return new PumpedFuture<>(this);
    }

    private synchronized Task submit(Pool pool, Runnable body, long delayNanos) {
        if (pool.closed) {
            throw new RejectedExecutionException("pool " + pool.name + " is closed");
        }
        Task task = new Task(pool, body, clock.nanoTime() + Math.max(0, delayNanos));
        if (delayNanos <= 0) {
            ready.add(task);
        } else {
            waiting.add(task);
        }
        return task;
    }

    private synchronized void cancel(Task task) {
        waiting.remove(task);
        ready.remove(task);
    }

    private void collectDue() {
        if (waiting.isEmpty()) {
            return;
        }
        long now = clock.nanoTime();
        for (int i = 0; i < waiting.size(); ) {
            Task task = waiting.get(i);
            if (task.dueNanos - now <= 0) {
                waiting.remove(i);
                ready.add(task);
            } else {
                i++;
            }
        }
    }

    /** One of the simulated pools. */
    public static final class Pool implements TaskPool {
        private final SimulatedScheduler scheduler;
        private final String name;
        private boolean closed; // guarded by the scheduler

        private Pool(SimulatedScheduler scheduler, String name) {
            this.scheduler = scheduler;
            this.name = name;
        }

        @Override
        public void execute(Runnable task) {
            scheduler.submit(this, task, 0);
        }

        @Override
        public Scheduled schedule(Runnable task, long delayNanos) {
            Task submitted = scheduler.submit(this, task, delayNanos);
            return () -> scheduler.cancel(submitted);
        }

        /** Drops what has not begun and refuses more, as a server does with the pools of a closed engine. */
        public void close() {
            synchronized (scheduler) {
                closed = true;
                scheduler.ready.removeIf(task -> task.pool == this);
                scheduler.waiting.removeIf(task -> task.pool == this);
            }
        }
    }

    private static final class PumpedFuture<T> extends CompletableFuture<T> {
        private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

        private final SimulatedScheduler scheduler;

        PumpedFuture(SimulatedScheduler scheduler) {
            this.scheduler = scheduler;
        }

        @Override
        public <U> CompletableFuture<U> newIncompleteFuture() {
            return new PumpedFuture<>(scheduler);
        }

        @Override
        public @Nullable T get() throws InterruptedException, ExecutionException {
            pump(Long.MAX_VALUE);
            return super.get();
        }

        @Override
        public @Nullable T get(long timeout, TimeUnit unit)
                throws InterruptedException, ExecutionException, TimeoutException {
            pump(unit.toNanos(timeout));
            return super.get(0, TimeUnit.NANOSECONDS);
        }

        @Override
        public @Nullable T join() {
            pump(Long.MAX_VALUE);
            return super.join();
        }

        /** Runs tasks, and moves virtual time from timer to timer where none is due, until done or out of time. */
        private void pump(long nanosMax) {
            long remaining = nanosMax;
            while (!isDone() && remaining > 0) {
                if (scheduler.runOne()) {
                    continue;
                }
                long step = Math.min(scheduler.nanosUntilNext(), Math.min(remaining, STEP_NANOS));
                scheduler.clock.advanceNanos(step);
                remaining -= step;
            }
        }
    }
}
