package dev.sluice.memory;

import dev.sluice.engine.BlockedCookie;
import dev.sluice.engine.BucketConfiguration;
import dev.sluice.engine.CollectionSet;
import dev.sluice.engine.Collections;
import dev.sluice.engine.Cookie;
import dev.sluice.engine.Datatype;
import dev.sluice.engine.DocumentFilter;
import dev.sluice.engine.DocumentKey;
import dev.sluice.engine.DocumentReads;
import dev.sluice.engine.DocumentView;
import dev.sluice.engine.DurabilityLevel;
import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineClock;
import dev.sluice.engine.EngineContext;
import dev.sluice.engine.Flush;
import dev.sluice.engine.MutationResult;
import dev.sluice.engine.Pausable;
import dev.sluice.engine.RandomDocuments;
import dev.sluice.engine.RangeScans;
import dev.sluice.engine.Reconfigurable;
import dev.sluice.engine.RecordApplication;
import dev.sluice.engine.RemoveRequest;
import dev.sluice.engine.Statistic;
import dev.sluice.engine.Status;
import dev.sluice.engine.StoreRequest;
import dev.sluice.engine.VBucketState;
import dev.sluice.engine.VBuckets;
import dev.sluice.memory.table.Documents;
import dev.sluice.memory.table.DroppedCollections;
import dev.sluice.memory.table.Lookup;
import dev.sluice.memory.table.Mutations;
import dev.sluice.memory.table.RandomChoice;
import java.lang.System.Logger;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A bucket in memory: finds the vbucket, has {@link Mutations} or {@link ScanService} do the work, and blocks the command
 * where the vbucket's lock was not to be had.
 *
 * <p><b>Thread.</b> As {@link Engine} says. Reads take no lock.
 */
final class MemoryEngine
        implements Engine,
                VBuckets,
                Flush,
                RecordApplication,
                DocumentReads,
                RandomDocuments,
                Collections,
                Reconfigurable,
                Pausable {

    private static final Logger LOGGER = System.getLogger(MemoryEngine.class.getName());

    /** UUIDs are positive and fit into 48 bits, which every client's language can hold. */
    private static final long UUID_MASK = (1L << 48) - 1;

    /** What a flushed command keeps while it is on its way back. */
    private static final Object FLUSHED = new Object();

    private final String bucketName;
    private final EngineContext context;
    private final EngineClock clock;
    private final Counters counters;
    private final MemoryQuota quota;
    private final Mutations mutations;
    private final ScanService scans;
    private final AtomicReferenceArray<@Nullable VBucket> vbuckets;
    private final SplittableRandom random;
    private final ItemPager itemPager;
    private final ExpiryPager expiryPager;
    private final TombstonePurger tombstonePurger;
    private final DroppedCollections<VBucket> droppedCollections;
    private final StatisticsGroups statistics;
    private volatile CollectionSet collections = CollectionSet.ALL;
    private volatile Settings settings;
    private volatile boolean closing;

    MemoryEngine(BucketConfiguration configuration, Settings settings, EngineContext context) {
        this.bucketName = configuration.bucketName();
        this.context = context;
        this.clock = context.clock();
        this.settings = settings;
        this.counters = new Counters(context.metrics());
        this.quota = new MemoryQuota(context.memory(), counters, settings);
        this.mutations = new Mutations(
                clock,
                quota,
                () -> counters.add(Counter.EXPIRED_BY_ACCESS),
                DurabilityLevel.MAJORITY,
                context.topology());
        this.scans = new ScanService(this, context);
        this.vbuckets = new AtomicReferenceArray<>(configuration.vbucketCount());
        // Not from a secure source: a UUID tells histories apart, it protects nothing. And tests can replay it.
        this.random = new SplittableRandom(clock.wallNanos() ^ Long.rotateLeft(bucketName.hashCode(), 32));
        this.itemPager = new ItemPager(vbuckets, context.nonIoPool(), clock, quota, counters, settings.autoDelete());
        this.expiryPager =
                new ExpiryPager(vbuckets, context.nonIoPool(), settings.expiryIntervalNanos(), clock, counters);
        this.tombstonePurger = new TombstonePurger(
                vbuckets,
                context.nonIoPool(),
                settings.purgeIntervalNanos(),
                settings.purgeAgeSeconds(),
                clock,
                counters);
        this.droppedCollections = new DroppedCollections<>(vbuckets, context.nonIoPool());
        this.statistics = new StatisticsGroups(vbuckets, quota, counters, () -> this.settings, newUuid());
    }

    /** Makes the vbuckets and begins the periodic work. */
    void start() {
        for (int i = 0; i < vbuckets.length(); i++) {
            vbuckets.set(i, newVBucket(i, VBucketState.ACTIVE));
        }
        quota.onPressure(itemPager::wake);
        context.memory().onQuotaChange(quotaBytes -> {
            LOGGER.log(Logger.Level.DEBUG, "quota changed bucket={0} bytes={1}", bucketName, quotaBytes);
            quota.check();
        });
        expiryPager.start();
        tombstonePurger.start();
    }

    private VBucket newVBucket(int id, VBucketState state) {
        return new VBucket(id, state, collections, quota, counters, this::newUuid);
    }

    private long newUuid() {
        synchronized (random) {
            return random.nextLong(1, UUID_MASK);
        }
    }

    private long nextRandom() {
        synchronized (random) {
            return random.nextLong();
        }
    }

    // ---------------------------------------------------------------------------------------------- documents

    @Override
    public Status get(Cookie cookie, int vbucket, DocumentKey key, DocumentFilter filter, DocumentView out) {
        VBucket target = vbucket(vbucket);
        if (target == null) {
            return absent();
        }
        Status refused = target.refusal(key.collection());
        if (refused != null) {
            return counted(refused);
        }
        return show(target, key, filter, out);
    }

    private Status show(VBucket target, DocumentKey key, DocumentFilter filter, DocumentView out) {
        byte[] document = target.find(key, true);
        if (document == null) {
            return Status.NO_SUCH_KEY;
        }
        boolean expired = Documents.expiring(document) && Documents.expired(document, clock.wallSeconds());
        if (!filter.accepts(expired || Documents.deleted(document))) {
            return Status.NO_SUCH_KEY;
        }
        Documents.show(document, out);
        if (expired) {
            // What its tombstone will look like, but for the numbers that it does not have yet.
            byte[] xattrs = Documents.xattrsThatStay(document);
            out.value(xattrs, 0, xattrs.length)
                    .datatype(xattrs.length == 0 ? Datatype.RAW : Datatype.XATTR)
                    .flags(0)
                    .deleted(true);
        } else if (target.locked(key.hash(), document, clock)) {
            out.locked(true);
        }
        return Status.SUCCESS;
    }

    @Override
    public Status store(Cookie cookie, int vbucket, DocumentKey key, StoreRequest request, MutationResult out) {
        VBucket target = vbucket(vbucket);
        if (target == null) {
            return absent();
        }
        return answer(cookie, target, mutations.store(target, key, request, out, Lookup.IN_TABLE));
    }

    @Override
    public Status remove(Cookie cookie, int vbucket, DocumentKey key, RemoveRequest request, MutationResult out) {
        VBucket target = vbucket(vbucket);
        if (target == null) {
            return absent();
        }
        return answer(cookie, target, mutations.remove(target, key, request, out, Lookup.IN_TABLE));
    }

    @Override
    public Status getAndTouch(Cookie cookie, int vbucket, DocumentKey key, long expirySeconds, DocumentView out) {
        VBucket target = vbucket(vbucket);
        if (target == null) {
            return absent();
        }
        return answer(cookie, target, mutations.touch(target, key, expirySeconds, out, Lookup.IN_TABLE));
    }

    @Override
    public Status lock(Cookie cookie, int vbucket, DocumentKey key, int lockSeconds, DocumentView out) {
        VBucket target = vbucket(vbucket);
        if (target == null) {
            return absent();
        }
        return answer(cookie, target, mutations.lock(target, key, lockSeconds, out, Lookup.IN_TABLE));
    }

    @Override
    public Status unlock(Cookie cookie, int vbucket, DocumentKey key, long cas) {
        VBucket target = vbucket(vbucket);
        if (target == null) {
            return absent();
        }
        return answer(cookie, target, mutations.unlock(target, key, cas, Lookup.IN_TABLE));
    }

    @Override
    public Status apply(
            Cookie cookie, int vbucket, DocumentKey key, DocumentView record, Terms terms, MutationResult out) {
        VBucket target = vbucket(vbucket);
        if (target == null) {
            return absent();
        }
        return answer(cookie, target, mutations.apply(target, key, record, terms, out, Lookup.IN_TABLE));
    }

    @Override
    public Status read(Cookie cookie, int vbucket, DocumentKey key, Scope scope, DocumentView out) {
        VBucket target = vbucket(vbucket);
        if (target == null) {
            return absent();
        }
        if (!scope.states().contains(target.state())) {
            return counted(Status.NOT_MY_VBUCKET);
        }
        return target.serves(key.collection()) ? show(target, key, scope.filter(), out) : Status.UNKNOWN_COLLECTION;
    }

    @Override
    public Status random(Cookie cookie, int collection, DocumentView out) {
        if (closing) {
            return Status.TEMPORARY_FAILURE;
        }
        if (!collections.contains(collection)) {
            return Status.UNKNOWN_COLLECTION;
        }
        byte[] document = RandomChoice.of(vbuckets, collection, clock.wallSeconds(), nextRandom());
        if (document == null) {
            return Status.NO_SUCH_KEY;
        }
        Documents.show(document, out);
        return Status.SUCCESS;
    }

    private Status answer(Cookie cookie, VBucket vbucket, Status status) {
        return switch (status) {
            case WOULD_BLOCK -> blockOnLock(cookie, vbucket);
            case NOT_MY_VBUCKET -> counted(status);
            default -> status;
        };
    }

    private Status absent() {
        return closing ? Status.TEMPORARY_FAILURE : counted(Status.NOT_MY_VBUCKET);
    }

    private Status counted(Status status) {
        if (status == Status.NOT_MY_VBUCKET) {
            counters.add(Counter.NOT_MY_VBUCKET);
        }
        return status;
    }

    /** Blocks a command until the vbucket's lock is free, or nearly so: the repetition spins for it again. */
    Status blockOnLock(Cookie cookie, VBucket vbucket) {
        counters.add(Counter.LOCK_WAITS);
        BlockedCookie blocked = cookie.block();
        try {
            context.nonIoPool().execute(() -> {
                vbucket.enter();
                vbucket.exit();
                blocked.notifyIoComplete(Status.SUCCESS);
            });
        } catch (RejectedExecutionException bucketIsGone) {
            blocked.notifyIoComplete(Status.CANCELLED);
        }
        return Status.WOULD_BLOCK;
    }

    /** Runs what may wait for a lock; nothing where the bucket is gone. */
    void inBackground(Runnable task) {
        try {
            context.nonIoPool().execute(task);
        } catch (RejectedExecutionException bucketIsGone) {
            LOGGER.log(Logger.Level.TRACE, "task dropped bucket={0}", bucketName);
        }
    }

    /** The vbucket of that number, or null where there is none or the bucket is going away. */
    @Nullable
    VBucket vbucket(int id) {
        return id >= 0 && id < vbuckets.length() && !closing ? vbuckets.getAcquire(id) : null;
    }

    // ---------------------------------------------------------------------------------------------- vbuckets

    @Override
    public @Nullable VBucketState state(int vbucket) {
        VBucket target = vbucket(vbucket);
        return target == null ? null : target.state();
    }

    @Override
    public Status setState(Cookie cookie, int vbucket, VBucketState state) {
        if (vbucket < 0 || vbucket >= vbuckets.length()) {
            return Status.OUT_OF_RANGE;
        }
        if (closing) {
            return Status.TEMPORARY_FAILURE;
        }
        boolean done = false;
        while (!done) {
            VBucket target = vbuckets.get(vbucket);
            if (target == null) {
                // Then round again: the collections may have been set before others could see the vbucket.
                vbuckets.compareAndSet(vbucket, null, newVBucket(vbucket, state));
                continue;
            }
            if (!target.tryEnter()) {
                return blockOnLock(cookie, target);
            }
            try {
                done = target.setState(state);
                target.collections(collections);
            } finally {
                target.exit();
            }
        }
        context.vbucketStateChanged(vbucket);
        return Status.SUCCESS;
    }

    @Override
    public Status delete(Cookie cookie, int vbucket) {
        VBucket target = vbucket(vbucket);
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
            vbuckets.compareAndSet(vbucket, target, null);
            target.remove();
        } finally {
            target.exit();
        }
        context.vbucketStateChanged(vbucket);
        return Status.SUCCESS;
    }

    @Override
    public long highSeqno(int vbucket) {
        VBucket target = vbucket(vbucket);
        return target == null ? -1 : target.highSeqno();
    }

    @Override
    public long highCas(int vbucket) {
        VBucket target = vbucket(vbucket);
        return target == null ? 0 : target.highCas();
    }

    @Override
    public List<FailoverEntry> failoverLog(int vbucket) {
        VBucket target = vbucket(vbucket);
        return target == null ? List.of() : target.failoverLog();
    }

    // ---------------------------------------------------------------------------------------------- collections

    /**
     * {@inheritDoc}
     *
     * <p>One vbucket after the other, each under its lock: what a write there has to say was said before, or is refused. A
     * vbucket that is made meanwhile takes the set from the field, which is written first.
     */
    @Override
    public void collections(CollectionSet existing) {
        collections = existing;
        boolean[] dropped = new boolean[1];
        forEachVBucket(vbucket -> dropped[0] |= vbucket.collections(existing));
        if (dropped[0]) {
            droppedCollections.wake();
        }
    }

    @Override
    public @Nullable Figures figures(int vbucket, int collection) {
        VBucket target = vbucket(vbucket);
        return target == null ? null : target.figures(collection);
    }

    @Override
    public long highSeqno(int vbucket, int collection) {
        VBucket target = vbucket(vbucket);
        return target == null || !target.serves(collection) ? -1 : target.highSeqno(collection);
    }

    // ---------------------------------------------------------------------------------------------- the bucket

    /**
     * {@inheritDoc}
     *
     * <p>Goes over a thousand locks, so it is done in the background. A vbucket at a time: the bucket is empty when the
     * command is answered, apart from what was stored while it ran.
     */
    @Override
    public Status flush(Cookie cookie) {
        if (cookie.attachment() == FLUSHED) {
            return Status.SUCCESS;
        }
        if (closing) {
            return Status.TEMPORARY_FAILURE;
        }
        BlockedCookie blocked = cookie.block();
        cookie.attach(FLUSHED);
        try {
            context.nonIoPool().execute(() -> {
                forEachVBucket(vbucket -> vbucket.clear(Status.CANCELLED));
                blocked.notifyIoComplete(Status.SUCCESS);
            });
        } catch (RejectedExecutionException bucketIsGone) {
            blocked.notifyIoComplete(Status.CANCELLED);
        }
        return Status.WOULD_BLOCK;
    }

    private void forEachVBucket(Consumer<VBucket> action) {
        for (int i = 0; i < vbuckets.length(); i++) {
            VBucket vbucket = vbuckets.get(i);
            if (vbucket != null) {
                vbucket.enter();
                try {
                    action.accept(vbucket);
                } finally {
                    vbucket.exit();
                }
            }
        }
    }

    @Override
    public void reconfigure(BucketConfiguration configuration) {
        Settings changed = Settings.of(configuration);
        if (!changed.contradiction().isEmpty()) {
            throw new IllegalArgumentException(changed.contradiction());
        }
        settings = changed;
        quota.settings(changed);
        itemPager.enabled(changed.autoDelete());
        expiryPager.intervalNanos(changed.expiryIntervalNanos());
        tombstonePurger.intervalNanos(changed.purgeIntervalNanos());
        tombstonePurger.ageSeconds(changed.purgeAgeSeconds());
        quota.check();
    }

    /** There are no files to leave alone. Documents expire while the bucket rests, as they do while it serves. */
    @Override
    public Status pause(Cancellation cancellation) {
        return cancellation.cancelled() ? Status.CANCELLED : Status.SUCCESS;
    }

    @Override
    public Status resume() {
        return Status.SUCCESS;
    }

    @Override
    public @Nullable Iterator<Statistic> statistics(String group, String argument) {
        return statistics.group(group, argument);
    }

    @Override
    public void resetStatistics() {
        counters.reset();
    }

    @Override
    public <C> @Nullable C capability(Class<C> type) {
        if (type == RangeScans.class) {
            return type.cast(scans);
        }
        boolean own = type == VBuckets.class
                || type == Flush.class
                || type == RecordApplication.class
                || type == Collections.class
                || type == DocumentReads.class
                || type == RandomDocuments.class
                || type == Reconfigurable.class
                || type == Pausable.class;
        return own ? type.cast(this) : null;
    }

    @Override
    public void cancelBlocked() {
        closing = true;
        // Commands that wait for a lock are woken by its holder's end; those that wait for a number or a snapshot,
        // here.
        inBackground(this::endWaiting);
    }

    private void endWaiting() {
        forEachVBucket(vbucket -> {
            vbucket.wakeAllWaiters();
            vbucket.endSnapshots(Status.CANCELLED);
        });
    }

    @Override
    public void close(boolean force) {
        closing = true;
        expiryPager.stop();
        tombstonePurger.stop();
        droppedCollections.stop();
        itemPager.stop();
        forEachVBucket(VBucket::remove);
        for (int i = 0; i < vbuckets.length(); i++) {
            vbuckets.set(i, null);
        }
    }
}
