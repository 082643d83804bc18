package dev.sluice.core.auth;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets a few logins be computed at a time and keeps the others waiting, without a thread for those that wait. Ten thousand
 * clients that connect at once must not take the background threads from expiry and eviction, nor the cores from clients
 * that are served.
 *
 * <p>A task enters the queue first, and only then somebody looks whether one more may run; who ends a task looks after
 * having given its place back. Of two that do this at the same time at least one sees the other, so that no task is left
 * behind.
 *
 * <p><b>Thread.</b> Any. Never waits.
 */
final class HashingQueue {

    /** At some ten milliseconds each, the last of so many waits for about ten seconds; a client has given up by then. */
    static final int WAITING_MAX = 4096;

    private final Executor pool;
    private final int runningMax;
    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waitingCount = new AtomicInteger();
    private final AtomicInteger running = new AtomicInteger();

    /** A queue of which so many tasks are in the pool at a time: those that run there, and keep others from running. */
    HashingQueue(Executor pool, int runningMax) {
        this.pool = pool;
        this.runningMax = runningMax;
    }

    /**
     * Runs a task when its turn comes.
     *
     * @throws RejectedExecutionException when too many wait, or the server is stopping
     */
    void submit(Runnable task) {
        if (waitingCount.incrementAndGet() > WAITING_MAX) {
            waitingCount.decrementAndGet();
            throw new RejectedExecutionException("too many logins wait (expected: at most " + WAITING_MAX + ")");
        }
        waiting.add(task);
        startWaiting();
    }

    private void startWaiting() {
        while (!waiting.isEmpty()) {
            int now = running.get();
            if (now >= runningMax) {
                return;
            }
            if (running.compareAndSet(now, now + 1)) {
                start();
            }
        }
    }

    private void start() {
        Runnable task = waiting.poll();
        if (task == null) {
            running.decrementAndGet();
            return;
        }
        waitingCount.decrementAndGet();
        try {
            pool.execute(() -> run(task));
        } catch (RejectedExecutionException e) {
            running.decrementAndGet();
            throw e;
        }
    }

    private void run(Runnable task) {
        try {
            task.run();
        } finally {
            running.decrementAndGet();
            startWaiting();
        }
    }

    int running() {
        return running.get();
    }

    int waiting() {
        return waitingCount.get();
    }
}
