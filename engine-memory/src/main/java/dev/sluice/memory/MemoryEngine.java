package dev.sluice.memory;

import dev.sluice.engine.BlockedCookie;
import dev.sluice.engine.BucketConfiguration;
import dev.sluice.engine.Collections;
import dev.sluice.engine.Cookie;
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
import dev.sluice.memory.table.Lookup;
import dev.sluice.memory.table.Mutations;
import dev.sluice.memory.table.RandomChoice;
import java.lang.System.Logger;
import java.util.Iterator;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A bucket in memory: finds the vbucket, has {@link Mutations} or {@link ScanService} do the work, and blocks the command
 * where the vbucket's lock was not to be had.
 *
 * <p><b>Thread.</b> As {@link Engine} says. Reads take no lock.
 */
final class MemoryEngine
        implements Engine, Flush, RecordApplication, DocumentReads, RandomDocuments, Reconfigurable, Pausable {

    private static final Logger LOGGER = System.getLogger(MemoryEngine.class.getName());

    /** What a flushed command keeps while it is on its way back. */
    private static final Object FLUSHED = new Object();

    private final String bucketName;
    private final EngineContext context;
    private final EngineClock clock;
    private final Counters counters;
    private final MemoryQuota quota;
    private final Mutations mutations;
    private final ScanService scans;
    private final MemoryVBuckets vbuckets;
    private final ItemPager itemPager;
    private final ExpiryPager expiryPager;
    private final TombstonePurger tombstonePurger;
    private final StatisticsGroups statistics;
    private volatile Settings settings;

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
        this.vbuckets = new MemoryVBuckets(bucketName, context, configuration.vbucketCount(), quota, counters);
        this.scans = new ScanService(vbuckets, context);
        this.itemPager = new ItemPager(vbuckets.array(), context.nonIoPool(), clock, quota, counters);
        itemPager.enabled(settings.autoDelete());
        this.expiryPager =
                new ExpiryPager(vbuckets.array(), context.nonIoPool(), settings.expiryIntervalNanos(), clock, counters);
        this.tombstonePurger = new TombstonePurger(
                vbuckets.array(),
                context.nonIoPool(),
                settings.purgeIntervalNanos(),
                settings.purgeAgeSeconds(),
                clock,
                counters);
        this.statistics =
                new StatisticsGroups(vbuckets.array(), quota, counters, () -> this.settings, vbuckets.newUuid());
    }

    /** Makes the vbuckets and begins the periodic work. */
    void start() {
        for (int i = 0; i < vbuckets.length(); i++) {
            vbuckets.set(vbuckets.create(i, VBucketState.ACTIVE));
        }
        quota.onPressure(itemPager::wake);
        context.memory().onQuotaChange(quotaBytes -> {
            LOGGER.log(Logger.Level.DEBUG, "quota changed bucket={0} bytes={1}", bucketName, quotaBytes);
            quota.check();
        });
        expiryPager.start();
        tombstonePurger.start();
    }

    MemoryVBuckets vbuckets() {
        return vbuckets;
    }

    // ---------------------------------------------------------------------------------------------- documents

    @Override
    public Status get(Cookie cookie, int vbucket, DocumentKey key, DocumentFilter filter, DocumentView out) {
        VBucket target = vbuckets.at(vbucket);
        if (target == null) {
            return vbuckets.absent();
        }
        Status refused = target.refusal(key.collection());
        if (refused != null) {
            return vbuckets.counted(refused);
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
        if (expired) {
            Documents.showExpired(document, out);
        } else {
            Documents.show(document, out);
            out.locked(target.locked(key.hash(), document, clock));
        }
        return Status.SUCCESS;
    }

    @Override
    public Status store(Cookie cookie, int vbucket, DocumentKey key, StoreRequest request, MutationResult out) {
        VBucket target = vbuckets.at(vbucket);
        if (target == null) {
            return vbuckets.absent();
        }
        return answer(cookie, target, mutations.store(target, key, request, out, Lookup.IN_TABLE));
    }

    @Override
    public Status remove(Cookie cookie, int vbucket, DocumentKey key, RemoveRequest request, MutationResult out) {
        VBucket target = vbuckets.at(vbucket);
        if (target == null) {
            return vbuckets.absent();
        }
        return answer(cookie, target, mutations.remove(target, key, request, out, Lookup.IN_TABLE));
    }

    @Override
    public Status getAndTouch(Cookie cookie, int vbucket, DocumentKey key, long expirySeconds, DocumentView out) {
        VBucket target = vbuckets.at(vbucket);
        if (target == null) {
            return vbuckets.absent();
        }
        return answer(cookie, target, mutations.touch(target, key, expirySeconds, out, Lookup.IN_TABLE));
    }

    @Override
    public Status lock(Cookie cookie, int vbucket, DocumentKey key, int lockSeconds, DocumentView out) {
        VBucket target = vbuckets.at(vbucket);
        if (target == null) {
            return vbuckets.absent();
        }
        return answer(cookie, target, mutations.lock(target, key, lockSeconds, out, Lookup.IN_TABLE));
    }

    @Override
    public Status unlock(Cookie cookie, int vbucket, DocumentKey key, long cas) {
        VBucket target = vbuckets.at(vbucket);
        if (target == null) {
            return vbuckets.absent();
        }
        return answer(cookie, target, mutations.unlock(target, key, cas, Lookup.IN_TABLE));
    }

    @Override
    public Status apply(
            Cookie cookie, int vbucket, DocumentKey key, DocumentView record, Terms terms, MutationResult out) {
        VBucket target = vbuckets.at(vbucket);
        if (target == null) {
            return vbuckets.absent();
        }
        return answer(cookie, target, mutations.apply(target, key, record, terms, out, Lookup.IN_TABLE));
    }

    @Override
    public Status read(Cookie cookie, int vbucket, DocumentKey key, Scope scope, DocumentView out) {
        VBucket target = vbuckets.at(vbucket);
        if (target == null) {
            return vbuckets.absent();
        }
        if (!scope.states().contains(target.state())) {
            return vbuckets.counted(Status.NOT_MY_VBUCKET);
        }
        return target.serves(key.collection()) ? show(target, key, scope.filter(), out) : Status.UNKNOWN_COLLECTION;
    }

    @Override
    public Status random(Cookie cookie, int collection, DocumentView out) {
        if (vbuckets.closing()) {
            return Status.TEMPORARY_FAILURE;
        }
        if (!vbuckets.hasCollection(collection)) {
            return Status.UNKNOWN_COLLECTION;
        }
        byte[] document = RandomChoice.of(vbuckets.array(), collection, clock.wallSeconds(), vbuckets.nextRandom());
        if (document == null) {
            return Status.NO_SUCH_KEY;
        }
        Documents.show(document, out);
        return Status.SUCCESS;
    }

    private Status answer(Cookie cookie, VBucket vbucket, Status status) {
        return switch (status) {
            case WOULD_BLOCK -> vbuckets.blockOnLock(cookie, vbucket);
            case NOT_MY_VBUCKET -> vbuckets.counted(status);
            default -> status;
        };
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
        if (vbuckets.closing()) {
            return Status.TEMPORARY_FAILURE;
        }
        BlockedCookie blocked = cookie.block();
        cookie.attach(FLUSHED);
        try {
            context.nonIoPool().execute(() -> {
                vbuckets.forEach(vbucket -> vbucket.clear(Status.CANCELLED));
                blocked.notifyIoComplete(Status.SUCCESS);
            });
        } catch (RejectedExecutionException bucketIsGone) {
            blocked.notifyIoComplete(Status.CANCELLED);
        }
        return Status.WOULD_BLOCK;
    }

    @Override
    public void reconfigure(BucketConfiguration configuration) {
        Settings changed = Settings.of(configuration);
        if (!changed.watermarks().contradiction().isEmpty()) {
            throw new IllegalArgumentException(changed.watermarks().contradiction());
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
        if (type == VBuckets.class || type == Collections.class) {
            return type.cast(vbuckets);
        }
        boolean own = type == Flush.class
                || type == RecordApplication.class
                || type == DocumentReads.class
                || type == RandomDocuments.class
                || type == Reconfigurable.class
                || type == Pausable.class;
        return own ? type.cast(this) : null;
    }

    @Override
    public void cancelBlocked() {
        vbuckets.beginClosing();
        // Commands that wait for a lock are woken by its holder's end; those that wait for a number or a snapshot,
        // here.
        vbuckets.inBackground(this::endWaiting);
    }

    private void endWaiting() {
        vbuckets.forEach(vbucket -> {
            vbucket.wakeAllWaiters();
            vbucket.endSnapshots(Status.CANCELLED);
        });
    }

    @Override
    public void close(boolean force) {
        vbuckets.beginClosing();
        expiryPager.stop();
        tombstonePurger.stop();
        vbuckets.stop();
        itemPager.stop();
        vbuckets.removeAll();
    }
}
