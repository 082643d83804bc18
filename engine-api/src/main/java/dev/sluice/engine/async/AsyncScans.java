package dev.sluice.engine.async;

import dev.sluice.engine.BlockedCookie;
import dev.sluice.engine.Cookie;
import dev.sluice.engine.EngineContext;
import dev.sluice.engine.RangeScans;
import dev.sluice.engine.Status;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The range scans of an {@link AsyncEngine}: which are open, and what writes must remember for them. */
final class AsyncScans implements RangeScans {
    /** How many scans may be open in one bucket. */
    private static final int OPEN_MAX = 256;
    /** What share of the quota overwritten records may take: one part in so many. */
    private static final int KEPT_QUOTA_SHARE = 10;

    private final AsyncStore store;
    private final EngineContext context;
    private final AsyncEngine engine;
    private final Set<AsyncScan> open = ConcurrentHashMap.newKeySet();
    private final AtomicLong keptBytes = new AtomicLong();

    AsyncScans(AsyncStore store, EngineContext context, AsyncEngine engine) {
        this.store = store;
        this.context = context;
        this.engine = engine;
    }

    @Override
    public Status open(Cookie cookie, int vbucket, Request request, Holder out) {
        if (cookie.attachment() instanceof AsyncScan opened) {
            out.set(opened);
            return Status.SUCCESS;
        }
        if (!engine.serves(vbucket)) {
            return Status.NOT_MY_VBUCKET;
        }
        if (request.vbucketUuid() != 0) {
            return Status.VBUCKET_UUID_MISMATCH;
        }
        if (request.seqno() != 0) {
            cookie.errorContext("this engine has no sequence numbers");
            return Status.NOT_SUPPORTED;
        }
        if (engine.closing()) {
            return Status.TEMPORARY_FAILURE;
        }
        if (open.size() >= OPEN_MAX) {
            return Status.TOO_BUSY;
        }
        AsyncScan scan = new AsyncScan(store, context, this, vbucket, request);
        open.add(scan);
        BlockedCookie handle = cookie.block();
        cookie.attach(scan);
        handle.onCancel(scan::close);
        scan.open(handle);
        if (engine.closing()) {
            scan.cancelOpening();
        }
        return Status.WOULD_BLOCK;
    }

    /**
     * Has every open scan that has yet to come to the key remember what is there. Called before the store is told to change
     * it, by the one operation that is at work on the key.
     *
     * @param record what is there, null for nothing
     */
    void remember(StoreKey key, byte @Nullable [] record) {
        if (!open.isEmpty()) { // as a rule
            open.forEach(scan -> scan.remember(key, record));
        }
    }

    /** Charges what scans keep; false where that is more than they may. */
    boolean keep(long bytes) {
        context.memory().charge(bytes);
        return keptBytes.addAndGet(bytes) <= context.memory().quotaBytes() / KEPT_QUOTA_SHARE;
    }

    void closed(AsyncScan scan) {
        open.remove(scan);
    }

    boolean engineClosing() {
        return engine.closing();
    }

    /** Runs the next step of an opening on another stack; false when the bucket is gone. */
    boolean later(Runnable step) {
        try {
            context.nonIoPool().execute(step);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    int openCount() {
        return open.size();
    }

    long keptBytes() {
        return keptBytes.get();
    }

    void cancelOpening() {
        open.forEach(AsyncScan::cancelOpening);
    }

    void closeAll() {
        open.forEach(AsyncScan::close);
    }
}
