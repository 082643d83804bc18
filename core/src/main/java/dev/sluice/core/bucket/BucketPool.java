package dev.sluice.core.bucket;

import dev.sluice.engine.TaskPool;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One bucket's view of a pool of the process: it names the bucket when a task throws, drops what has not begun once the
 * bucket is closed, and knows how many tasks run, so that closing can wait for them.
 */
final class BucketPool implements TaskPool {

    private final TaskPool pool;
    private final EngineFaults faults;
    private final ClassLoader loader;
    private final AtomicInteger running = new AtomicInteger();
    private volatile boolean closed;

    BucketPool(TaskPool pool, EngineFaults faults, ClassLoader loader) {
        this.pool = pool;
        this.faults = faults;
        this.loader = loader;
    }

    @Override
    public void execute(Runnable task) {
        checkOpen();
        pool.execute(() -> run(task));
    }

    @Override
    public Scheduled schedule(Runnable task, long delayNanos) {
        checkOpen();
        return pool.schedule(() -> run(task), delayNanos);
    }

    private void checkOpen() {
        if (closed) {
            throw new RejectedExecutionException("the bucket is closed");
        }
    }

    private void run(Runnable task) {
        running.incrementAndGet();
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try {
            if (!closed) {
                thread.setContextClassLoader(loader);
                task.run();
            }
        } catch (Throwable e) {
            faults.report(EngineFault.BACKGROUND_EXCEPTION, e);
        } finally {
            thread.setContextClassLoader(before);
            running.decrementAndGet();
        }
    }

    /** From here on nothing begins. */
    void close() {
        closed = true;
    }

    /** Whether nothing runs; after {@link #close} it stays so once it was true. */
    boolean idle() {
        return running.get() == 0;
    }
}
