package dev.sluice.persistent;

import dev.sluice.engine.Backups;
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
import dev.sluice.engine.Persistence;
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
import dev.sluice.memory.table.Lookup.Needed;
import dev.sluice.memory.table.Mutations;
import dev.sluice.persistent.store.KvStore;
import dev.sluice.persistent.store.StoreBatch;
import dev.sluice.persistent.store.StoreException;
import dev.sluice.persistent.store.StoredVBucket;
import java.lang.System.Logger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A bucket in memory with a disk behind it: finds the vbucket, has {@link Mutations} do the work, blocks the command where the
 * vbucket's lock was not to be had, where memory does not know the answer, and where a write is to be on disk first.
 *
 * <p><b>Thread.</b> As {@link Engine} says. Reads of what is in memory take no lock. Nothing here waits for the disk but {@link
 * #start}, {@link #pause} and {@link #close}.
 */
final class PersistentEngine
        implements Engine, Flush, RecordApplication, DocumentReads, RandomDocuments, Reconfigurable, Pausable {

    private static final Logger LOGGER = System.getLogger(PersistentEngine.class.getName());

    /** The content under this name says that the bucket was closed with everything on disk. */
    private static final String CLEAN_STOP = "clean-stop";

    private static final byte[] YES = "yes".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NO = new byte[0];

    /**
     * For how long {@link #close} tries to write what is left: a server that stops gives all its buckets 40 s, and what has to
     * be done besides takes some of that.
     */
    private static final long CLOSING_NANOS_MAX = TimeUnit.SECONDS.toNanos(10);

    private static final long CLOSING_PAUSE_NANOS_MIN = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long CLOSING_PAUSE_NANOS_MAX = TimeUnit.SECONDS.toNanos(1);

    /** So many vbuckets are named where changes are lost; of the rest the number is. */
    private static final int LOST_VBUCKETS_NAMED = 16;

    private final String bucketName;
    private final EngineContext context;
    private final EngineClock clock;
    private final KvStore store;
    private final LongConsumer pause;
    private final Counters counters;
    private final Flusher.FlushCounts flushCounts = new Flusher.FlushCounts();
    private final Quota quota;
    private final Mutations mutations;
    private final Flusher flusher;
    private final Fetcher fetcher;
    private final PersistentVBuckets vbuckets;
    private final ItemPager itemPager;
    private final ExpiryPager expiryPager;
    private final TombstonePurger tombstonePurger;
    private final DroppedDocuments droppedDocuments;
    private final CompactionRule compactionRule;
    private final PersistenceControl persistence;
    private final DiskWaits diskWaits;
    private final StoreBackups backups;
    private final ScanService scans;
    private final Warmup warmup;
    private final AccessLog accessLog;
    private final RandomFinder randomFinder;
    private final StatisticsGroups statistics;
    private volatile Settings settings;
    private volatile boolean paused;

    /**
     * @param pause waits for so many nanoseconds, in {@link #close} alone
     */
    PersistentEngine(
            BucketConfiguration configuration,
            Settings settings,
            EngineContext context,
            KvStore store,
            LongConsumer pause) {
        this.bucketName = configuration.bucketName();
        this.context = context;
        this.clock = context.clock();
        this.store = store;
        this.pause = pause;
        this.settings = settings;
        this.counters = new Counters(context.metrics());
        this.quota = new Quota(context.memory(), counters, settings.watermarks());
        this.mutations = new Mutations(
                clock,
                quota,
                () -> counters.add(Counter.EXPIRED_BY_ACCESS),
                DurabilityLevel.PERSIST_TO_MAJORITY,
                context.topology());
        int vbucketCount = configuration.vbucketCount();
        this.vbuckets = new PersistentVBuckets(this, vbucketCount);
        this.flusher = new Flusher(
                store,
                context.writerPool(),
                clock,
                flushCounts,
                bucketName,
                Math.min(settings.flushers(), vbucketCount),
                quota::check);
        flusher.configure(settings.flushBatchBytes(), settings.sync());
        this.fetcher = new Fetcher(store, context.readerPool(), quota, counters, clock, bucketName, vbucketCount);
        this.itemPager = new ItemPager(vbuckets.array(), context.nonIoPool(), clock, quota, counters);
        this.expiryPager = new ExpiryPager(this, vbuckets.array(), settings.expiryIntervalNanos());
        this.tombstonePurger =
                new TombstonePurger(this, vbuckets.array(), settings.purgeIntervalNanos(), settings.purgeAgeSeconds());
        this.droppedDocuments = new DroppedDocuments(this, vbuckets.array());
        this.compactionRule = new CompactionRule(
                this, vbuckets.array(), settings.compactionIntervalNanos(), settings.compactionRatio());
        this.persistence = new PersistenceControl(this);
        this.diskWaits = new DiskWaits(context.nonIoPool());
        this.backups = new StoreBackups(this, vbuckets.array());
        this.scans = new ScanService(this);
        this.accessLog = new AccessLog(this, vbuckets.array(), settings.accessLogIntervalNanos());
        this.warmup = new Warmup(this, vbuckets.array(), settings);
        this.randomFinder = new RandomFinder(this, vbuckets.array());
        this.statistics = new StatisticsGroups(this, vbuckets.array(), () -> this.settings, vbuckets.newUuid());
    }

    /** Takes over what is on disk, or makes a new bucket there, and begins the work in the background. */
    void start() throws StoreException {
        byte[] mark = store.local(CLEAN_STOP);
        boolean clean = mark != null && mark.length > 0;
        List<StoredVBucket> stored = store.vbuckets();
        StoreBatch batch = new StoreBatch();
        for (StoredVBucket one : stored) {
            if (one.vbucket() >= vbuckets.length()) {
                throw new StoreException(
                        StoreException.Kind.SETTING,
                        "vbucket " + one.vbucket() + " is there (expected: numbers below the configured count, "
                                + vbuckets.length() + ")");
            }
            restore(one, !clean, batch);
        }
        if (stored.isEmpty()) {
            for (int i = 0; i < vbuckets.length(); i++) {
                PersistentVBucket made = vbuckets.create(i, VBucketState.ACTIVE);
                made.enter();
                try {
                    batch.record(i, made.firstRecord());
                } finally {
                    made.exit();
                }
                vbuckets.set(made);
            }
        }
        batch.local(CLEAN_STOP, NO);
        store.commit(batch, true);
        LOGGER.log(
                Logger.Level.DEBUG,
                "storage opened bucket={0} vbuckets={1} clean={2}",
                bucketName,
                stored.size(),
                clean);
        quota.onPressure(itemPager::wake);
        context.memory().onQuotaChange(quotaBytes -> quota.check());
        expiryPager.start();
        tombstonePurger.start();
        accessLog.start();
        compactionRule.start();
        warmup.start();
    }

    private void restore(StoredVBucket stored, boolean newHistory, StoreBatch batch) {
        int id = stored.vbucket();
        PersistentVBucket made = vbuckets.create(id, stored.record().state());
        made.enter();
        try {
            made.restore(stored, newHistory);
            if (newHistory) {
                batch.record(id, made.firstRecord());
            }
        } finally {
            made.exit();
        }
        vbuckets.set(made);
    }

    // ---------------------------------------------------------------------------------------------- parts

    EngineContext context() {
        return context;
    }

    EngineClock clock() {
        return clock;
    }

    KvStore store() {
        return store;
    }

    Counters counters() {
        return counters;
    }

    Flusher.FlushCounts flushCounts() {
        return flushCounts;
    }

    Quota quota() {
        return quota;
    }

    Flusher flusher() {
        return flusher;
    }

    DiskWaits diskWaits() {
        return diskWaits;
    }

    ScanService scans() {
        return scans;
    }

    TombstonePurger compactor() {
        return tombstonePurger;
    }

    Warmup warmup() {
        return warmup;
    }

    AccessLog accessLog() {
        return accessLog;
    }

    DroppedDocuments droppedDocuments() {
        return droppedDocuments;
    }

    PersistentVBuckets vbuckets() {
        return vbuckets;
    }

    String bucketName() {
        return bucketName;
    }

    Settings settings() {
        return settings;
    }

    boolean paused() {
        return paused;
    }

    CompactionRule compactionRule() {
        return compactionRule;
    }

    // ---------------------------------------------------------------------------------------------- documents

    @Override
    public Status get(Cookie cookie, int vbucket, DocumentKey key, DocumentFilter filter, DocumentView out) {
        PersistentVBucket target = vbuckets.at(vbucket);
        if (target == null) {
            return vbuckets.absent();
        }
        Status refused = target.refusal(key.collection());
        if (refused != null) {
            return vbuckets.counted(refused);
        }
        return show(
                cookie,
                target,
                key,
                filter,
                filter == DocumentFilter.ALIVE ? Needed.ALIVE_WITH_VALUE : Needed.ANY_WITH_VALUE,
                out);
    }

    /** Shows what is in memory, or was read for this command; otherwise has it read. */
    private Status show(
            Cookie cookie,
            PersistentVBucket target,
            DocumentKey key,
            DocumentFilter filter,
            Needed needed,
            DocumentView out) {
        if (!warmup.serves()) {
            return Status.TEMPORARY_FAILURE;
        }
        boolean known = target.knows(needed);
        byte[] document = target.find(key, true);
        if (document == null) {
            if (!known || !target.knows(needed)) {
                if (!(cookie.attachment() instanceof Fetch fetch) || !fetch.answered() || fetch.vbucket != target) {
                    return fetch(cookie, target, key, needed);
                }
                document = fetch.document();
            }
            if (document == null) {
                return Status.NO_SUCH_KEY;
            }
        }
        boolean expired = Documents.expiring(document) && Documents.expired(document, clock.wallSeconds());
        if (!filter.accepts(expired || Documents.deleted(document))) {
            return Status.NO_SUCH_KEY;
        }
        if (!expired && !needed.satisfiedBy(document)) {
            byte[] read = cookie.attachment() instanceof Fetch fetch ? fetch.valueOf(document) : null;
            if (read == null) {
                return fetch(cookie, target, key, needed);
            }
            document = read;
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
        PersistentVBucket target = vbuckets.at(vbucket);
        if (target == null) {
            return vbuckets.absent();
        }
        if (cookie.attachment() instanceof DurableWrite made) {
            made.show(out);
            return Status.SUCCESS;
        }
        if (!warmup.serves()) {
            return Status.TEMPORARY_FAILURE;
        }
        Status status = mutations.store(target, key, request, out, lookup(cookie));
        if (status == Status.SUCCESS) {
            return durable(cookie, target, request.durability(), request.deadlineNanos(), out);
        }
        Needed needed = request.existing() == DocumentFilter.ALIVE ? Needed.ALIVE : Needed.ANY;
        return answer(cookie, target, key, needed, status);
    }

    @Override
    public Status remove(Cookie cookie, int vbucket, DocumentKey key, RemoveRequest request, MutationResult out) {
        PersistentVBucket target = vbuckets.at(vbucket);
        if (target == null) {
            return vbuckets.absent();
        }
        if (cookie.attachment() instanceof DurableWrite made) {
            made.show(out);
            return Status.SUCCESS;
        }
        if (!warmup.serves()) {
            return Status.TEMPORARY_FAILURE;
        }
        Status status = mutations.remove(target, key, request, out, lookup(cookie));
        if (status == Status.SUCCESS) {
            return durable(cookie, target, request.durability(), request.deadlineNanos(), out);
        }
        return answer(cookie, target, key, Needed.ALIVE, status);
    }

    /**
     * A write is made. Where it is to be on disk before its client hears of it, the command waits for that. <em>Differs:</em>
     * others see the write meanwhile; in the original they do when it is committed.
     */
    private Status durable(
            Cookie cookie, PersistentVBucket target, DurabilityLevel level, long deadlineNanos, MutationResult out) {
        if (level.compareTo(DurabilityLevel.MAJORITY) <= 0 || target.persistedSeqno() >= out.seqno()) {
            return Status.SUCCESS;
        }
        BlockedCookie blocked = cookie.block();
        cookie.attach(DurableWrite.of(out));
        target.waiters()
                .add(
                        blocked,
                        out.seqno(),
                        true,
                        target::persistedSeqno,
                        context.nonIoPool(),
                        deadlineNanos - clock.nanoTime());
        return Status.WOULD_BLOCK;
    }

    @Override
    public Status getAndTouch(Cookie cookie, int vbucket, DocumentKey key, long expirySeconds, DocumentView out) {
        PersistentVBucket target = vbuckets.at(vbucket);
        if (target == null) {
            return vbuckets.absent();
        }
        if (!warmup.serves()) {
            return Status.TEMPORARY_FAILURE;
        }
        Status status = mutations.touch(target, key, expirySeconds, out, lookup(cookie));
        return answer(cookie, target, key, Needed.ALIVE_WITH_VALUE, status);
    }

    @Override
    public Status lock(Cookie cookie, int vbucket, DocumentKey key, int lockSeconds, DocumentView out) {
        PersistentVBucket target = vbuckets.at(vbucket);
        if (target == null) {
            return vbuckets.absent();
        }
        if (!warmup.serves()) {
            return Status.TEMPORARY_FAILURE;
        }
        Status status = mutations.lock(target, key, lockSeconds, out, lookup(cookie));
        return answer(cookie, target, key, Needed.ALIVE_WITH_VALUE, status);
    }

    @Override
    public Status unlock(Cookie cookie, int vbucket, DocumentKey key, long cas) {
        PersistentVBucket target = vbuckets.at(vbucket);
        if (target == null) {
            return vbuckets.absent();
        }
        return answer(cookie, target, key, Needed.ALIVE, mutations.unlock(target, key, cas, lookup(cookie)));
    }

    @Override
    public Status apply(
            Cookie cookie, int vbucket, DocumentKey key, DocumentView record, Terms terms, MutationResult out) {
        PersistentVBucket target = vbuckets.at(vbucket);
        if (target == null) {
            return vbuckets.absent();
        }
        if (!warmup.serves()) {
            return Status.TEMPORARY_FAILURE;
        }
        return answer(
                cookie, target, key, Needed.ANY, mutations.apply(target, key, record, terms, out, lookup(cookie)));
    }

    @Override
    public Status read(Cookie cookie, int vbucket, DocumentKey key, Scope scope, DocumentView out) {
        PersistentVBucket target = vbuckets.at(vbucket);
        if (target == null) {
            return vbuckets.absent();
        }
        if (!scope.states().contains(target.state())) {
            return vbuckets.counted(Status.NOT_MY_VBUCKET);
        }
        if (!target.serves(key.collection())) {
            return Status.UNKNOWN_COLLECTION;
        }
        boolean alive = scope.filter() == DocumentFilter.ALIVE;
        Needed needed = scope.valueWanted()
                ? alive ? Needed.ALIVE_WITH_VALUE : Needed.ANY_WITH_VALUE
                : alive ? Needed.ALIVE : Needed.ANY;
        return show(cookie, target, key, scope.filter(), needed, out);
    }

    @Override
    public Status random(Cookie cookie, int collection, DocumentView out) {
        if (vbuckets.closing()) {
            return Status.TEMPORARY_FAILURE;
        }
        return vbuckets.hasCollection(collection)
                ? randomFinder.find(cookie, collection, out)
                : Status.UNKNOWN_COLLECTION;
    }

    private static Lookup lookup(Cookie cookie) {
        return cookie.attachment() instanceof Fetch fetch ? fetch : Fetch.NOTHING_READ;
    }

    private Status answer(Cookie cookie, PersistentVBucket vbucket, DocumentKey key, Needed needed, Status status) {
        return switch (status) {
            case WOULD_BLOCK -> block(cookie, vbucket, key, needed);
            case NOT_MY_VBUCKET -> vbuckets.counted(status);
            default -> status;
        };
    }

    /** Blocks a command for whichever reason it is: the disk has to be asked, or somebody holds the lock. */
    Status block(Cookie cookie, PersistentVBucket vbucket, DocumentKey key, Needed needed) {
        Fetch before = cookie.attachment() instanceof Fetch fetch && fetch.vbucket == vbucket ? fetch : null;
        return Fetch.mustRead(vbucket, key, needed, before)
                ? fetch(cookie, vbucket, key, needed)
                : vbuckets.blockOnLock(cookie, vbucket);
    }

    private Status fetch(Cookie cookie, PersistentVBucket vbucket, DocumentKey key, Needed needed) {
        BlockedCookie blocked = cookie.block();
        Fetch fetch = new Fetch(vbucket, key, needed, blocked);
        cookie.attach(fetch);
        fetcher.enqueue(fetch);
        return Status.WOULD_BLOCK;
    }

    /** Has a document read for a command that knows which. */
    Status fetchFor(Cookie cookie, PersistentVBucket vbucket, DocumentKey key, Needed needed) {
        return fetch(cookie, vbucket, key, needed);
    }

    // ---------------------------------------------------------------------------------------------- the bucket

    /**
     * {@inheritDoc}
     *
     * <p>Goes over a thousand locks, so it is done in the background. A vbucket at a time: the bucket is empty when the
     * command is answered, apart from what was stored while it ran, and stays so whatever happens then, as the disk has it.
     * While persistence is stopped nothing is done. Where the disk refuses for {@value DiskWaits#SECONDS_MAX} seconds the answer
     * is a temporary failure: then the documents are gone from memory, and come back only if the process ends before the disk
     * takes something again.
     */
    @Override
    public Status flush(Cookie cookie) {
        if (cookie.attachment() instanceof DiskWaits.DiskWait wait) {
            return wait.outcome(cookie);
        }
        if (vbuckets.closing()) {
            return Status.TEMPORARY_FAILURE;
        }
        if (!flusher.running()) {
            cookie.errorContext(DiskWaits.STOPPED);
            return Status.TEMPORARY_FAILURE;
        }
        DiskWaits.DiskWait wait = diskWaits.begin(cookie);
        vbuckets.inBackground(() -> clearAll(wait));
        return Status.WOULD_BLOCK;
    }

    private void clearAll(DiskWaits.DiskWait wait) {
        AtomicInteger left = new AtomicInteger(1);
        Runnable cleared = () -> {
            if (left.decrementAndGet() == 0) {
                wait.end(Status.SUCCESS);
            }
        };
        vbuckets.forEach(vbucket -> {
            vbucket.clear(Status.CANCELLED);
            left.incrementAndGet();
            vbucket.whenWritten(cleared);
        });
        cleared.run();
    }

    @Override
    public void reconfigure(BucketConfiguration configuration) {
        Settings changed = Settings.of(configuration);
        if (!changed.watermarks().contradiction().isEmpty()) {
            throw new IllegalArgumentException(changed.watermarks().contradiction());
        }
        settings = changed;
        quota.watermarks(changed.watermarks());
        flusher.configure(changed.flushBatchBytes(), changed.sync());
        expiryPager.intervalNanos(changed.expiryIntervalNanos());
        tombstonePurger.intervalNanos(changed.purgeIntervalNanos());
        tombstonePurger.ageSeconds(changed.purgeAgeSeconds());
        accessLog.intervalNanos(changed.accessLogIntervalNanos());
        compactionRule.intervalNanos(changed.compactionIntervalNanos());
        compactionRule.ratio(changed.compactionRatio());
        quota.check();
    }

    /** Writes everything, and then nothing more. */
    @Override
    public Status pause(Cancellation cancellation) {
        if (cancellation.cancelled()) {
            return Status.CANCELLED;
        }
        if (!flusher.drain()) {
            return Status.TEMPORARY_FAILURE;
        }
        flusher.rest();
        try {
            if (cancellation.cancelled()) {
                flusher.resume();
                return Status.CANCELLED;
            }
            store.pause();
        } catch (StoreException e) {
            LOGGER.log(Logger.Level.ERROR, "storage does not rest bucket={0} kind={1}", bucketName, e.kind());
            flusher.resume();
            return Status.TEMPORARY_FAILURE;
        }
        paused = true;
        return Status.SUCCESS;
    }

    @Override
    public Status resume() {
        try {
            store.resume();
        } catch (StoreException e) {
            LOGGER.log(Logger.Level.ERROR, "storage does not resume bucket={0} kind={1}", bucketName, e.kind());
            return Status.TEMPORARY_FAILURE;
        }
        paused = false;
        flusher.resume();
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
        if (type == Persistence.class) {
            return type.cast(persistence);
        }
        if (type == VBuckets.class || type == Collections.class) {
            return type.cast(vbuckets);
        }
        if (type == Backups.class) {
            return type.cast(backups);
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
        vbuckets.inBackground(this::endWaiting);
    }

    private void endWaiting() {
        fetcher.cancelAll();
        vbuckets.forEach(PersistentVBucket::endWaiting);
        diskWaits.cancelAll();
        scans.cancelAll();
    }

    /**
     * {@inheritDoc}
     *
     * <p>Unless forced, everything is written first, and the files say so: otherwise the next start takes the bucket for one
     * that may have lost its last changes, and gives every vbucket a new history.
     */
    @Override
    public void close(boolean force) {
        vbuckets.beginClosing();
        warmup.stop();
        expiryPager.stop();
        tombstonePurger.stop();
        droppedDocuments.stop();
        accessLog.stop();
        compactionRule.stop();
        itemPager.stop();
        endWaiting();
        boolean written = !force && writeEverything();
        flusher.close();
        if (written) {
            markClean();
        }
        try {
            store.close();
        } catch (StoreException e) {
            LOGGER.log(Logger.Level.ERROR, "storage does not close bucket={0} message={1}", bucketName, e.getMessage());
        }
        vbuckets.removeAll();
    }

    private boolean writeEverything() {
        if (paused) {
            resume();
        }
        long pauseNanos = CLOSING_PAUSE_NANOS_MIN;
        // By the pauses and not by a clock: a disk that hangs in each attempt is not given up sooner than one that says
        // no.
        long leftNanos = CLOSING_NANOS_MAX;
        while (!flusher.drain()) {
            if (leftNanos <= 0) {
                LOGGER.log(
                        Logger.Level.ERROR,
                        "changes are lost: they could not be written before the bucket was closed bucket={0} {1} reason={2}",
                        bucketName,
                        lost(),
                        flushCounts.lastFailure);
                return false;
            }
            pause.accept(Math.min(pauseNanos, leftNanos));
            leftNanos -= pauseNanos;
            pauseNanos = Math.min(CLOSING_PAUSE_NANOS_MAX, 2 * pauseNanos);
        }
        return true;
    }

    /** What memory has and the disk does not, in words: numbers of documents by vbucket. */
    private String lost() {
        long[] documents = new long[1];
        List<String> vbucketsInWords = new ArrayList<>();
        vbuckets.forEach(vbucket -> {
            int count = vbucket.dirtyDocumentCount();
            boolean cleared = vbucket.clearing();
            documents[0] += count;
            if (count > 0 || cleared) {
                vbucketsInWords.add(
                        vbucket.id + ":" + count + (cleared ? " (documents from before a flush come back)" : ""));
            }
        });
        int named = Math.min(LOST_VBUCKETS_NAMED, vbucketsInWords.size());
        int more = vbucketsInWords.size() - named;
        return "documents=" + documents[0] + " vbuckets=" + String.join(",", vbucketsInWords.subList(0, named))
                + (more == 0 ? "" : " and " + more + " more");
    }

    private void markClean() {
        StoreBatch batch = new StoreBatch();
        batch.local(CLEAN_STOP, YES);
        try {
            store.commit(batch, true);
        } catch (StoreException e) {
            LOGGER.log(Logger.Level.WARNING, "clean stop not noted bucket={0} kind={1}", bucketName, e.kind());
        }
    }
}
