package dev.sluice.persistent;

import dev.sluice.engine.TaskPool;
import dev.sluice.persistent.store.Staleness;
import dev.sluice.persistent.store.StoreException;
import java.lang.System.Logger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Compacts vbuckets whose files hold too much of what is gone.
 *
 * <p>RocksDB compacts where something is written. What a vbucket had deleted or overwritten before it fell quiet stays in its
 * files, as no level of them outgrows its size any more. So from time to time each vbucket's files are looked at, and where
 * the stale share is above the configured one they are compacted. A vbucket of which not all could go, since a scan still
 * shows it, is left alone until it has twice as much.
 *
 * <p>Vbuckets share files: what is compacted for one is gone for all, and those that follow find little to do.
 *
 * <p><b>Thread.</b> The aux-I/O pool, one vbucket at a time. A compaction that runs ends when the store is paused or closed.
 */
final class CompactionRule {

    private static final Logger LOGGER = System.getLogger(CompactionRule.class.getName());

    /** Fewer stale entries than these are not worth the reading and writing of whole files. */
    static final long STALE_MIN = 2_000;

    private final PersistentEngine engine;
    private final AtomicReferenceArray<@Nullable PersistentVBucket> vbuckets;

    /** How much stale the last compaction by rule of each vbucket has left. Written by the one visit under way. */
    private final long[] left;

    private volatile double ratio;
    private volatile long lastWallSeconds;

    // Guarded by this.
    private long intervalNanos;
    private TaskPool.@Nullable Scheduled next;
    private boolean stopped;

    CompactionRule(
            PersistentEngine engine,
            AtomicReferenceArray<@Nullable PersistentVBucket> vbuckets,
            long intervalNanos,
            double ratio) {
        this.engine = engine;
        this.vbuckets = vbuckets;
        this.intervalNanos = intervalNanos;
        this.ratio = ratio;
        this.left = new long[vbuckets.length()];
    }

    void ratio(double newRatio) {
        ratio = newRatio;
    }

    /** When it last compacted a vbucket, in Unix seconds; 0 for never. */
    long lastWallSeconds() {
        return lastWallSeconds;
    }

    synchronized void start() {
        schedule();
    }

    synchronized void stop() {
        stopped = true;
        if (next != null) {
            next.cancel();
        }
    }

    synchronized void intervalNanos(long newIntervalNanos) {
        if (newIntervalNanos != intervalNanos) {
            intervalNanos = newIntervalNanos;
            if (next != null) {
                next.cancel();
                schedule();
            }
        }
    }

    private synchronized void schedule() {
        if (stopped) {
            return;
        }
        try {
            next = engine.context().auxIoPool().schedule(this::visit, intervalNanos);
        } catch (RejectedExecutionException bucketIsGone) {
            next = null;
        }
    }

    private void visit() {
        List<Integer> due = new ArrayList<>();
        try {
            if (mayWork()) {
                Map<Integer, Staleness> found = engine.store().staleness();
                for (int id = 0; id < left.length; id++) {
                    if (isDue(id, found)) {
                        due.add(id);
                    }
                }
            }
        } catch (StoreException e) {
            failed(-1, e);
        }
        compact(due, 0);
    }

    private boolean mayWork() {
        return engine.flusher().running()
                && !engine.paused()
                && !engine.vbuckets().closing();
    }

    private boolean isDue(int id, Map<Integer, Staleness> found) {
        Staleness staleness = found.getOrDefault(id, Staleness.NONE);
        left[id] = Math.min(left[id], staleness.stale());
        return vbuckets.get(id) != null
                && staleness.share() > ratio
                && staleness.stale() >= STALE_MIN
                && staleness.stale() >= 2 * left[id];
    }

    /** Each is a task of its own, and looked at once more: the one before may have taken its files along. */
    private void compact(List<Integer> due, int position) {
        if (position == due.size()) {
            schedule();
            return;
        }
        try {
            engine.context().auxIoPool().execute(() -> {
                int id = due.get(position);
                try {
                    if (mayWork() && isDue(id, engine.store().staleness())) {
                        compact(id);
                    }
                } catch (StoreException e) {
                    failed(id, e);
                }
                compact(due, position + 1);
            });
        } catch (RejectedExecutionException bucketIsGone) {
            stop();
        }
    }

    private void compact(int id) throws StoreException {
        engine.store().compact(id);
        left[id] = engine.store().staleness().getOrDefault(id, Staleness.NONE).stale();
        lastWallSeconds = engine.clock().wallSeconds();
        engine.counters().add(Counter.COMPACTIONS);
        engine.counters().add(Counter.COMPACTIONS_BY_RULE);
    }

    private void failed(int id, StoreException e) {
        boolean calledOff = e.kind() == StoreException.Kind.PAUSED || e.kind() == StoreException.Kind.CLOSED;
        LOGGER.log(
                calledOff ? Logger.Level.DEBUG : Logger.Level.WARNING,
                "compaction by rule failed bucket={0} vbucket={1} kind={2} message={3}",
                engine.bucketName(),
                id,
                e.kind(),
                e.getMessage());
    }
}
