package dev.sluice.persistent;

import dev.sluice.engine.DocumentView;
import dev.sluice.engine.EngineClock;
import dev.sluice.engine.TaskPool;
import dev.sluice.memory.table.Documents;
import dev.sluice.memory.table.SeqnoLog;
import dev.sluice.persistent.store.KvStore;
import dev.sluice.persistent.store.StoreBatch;
import dev.sluice.persistent.store.StoreException;
import java.lang.System.Logger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Carries changes from memory to disk.
 *
 * <p>The vbuckets are divided into shards, each with one flush at a time, so that what a vbucket writes reaches the store in
 * order. A round takes what several vbuckets of the shard have to write, up to a number of bytes, commits it as one batch
 * with one sync, and only then tells the vbuckets. While the disk is busy with one round, the next one's changes gather; so
 * the busier the disk, the more changes share a sync.
 *
 * <p>While it is {@linkplain #stop stopped} nothing of that happens, but what does not wait for it goes on: vbuckets are deleted,
 * and views of what is on disk are shown.
 *
 * <p>A round that fails changes nothing: its vbuckets keep what they had to write and are asked again, after a pause that
 * doubles from failure to failure. Meanwhile memory fills, and the quota refuses stores before it is full.
 *
 * <p><b>Thread.</b> Any. Rounds run on the writer pool, or on the thread that {@linkplain #drain drains}.
 */
final class Flusher {

    private static final Logger LOGGER = System.getLogger(Flusher.class.getName());

    private static final long PAUSE_NANOS_MIN = 10_000_000L;
    private static final long PAUSE_NANOS_MAX = 1_000_000_000L;

    /** So many vbuckets share a batch at the most. */
    private static final int VBUCKETS_PER_ROUND = 64;

    private final KvStore store;
    private final TaskPool pool;
    private final EngineClock clock;
    private final FlushCounts counts;
    private final String bucketName;
    private final Shard[] shards;
    private final Runnable afterRound;
    private volatile long batchBytesMax;
    private volatile boolean sync;
    private volatile boolean stopped;
    private volatile boolean resting;
    private volatile boolean closed;

    /** What operators want to know of it. */
    static final class FlushCounts {
        final LongAdder persisted = new LongAdder();
        /** Of these: those of which memory did not know what they replaced. */
        final LongAdder lookedUp = new LongAdder();

        final LongAdder commits = new LongAdder();
        final LongAdder failures = new LongAdder();
        final LongAdder failedDocuments = new LongAdder();
        final LongAdder commitNanos = new LongAdder();
        volatile String lastFailure = "";
        private volatile String logged = "";
    }

    /**
     * @param afterRound runs after each round that has written something: there is more to evict now
     */
    Flusher(
            KvStore store,
            TaskPool pool,
            EngineClock clock,
            FlushCounts counts,
            String bucketName,
            int shardCount,
            Runnable afterRound) {
        this.store = store;
        this.pool = pool;
        this.clock = clock;
        this.counts = counts;
        this.bucketName = bucketName;
        this.afterRound = afterRound;
        this.shards = new Shard[shardCount];
        Arrays.setAll(shards, i -> new Shard());
    }

    void configure(long newBatchBytesMax, boolean newSync) {
        batchBytesMax = newBatchBytesMax;
        sync = newSync;
    }

    /** A vbucket has something to write. */
    void enqueue(PersistentVBucket vbucket) {
        Shard shard = shardOf(vbucket.id);
        shard.queue.add(vbucket);
        shard.wake();
    }

    /** Has views that are due shown also while nothing is written. */
    void show(PersistentVBucket vbucket) {
        Shard shard = shardOf(vbucket.id);
        shard.viewers.add(vbucket);
        shard.wake();
    }

    /**
     * Has a vbucket's files go, before anything that is enqueued for its number from here on; then runs the action. The vbucket
     * must write nothing any more.
     */
    void delete(PersistentVBucket vbucket, Runnable done) {
        Shard shard = shardOf(vbucket.id);
        shard.deletions.add(new Deletion(vbucket.id, done));
        shard.wake();
    }

    private Shard shardOf(int vbucket) {
        return shards[vbucket % shards.length];
    }

    /** Writes nothing any more until {@link #start}; false where it was stopped already. */
    synchronized boolean stop() {
        boolean changed = !stopped;
        stopped = true;
        return changed;
    }

    synchronized boolean start() {
        boolean changed = stopped;
        stopped = false;
        for (Shard shard : shards) {
            shard.wake();
        }
        return changed;
    }

    boolean running() {
        return !stopped;
    }

    /** As {@link #stop}, but for the files' sake: nobody can undo it but {@link #resume}. Waits for rounds under way. */
    void rest() {
        resting = true;
        for (Shard shard : shards) {
            shard.awaitRound();
        }
    }

    void resume() {
        resting = false;
        for (Shard shard : shards) {
            shard.wake();
        }
    }

    /** Takes nothing on any more. */
    void close() {
        closed = true;
        rest();
    }

    /**
     * Writes everything that there is to write, on the caller's thread.
     *
     * @return whether it was all written before that failed
     */
    boolean drain() {
        for (Shard shard : shards) {
            while (shard.hasWork(true)) {
                if ((resting && !closed) || !shard.round(true)) {
                    return false;
                }
            }
        }
        return true;
    }

    /**
     * Writes on the caller's thread, for each shard that has something to write as much as goes with one batch.
     *
     * @return false where the first of them that failed has failed
     */
    boolean round() {
        for (Shard shard : shards) {
            if (!shard.round(true)) {
                return false;
            }
        }
        return true;
    }

    private record Deletion(int vbucket, Runnable done) {}

    private final class Shard implements Runnable {
        final Queue<PersistentVBucket> queue = new ConcurrentLinkedQueue<>();
        final Queue<Deletion> deletions = new ConcurrentLinkedQueue<>();
        final Queue<PersistentVBucket> viewers = new ConcurrentLinkedQueue<>();
        final ReentrantLock lock = new ReentrantLock();
        private final AtomicBoolean awake = new AtomicBoolean();

        // Guarded by the lock.
        private final StoreBatch batch = new StoreBatch();
        private final SeqnoLog.Batch step = new SeqnoLog.Batch();
        private final DocumentView view = new DocumentView();
        private long pauseNanos;
        /** Of the documents in the batch: those of which the store has to find out what they replace. */
        private int lookedUp;

        /** Returns when no round is under way, or another one has begun after this call. */
        void awaitRound() {
            lock.lock();
            try {
                assert lock.isHeldByCurrentThread();
            } finally {
                lock.unlock();
            }
        }

        /**
         * @param writes whether changes are written
         */
        boolean hasWork(boolean writes) {
            return (writes && !queue.isEmpty()) || !deletions.isEmpty() || !viewers.isEmpty();
        }

        void wake() {
            if (hasWork(!stopped) && !idle() && awake.compareAndSet(false, true)) {
                submit(0);
            }
        }

        private boolean idle() {
            return resting || closed;
        }

        private void submit(long delayNanos) {
            try {
                if (delayNanos == 0) {
                    pool.execute(this);
                } else {
                    pool.schedule(this, delayNanos);
                }
            } catch (RejectedExecutionException bucketIsGone) {
                awake.set(false);
            }
        }

        @Override
        public void run() {
            boolean succeeded = true;
            if (!idle()) {
                succeeded = round(!stopped);
            }
            if (hasWork(!stopped) && !idle()) {
                submit(succeeded ? 0 : pauseNanos);
                return;
            }
            awake.set(false);
            wake(); // what came in between
        }

        /** Writes a batch, if anything is to be written; false where that failed. */
        boolean round(boolean writes) {
            lock.lock();
            try {
                if (resting && !closed) {
                    return true;
                }
                boolean succeeded = deleteVBuckets();
                showViews();
                succeeded &= !writes || flush();
                pauseNanos = succeeded ? 0 : Math.min(PAUSE_NANOS_MAX, Math.max(PAUSE_NANOS_MIN, 2 * pauseNanos));
                return succeeded;
            } finally {
                lock.unlock();
            }
        }

        private boolean deleteVBuckets() {
            for (Deletion next = deletions.peek(); next != null; next = deletions.peek()) {
                try {
                    store.deleteVBucket(next.vbucket);
                } catch (StoreException e) {
                    failed(e, 0);
                    recover();
                    return false;
                }
                deletions.remove();
                next.done.run();
            }
            return true;
        }

        private void showViews() {
            for (PersistentVBucket next = viewers.poll(); next != null; next = viewers.poll()) {
                List<Runnable> due;
                next.enter();
                try {
                    due = next.takeDueViews();
                } finally {
                    next.exit();
                }
                due.forEach(Runnable::run);
            }
        }

        private boolean flush() {
            List<PersistentVBucket.Unit> units = new ArrayList<>();
            List<Runnable> views = new ArrayList<>();
            batch.clear();
            lookedUp = 0;
            long bytesMax = batchBytesMax;
            long started;
            try {
                for (int i = 0; i < VBUCKETS_PER_ROUND && batch.sizeBytes() < bytesMax; i++) {
                    PersistentVBucket vbucket = queue.poll();
                    if (vbucket == null) {
                        break;
                    }
                    if (!deletions.isEmpty()) {
                        queue.add(vbucket); // it may be the successor of one that has to go first
                        break;
                    }
                    PersistentVBucket.Unit unit = prepare(vbucket, bytesMax, views);
                    if (unit != null) {
                        units.add(unit);
                        collect(unit);
                    }
                }
                // What is seen by them is what the store shows before this round.
                views.forEach(Runnable::run);
                if (units.isEmpty()) {
                    return true;
                }
                started = clock.nanoTime();
                store.commit(batch, sync);
            } catch (StoreException e) {
                failed(e, batch.documents());
                units.forEach(this::requeue);
                recover();
                return false;
            } catch (RuntimeException bug) {
                units.forEach(this::requeue); // nothing is dropped because of it
                awake.set(false);
                throw bug;
            }
            counts.commits.increment();
            counts.persisted.add(batch.documents());
            counts.lookedUp.add(lookedUp);
            counts.commitNanos.add(clock.nanoTime() - started);
            batch.clear();
            units.forEach(Shard::committed);
            afterRound.run();
            return true;
        }

        private static PersistentVBucket.@Nullable Unit prepare(
                PersistentVBucket vbucket, long bytesMax, List<Runnable> views) {
            vbucket.enter();
            try {
                views.addAll(vbucket.takeDueViews());
                return vbucket.prepare(bytesMax);
            } finally {
                vbucket.exit();
            }
        }

        private static void committed(PersistentVBucket.Unit unit) {
            unit.vbucket.enter();
            try {
                unit.vbucket.committed(unit);
            } finally {
                unit.vbucket.exit();
            }
        }

        private void requeue(PersistentVBucket.Unit unit) {
            unit.vbucket.enter();
            try {
                unit.vbucket.requeue(unit);
            } finally {
                unit.vbucket.exit();
            }
            queue.add(unit.vbucket);
        }

        /** Adds a unit to the batch. Its checkpoints are closed, so it is copied in steps. */
        private void collect(PersistentVBucket.Unit unit) {
            int vbucket = unit.vbucket.id;
            long end = unit.record.highSeqno();
            if (unit.clears) {
                batch.clear(vbucket);
            }
            step.throughSeqno = unit.afterSeqno;
            while (step.throughSeqno < end) {
                long after = step.throughSeqno;
                if (!copy(unit, after)) {
                    break; // cleared: what follows the clearing is written next
                }
                for (int i = 0; i < step.count; i++) {
                    byte[] document = step.documents[i];
                    long seqno = Documents.seqno(document);
                    long note = step.notes[i];
                    if (seqno > after && seqno <= end && unit.writes(seqno, note)) {
                        put(vbucket, document, unit.previous(note));
                    }
                }
                Arrays.fill(step.documents, 0, step.count, null);
                if (step.throughSeqno == after) {
                    break; // nothing is left: numbers up to the end were cleared
                }
            }
            unit.purges.forEach(purge -> batch.purge(vbucket, purge.key(), purge.seqno()));
            batch.record(vbucket, unit.record);
        }

        private void put(int vbucket, byte[] document, long previous) {
            Documents.show(document, view);
            if (previous == PersistentVBucket.Note.UNKNOWN) {
                batch.put(vbucket, view);
                lookedUp++;
            } else {
                batch.put(
                        vbucket,
                        view,
                        PersistentVBucket.Note.seqno(previous),
                        PersistentVBucket.Note.deleted(previous));
            }
        }

        private boolean copy(PersistentVBucket.Unit unit, long after) {
            unit.vbucket.enter();
            try {
                return unit.vbucket.copyDirty(unit, after, step);
            } finally {
                unit.vbucket.exit();
            }
        }

        private void recover() {
            try {
                store.recover();
            } catch (StoreException e) {
                // Says more than the attempts to write do, which are refused until this succeeds.
                counts.lastFailure = e.kind() + ": " + e.getMessage();
                LOGGER.log(Logger.Level.DEBUG, "storage does not recover bucket={0} kind={1}", bucketName, e.kind());
            }
        }

        private void failed(StoreException e, int documents) {
            counts.failures.increment();
            counts.failedDocuments.add(documents);
            // Once for each kind of trouble, not once for each attempt.
            String text = e.kind() + ": " + e.getMessage();
            if (!text.equals(counts.logged)) {
                counts.logged = text;
                counts.lastFailure = text;
                LOGGER.log(
                        Logger.Level.ERROR,
                        "changes cannot be written and are kept in memory bucket={0} kind={1} file={2} message={3}",
                        bucketName,
                        e.kind(),
                        e.file(),
                        e.getMessage());
            }
        }
    }

    /** Changes and deletions that wait, by vbuckets. For statistics. */
    int queuedVBuckets() {
        int queued = 0;
        for (Shard shard : shards) {
            queued += shard.queue.size();
        }
        return queued;
    }
}
