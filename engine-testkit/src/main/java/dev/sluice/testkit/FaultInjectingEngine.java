package dev.sluice.testkit;

import dev.sluice.engine.BlockedCookie;
import dev.sluice.engine.CollectionSet;
import dev.sluice.engine.Collections;
import dev.sluice.engine.Cookie;
import dev.sluice.engine.DocumentFilter;
import dev.sluice.engine.DocumentKey;
import dev.sluice.engine.DocumentReads;
import dev.sluice.engine.DocumentView;
import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineContext;
import dev.sluice.engine.Flush;
import dev.sluice.engine.MutationResult;
import dev.sluice.engine.Persistence;
import dev.sluice.engine.RandomDocuments;
import dev.sluice.engine.RangeScans;
import dev.sluice.engine.RecordApplication;
import dev.sluice.engine.RemoveRequest;
import dev.sluice.engine.Statistic;
import dev.sluice.engine.Status;
import dev.sluice.engine.StoreRequest;
import dev.sluice.engine.VBucketState;
import dev.sluice.engine.VBuckets;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Wraps an engine and does to each call what a {@link FaultPlan} says: lets it pass, blocks it first, notifies early,
 * late, twice, never, from the wrong thread, throws. Everything else is the inner engine's.
 *
 * <p>Its notes on a command hang on the cookie, around the inner engine's attachment, which the inner engine sees as it
 * left it. What it notifies goes through the context's non-I/O pool, so that a simulated scheduler decides the moment.
 *
 * <p><b>Thread.</b> Any, as for the engine inside.
 */
public final class FaultInjectingEngine implements Engine {
    /** The group of statistics that is not the inner engine's. */
    public static final String FAULTS = "faults";

    private static final long LATE_NANOS = Duration.ofMillis(10).toNanos();

    /** The exception of {@link Fault#THROW} and its relatives, so that tests can tell it from a real one. */
    public static final class InjectedException extends RuntimeException {
        private InjectedException(Fault fault, Operation operation) {
            super("injected: " + fault + " into " + operation);
        }
    }

    private final Engine inner;
    private final EngineContext context;
    private final Map<Class<?>, Object> capabilities = new ConcurrentHashMap<>();
    private final Map<Fault, LongAdder> injected = new ConcurrentHashMap<>();
    private final Queue<BlockedCookie> silent = new ConcurrentLinkedQueue<>();
    private final Queue<Once> nextCall = new ConcurrentLinkedQueue<>();
    private volatile FaultPlan plan;

    public FaultInjectingEngine(Engine inner, EngineContext context, FaultPlan plan) {
        this.inner = inner;
        this.context = context;
        this.plan = plan;
        wrap(RangeScans.class, scans -> new FaultInjectingScans(this, scans));
        wrap(VBuckets.class, InjectedVBuckets::new);
        wrap(Flush.class, flush -> cookie -> call(Operation.FLUSH, cookie, flush::flush));
        wrap(RecordApplication.class, InjectedRecordApplication::new);
        wrap(Collections.class, InjectedCollections::new);
        wrap(
                DocumentReads.class,
                reads -> (cookie, vbucket, key, scope, out) ->
                        call(Operation.READ, cookie, c -> reads.read(c, vbucket, key, scope, out)));
        wrap(
                RandomDocuments.class,
                documents -> (cookie, collection, out) ->
                        call(Operation.RANDOM, cookie, c -> documents.random(c, collection, out)));
        wrap(Persistence.class, InjectedPersistence::new);
    }

    /** Another plan from the next call on. */
    public void plan(FaultPlan plan) {
        this.plan = plan;
    }

    public Engine inner() {
        return inner;
    }

    /** How often this fault was put on a call. */
    public long injectedCount(Fault fault) {
        LongAdder count = injected.get(fault);
        return count == null ? 0 : count.sum();
    }

    /** How many calls were disturbed in any way. */
    public long injectedCount() {
        return injected.entrySet().stream()
                .filter(entry -> !entry.getKey().equals(Fault.PASS))
                .mapToLong(entry -> entry.getValue().sum())
                .sum();
    }

    /** How many commands {@link Fault#NOTIFY_NEVER} holds now. */
    public int silentCount() {
        return silent.size();
    }

    /** Notifies all that {@link Fault#NOTIFY_NEVER} has held, on the caller's thread; answers how many. */
    public int notifySilent(Status status) {
        int count = 0;
        for (BlockedCookie handle = silent.poll(); handle != null; handle = silent.poll()) {
            handle.notifyIoComplete(status);
            count++;
        }
        return count;
    }

    @Override
    public Status get(Cookie cookie, int vbucket, DocumentKey key, DocumentFilter filter, DocumentView out) {
        return call(Operation.GET, cookie, c -> inner.get(c, vbucket, key, filter, out));
    }

    @Override
    public Status store(Cookie cookie, int vbucket, DocumentKey key, StoreRequest request, MutationResult out) {
        return call(Operation.STORE, cookie, request.cas(), c -> inner.store(c, vbucket, key, request, out));
    }

    @Override
    public Status remove(Cookie cookie, int vbucket, DocumentKey key, RemoveRequest request, MutationResult out) {
        return call(Operation.REMOVE, cookie, request.cas(), c -> inner.remove(c, vbucket, key, request, out));
    }

    @Override
    public Status getAndTouch(Cookie cookie, int vbucket, DocumentKey key, long expirySeconds, DocumentView out) {
        return call(Operation.GET_AND_TOUCH, cookie, c -> inner.getAndTouch(c, vbucket, key, expirySeconds, out));
    }

    @Override
    public Status lock(Cookie cookie, int vbucket, DocumentKey key, int lockSeconds, DocumentView out) {
        return call(Operation.LOCK, cookie, c -> inner.lock(c, vbucket, key, lockSeconds, out));
    }

    @Override
    public Status unlock(Cookie cookie, int vbucket, DocumentKey key, long cas) {
        return call(Operation.UNLOCK, cookie, c -> inner.unlock(c, vbucket, key, cas));
    }

    /** The inner engine's, and the group {@value #FAULTS}: each fault that was put on a call, and how often. */
    @Override
    public @Nullable Iterator<Statistic> statistics(String group, String argument) {
        if (group.equals(FAULTS)) {
            return injected.entrySet().stream()
                    .map(entry -> Statistic.of(
                            entry.getKey().toString(), entry.getValue().sum()))
                    .iterator();
        }
        Fault fault = choose(Operation.STATISTICS, 0, true);
        count(fault);
        return switch (fault.kind()) {
            case THROW, THROW_AFTER, BLOCK_AND_THROW -> throw new InjectedException(fault, Operation.STATISTICS);
            case RETURN_NULL -> null;
            case DELAY -> {
                pause(fault);
                yield inner.statistics(group, argument);
            }
            default -> inner.statistics(group, argument);
        };
    }

    @Override
    public void resetStatistics() {
        inner.resetStatistics();
    }

    @Override
    public <C> @Nullable C capability(Class<C> type) {
        Object wrapped = capabilities.get(type);
        return wrapped == null ? inner.capability(type) : type.cast(wrapped);
    }

    @Override
    public void cancelBlocked() {
        notifyNextCall();
        inner.cancelBlocked();
    }

    @Override
    public void close(boolean force) {
        inner.close(force);
    }

    /** One call with a cookie, disturbed as the plan says. */
    Status call(Operation operation, Cookie outer, Function<Cookie, Status> innerCall) {
        return call(operation, outer, 0, innerCall);
    }

    /** As above, for a write that is done only to the version with this CAS; 0 for any. */
    // Returning null is among the faults.
    @SuppressWarnings("NullAway")
    private Status call(Operation operation, Cookie outer, long cas, Function<Cookie, Status> innerCall) {
        notifyNextCall();
        InjectedCookie cookie = new InjectedCookie(outer, operation);
        Fault fault = choose(operation, outer.connectionId(), cookie.first());
        if ((cookie.innerBegan() && hides(fault)) || (fault.kind() == Fault.Kind.LOSE_RACE && cas == 0)) {
            fault = Fault.PASS;
        }
        count(fault);
        Status status = switch (fault.kind()) {
            case ANSWER -> fault.status();
            case LOSE_RACE -> Status.KEY_EXISTS;
            case RETURN_NULL -> null;
            case WOULD_BLOCK_WITHOUT_BLOCK -> Status.WOULD_BLOCK;
            case THROW -> throw new InjectedException(fault, operation);
            case BLOCK_AND_THROW -> {
                BlockedCookie handle = cookie.block();
                onOddThread(() -> handle.notifyIoComplete(Status.SUCCESS));
                throw new InjectedException(fault, operation);
            }
            case PASS, THROW_AFTER, NOTIFY_VOID, NOTIFY_FAILURE, DELAY ->
                callInner(operation, cookie, fault, innerCall);
            default -> block(cookie, fault);
        };
        if (status == Status.WOULD_BLOCK) {
            cookie.keepNotes();
        } else {
            cookie.dropNotes();
        }
        return status;
    }

    private Status callInner(
            Operation operation, InjectedCookie cookie, Fault fault, Function<Cookie, Status> innerCall) {
        if (fault.kind() == Fault.Kind.DELAY) {
            pause(fault);
        }
        cookie.beginInner();
        Status status = innerCall.apply(cookie);
        if (fault.kind() == Fault.Kind.THROW_AFTER && status != Status.WOULD_BLOCK) {
            throw new InjectedException(fault, operation);
        }
        if (fault.kind() == Fault.Kind.NOTIFY_VOID && !cookie.blocked()) {
            BlockedCookie handle = cookie.block();
            later(() -> handle.notifyIoComplete(Status.SUCCESS));
        }
        if (fault.kind() == Fault.Kind.NOTIFY_FAILURE
                && status != Status.SUCCESS
                && status != Status.WOULD_BLOCK
                && status != Status.VBUCKET_PENDING) {
            BlockedCookie handle = cookie.block();
            later(() -> handle.notifyIoComplete(status));
            return Status.WOULD_BLOCK;
        }
        return status;
    }

    private Status block(InjectedCookie cookie, Fault fault) {
        // The notes first: notified early, the repeated call may start on another thread before this one returns.
        cookie.keepNotes();
        BlockedCookie handle = cookie.block();
        Runnable success = () -> handle.notifyIoComplete(Status.SUCCESS);
        switch (fault.kind()) {
            case BLOCK_THEN_SUCCESS -> later(success);
            case NOTIFY_EARLY -> success.run();
            case NOTIFY_LATE -> after(LATE_NANOS, success);
            case NOTIFY_FROM_ODD_THREAD -> later(() -> onOddThread(success));
            case NOTIFY_IN_NEXT_CALL -> {
                Once once = new Once(success);
                nextCall.add(once);
                after(LATE_NANOS, once);
            }
            case NOTIFY_TWICE ->
                later(() -> {
                    success.run();
                    later(success);
                });
            case NOTIFY_WOULD_BLOCK -> later(() -> handle.notifyIoComplete(Status.WOULD_BLOCK));
            case BLOCK_THEN -> later(() -> handle.notifyIoComplete(fault.status()));
            case NOTIFY_NEVER -> silent.add(handle);
            default -> throw new IllegalStateException("does not block: " + fault);
        }
        return Status.WOULD_BLOCK;
    }

    /** Whether the fault would deny what the inner engine may have done for this command already. */
    private static boolean hides(Fault fault) {
        return switch (fault.kind()) {
            case BLOCK_THEN,
                    ANSWER,
                    LOSE_RACE,
                    NOTIFY_WOULD_BLOCK,
                    THROW,
                    BLOCK_AND_THROW,
                    WOULD_BLOCK_WITHOUT_BLOCK,
                    RETURN_NULL -> true;
            default -> false;
        };
    }

    /** What a scan does to a call that has no cookie; null has it pass. */
    @Nullable
    Status disturbScan() {
        Fault fault = choose(Operation.SCAN_NEXT, 0, true);
        count(fault);
        switch (fault.kind()) {
            case ANSWER -> {
                return fault.status();
            }
            case THROW, THROW_AFTER -> throw new InjectedException(fault, Operation.SCAN_NEXT);
            case DELAY -> pause(fault);
            default -> {}
        }
        return null;
    }

    private Fault choose(Operation operation, long connectionId, boolean first) {
        return plan.next(new FaultPlan.Call(operation, connectionId, first));
    }

    private void count(Fault fault) {
        injected.computeIfAbsent(fault, f -> new LongAdder()).increment();
    }

    private void notifyNextCall() {
        for (Once once = nextCall.poll(); once != null; once = nextCall.poll()) {
            once.run();
        }
    }

    private void later(Runnable action) {
        after(0, action);
    }

    private void after(long nanos, Runnable action) {
        try {
            context.nonIoPool().schedule(action, nanos);
        } catch (RejectedExecutionException e) {
            action.run(); // the bucket is gone: a notification now is late, which is legal
        }
    }

    /** Runs on a fresh thread, and waits for it: the next thing that a seeded run does comes after. */
    private static void onOddThread(Runnable action) {
        Thread thread = new Thread(action, "sluice-odd-thread");
        thread.setDaemon(true);
        thread.start();
        while (thread.isAlive()) {
            Thread.onSpinWait(); // no join: it may be an event loop that got here, and those are watched for waiting
        }
    }

    private static void pause(Fault fault) {
        long until = System.nanoTime() + fault.nanos();
        for (long left = fault.nanos(); left > 0; left = until - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private <C> void wrap(Class<C> type, Function<C, C> wrapper) {
        C capability = inner.capability(type);
        if (capability != null) {
            capabilities.put(type, wrapper.apply(capability));
        }
    }

    /** An action that two may come to run. */
    private static final class Once implements Runnable {
        private @Nullable Runnable action;

        Once(Runnable action) {
            this.action = action;
        }

        @Override
        public void run() {
            Runnable mine;
            synchronized (this) {
                mine = action;
                action = null;
            }
            if (mine != null) {
                mine.run();
            }
        }
    }

    private final class InjectedVBuckets implements VBuckets {
        private final VBuckets vbuckets;

        InjectedVBuckets(VBuckets vbuckets) {
            this.vbuckets = vbuckets;
        }

        @Override
        public @Nullable VBucketState state(int vbucket) {
            return vbuckets.state(vbucket);
        }

        @Override
        public Status setState(Cookie cookie, int vbucket, VBucketState state) {
            return call(Operation.SET_VBUCKET_STATE, cookie, c -> vbuckets.setState(c, vbucket, state));
        }

        @Override
        public Status delete(Cookie cookie, int vbucket) {
            return call(Operation.DELETE_VBUCKET, cookie, c -> vbuckets.delete(c, vbucket));
        }

        @Override
        public long highSeqno(int vbucket) {
            return vbuckets.highSeqno(vbucket);
        }

        @Override
        public long highCas(int vbucket) {
            return vbuckets.highCas(vbucket);
        }

        @Override
        public List<FailoverEntry> failoverLog(int vbucket) {
            return vbuckets.failoverLog(vbucket);
        }
    }

    /** The first set comes with the bucket, before any command: it is left alone, and scripts count from the commands on. */
    private final class InjectedCollections implements Collections {
        private final Collections collections;
        private boolean begun;

        InjectedCollections(Collections collections) {
            this.collections = collections;
        }

        @Override
        public void collections(CollectionSet existing) {
            Fault fault = begun ? choose(Operation.SET_COLLECTIONS, 0, true) : Fault.PASS;
            begun = true;
            count(fault);
            switch (fault.kind()) {
                case THROW, BLOCK_AND_THROW -> throw new InjectedException(fault, Operation.SET_COLLECTIONS);
                case THROW_AFTER -> {
                    collections.collections(existing);
                    throw new InjectedException(fault, Operation.SET_COLLECTIONS);
                }
                case DELAY -> pause(fault);
                default -> {}
            }
            collections.collections(existing);
        }

        @Override
        public @Nullable Figures figures(int vbucket, int collection) {
            return collections.figures(vbucket, collection);
        }

        @Override
        public long highSeqno(int vbucket, int collection) {
            return collections.highSeqno(vbucket, collection);
        }
    }

    private final class InjectedRecordApplication implements RecordApplication {
        private final RecordApplication application;

        InjectedRecordApplication(RecordApplication application) {
            this.application = application;
        }

        @Override
        public Status apply(
                Cookie cookie, int vbucket, DocumentKey key, DocumentView record, Terms terms, MutationResult out) {
            return call(Operation.APPLY, cookie, c -> application.apply(c, vbucket, key, record, terms, out));
        }
    }

    private final class InjectedPersistence implements Persistence {
        private final Persistence persistence;

        InjectedPersistence(Persistence persistence) {
            this.persistence = persistence;
        }

        @Override
        public long persistedSeqno(int vbucket) {
            return persistence.persistedSeqno(vbucket);
        }

        @Override
        public Status awaitPersistence(Cookie cookie, int vbucket, long seqno, long deadlineNanos) {
            return call(
                    Operation.AWAIT_PERSISTENCE,
                    cookie,
                    c -> persistence.awaitPersistence(c, vbucket, seqno, deadlineNanos));
        }

        @Override
        public Status stopPersistence(Cookie cookie) {
            return call(Operation.STOP_PERSISTENCE, cookie, persistence::stopPersistence);
        }

        @Override
        public Status startPersistence(Cookie cookie) {
            return call(Operation.START_PERSISTENCE, cookie, persistence::startPersistence);
        }

        @Override
        public Status compact(Cookie cookie, int vbucket, Compaction compaction) {
            return call(Operation.COMPACT, cookie, c -> persistence.compact(c, vbucket, compaction));
        }

        @Override
        public Status evict(Cookie cookie, int vbucket, DocumentKey key) {
            return call(Operation.EVICT, cookie, c -> persistence.evict(c, vbucket, key));
        }
    }
}
