package dev.sluice.memory;

import dev.sluice.engine.BlockedCookie;
import dev.sluice.engine.Cookie;
import dev.sluice.engine.EngineContext;
import dev.sluice.engine.RangeScans;
import dev.sluice.engine.Status;
import dev.sluice.engine.TaskPool;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Opens range scans.
 *
 * <pre>
 *                 seqno not there yet            snapshot is being made
 *  open --------&gt; wait for the number ---.   .-&gt; wait for the snapshot --&gt; open again --&gt; scan
 *    |                  |  deadline      |   |            |
 *    |                  '-&gt; TEMPORARY_FAILURE|            '-&gt; its end: TOO_BUSY, NOT_MY_VBUCKET
 *    '---------------- number is there --'---'
 * </pre>
 *
 * <p>The view is fixed under the lock, in constant time, when the number that the client asks for is there; the rest is the
 * background's. <em>Differs:</em> the original's memory buckets refuse range scans.
 *
 * <p><b>Ownership.</b> A user of a snapshot is first the command that waits for it and then the scan. A command that ends
 * while it is blocked gives it back by {@link BlockedCookie#onCancel}; one that ends after it was woken and before it came
 * back, by the closing of its attachment.
 */
final class ScanService implements RangeScans {

    private final MemoryVBuckets vbuckets;
    private final EngineContext context;

    ScanService(MemoryVBuckets vbuckets, EngineContext context) {
        this.vbuckets = vbuckets;
        this.context = context;
    }

    /** A command that waits for its snapshot, and the snapshot's user as long as it does. */
    private final class Opening implements AutoCloseable {
        final VBucket vbucket;
        final Snapshot snapshot;
        private final AtomicBoolean taken = new AtomicBoolean();
        private @Nullable BlockedCookie blocked;

        Opening(VBucket vbucket, Snapshot snapshot) {
            this.vbucket = vbucket;
            this.snapshot = snapshot;
        }

        /** Has the command woken when the snapshot is made, and the snapshot made if nobody does yet. Under the lock. */
        void waitFor(BlockedCookie handle) {
            blocked = handle;
            snapshot.whenDone(() -> done(handle));
            if (snapshot.claimBuilding()) {
                vbucket.afterExit(() -> build(vbucket, snapshot));
            }
        }

        /** Whether the caller is the one that the snapshot's use goes to. */
        boolean take() {
            return taken.compareAndSet(false, true);
        }

        /** The command ended between its waking and its coming back. */
        @Override
        public void close() {
            abandon();
        }

        void abandon() {
            if (take()) {
                release(vbucket, snapshot);
            }
        }

        /** The snapshot is there, or never will be. Without a lock. */
        private void done(BlockedCookie handle) {
            Status outcome = snapshot.outcome();
            if (outcome != Status.SUCCESS) {
                abandon();
                handle.notifyIoComplete(openFailure(outcome));
                return;
            }
            handle.notifyIoComplete(Status.SUCCESS);
        }
    }

    /** A command that waits for a sequence number. */
    private final class Waiting implements Runnable {
        private final VBucket vbucket;
        private final BlockedCookie blocked;
        private final AtomicBoolean over = new AtomicBoolean();
        private volatile TaskPool.@Nullable Scheduled deadline;

        Waiting(VBucket vbucket, BlockedCookie blocked) {
            this.vbucket = vbucket;
            this.blocked = blocked;
        }

        /** The number was reached, or the vbucket is not active any more: the repetition sees which. */
        @Override
        public void run() {
            if (over.compareAndSet(false, true)) {
                TaskPool.Scheduled pending = deadline;
                if (pending != null) {
                    pending.cancel();
                }
                blocked.notifyIoComplete(Status.SUCCESS);
            }
        }

        void waitUntil(long deadlineNanos) {
            try {
                deadline = context.nonIoPool()
                        .schedule(this::tooLate, deadlineNanos - context.clock().nanoTime());
            } catch (RejectedExecutionException bucketIsGone) {
                tooLate();
            }
            if (over.get()) {
                TaskPool.Scheduled pending = deadline;
                if (pending != null) {
                    pending.cancel();
                }
            }
        }

        private void tooLate() {
            if (over.compareAndSet(false, true)) {
                forget();
                blocked.notifyIoComplete(Status.TEMPORARY_FAILURE);
            }
        }

        /** The command is gone. May run on an event loop, so it leaves the lock to others. */
        void cancelled() {
            if (over.compareAndSet(false, true)) {
                TaskPool.Scheduled pending = deadline;
                if (pending != null) {
                    pending.cancel();
                }
                vbuckets.inBackground(this::forget);
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
            return resume(opening, request, out);
        }
        VBucket vbucket = vbuckets.at(vbucketId);
        if (vbucket == null) {
            return Status.NOT_MY_VBUCKET;
        }
        if (!vbucket.tryEnter()) {
            return vbuckets.blockOnLock(cookie, vbucket);
        }
        Waiting waiting = null;
        Opening opening = null;
        try {
            Status refused = refusal(vbucket, request);
            if (refused != null) {
                return refused;
            }
            if (request.seqno() > vbucket.highSeqno()) {
                waiting = new Waiting(vbucket, cookie.block());
                vbucket.whenReached(request.seqno(), waiting);
            } else {
                Snapshot snapshot = vbucket.acquireSnapshot();
                if (snapshot == null) {
                    return Status.TOO_BUSY;
                }
                opening = new Opening(vbucket, snapshot);
                if (snapshot.outcome() == null) {
                    opening.waitFor(cookie.block());
                }
            }
        } finally {
            vbucket.exit();
        }
        if (waiting != null) {
            waiting.blocked.onCancel(waiting::cancelled);
            waiting.waitUntil(request.deadlineNanos());
            return Status.WOULD_BLOCK;
        }
        Objects.requireNonNull(opening, "either waits for the number or for the snapshot");
        BlockedCookie blocked = opening.blocked;
        if (blocked == null) {
            return resume(opening, request, out);
        }
        cookie.attach(opening);
        blocked.onCancel(opening::abandon);
        return Status.WOULD_BLOCK;
    }

    /** Why there cannot be a view, now or later. Under the lock. */
    private @Nullable Status refusal(VBucket vbucket, Request request) {
        Status refused = vbucket.refusal(request.collection());
        if (refused != null) {
            return refused;
        }
        if (request.vbucketUuid() != 0 && request.vbucketUuid() != vbucket.uuid()) {
            return Status.VBUCKET_UUID_MISMATCH;
        }
        if (request.seqno() > vbucket.highSeqno()) {
            boolean mayWait = request.deadlineNanos() != 0
                    && request.deadlineNanos() - context.clock().nanoTime() > 0;
            return mayWait ? null : Status.TEMPORARY_FAILURE;
        }
        if (request.seqnoMustExist() && request.seqno() != 0 && !vbucket.hasSeqno(request.seqno())) {
            return Status.NOT_STORED;
        }
        return vbucket.liveCount(request.collection()) == 0 ? Status.NO_SUCH_KEY : null;
    }

    /** The snapshot is there: makes the scan that it is for. */
    private Status resume(Opening opening, Request request, Holder out) {
        if (!opening.take()) {
            return Status.CANCELLED; // it was called off, and comes back all the same
        }
        if (!opening.vbucket.serves(request.collection())) {
            release(opening.vbucket, opening.snapshot);
            return Status.UNKNOWN_COLLECTION;
        }
        byte[][] documents = opening.snapshot.documents();
        Status outcome = opening.snapshot.outcome();
        if (documents == null || outcome != Status.SUCCESS) {
            release(opening.vbucket, opening.snapshot);
            return openFailure(outcome);
        }
        MemoryScan scan = new MemoryScan(
                opening.vbucket,
                opening.snapshot,
                documents,
                request,
                context.clock(),
                () -> release(opening.vbucket, opening.snapshot));
        if (scan.isEmpty(documents)) {
            scan.close();
            return Status.NO_SUCH_KEY;
        }
        out.set(scan);
        return Status.SUCCESS;
    }

    /** What the client hears whose snapshot ended before it could be used. */
    private static Status openFailure(@Nullable Status outcome) {
        return outcome == null || outcome == Status.CANCELLED ? Status.TOO_BUSY : outcome;
    }

    /** Gives one use of a snapshot back. Any thread, event loops included. */
    private void release(VBucket vbucket, Snapshot snapshot) {
        if (vbucket.tryEnter()) {
            try {
                vbucket.releaseSnapshot(snapshot);
            } finally {
                vbucket.exit();
            }
            return;
        }
        vbuckets.inBackground(() -> {
            vbucket.enter();
            try {
                vbucket.releaseSnapshot(snapshot);
            } finally {
                vbucket.exit();
            }
        });
    }

    private void build(VBucket vbucket, Snapshot snapshot) {
        SnapshotBuilder builder = new SnapshotBuilder(vbucket, snapshot, context.auxIoPool());
        builder.submit();
    }
}
