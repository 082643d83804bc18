package dev.sluice.testkit;

import dev.sluice.engine.BlockedCookie;
import dev.sluice.engine.BucketConfiguration;
import dev.sluice.engine.CollectionSet;
import dev.sluice.engine.Collections;
import dev.sluice.engine.Cookie;
import dev.sluice.engine.DocumentFilter;
import dev.sluice.engine.DocumentKey;
import dev.sluice.engine.DocumentReads;
import dev.sluice.engine.DocumentView;
import dev.sluice.engine.DurabilityLevel;
import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineContext;
import dev.sluice.engine.Flush;
import dev.sluice.engine.MutationResult;
import dev.sluice.engine.Pausable;
import dev.sluice.engine.Persistence;
import dev.sluice.engine.RandomDocuments;
import dev.sluice.engine.RangeScans;
import dev.sluice.engine.RecordApplication;
import dev.sluice.engine.RemoveRequest;
import dev.sluice.engine.Statistic;
import dev.sluice.engine.Status;
import dev.sluice.engine.StoreMode;
import dev.sluice.engine.StoreRequest;
import dev.sluice.engine.VBucketState;
import dev.sluice.engine.VBuckets;
import dev.sluice.engine.ValuePatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * An engine that is obviously right, and nothing else: sorted maps under one monitor, everything copied. It answers at
 * once, but for a range scan that has to wait for a sequence number. For tests of core, and the measure of the contract
 * suite itself.
 *
 * <p><b>Thread.</b> Any.
 */
public final class NaiveEngine
        implements Engine,
                RangeScans,
                VBuckets,
                Flush,
                RecordApplication,
                DocumentReads,
                RandomDocuments,
                Collections,
                Pausable {
    /** Collections as unsigned numbers, then keys as unsigned bytes, shorter before longer. */
    private static final Comparator<Key> KEY_ORDER = (a, b) -> a.collection() != b.collection()
            ? Integer.compareUnsigned(a.collection(), b.collection())
            : Arrays.compareUnsigned(a.bytes(), b.bytes());

    private static final class VBucket {
        final TreeMap<Key, NaiveDocument> documents = new TreeMap<>(KEY_ORDER);
        final Map<Integer, Long> highSeqnos = new HashMap<>();
        final List<FailoverEntry> failoverLog = new ArrayList<>();
        VBucketState state = VBucketState.ACTIVE;
        long highSeqno;
        long highCas;
    }

    /** A command that waits for a sequence number. */
    private record Waiter(int vbucket, long seqno, BlockedCookie cookie) {}

    private final EngineContext context;
    private final @Nullable VBucket[] vbuckets;
    private final List<Waiter> waiters = new ArrayList<>();
    private CollectionSet collections = CollectionSet.ALL;
    private long lastCas;
    private final Random random;
    private final @Nullable NaivePersistence persistence;
    private boolean closed;

    NaiveEngine(BucketConfiguration configuration, EngineContext context, boolean persistent) {
        this.context = context;
        this.random = new Random(context.clock().wallNanos());
        this.persistence = persistent ? new NaivePersistence(this, context, configuration.vbucketCount()) : null;
        vbuckets = new VBucket[configuration.vbucketCount()];
        for (int i = 0; i < vbuckets.length; i++) {
            vbuckets[i] = newVBucket();
        }
    }

    @Override
    public synchronized Status get(
            Cookie cookie, int vbucket, DocumentKey key, DocumentFilter filter, DocumentView out) {
        Status refused = refusal(vbucket, key.collection());
        if (refused != null) {
            return refused;
        }
        Key own = copyOf(key);
        NaiveDocument document = find(vbucket, own, filter);
        if (document == null) {
            return Status.NO_SUCH_KEY;
        }
        show(document, own, out);
        return Status.SUCCESS;
    }

    @Override
    public synchronized Status store(
            Cookie cookie, int vbucket, DocumentKey key, StoreRequest request, MutationResult out) {
        Status refused = refusal(vbucket, key.collection(), request.durability());
        if (refused != null) {
            return refused;
        }
        Key own = copyOf(key);
        NaiveDocument existing = find(vbucket, own, request.existing());
        refused = existing == null ? refuseMissing(request) : refuseExisting(existing, request);
        if (refused != null) {
            return refused;
        }
        NaiveDocument next = new NaiveDocument();
        next.value = Arrays.copyOfRange(
                request.valueArray(), request.valueOffset(), request.valueOffset() + request.valueLength());
        next.flags = request.flags();
        next.datatype = request.datatype();
        next.deleted = request.deleted();
        NaiveDocument alive = find(vbucket, own, DocumentFilter.ALIVE);
        if (next.deleted) {
            next.expirySeconds = context.clock().wallSeconds();
        } else if (request.preserveExpiry() && alive != null) {
            next.expirySeconds = alive.expirySeconds;
        } else {
            next.expirySeconds = request.expirySeconds();
        }
        next.cas = nextCas();
        publish(vbucket, own, next, request.patch(), out);
        return Status.SUCCESS;
    }

    private static @Nullable Status refuseMissing(StoreRequest request) {
        return request.mode() == StoreMode.REPLACE || request.cas() != 0 ? Status.NO_SUCH_KEY : null;
    }

    private @Nullable Status refuseExisting(NaiveDocument existing, StoreRequest request) {
        if (request.mode() == StoreMode.ADD) {
            return Status.KEY_EXISTS;
        }
        if (existing.lockedAt(context.clock().nanoTime())) {
            if (request.cas() != existing.lockCas) {
                return Status.LOCKED;
            }
        } else if (request.cas() != 0 && request.cas() != existing.cas) {
            return Status.KEY_EXISTS;
        }
        return request.unawareOfXattrs() && existing.hasXattrs() ? Status.HAS_XATTRS : null;
    }

    @Override
    public synchronized Status remove(
            Cookie cookie, int vbucket, DocumentKey key, RemoveRequest request, MutationResult out) {
        Status refused = refusal(vbucket, key.collection(), request.durability());
        if (refused != null) {
            return refused;
        }
        Key own = copyOf(key);
        NaiveDocument existing = find(vbucket, own, DocumentFilter.ALIVE);
        if (existing == null) {
            return Status.NO_SUCH_KEY;
        }
        if (existing.lockedAt(context.clock().nanoTime())) {
            if (request.cas() != existing.lockCas) {
                return request.cas() == 0 ? Status.LOCKED : Status.LOCKED_TEMPORARY;
            }
        } else if (request.cas() != 0 && request.cas() != existing.cas) {
            return Status.KEY_EXISTS;
        }
        if (request.unawareOfXattrs() && existing.hasXattrs()) {
            return Status.HAS_XATTRS;
        }
        NaiveDocument tombstone = new NaiveDocument();
        tombstone.deleted = true;
        tombstone.expirySeconds = context.clock().wallSeconds();
        tombstone.cas = nextCas();
        publish(vbucket, own, tombstone, null, out);
        return Status.SUCCESS;
    }

    @Override
    public synchronized Status getAndTouch(
            Cookie cookie, int vbucket, DocumentKey key, long expirySeconds, DocumentView out) {
        Status refused = refusal(vbucket, key.collection());
        if (refused != null) {
            return refused;
        }
        Key own = copyOf(key);
        NaiveDocument existing = find(vbucket, own, DocumentFilter.ALIVE);
        if (existing == null) {
            return Status.NO_SUCH_KEY;
        }
        if (existing.lockedAt(context.clock().nanoTime())) {
            return Status.LOCKED;
        }
        NaiveDocument shown = existing;
        if (existing.expirySeconds != expirySeconds) {
            shown = existing.copy();
            shown.revSeqno = 0; // counted anew
            shown.expirySeconds = expirySeconds;
            shown.cas = nextCas();
            publish(vbucket, own, shown, null, new MutationResult());
        }
        shown.show(out, own, Long.MIN_VALUE, context.clock().nanoTime()); // alive, even if the new time has passed
        return Status.SUCCESS;
    }

    @Override
    public synchronized Status lock(Cookie cookie, int vbucket, DocumentKey key, int lockSeconds, DocumentView out) {
        Status refused = refusal(vbucket, key.collection());
        if (refused != null) {
            return refused;
        }
        Key own = copyOf(key);
        NaiveDocument existing = find(vbucket, own, DocumentFilter.ALIVE);
        if (existing == null) {
            return Status.NO_SUCH_KEY;
        }
        long now = context.clock().nanoTime();
        if (existing.lockedAt(now)) {
            return Status.LOCKED_TEMPORARY;
        }
        existing.lockCas = nextCas();
        existing.lockedUntilNanos = now + lockSeconds * 1_000_000_000L;
        show(existing, own, out);
        out.cas(existing.lockCas);
        return Status.SUCCESS;
    }

    @Override
    public synchronized Status unlock(Cookie cookie, int vbucket, DocumentKey key, long cas) {
        Status refused = refusal(vbucket, key.collection());
        if (refused != null) {
            return refused;
        }
        NaiveDocument existing = find(vbucket, copyOf(key), DocumentFilter.ALIVE);
        if (existing == null) {
            return Status.NO_SUCH_KEY;
        }
        if (!existing.lockedAt(context.clock().nanoTime())) {
            return Status.NOT_LOCKED;
        }
        if (existing.lockCas != cas) {
            return Status.LOCKED_TEMPORARY;
        }
        existing.lockCas = 0;
        return Status.SUCCESS;
    }

    @Override
    public synchronized Status apply(
            Cookie cookie, int vbucket, DocumentKey key, DocumentView record, Terms terms, MutationResult out) {
        VBucket target = vbucket(vbucket);
        if (target == null || target.state == VBucketState.DEAD) {
            return Status.NOT_MY_VBUCKET;
        }
        Status refused = terms.seqno() == 0 ? refusal(vbucket) : null;
        if (refused != null) {
            return refused;
        }
        if (!collections.contains(key.collection())) {
            return Status.UNKNOWN_COLLECTION;
        }
        Key own = copyOf(key);
        NaiveDocument existing = target.documents.get(own);
        NaiveDocument alive = find(vbucket, own, DocumentFilter.ALIVE);
        boolean locked = alive != null && alive.lockedAt(context.clock().nanoTime());
        long lockCas = locked && alive != null ? alive.lockCas : 0;
        Status allowed = locked ? Status.LOCKED : Status.SUCCESS;
        if (terms.condition() != null) {
            DocumentView shown = null;
            if (existing != null) {
                shown = new DocumentView();
                show(existing, own, shown);
            }
            allowed = terms.condition().check(shown, lockCas);
        }
        if (allowed != Status.SUCCESS) {
            return allowed;
        }
        if (terms.seqno() != 0 && terms.seqno() <= target.highSeqno) {
            return Status.OUT_OF_RANGE;
        }
        NaiveDocument next = new NaiveDocument();
        next.value = record.copyOfValue();
        next.flags = record.flags();
        next.datatype = record.datatype();
        next.deleted = record.deleted();
        next.expirySeconds = record.deleted() && record.expirySeconds() == 0
                ? context.clock().wallSeconds()
                : record.expirySeconds();
        next.cas = record.cas() == 0 ? nextCas() : record.cas();
        lastCas = Math.max(lastCas, next.cas); // one beyond 2^63 would leave no room above it
        next.revSeqno = record.revSeqno();
        if (terms.seqno() != 0) {
            target.highSeqno = terms.seqno() - 1;
        }
        publish(vbucket, own, next, terms.patch(), out);
        return Status.SUCCESS;
    }

    @Override
    public synchronized Status read(Cookie cookie, int vbucket, DocumentKey key, Scope scope, DocumentView out) {
        VBucket target = vbucket(vbucket);
        if (target == null || !scope.states().contains(target.state)) {
            return Status.NOT_MY_VBUCKET;
        }
        if (!collections.contains(key.collection())) {
            return Status.UNKNOWN_COLLECTION;
        }
        Key own = copyOf(key);
        NaiveDocument document = find(vbucket, own, scope.filter());
        if (document == null) {
            return Status.NO_SUCH_KEY;
        }
        show(document, own, out);
        return Status.SUCCESS;
    }

    @Override
    public synchronized Status random(Cookie cookie, int collection, DocumentView out) {
        if (!collections.contains(collection)) {
            return Status.UNKNOWN_COLLECTION;
        }
        List<Integer> homes = new ArrayList<>();
        List<Key> keys = new ArrayList<>();
        for (int vbucket = 0; vbucket < vbuckets.length; vbucket++) {
            VBucket target = vbuckets[vbucket];
            if (target != null && target.state == VBucketState.ACTIVE) {
                for (Key key : target.documents.keySet()) {
                    if (key.collection() == collection && find(vbucket, key, DocumentFilter.ALIVE) != null) {
                        homes.add(vbucket);
                        keys.add(key);
                    }
                }
            }
        }
        if (keys.isEmpty()) {
            return Status.NO_SUCH_KEY;
        }
        int chosen = random.nextInt(keys.size());
        NaiveDocument document = find(homes.get(chosen), keys.get(chosen), DocumentFilter.ALIVE);
        show(Objects.requireNonNull(document), keys.get(chosen), out);
        return Status.SUCCESS;
    }

    @Override
    public synchronized Status flush(Cookie cookie) {
        for (VBucket vbucket : vbuckets) {
            if (vbucket != null) {
                vbucket.documents.clear();
            }
        }
        return Status.SUCCESS;
    }

    @Override
    public synchronized Status open(Cookie cookie, int vbucket, Request request, Holder out) {
        Status refused = refusal(vbucket, request.collection());
        VBucket target = vbucket(vbucket);
        if (refused != null || target == null) {
            return refused == null ? Status.NOT_MY_VBUCKET : refused;
        }
        if (request.vbucketUuid() != 0
                && request.vbucketUuid() != target.failoverLog.get(0).vbucketUuid()) {
            return Status.VBUCKET_UUID_MISMATCH;
        }
        if (request.seqno() > target.highSeqno) {
            return awaitSeqno(cookie, vbucket, request);
        }
        if (request.seqnoMustExist()
                && target.documents.values().stream().noneMatch(document -> document.seqno == request.seqno())) {
            return Status.NOT_STORED;
        }
        List<Key> keys = new ArrayList<>();
        List<NaiveDocument> documents = new ArrayList<>();
        long count = 0;
        for (Key key : target.documents.keySet()) {
            NaiveDocument document = find(vbucket, key, DocumentFilter.ALIVE);
            if (document == null || key.collection() != request.collection()) {
                continue;
            }
            count++;
            byte[] end = request.end();
            boolean inside = Arrays.compareUnsigned(key.bytes(), request.start()) >= 0
                    && (end == null || Arrays.compareUnsigned(key.bytes(), end) < 0);
            if (inside) {
                keys.add(key);
                documents.add(document.copy());
            }
        }
        if (keys.isEmpty()) {
            return Status.NO_SUCH_KEY;
        }
        out.set(new NaiveScan(vbucket, request.collection(), keys, documents, count));
        return Status.SUCCESS;
    }

    private Status awaitSeqno(Cookie cookie, int vbucket, Request request) {
        long remaining = request.deadlineNanos() - context.clock().nanoTime();
        if (request.deadlineNanos() == 0 || remaining <= 0) {
            return Status.TEMPORARY_FAILURE;
        }
        Waiter waiter = new Waiter(vbucket, request.seqno(), cookie.block());
        waiters.add(waiter);
        context.nonIoPool().schedule(() -> wake(waiter, Status.SUCCESS), remaining); // called again, it finds out
        return Status.WOULD_BLOCK;
    }

    private void wake(Waiter waiter, Status status) {
        synchronized (this) {
            if (!waiters.remove(waiter)) {
                return;
            }
        }
        waiter.cookie.notifyIoComplete(status);
    }

    @Override
    public synchronized @Nullable VBucketState state(int vbucket) {
        VBucket target = vbucket(vbucket);
        return target == null ? null : target.state;
    }

    @Override
    public Status setState(Cookie cookie, int vbucket, VBucketState state) {
        synchronized (this) {
            if (vbucket < 0 || vbucket >= vbuckets.length) {
                return Status.OUT_OF_RANGE;
            }
            VBucket target = vbuckets[vbucket];
            if (target == null) {
                target = newVBucket();
                target.state = state;
                vbuckets[vbucket] = target;
            } else if (state == VBucketState.ACTIVE && target.state != state) {
                target.failoverLog.add(0, new FailoverEntry(nextCas(), target.highSeqno));
            }
            target.state = state;
        }
        context.vbucketStateChanged(vbucket);
        return Status.SUCCESS;
    }

    @Override
    public synchronized Status delete(Cookie cookie, int vbucket) {
        VBucket target = vbucket(vbucket);
        if (target == null) {
            return Status.NOT_MY_VBUCKET;
        }
        if (target.state != VBucketState.DEAD) {
            return Status.INVALID_ARGUMENTS;
        }
        vbuckets[vbucket] = null;
        return Status.SUCCESS;
    }

    @Override
    public synchronized long highSeqno(int vbucket) {
        VBucket target = vbucket(vbucket);
        return target == null ? -1 : target.highSeqno;
    }

    @Override
    public synchronized long highCas(int vbucket) {
        VBucket target = vbucket(vbucket);
        return target == null ? 0 : target.highCas;
    }

    @Override
    public synchronized List<FailoverEntry> failoverLog(int vbucket) {
        VBucket target = vbucket(vbucket);
        return target == null ? List.of() : List.copyOf(target.failoverLog);
    }

    @Override
    public synchronized void collections(CollectionSet existing) {
        collections = existing;
        for (VBucket vbucket : vbuckets) {
            if (vbucket != null) {
                vbucket.documents.keySet().removeIf(key -> !existing.contains(key.collection()));
            }
        }
    }

    @Override
    public synchronized @Nullable Figures figures(int vbucket, int collection) {
        VBucket target = vbucket(vbucket);
        if (target == null || !collections.contains(collection)) {
            return null;
        }
        long items = 0;
        long bytes = 0;
        for (Map.Entry<Key, NaiveDocument> entry : target.documents.entrySet()) {
            if (entry.getKey().collection() == collection) {
                items += entry.getValue().deleted ? 0 : 1;
                bytes += entry.getKey().bytes().length + entry.getValue().value.length;
            }
        }
        return new Figures(items, bytes, highSeqno(vbucket, collection));
    }

    @Override
    public synchronized long highSeqno(int vbucket, int collection) {
        VBucket target = vbucket(vbucket);
        return target == null || !collections.contains(collection)
                ? -1
                : target.highSeqnos.getOrDefault(collection, 0L);
    }

    @Override
    public @Nullable Iterator<Statistic> statistics(String group, String argument) {
        if (!group.isEmpty()) {
            return null;
        }
        if (!argument.isEmpty()) {
            throw new IllegalArgumentException("the general group takes no argument");
        }
        List<Statistic> statistics = new ArrayList<>();
        synchronized (this) {
            long count = Arrays.stream(vbuckets)
                    .mapToLong(vbucket -> vbucket == null ? 0 : vbucket.documents.size())
                    .sum();
            statistics.add(Statistic.of("documents", count));
            statistics.add(Statistic.of("vbuckets", vbuckets.length));
        }
        return statistics.iterator();
    }

    @Override
    public Status pause(Cancellation cancellation) {
        return cancellation.cancelled()
                ? Status.CANCELLED
                : Status.SUCCESS; // it has nothing that could change by itself
    }

    @Override
    public Status resume() {
        return Status.SUCCESS;
    }

    @Override
    public void resetStatistics() {}

    @Override
    public <C> @Nullable C capability(Class<C> type) {
        if (type == Persistence.class) {
            return type.cast(persistence);
        }
        return type.isInstance(this) ? type.cast(this) : null;
    }

    @Override
    public void cancelBlocked() {
        if (persistence != null) {
            persistence.cancelBlocked();
        }
        List<Waiter> cancelled;
        synchronized (this) {
            cancelled = List.copyOf(waiters);
        }
        for (Waiter waiter : cancelled) {
            wake(waiter, Status.CANCELLED);
        }
    }

    @Override
    public synchronized void close(boolean force) {
        if (closed) {
            throw new IllegalStateException("closed twice");
        }
        closed = true;
        Arrays.fill(vbuckets, null);
    }

    private VBucket newVBucket() {
        VBucket vbucket = new VBucket();
        vbucket.failoverLog.add(new FailoverEntry(nextCas(), 0));
        return vbucket;
    }

    private @Nullable VBucket vbucket(int number) {
        return number < 0 || number >= vbuckets.length ? null : vbuckets[number];
    }

    private @Nullable Status refusal(int vbucket) {
        VBucket target = vbucket(vbucket);
        if (target == null) {
            return Status.NOT_MY_VBUCKET;
        }
        return switch (target.state) {
            case ACTIVE -> null;
            case PENDING -> Status.VBUCKET_PENDING;
            case REPLICA, DEAD -> Status.NOT_MY_VBUCKET;
        };
    }

    private @Nullable Status refusal(int vbucket, int collection) {
        Status refused = refusal(vbucket);
        return refused != null || collections.contains(collection) ? refused : Status.UNKNOWN_COLLECTION;
    }

    private @Nullable Status refusal(int vbucket, int collection, DurabilityLevel level) {
        Status refused = refusal(vbucket, collection);
        return refused != null || level == DurabilityLevel.NONE
                ? refused
                : level.refusalOfSingleCopy(
                        DurabilityLevel.MAJORITY, context.topology().current(), vbucket);
    }

    /** What evicting a document's value would answer; values stay where they are. */
    synchronized Status evictable(int vbucket, DocumentKey key, long persistedSeqno) {
        Status refused = refusal(vbucket, key.collection());
        if (refused != null) {
            return refused;
        }
        NaiveDocument document = find(vbucket, copyOf(key), DocumentFilter.ALIVE);
        if (document == null) {
            return Status.NO_SUCH_KEY;
        }
        if (document.lockedAt(context.clock().nanoTime())) {
            return Status.LOCKED;
        }
        return document.seqno <= persistedSeqno ? Status.SUCCESS : Status.KEY_EXISTS;
    }

    /** Forgets tombstones up to a sequence number. */
    synchronized Status forgetTombstones(int vbucket, long seqno) {
        VBucket target = vbucket(vbucket);
        if (target == null) {
            return Status.NOT_MY_VBUCKET;
        }
        target.documents.values().removeIf(document -> document.deleted && document.seqno <= seqno);
        return Status.SUCCESS;
    }

    private @Nullable NaiveDocument find(int vbucket, Key key, DocumentFilter filter) {
        VBucket target = vbucket(vbucket);
        NaiveDocument document = target == null ? null : target.documents.get(key);
        boolean accepted = document != null
                && filter.accepts(document.deletedAt(context.clock().wallSeconds()));
        return accepted ? document : null;
    }

    /** Gives the version its numbers, patches its value, makes it the newest, and wakes who waited for it. */
    private void publish(int vbucket, Key key, NaiveDocument next, @Nullable ValuePatch patch, MutationResult out) {
        VBucket target = vbucket(vbucket);
        if (target == null) {
            throw new IllegalStateException("vbucket " + vbucket + " has gone");
        }
        NaiveDocument previous = target.documents.get(key);
        next.seqno = ++target.highSeqno;
        if (next.revSeqno == 0) {
            next.revSeqno = previous == null ? 1 : previous.revSeqno + 1;
        }
        if (patch != null) {
            patch.apply(next.value, 0, next.value.length, next.cas, next.seqno);
        }
        target.documents.put(key, next);
        target.highSeqnos.put(key.collection(), next.seqno);
        target.highCas = Math.max(target.highCas, next.cas);
        out.set(next.cas, next.seqno, target.failoverLog.get(0).vbucketUuid()).revSeqno(next.revSeqno);
        if (persistence != null) {
            persistence.changed();
        }
        for (Waiter waiter : List.copyOf(waiters)) {
            if (waiter.vbucket == vbucket && waiter.seqno <= next.seqno) {
                wakeLater(waiter);
            }
        }
    }

    /** Not here and now: this is under the monitor that the repeated call takes. */
    private void wakeLater(Waiter waiter) {
        try {
            context.nonIoPool().execute(() -> wake(waiter, Status.SUCCESS));
        } catch (RejectedExecutionException e) {
            waiters.remove(waiter); // the bucket is gone, and with it whoever waits
        }
    }

    private long nextCas() {
        long now = context.clock().wallNanos();
        lastCas = Long.compareUnsigned(now, lastCas) > 0 ? now : lastCas + 1;
        return lastCas;
    }

    private void show(NaiveDocument document, Key key, DocumentView out) {
        document.show(out, key, context.clock().wallSeconds(), context.clock().nanoTime());
    }

    private static Key copyOf(DocumentKey key) {
        return Key.of(key.collection(), key.toByteArray());
    }

    /** Walks over copies. */
    private final class NaiveScan implements Scan {
        private final int vbucket;
        private final int collection;
        private final List<Key> keys;
        private final List<NaiveDocument> documents;
        private final long count;
        private int position;

        NaiveScan(int vbucket, int collection, List<Key> keys, List<NaiveDocument> documents, long count) {
            this.vbucket = vbucket;
            this.collection = collection;
            this.keys = keys;
            this.documents = documents;
            this.count = count;
        }

        @Override
        public Status next(DocumentView out) {
            synchronized (NaiveEngine.this) {
                if (closed) {
                    return Status.CANCELLED;
                }
                Status refused = refusal(vbucket);
                if (refused != null) {
                    return Status.NOT_MY_VBUCKET;
                }
                if (!collections.contains(collection)) {
                    return Status.UNKNOWN_COLLECTION;
                }
            }
            if (position == keys.size()) {
                return Status.NO_SUCH_KEY;
            }
            documents
                    .get(position)
                    .show(
                            out,
                            keys.get(position),
                            Long.MIN_VALUE,
                            context.clock().nanoTime());
            position++;
            return Status.SUCCESS;
        }

        @Override
        public long collectionCount() {
            return count;
        }

        @Override
        public void close() {
            position = keys.size();
        }
    }
}
