package dev.sluice.core.bucket;

import dev.sluice.engine.TaskPool;
import java.util.concurrent.RejectedExecutionException;

/**
 * One bucket's view of a pool of the process: it names the bucket when a task throws, and drops what has not begun once the
 * bucket is closed.
 */
final class BucketPool implements TaskPool {

    private final TaskPool pool;
    private final EngineFaults faults;
    private volatile boolean closed;

    BucketPool(TaskPool pool, EngineFaults faults) {
        this.pool = pool;
        this.faults = faults;
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
        if (!closed) {
            faults.run(task::run);
        }
    }

    /** From here on nothing begins. */
    void close() {
        closed = true;
    }
}
