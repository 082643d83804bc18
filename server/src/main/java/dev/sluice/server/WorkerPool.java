package dev.sluice.server;

import dev.sluice.engine.TaskPool;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Background threads for one kind of work: {@code sluice-reader-1} and so on.
 *
 * <p>Event loops hand work over here, so handing over must never wait. The JDK's executors take a lock for that: the
 * scheduled one for its queue, the other one whenever it may need a thread. Here all threads start with the pool, and the
 * queue has no lock; what waits for its time waits in a {@link Timer}. Threads are daemons, so that a stuck engine cannot
 * keep the process from ending.
 *
 * <p>The queue has no bound of its own. What queues is bounded before it gets here: an engine has at most one task for each
 * command in flight, whose number is limited, and a stream has one task at a time.
 */
final class WorkerPool implements TaskPool {

    private static final Logger LOG = LoggerFactory.getLogger(WorkerPool.class);

    private final LinkedTransferQueue<Runnable> tasks = new LinkedTransferQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private final Timer timer;
    private volatile boolean stopped;

    WorkerPool(String kind, int count, Timer timer) {
        this.timer = timer;
        for (int i = 1; i <= count; i++) {
            Thread thread = new Thread(this::work, "sluice-" + kind + "-" + i);
            thread.setDaemon(true);
            threads.add(thread);
        }
        threads.forEach(Thread::start);
    }

    @Override
    public void execute(Runnable task) {
        if (stopped) {
            throw new RejectedExecutionException("the server has stopped");
        }
        tasks.add(task);
    }

    @Override
    public Scheduled schedule(Runnable task, long delayNanos) {
        if (stopped) {
            throw new RejectedExecutionException("the server has stopped");
        }
        return timer.schedule(this, task, delayNanos);
    }

    private void work() {
        while (!stopped) {
            try {
                tasks.take().run();
            } catch (InterruptedException e) {
                // Either the pool has stopped, or a task left this behind, which is no reason to end.
                LOG.debug("interrupted between two tasks");
            } catch (Throwable e) {
                LOG.error("background task failed", e);
            }
        }
    }

    /** Takes no more work, drops what has not begun, and interrupts what has. */
    void stop(long timeoutMs) {
        stopped = true;
        tasks.clear();
        threads.forEach(Thread::interrupt);
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        try {
            for (Thread thread : threads) {
                thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
