package dev.sluice.memory;

import dev.sluice.engine.CollectionSet;
import dev.sluice.engine.Cookie;
import dev.sluice.engine.EngineContext;
import dev.sluice.engine.Status;
import dev.sluice.engine.VBucketState;
import dev.sluice.memory.table.DroppedCollections;
import dev.sluice.memory.table.VBucketSet;

/** The vbuckets of a bucket in memory, where one is gone as soon as it is deleted. <b>Thread.</b> As {@link VBucketSet} says. */
final class MemoryVBuckets extends VBucketSet<VBucket> {

    private final EngineContext context;
    private final MemoryQuota quota;
    private final Counters counters;
    private final DroppedCollections<VBucket> droppedCollections;

    MemoryVBuckets(String bucketName, EngineContext context, int count, MemoryQuota quota, Counters counters) {
        super(
                bucketName,
                context,
                count,
                () -> counters.add(Counter.LOCK_WAITS),
                () -> counters.add(Counter.NOT_MY_VBUCKET));
        this.context = context;
        this.quota = quota;
        this.counters = counters;
        this.droppedCollections = new DroppedCollections<>(array(), context.nonIoPool());
    }

    @Override
    protected VBucket create(int id, VBucketState state, CollectionSet collections) {
        return new VBucket(id, state, collections, quota, counters, this::newUuid);
    }

    @Override
    protected void serve(VBucket vbucket, CollectionSet collections) {
        vbucket.collections(collections);
    }

    @Override
    public void collections(CollectionSet collections) {
        super.collections(collections);
        droppedCollections.wake();
    }

    /** Nothing is taken out of memory any more because its collection is gone. */
    void stop() {
        droppedCollections.stop();
    }

    @Override
    public Status delete(Cookie cookie, int vbucket) {
        VBucket target = at(vbucket);
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
            // Taken out first: whoever finds it removed looks for another one of its number.
            takeOut(target);
            target.remove();
        } finally {
            target.exit();
        }
        context.vbucketStateChanged(vbucket);
        return Status.SUCCESS;
    }
}
