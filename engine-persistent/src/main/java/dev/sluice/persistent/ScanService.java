package dev.sluice.persistent;

import dev.sluice.engine.BlockedCookie;
import dev.sluice.engine.Cookie;
import dev.sluice.engine.DocumentView;
import dev.sluice.engine.RangeScans;
import dev.sluice.engine.Status;
import dev.sluice.engine.TaskPool;
import dev.sluice.persistent.store.Content;
import dev.sluice.persistent.store.DocumentCursor;
import dev.sluice.persistent.store.KeyRange;
import dev.sluice.persistent.store.Snapshot;
import dev.sluice.persistent.store.StoreException;
import dev.sluice.persistent.store.StoredVBucket;
import java.lang.System.Logger;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Opens range scans over views of the disk.
 *
 * <p>The view is fixed in constant time, by closing the vbucket's checkpoint: the flusher writes up to that and no further,
 * has the storage's snapshot taken, and goes on then. So a scan shows just what there was when it was opened, whatever is
 * written meanwhile, costs no memory of the bucket, and what it reads does not displace what is used.
 *
 * <pre>
 *                 seqno not there yet          close the checkpoint
 *  open --------&gt; wait for the number --.  .-&gt; wait for the flusher --&gt; snapshot --&gt; first document --&gt; open again --&gt; scan
 *    |                 |  deadline      |  |
 *    |                 '-&gt; TEMPORARY_FAILURE
 *    '---------------- number is there -'--'
 * </pre>
 *
 * <p><b>Ownership.</b> A view belongs first to the command that waits for it and then to the scan. A command that ends
 * meanwhile gives it back.
 */
final class ScanService implements RangeScans {

    private static final Logger LOGGER = System.getLogger(ScanService.class.getName());

    /** Each holds a snapshot of the storage, which keeps space on disk from being freed. */
    private static final int VIEWS_MAX = 256;

    private final PersistentEngine engine;
    private final Set<Opening> openings = ConcurrentHashMap.newKeySet();
    private final Set<StoreScan> open = ConcurrentHashMap.newKeySet();

    ScanService(PersistentEngine engine) {
        this.engine = engine;
    }

    int openCount() {
        return open.size();
    }

    /** The bucket is going away: nobody is kept waiting. */
    void cancelAll() {
        openings.forEach(opening -> opening.failed(Status.CANCELLED));
    }

    /** A command that waits for its view. */
    private final class Opening implements AutoCloseable {
        private final PersistentVBucket vbucket;
        private final Request request;
        private final int tenure;
        private final BlockedCookie blocked;
        private final AtomicBoolean over = new AtomicBoolean();
        private final AtomicBoolean taken = new AtomicBoolean();
        private volatile @Nullable StoreScan scan;
        private volatile TaskPool.@Nullable Scheduled deadline;

        Opening(PersistentVBucket vbucket, Request lent, BlockedCookie blocked) {
            byte[] end = lent.end();
            this.vbucket = vbucket;
            this.request = new Request(
                    lent.collection(),
                    lent.start().clone(),
                    end == null ? null : end.clone(),
                    lent.keysOnly(),
                    lent.vbucketUuid(),
                    lent.seqno(),
                    lent.seqnoMustExist(),
                    lent.deadlineNanos());
            this.tenure = vbucket.tenure();
            this.blocked = blocked;
        }

        /** A disk that takes nothing does not keep the command for ever. */
        void limit() {
            blocked.onCancel(this::cancelled);
            try {
                deadline = engine.context()
                        .nonIoPool()
                        .schedule(
                                () -> failed(Status.TEMPORARY_FAILURE),
                                TimeUnit.SECONDS.toNanos(DiskWaits.SECONDS_MAX));
            } catch (RejectedExecutionException bucketIsGone) {
                failed(Status.CANCELLED);
            }
            if (over.get()) {
                cancelDeadline();
            }
        }

        private void cancelDeadline() {
            TaskPool.Scheduled pending = deadline;
            if (pending != null) {
                pending.cancel();
            }
        }

        /** The disk shows what is wanted, now. On the flusher's thread, which must not be kept. */
        void takeView() {
            if (over.get()) {
                openings.remove(this);
                return;
            }
            Snapshot snapshot;
            try {
                snapshot = engine.store().snapshot();
            } catch (StoreException e) {
                LOGGER.log(
                        Logger.Level.WARNING,
                        "no view for a range scan bucket={0} kind={1}",
                        engine.bucketName(),
                        e.kind());
                failed(Status.TOO_BUSY);
                return;
            }
            try {
                engine.context().auxIoPool().execute(() -> begin(snapshot));
            } catch (RejectedExecutionException bucketIsGone) {
                snapshot.close();
                failed(Status.CANCELLED);
            }
        }

        private void begin(Snapshot snapshot) {
            StoreScan made = null;
            Status outcome;
            try {
                made = new StoreScan(engine, vbucket, tenure, request, snapshot, open::remove);
                open.add(made);
                outcome = request.seqnoMustExist() && request.seqno() != 0 && !exists(snapshot)
                        ? Status.NOT_STORED
                        : made.begin();
            } catch (StoreException e) {
                outcome = Status.TOO_BUSY;
                if (made == null) {
                    snapshot.close();
                }
            }
            if (outcome != Status.SUCCESS || made == null) {
                if (made != null) {
                    made.close();
                }
                failed(outcome == Status.FAILED ? Status.TOO_BUSY : outcome);
                return;
            }
            scan = made;
            openings.remove(this);
            cancelDeadline();
            if (over.compareAndSet(false, true)) {
                engine.counters().add(Counter.SCANS);
                blocked.notifyIoComplete(Status.SUCCESS);
            } else {
                close();
            }
        }

        private boolean exists(Snapshot snapshot) throws StoreException {
            try (DocumentCursor changes = snapshot.changes(vbucket.id, request.seqno(), Content.METADATA)) {
                return changes.next() && changes.document().seqno() == request.seqno();
            }
        }

        void failed(Status status) {
            openings.remove(this);
            cancelDeadline();
            if (over.compareAndSet(false, true)) {
                blocked.notifyIoComplete(status);
            }
        }

        void cancelled() {
            over.set(true);
            cancelDeadline();
            close();
        }

        @Nullable
        StoreScan take() {
            return taken.compareAndSet(false, true) ? scan : null;
        }

        /** The command ended before it took the scan. */
        @Override
        public void close() {
            openings.remove(this);
            StoreScan left = scan;
            if (left != null && taken.compareAndSet(false, true)) {
                left.close();
            }
        }
    }

    /** A command that waits for a sequence number. */
    private final class Waiting implements Runnable {
        private final PersistentVBucket vbucket;
        private final BlockedCookie blocked;
        private final AtomicBoolean over = new AtomicBoolean();
        private volatile TaskPool.@Nullable Scheduled deadline;

        Waiting(PersistentVBucket vbucket, BlockedCookie blocked) {
            this.vbucket = vbucket;
            this.blocked = blocked;
        }

        /** The number was reached, or the vbucket is not active any more: the repetition sees which. */
        @Override
        public void run() {
            if (over.compareAndSet(false, true)) {
                cancelDeadline();
                blocked.notifyIoComplete(Status.SUCCESS);
            }
        }

        private void cancelDeadline() {
            TaskPool.Scheduled pending = deadline;
            if (pending != null) {
                pending.cancel();
            }
        }

        void waitUntil(long deadlineNanos) {
            blocked.onCancel(this::cancelled);
            try {
                deadline = engine.context()
                        .nonIoPool()
                        .schedule(this::tooLate, deadlineNanos - engine.clock().nanoTime());
            } catch (RejectedExecutionException bucketIsGone) {
                tooLate();
            }
            if (over.get()) {
                cancelDeadline();
            }
        }

        private void tooLate() {
            if (over.compareAndSet(false, true)) {
                forget();
                blocked.notifyIoComplete(Status.TEMPORARY_FAILURE);
            }
        }

        /** The command is gone. May run on an event loop, so it leaves the lock to others. */
        private void cancelled() {
            if (over.compareAndSet(false, true)) {
                cancelDeadline();
                engine.vbuckets().inBackground(this::forget);
            }
        }

        private void forget() {
            vbucket.enter();
            try {
                vbucket.forgetWaiter(this);
            } finally {
                vbucket.exit();
            }
        }
    }

    @Override
    public Status open(Cookie cookie, int vbucketId, Request request, Holder out) {
        if (cookie.attachment() instanceof Opening opening) {
            cookie.attach(null);
            StoreScan scan = opening.take();
            if (scan == null) {
                return Status.CANCELLED; // it was called off, and comes back all the same
            }
            if (!opening.vbucket.serves(request.collection())) {
                scan.close();
                return Status.UNKNOWN_COLLECTION;
            }
            out.set(scan);
            return Status.SUCCESS;
        }
        PersistentVBucket vbucket = engine.vbuckets().at(vbucketId);
        if (vbucket == null) {
            return engine.vbuckets().absent();
        }
        if (!vbucket.tryEnter()) {
            return engine.vbuckets().blockOnLock(cookie, vbucket);
        }
        Waiting waiting = null;
        try {
            Status refused = refusal(cookie, vbucket, request);
            if (refused != null) {
                return refused;
            }
            if (request.seqno() > vbucket.highSeqno()) {
                waiting = new Waiting(vbucket, cookie.block());
                vbucket.whenReached(request.seqno(), waiting);
            } else {
                if (open.size() + openings.size() >= VIEWS_MAX) {
                    return Status.TOO_BUSY;
                }
                BlockedCookie blocked = cookie.block();
                Opening opening = new Opening(vbucket, request, blocked);
                openings.add(opening);
                cookie.attach(opening);
                vbucket.whenDiskShowsThis(opening::takeView);
                vbucket.afterExit(opening::limit);
                if (!engine.flusher().running()) {
                    vbucket.afterExit(() -> engine.flusher().show(vbucket));
                }
            }
        } finally {
            vbucket.exit();
        }
        if (waiting != null) {
            waiting.waitUntil(request.deadlineNanos());
        }
        return Status.WOULD_BLOCK;
    }

    /** Why there cannot be a view, now or later. Under the lock. */
    private @Nullable Status refusal(Cookie cookie, PersistentVBucket vbucket, Request request) {
        Status refused = vbucket.refusal(request.collection());
        if (refused != null) {
            return refused;
        }
        if (request.vbucketUuid() != 0 && request.vbucketUuid() != vbucket.uuid()) {
            return Status.VBUCKET_UUID_MISMATCH;
        }
        if (request.seqno() > vbucket.highSeqno()) {
            boolean mayWait = request.deadlineNanos() != 0
                    && request.deadlineNanos() - engine.clock().nanoTime() > 0;
            return mayWait ? null : Status.TEMPORARY_FAILURE;
        }
        if (!engine.flusher().running() && vbucket.persistedSeqno() < vbucket.highSeqno()) {
            cookie.errorContext(DiskWaits.STOPPED); // nobody writes what the scan is to show
            return Status.TEMPORARY_FAILURE;
        }
        return vbucket.liveCount(request.collection()) == 0 ? Status.NO_SUCH_KEY : null;
    }

    /** A cursor over one view. <b>Thread.</b> One at a time. */
    static final class StoreScan implements Scan {
        private final PersistentEngine engine;
        private final PersistentVBucket vbucket;
        private final int tenure;
        private final int collection;
        private final Snapshot snapshot;
        private final DocumentCursor cursor;
        private final long collectionCount;
        private final java.util.function.Consumer<StoreScan> closing;
        private final AtomicBoolean closed = new AtomicBoolean();
        private boolean atFirst;

        StoreScan(
                PersistentEngine engine,
                PersistentVBucket vbucket,
                int tenure,
                Request request,
                Snapshot snapshot,
                java.util.function.Consumer<StoreScan> closing)
                throws StoreException {
            this.engine = engine;
            this.vbucket = vbucket;
            this.tenure = tenure;
            this.collection = request.collection();
            this.snapshot = snapshot;
            this.closing = closing;
            StoredVBucket stored = snapshot.vbucket(vbucket.id);
            this.collectionCount =
                    stored == null ? 0 : stored.tally().collection(collection).documents();
            this.cursor = snapshot.documents(
                    vbucket.id,
                    KeyRange.of(collection, request.start(), request.end()),
                    request.keysOnly() ? Content.METADATA : Content.WHOLE);
        }

        /** Goes to the first document. */
        Status begin() {
            Status status = advance();
            atFirst = status == Status.SUCCESS;
            return status;
        }

        private Status advance() {
            if (closed.get() || engine.vbuckets().closing()) {
                return Status.CANCELLED;
            }
            if (vbucket.tenure() != tenure) {
                return vbucket.endOfTenure();
            }
            if (!vbucket.serves(collection)) {
                return Status.UNKNOWN_COLLECTION;
            }
            try {
                while (cursor.next()) {
                    DocumentView document = cursor.document();
                    long expirySeconds = document.expirySeconds();
                    boolean expired = expirySeconds != 0
                            && expirySeconds <= engine.clock().wallSeconds();
                    if (!document.deleted() && !expired) {
                        return Status.SUCCESS;
                    }
                }
                return Status.NO_SUCH_KEY;
            } catch (StoreException e) {
                if (e.kind() == StoreException.Kind.CLOSED) {
                    return Status.CANCELLED;
                }
                LOGGER.log(
                        Logger.Level.ERROR,
                        "a range scan cannot go on bucket={0} vbucket={1} kind={2} file={3} message={4}",
                        engine.bucketName(),
                        vbucket.id,
                        e.kind(),
                        e.file(),
                        e.getMessage());
                return Status.FAILED;
            }
        }

        @Override
        public Status next(DocumentView out) {
            if (atFirst && vbucket.tenure() == tenure && vbucket.serves(collection) && !closed.get()) {
                atFirst = false;
            } else {
                Status status = advance();
                if (status != Status.SUCCESS) {
                    return status;
                }
            }
            DocumentView document = cursor.document();
            out.key(document.collection(), document.keyArray(), document.keyOffset(), document.keyLength())
                    .value(document.valueArray(), document.valueOffset(), document.valueLength())
                    .cas(document.cas())
                    .seqno(document.seqno())
                    .revSeqno(document.revSeqno())
                    .flags(document.flags())
                    .expirySeconds(document.expirySeconds())
                    .datatype(document.datatype())
                    .deleted(false)
                    .locked(false);
            return Status.SUCCESS;
        }

        @Override
        public long collectionCount() {
            return collectionCount;
        }

        /** Any thread, so what may wait for the disk is done elsewhere. */
        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                closing.accept(this);
                try {
                    engine.context().auxIoPool().execute(this::release);
                } catch (RejectedExecutionException bucketIsGone) {
                    release(); // its storage is closed, or about to be
                }
            }
        }

        private void release() {
            cursor.close();
            snapshot.close();
        }
    }
}
