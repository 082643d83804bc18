package dev.sluice.persistent;

import dev.sluice.engine.CollectionSet;
import dev.sluice.engine.Cookie;
import dev.sluice.engine.Status;
import dev.sluice.engine.VBucketState;
import dev.sluice.memory.table.VBucketSet;
import java.util.List;

/** The vbuckets of a bucket on disk, where one is gone when the disk has forgotten it. <b>Thread.</b> As {@link VBucketSet} says. */
final class PersistentVBuckets extends VBucketSet<PersistentVBucket> {

    private static final int CHECKPOINTS_PER_BATCH = 8;

    private final PersistentEngine engine;

    PersistentVBuckets(PersistentEngine engine, int count) {
        super(
                engine.bucketName(),
                engine.context(),
                count,
                () -> engine.counters().add(Counter.LOCK_WAITS),
                () -> engine.counters().add(Counter.NOT_MY_VBUCKET));
        this.engine = engine;
    }

    @Override
    protected PersistentVBucket create(int id, VBucketState state, CollectionSet collections) {
        return new PersistentVBucket(
                id,
                state,
                collections,
                engine.quota(),
                this::newUuid,
                vbucket -> engine.flusher().enqueue(vbucket),
                !engine.settings().fullEviction(),
                this::checkpointBytes);
    }

    /** Several checkpoints go into a batch, so that batches can be of about the size that was asked for. */
    private long checkpointBytes() {
        return engine.settings().flushBatchBytes() / CHECKPOINTS_PER_BATCH;
    }

    @Override
    protected void serve(PersistentVBucket vbucket, CollectionSet collections) {
        vbucket.serve(collections);
    }

    @Override
    public void collections(CollectionSet collections) {
        super.collections(collections);
        engine.droppedDocuments().wake(collections);
    }

    /**
     * {@inheritDoc}
     *
     * <p>Answered when the disk has forgotten the vbucket, which is done also while persistence is stopped. Where the disk
     * refuses that for {@value DiskWaits#SECONDS_MAX} seconds the answer is a temporary failure; the vbucket is gone all the
     * same, and its files go as soon as they can.
     */
    @Override
    public Status delete(Cookie cookie, int vbucket) {
        if (cookie.attachment() instanceof DiskWaits.DiskWait wait) {
            return wait.outcome(cookie);
        }
        PersistentVBucket target = at(vbucket);
        if (target == null) {
            return absent();
        }
        if (!target.tryEnter()) {
            return blockOnLock(cookie, target);
        }
        try {
            if (target.state() != VBucketState.DEAD) {
                return Status.INVALID_ARGUMENTS;
            }
            DiskWaits.DiskWait wait = engine.diskWaits().begin(cookie);
            target.remove();
            List<Runnable> written = target.takeWritten();
            // The order to delete comes before there can be another vbucket of this number, whose writes come after.
            engine.flusher().delete(target, () -> {
                engine.context().vbucketStateChanged(vbucket);
                written.forEach(Runnable::run);
                wait.end(Status.SUCCESS);
            });
            // Whoever finds it removed looks for another one of its number.
            takeOut(target);
        } finally {
            target.exit();
        }
        target.waiters().end(waiter -> waiter.durable() ? Status.UNDECIDED : Status.NOT_MY_VBUCKET);
        return Status.WOULD_BLOCK;
    }
}
