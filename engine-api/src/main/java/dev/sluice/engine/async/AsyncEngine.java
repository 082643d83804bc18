package dev.sluice.engine.async;

import dev.sluice.engine.BlockedCookie;
import dev.sluice.engine.BucketConfiguration;
import dev.sluice.engine.Cookie;
import dev.sluice.engine.DocumentFilter;
import dev.sluice.engine.DocumentKey;
import dev.sluice.engine.DocumentView;
import dev.sluice.engine.DurabilityLevel;
import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineContext;
import dev.sluice.engine.MutationResult;
import dev.sluice.engine.RangeScans;
import dev.sluice.engine.RecordApplication;
import dev.sluice.engine.RemoveRequest;
import dev.sluice.engine.Statistic;
import dev.sluice.engine.Status;
import dev.sluice.engine.StoreRequest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * An engine over an {@link AsyncStore}.
 *
 * <p>Each command becomes an {@link AsyncOperation} and blocks. Operations on one key stand in a queue, of which the first
 * is at work: it loads the record, decides by what it finds, and if need be writes. Since nothing else happens to the key
 * meanwhile, that is one step to everybody; other writers of the same storage, if there are any, are noticed by the
 * comparison in the write, and the operation decides anew. When it is over it notifies; the repeated call finds it
 * attached to the cookie and fills in what it found, so nothing is done twice.
 *
 * <p>Why the decision is not left to the repeated call, which would save copying the request: a connection may close
 * between notification and repetition, and nobody would hear of it. A queue must not wait for that.
 *
 * <p>CAS values come from a {@link HybridClock}, locks are in a {@link LockTable} and end with the process, expired
 * documents are misses and removed when somebody meets them. There are no sequence numbers, no vbucket states and, but
 * for those that were stored as such, no tombstones.
 *
 * <p><b>Thread.</b> Any. State of an operation is atomic, the queue of a key changes inside {@link
 * ConcurrentHashMap#compute}, and no lock is held when a store is called or a cookie is notified.
 */
final class AsyncEngine implements Engine, RecordApplication {
    /** How often a write is tried that other writers of the storage keep overtaking. */
    private static final int ATTEMPTS_MAX = 16;
    /** How long an orderly close waits for operations that are with the store. */
    private static final long CLOSE_SECONDS_MAX = 10;

    private static final System.Logger LOGGER = System.getLogger(AsyncEngine.class.getName());

    private final AsyncStore store;
    private final EngineContext context;
    private final String bucketName;
    private final int vbucketCount;
    private final int operationsMax;
    private final HybridClock casClock;
    private final LockTable<StoreKey> locks;
    private final AsyncScans scans;

    /** The operations that wait, by key. A key that is here has one operation at work besides. */
    private final ConcurrentHashMap<StoreKey, Deque<AsyncOperation>> queues = new ConcurrentHashMap<>();

    private final Set<AsyncOperation> operations = ConcurrentHashMap.newKeySet();
    private final AtomicInteger operationCount = new AtomicInteger();
    private final CompletableFuture<Boolean> drained = new CompletableFuture<>();
    private final AtomicBoolean failureLogged = new AtomicBoolean();
    private final AtomicBoolean corruptionLogged = new AtomicBoolean();
    private final LongAdder refusedCount = new LongAdder();
    private final LongAdder failedCount = new LongAdder();
    private final LongAdder undecidedCount = new LongAdder();
    private final LongAdder overtakenCount = new LongAdder();
    private volatile boolean closing;

    AsyncEngine(AsyncStore store, BucketConfiguration configuration, EngineContext context, int operationsMax) {
        this.store = store;
        this.context = context;
        this.bucketName = configuration.bucketName();
        this.vbucketCount = configuration.vbucketCount();
        this.operationsMax = operationsMax;
        this.casClock = new HybridClock(context.clock());
        this.locks = new LockTable<>(context.clock());
        this.scans = new AsyncScans(store, context, this);
        context.metrics()
                .gauge("operations_under_way", "Operations with the store or in a queue.", operationCount::get);
        context.metrics().gauge("range_scans_open", "Range scans that are open.", scans::openCount);
    }

    @Override
    public Status get(Cookie cookie, int vbucket, DocumentKey key, DocumentFilter filter, DocumentView out) {
        AsyncOperation done = done(cookie);
        if (done != null) {
            return done.show(out);
        }
        Status refused = refuse(vbucket, 0);
        return refused == null ? submit(cookie, new Operations.Get(StoreKey.of(vbucket, key), filter)) : refused;
    }

    @Override
    public Status store(Cookie cookie, int vbucket, DocumentKey key, StoreRequest request, MutationResult out) {
        AsyncOperation done = done(cookie);
        if (done != null) {
            return fill(done, out);
        }
        Status refused = refuse(vbucket, request.valueLength() + RecordFormat.HEADER_LENGTH, request.durability());
        if (refused != null) {
            return refused;
        }
        AsyncOperation operation = new Operations.Store(StoreKey.of(vbucket, key), request);
        return submit(cookie, operation, request.durability(), request.deadlineNanos());
    }

    @Override
    public Status remove(Cookie cookie, int vbucket, DocumentKey key, RemoveRequest request, MutationResult out) {
        AsyncOperation done = done(cookie);
        if (done != null) {
            return fill(done, out);
        }
        Status refused = refuse(vbucket, 0, request.durability());
        if (refused != null) {
            return refused;
        }
        AsyncOperation operation = new Operations.Remove(StoreKey.of(vbucket, key), request);
        return submit(cookie, operation, request.durability(), request.deadlineNanos());
    }

    @Override
    public Status getAndTouch(Cookie cookie, int vbucket, DocumentKey key, long expirySeconds, DocumentView out) {
        AsyncOperation done = done(cookie);
        if (done != null) {
            return done.show(out);
        }
        Status refused = refuse(vbucket, 0);
        return refused == null
                ? submit(cookie, new Operations.Touch(StoreKey.of(vbucket, key), expirySeconds))
                : refused;
    }

    @Override
    public Status lock(Cookie cookie, int vbucket, DocumentKey key, int lockSeconds, DocumentView out) {
        AsyncOperation done = done(cookie);
        if (done != null) {
            return done.show(out);
        }
        Status refused = refuse(vbucket, 0);
        return refused == null ? submit(cookie, new Operations.Lock(StoreKey.of(vbucket, key), lockSeconds)) : refused;
    }

    @Override
    public Status unlock(Cookie cookie, int vbucket, DocumentKey key, long cas) {
        AsyncOperation done = done(cookie);
        if (done != null) {
            return done.succeeded() ? Status.SUCCESS : Status.FAILED;
        }
        Status refused = refuse(vbucket, 0);
        return refused == null ? submit(cookie, new Operations.Unlock(StoreKey.of(vbucket, key), cas)) : refused;
    }

    /** {@inheritDoc} There are no sequence numbers, so none can be given. */
    @Override
    public Status apply(
            Cookie cookie, int vbucket, DocumentKey key, DocumentView record, Terms terms, MutationResult out) {
        AsyncOperation done = done(cookie);
        if (done != null) {
            return fill(done, out);
        }
        Status refused = refuse(vbucket, record.valueLength() + RecordFormat.HEADER_LENGTH);
        if (refused == null && terms.seqno() != 0) {
            refused = Status.NOT_SUPPORTED;
        }
        return refused == null
                ? submit(cookie, new Operations.Apply(StoreKey.of(vbucket, key), record, terms))
                : refused;
    }

    @Override
    public @Nullable Iterator<Statistic> statistics(String group, String argument) {
        if (!group.isEmpty()) {
            return null;
        }
        return List.of(
                        Statistic.of("operations_under_way", operationCount.get()),
                        Statistic.of("operations_max", operationsMax),
                        Statistic.of("operations_refused", refusedCount.sum()),
                        Statistic.of("store_failures", failedCount.sum()),
                        Statistic.of("writes_undecided", undecidedCount.sum()),
                        Statistic.of("writes_overtaken", overtakenCount.sum()),
                        Statistic.of("locks", locks.size()),
                        Statistic.of("range_scans_open", scans.openCount()),
                        Statistic.of("range_scan_kept_bytes", scans.keptBytes()))
                .iterator();
    }

    @Override
    public void resetStatistics() {
        List.of(refusedCount, failedCount, undecidedCount, overtakenCount).forEach(LongAdder::reset);
    }

    @Override
    public <C> @Nullable C capability(Class<C> type) {
        if (type == RecordApplication.class) {
            return type.cast(this);
        }
        return type == RangeScans.class ? type.cast(scans) : null;
    }

    @Override
    public void cancelBlocked() {
        closing = true;
        operations.forEach(operation -> abandon(operation, Status.CANCELLED));
        scans.cancelOpening();
    }

    @Override
    public void close(boolean force) {
        cancelBlocked();
        if (!force && operationCount.get() > 0) {
            awaitDrained();
        }
        scans.closeAll();
        store.close();
    }

    /** Whether the bucket is going away, so that nothing new begins. */
    boolean closing() {
        return closing;
    }

    boolean serves(int vbucket) {
        return vbucket >= 0 && vbucket < vbucketCount;
    }

    private static @Nullable AsyncOperation done(Cookie cookie) {
        return (AsyncOperation) cookie.attachment();
    }

    private static Status fill(AsyncOperation done, MutationResult out) {
        if (!done.succeeded() || done.shown == null) {
            return Status.FAILED;
        }
        boolean removed = done.shownCas != 0; // what is shown is the version before
        long cas = removed ? done.shownCas : RecordFormat.cas(done.shown);
        out.set(cas, 0, 0).revSeqno(RecordFormat.revision(done.shown) + (removed ? 1 : 0));
        return Status.SUCCESS;
    }

    /** Why nothing new may begin, or null. Asked before anything is copied: what is refused is not worth an array. */
    private @Nullable Status refuse(int vbucket, long bytes) {
        if (!serves(vbucket)) {
            return Status.NOT_MY_VBUCKET;
        }
        boolean room = operationCount.get() < operationsMax
                && context.memory().usedBytes() + bytes <= context.memory().quotaBytes();
        if (closing || !room) {
            refusedCount.increment();
            return Status.TEMPORARY_FAILURE;
        }
        return null;
    }

    private @Nullable Status refuse(int vbucket, long bytes, DurabilityLevel level) {
        Status refused = refuse(vbucket, bytes);
        return refused != null || level == DurabilityLevel.NONE
                ? refused
                : level.refusalOfSingleCopy(
                        store.durability(), context.topology().current(), vbucket);
    }

    private Status submit(Cookie cookie, AsyncOperation operation) {
        return submit(cookie, operation, DurabilityLevel.NONE, 0);
    }

    private Status submit(Cookie cookie, AsyncOperation operation, DurabilityLevel level, long deadlineNanos) {
        operationCount.incrementAndGet();
        context.memory().charge(operation.chargedBytes);
        operations.add(operation);
        BlockedCookie handle = cookie.block();
        cookie.attach(operation);
        operation.blocked(handle);
        if (level != DurabilityLevel.NONE) {
            watchDeadline(operation, deadlineNanos);
        }
        handle.onCancel(() -> {
            operation.withdraw();
            dequeue(operation);
        });
        if (closing) { // since it was not when we looked, and before the operation was among the others
            operation.abandon(Status.CANCELLED);
        }
        enqueue(operation);
        return Status.WOULD_BLOCK;
    }

    private void watchDeadline(AsyncOperation operation, long deadlineNanos) {
        Runnable passed = () -> {
            abandon(operation, Status.TEMPORARY_FAILURE);
            dequeue(operation);
        };
        try {
            long remainingNanos = deadlineNanos - context.clock().nanoTime();
            operation.deadline(context.nonIoPool().schedule(passed, remainingNanos));
        } catch (RejectedExecutionException e) {
            operation.abandon(Status.CANCELLED); // the bucket is gone
        }
    }

    private void abandon(AsyncOperation operation, Status notBegun) {
        if (operation.abandon(notBegun)) {
            undecidedCount.increment();
        }
    }

    private void enqueue(AsyncOperation operation) {
        boolean[] first = new boolean[1];
        queues.compute(operation.key, (key, queue) -> {
            if (queue == null) {
                first[0] = true;
                return new ArrayDeque<>();
            }
            queue.add(operation);
            return queue;
        });
        if (first[0]) {
            run(operation);
        }
    }

    /** Gives back at once the place of an operation that has ended behind others; one that is at work leaves later. */
    private void dequeue(AsyncOperation operation) {
        boolean[] waited = new boolean[1];
        queues.computeIfPresent(operation.key, (key, queue) -> {
            waited[0] = queue.remove(operation);
            return queue;
        });
        if (waited[0]) {
            release(operation);
        }
    }

    /** The operation is over and the store is done with it: the next of its key may begin. */
    private void leave(AsyncOperation operation) {
        if (!operation.leave()) {
            return;
        }
        release(operation);
        AsyncOperation next = pollNext(operation.key);
        while (next != null) {
            AsyncOperation begins = next;
            try {
                // On another thread's stack: stores that complete at once would have it grow with the queue.
                context.nonIoPool().execute(() -> run(begins));
                return;
            } catch (RejectedExecutionException e) { // the bucket is gone
                begins.abandon(Status.CANCELLED);
                release(begins);
                next = pollNext(operation.key);
            }
        }
    }

    private @Nullable AsyncOperation pollNext(StoreKey key) {
        AsyncOperation[] next = new AsyncOperation[1];
        queues.computeIfPresent(key, (k, queue) -> {
            next[0] = queue.poll();
            return next[0] == null ? null : queue;
        });
        return next[0];
    }

    private void release(AsyncOperation operation) {
        if (operation.release()) {
            operations.remove(operation);
            context.memory().charge(-operation.chargedBytes);
            if (operationCount.decrementAndGet() == 0 && closing) {
                drained.complete(true);
            }
        }
    }

    private void run(AsyncOperation operation) {
        if (operation.begin()) {
            load(operation);
        } else {
            leave(operation);
        }
    }

    private void load(AsyncOperation operation) {
        attempt(operation, () -> store.load(operation.key.bytes()), stored -> decide(operation, stored));
    }

    private void decide(AsyncOperation operation, @Nullable StoredRecord stored) {
        if (operation.over()) {
            leave(operation); // Nobody waits any more: a lock taken now would be nobody's.
            return;
        }
        Turn turn =
                new Turn(operation.key, stored, locks, casClock, context.clock().wallSeconds());
        Verdict verdict = operation.decide(turn);
        if (verdict.action == Verdict.Action.ANSWER) {
            operation.answer(verdict.status);
            sweep(operation, turn);
            return;
        }
        if (!operation.beginWrite()) { // the client has gone, or the bucket goes
            leave(operation);
            return;
        }
        scans.remember(operation.key, stored == null ? null : stored.bytes());
        byte[] key = operation.key.bytes();
        attempt(
                operation,
                () -> stored != null && verdict.action == Verdict.Action.DELETE
                        ? store.delete(key, stored)
                        : store.compareAndSet(key, stored, verdict.record()),
                applied -> written(operation, turn, Boolean.TRUE.equals(applied)));
    }

    private void written(AsyncOperation operation, Turn turn, boolean applied) {
        if (applied) {
            turn.unlock(); // whoever may write to a locked document holds the lock, and gives it up with that
            operation.answer(Status.SUCCESS);
            leave(operation);
            return;
        }
        overtakenCount.increment();
        if (operation.retry() && operation.attempts() < ATTEMPTS_MAX) {
            load(operation);
        } else {
            operation.answer(Status.TEMPORARY_FAILURE);
            leave(operation);
        }
    }

    /** Takes away an expired record that the operation has met. Its client has the answer already. */
    private void sweep(AsyncOperation operation, Turn turn) {
        StoredRecord stored = turn.stored();
        if (stored == null || !turn.expired() || closing) {
            leave(operation);
            return;
        }
        attempt(operation, () -> store.delete(operation.key.bytes(), stored), deleted -> leave(operation));
    }

    /** A call of the store's. */
    private interface StoreCall<T extends @Nullable Object> {
        CompletionStage<T> make();
    }

    /** What follows a call of the store's. */
    private interface Continuation<T extends @Nullable Object> {
        void proceed(T result);
    }

    /** Calls the store and goes on, on whatever thread it completes; whatever fails, the operation ends and leaves. */
    @SuppressWarnings("FutureReturnValueIgnored") // everything that can fail is caught inside
    private <T extends @Nullable Object> void attempt(
            AsyncOperation operation, StoreCall<T> call, Continuation<T> continuation) {
        CompletionStage<T> stage;
        try {
            stage = call.make();
        } catch (Throwable t) { // a foreign store's mistakes must not cost more than this operation
            fail(operation, t);
            return;
        }
        stage.whenComplete((result, failure) -> {
            if (failure != null) {
                fail(operation, failure);
                return;
            }
            try {
                continuation.proceed(result);
            } catch (Throwable t) {
                fail(operation, t);
            }
        });
    }

    private void fail(AsyncOperation operation, Throwable thrown) {
        Throwable cause =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        failedCount.increment();
        if (failureLogged.compareAndSet(false, true)) {
            // Not the message: the storage's own may name keys.
            LOGGER.log(
                    System.Logger.Level.WARNING,
                    "the store of an engine failed; counted from here on; bucket={0}, failure={1}",
                    bucketName,
                    cause.getClass().getName());
        }
        if (cause instanceof NotAppliedException) {
            operation.answer(Status.TEMPORARY_FAILURE);
        } else if (cause instanceof CorruptRecordException) {
            if (corruptionLogged.compareAndSet(false, true)) {
                LOGGER.log(System.Logger.Level.ERROR, "bucket={0}: {1}", bucketName, cause.getMessage());
            }
            abandon(operation, Status.FAILED);
        } else {
            abandon(operation, Status.TEMPORARY_FAILURE);
        }
        leave(operation);
    }

    private void awaitDrained() {
        try {
            drained.get(CLOSE_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            LOGGER.log(System.Logger.Level.WARNING, "closing with {0} operations under way", operationCount.get());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
