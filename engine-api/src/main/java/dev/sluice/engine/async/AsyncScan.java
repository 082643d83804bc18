package dev.sluice.engine.async;

import dev.sluice.engine.BlockedCookie;
import dev.sluice.engine.DocumentView;
import dev.sluice.engine.EngineContext;
import dev.sluice.engine.RangeScans;
import dev.sluice.engine.Status;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A view of a range as it was when the scan was opened, over a store that knows only the present.
 *
 * <p>The scan walks through the store page by page. Whoever is about to change a key that the walk has not reached yet
 * leaves here what is there before, the first time for each key. A page is then put right: what was left replaces what the
 * store shows, a record that was not there is dropped, one that is no longer there comes back. Behind the walk nothing is
 * kept. So a scan costs what is overwritten ahead of it, and no copy of the range.
 *
 * <p>That holds as long as this process is the only one that writes to the store; the writes of others may be seen.
 *
 * <p><b>Thread.</b> Writers, the walk and close meet in this object's monitor, which nobody holds while calling out.
 */
final class AsyncScan implements RangeScans.Scan, AutoCloseable {
    /** Few: the records of a page are in memory at once, and may be large. */
    private static final int PAGE_RECORDS_MAX = 32;

    private static final int COUNT_PAGE_RECORDS_MAX = 1000;
    private static final long PAGE_SECONDS_MAX = 30;
    private static final long KEPT_OVERHEAD_BYTES = 128; // key, map entry and headers, about

    private static final byte[] ABSENT = new byte[0];

    private final AsyncStore store;
    private final AsyncScans scans;
    private final int vbucket;
    private final int collection;
    private final StoreKey from;
    private final StoreKey end;
    private final long wallSeconds;
    private final AtomicBoolean opened = new AtomicBoolean();
    private @Nullable BlockedCookie handle;

    // Guarded by this.
    private final TreeMap<StoreKey, byte[]> kept = new TreeMap<>(); // ABSENT for "nothing was there"
    private final Deque<StoredRecord> page = new ArrayDeque<>();
    private StoreKey position;
    private boolean exhausted;
    private boolean closed;
    private boolean overflowed;

    AsyncScan(AsyncStore store, EngineContext context, AsyncScans scans, int vbucket, RangeScans.Request request) {
        this.store = store;
        this.scans = scans;
        this.vbucket = vbucket;
        this.collection = request.collection();
        byte[] last = request.end();
        this.from = StoreKey.of(vbucket, collection, request.start());
        this.end = last == null ? StoreKey.endOf(vbucket, collection) : StoreKey.of(vbucket, collection, last);
        this.position = from;
        this.exhausted = from.compareTo(end) >= 0;
        this.wallSeconds = context.clock().wallSeconds();
    }

    /** Looks for the first document, page by page, and notifies whether there is one. */
    void open(BlockedCookie handle) {
        this.handle = handle;
        proceedOpening();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // everything that can fail is caught inside
    private void proceedOpening() {
        Status found = found();
        if (found != null) {
            endOpening(found);
            return;
        }
        CompletionStage<List<StoredRecord>> stage;
        try {
            stage = nextPage();
        } catch (Throwable t) { // a foreign store's mistakes cost this command alone
            endOpening(Status.TEMPORARY_FAILURE);
            return;
        }
        stage.whenComplete((records, failure) -> {
            try {
                if (failure != null) {
                    endOpening(Status.TEMPORARY_FAILURE);
                    return;
                }
                accept(records);
                if (!scans.later(this::proceedOpening)) {
                    endOpening(Status.CANCELLED);
                }
            } catch (Throwable t) {
                endOpening(Status.FAILED);
            }
        });
    }

    private synchronized @Nullable Status found() {
        if (closed) {
            return Status.CANCELLED;
        }
        if (!page.isEmpty()) {
            return Status.SUCCESS;
        }
        return exhausted ? Status.NO_SUCH_KEY : null;
    }

    void cancelOpening() {
        endOpening(Status.CANCELLED);
    }

    private void endOpening(Status status) {
        if (!opened.compareAndSet(false, true)) {
            return;
        }
        if (status != Status.SUCCESS) {
            close();
        }
        if (handle != null) {
            handle.notifyIoComplete(status);
        }
    }

    @Override
    public Status next(DocumentView out) {
        while (true) {
            synchronized (this) {
                StoredRecord record = page.poll();
                if (record != null) {
                    byte[] key = record.key();
                    StoreKey named = StoreKey.of(key);
                    RecordFormat.show(record.bytes(), out);
                    out.key(collection, key, named.documentKeyOffset(), named.documentKeyLength());
                    return Status.SUCCESS;
                }
                if (closed || overflowed || scans.engineClosing()) {
                    return Status.CANCELLED;
                }
                if (exhausted) {
                    return Status.NO_SUCH_KEY;
                }
            }
            try {
                accept(await(nextPage()));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Status.CANCELLED;
            } catch (ExecutionException | TimeoutException | RuntimeException e) {
                return Status.FAILED;
            }
        }
    }

    @Override
    public long collectionCount() {
        StoreKey at = StoreKey.of(vbucket, collection, ABSENT);
        StoreKey last = StoreKey.endOf(vbucket, collection);
        long count = 0;
        try {
            while (true) {
                List<StoredRecord> records = await(store.scan(at.bytes(), last.bytes(), COUNT_PAGE_RECORDS_MAX));
                if (records.isEmpty()) {
                    return count;
                }
                count += records.stream().filter(this::shows).count();
                at = StoreKey.of(records.get(records.size() - 1).key()).next();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return count;
        } catch (ExecutionException | TimeoutException e) {
            return count; // "about", says the interface
        }
    }

    @Override
    public void close() {
        long freed;
        synchronized (this) {
            closed = true;
            page.clear();
            freed = forget(kept);
        }
        scans.keep(-freed);
        scans.closed(this);
    }

    /** Somebody is about to change a key. */
    void remember(StoreKey key, byte @Nullable [] record) {
        long added;
        synchronized (this) {
            boolean ahead = key.compareTo(position) >= 0 && key.compareTo(end) < 0;
            if (closed || overflowed || !ahead) {
                return;
            }
            if (kept.putIfAbsent(key, record == null ? ABSENT : record) != null) {
                return;
            }
            added = keptBytesOf(record);
        }
        if (!scans.keep(added)) {
            overflow();
        }
    }

    /** Too much was overwritten ahead of the walk to be kept: this scan ends here rather than show a mixture. */
    private void overflow() {
        long freed;
        synchronized (this) {
            overflowed = true;
            page.clear();
            freed = forget(kept);
        }
        scans.keep(-freed);
    }

    private CompletionStage<List<StoredRecord>> nextPage() {
        StoreKey at;
        synchronized (this) {
            at = position;
        }
        return store.scan(at.bytes(), end.bytes(), PAGE_RECORDS_MAX);
    }

    /** Puts a page right and moves the walk behind it. */
    private void accept(List<StoredRecord> records) {
        long freed;
        synchronized (this) {
            if (closed || overflowed) {
                return;
            }
            TreeMap<StoreKey, StoredRecord> merged = new TreeMap<>();
            StoreKey last = null;
            for (StoredRecord record : records) {
                StoreKey key = StoreKey.of(record.key());
                boolean inOrder = key.compareTo(last == null ? position : last.next()) >= 0 && key.compareTo(end) < 0;
                if (!inOrder) {
                    throw new IllegalStateException("the store's scan gave a key out of order or out of range");
                }
                merged.put(key, record);
                last = key;
            }
            StoreKey next = last == null ? end : last.next();
            exhausted = last == null;
            Map<StoreKey, byte[]> passed = kept.headMap(next);
            passed.forEach((key, record) -> {
                if (record.length == 0) {
                    merged.remove(key);
                } else {
                    merged.put(key, StoredRecord.of(key.bytes(), record));
                }
            });
            merged.values().stream().filter(this::shows).forEach(page::add);
            freed = forget(passed);
            position = next;
        }
        scans.keep(-freed);
    }

    private long forget(Map<StoreKey, byte[]> some) {
        long bytes = some.values().stream().mapToLong(AsyncScan::keptBytesOf).sum();
        some.clear();
        return bytes;
    }

    private static long keptBytesOf(byte @Nullable [] record) {
        return KEPT_OVERHEAD_BYTES + (record == null ? 0 : record.length);
    }

    private boolean shows(StoredRecord record) {
        RecordFormat.check(record.bytes());
        return !RecordFormat.deleted(record.bytes()) && !RecordFormat.expired(record.bytes(), wallSeconds);
    }

    private static <T> T await(CompletionStage<T> stage)
            throws InterruptedException, ExecutionException, TimeoutException {
        return stage.toCompletableFuture().get(PAGE_SECONDS_MAX, TimeUnit.SECONDS);
    }
}
