package dev.sluice.memory.table;

import dev.sluice.engine.TaskPool;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** A sweep that goes round once and begins anew some time after it ended. */
public abstract class PeriodicSweep<V extends VBucketCore> extends Sweep<V> {

    private final TaskPool pool;

    // Guarded by this.
    private long intervalNanos;
    private TaskPool.@Nullable Scheduled next;
    private boolean stopped;

    public PeriodicSweep(AtomicReferenceArray<@Nullable V> vbuckets, TaskPool pool, long intervalNanos) {
        super(vbuckets, pool);
        this.pool = pool;
        this.intervalNanos = intervalNanos;
    }

    /** Has the next round begin one interval from now. */
    public final synchronized void start() {
        schedule();
    }

    public final synchronized void stop() {
        stopped = true;
        if (next != null) {
            next.cancel();
            next = null;
        }
    }

    /** A round that waits for its time begins by the new interval, counted from now; one under way goes on. */
    public final synchronized void intervalNanos(long newIntervalNanos) {
        if (newIntervalNanos == intervalNanos) {
            return;
        }
        intervalNanos = newIntervalNanos;
        if (next != null) {
            next.cancel();
            schedule();
        }
    }

    private void schedule() {
        if (stopped) {
            return;
        }
        try {
            next = pool.schedule(this::begin, intervalNanos);
        } catch (RejectedExecutionException bucketIsGone) {
            next = null;
        }
    }

    private void begin() {
        synchronized (this) {
            if (stopped || next == null) {
                return;
            }
            next = null;
        }
        run();
    }

    @Override
    public final synchronized boolean satisfied() {
        return stopped;
    }

    @Override
    public final boolean roundDone() {
        return false;
    }

    @Override
    public final synchronized void ended() {
        afterRound();
        schedule();
    }

    /** A round is over. */
    public void afterRound() {}
}
