package dev.sluice.core.bucket;

import dev.sluice.engine.Backups;
import dev.sluice.engine.Collections;
import dev.sluice.engine.Cookie;
import dev.sluice.engine.DocumentFilter;
import dev.sluice.engine.DocumentKey;
import dev.sluice.engine.DocumentReads;
import dev.sluice.engine.DocumentView;
import dev.sluice.engine.Engine;
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
import dev.sluice.engine.VBuckets;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * The only door through which the server calls an engine: an engine that throws, answers nonsense or forgets its handle
 * costs the command that asked, and nothing else. See {@link CallGuard} for what happens around a call.
 *
 * <p>The methods are written out rather than folded into one that takes a lambda: the lambda would be an allocation for
 * each GET.
 */
final class GuardedEngine implements Engine {

    private final Engine engine;
    private final CallGuard guard;
    private final @Nullable RangeScans rangeScans;
    private final @Nullable VBuckets vbuckets;
    private final @Nullable Flush flush;
    private final @Nullable RecordApplication recordApplication;
    private final @Nullable Collections collections;
    private final @Nullable Pausable pausable;
    private final @Nullable Reconfigurable reconfigurable;
    private final @Nullable DocumentReads documentReads;
    private final @Nullable RandomDocuments randomDocuments;
    private final @Nullable Persistence persistence;
    private final @Nullable Backups backups;

    GuardedEngine(Engine engine, CallGuard guard) {
        this.engine = engine;
        this.guard = guard;
        RangeScans scans = engine.capability(RangeScans.class);
        this.rangeScans = scans == null ? null : new GuardedRangeScans(scans, guard);
        VBuckets buckets = engine.capability(VBuckets.class);
        this.vbuckets = buckets == null ? null : new GuardedVBuckets(buckets, guard);
        Flush flushing = engine.capability(Flush.class);
        this.flush = flushing == null ? null : new GuardedFlush(flushing, guard);
        RecordApplication application = engine.capability(RecordApplication.class);
        this.recordApplication = application == null ? null : new GuardedRecordApplication(application, guard);
        Collections sets = engine.capability(Collections.class);
        this.collections = sets == null ? null : new GuardedCollections(sets, guard);
        Pausable pausing = engine.capability(Pausable.class);
        this.pausable = pausing == null ? null : new GuardedPausable(pausing, guard);
        Reconfigurable changing = engine.capability(Reconfigurable.class);
        this.reconfigurable = changing == null ? null : new GuardedReconfigurable(changing, guard);
        DocumentReads reads = engine.capability(DocumentReads.class);
        this.documentReads = reads == null ? null : new GuardedDocumentReads(reads, guard);
        RandomDocuments chance = engine.capability(RandomDocuments.class);
        this.randomDocuments = chance == null ? null : new GuardedRandomDocuments(chance, guard);
        Persistence disk = engine.capability(Persistence.class);
        this.persistence = disk == null ? null : new GuardedPersistence(disk, guard);
        Backups copying = engine.capability(Backups.class);
        this.backups = copying == null ? null : new GuardedBackups(copying, guard);
    }

    @Override
    public Status get(Cookie cookie, int vbucket, DocumentKey key, DocumentFilter filter, DocumentView out) {
        Status answered = guard.answered(cookie, Statuses.GET);
        if (answered != null) {
            return answered;
        }
        ClassLoader before = guard.enter();
        try {
            return guard.settle(cookie, engine.get(cookie, vbucket, key, filter, out), Statuses.GET);
        } catch (Throwable e) {
            return guard.thrown(cookie, e, Statuses.GET);
        } finally {
            guard.leave(before);
        }
    }

    @Override
    public Status store(Cookie cookie, int vbucket, DocumentKey key, StoreRequest request, MutationResult out) {
        Statuses expected = request.unawareOfXattrs() ? Statuses.STORE_UNAWARE : Statuses.STORE;
        Status answered = guard.answered(cookie, expected);
        if (answered != null) {
            return answered;
        }
        ClassLoader before = guard.enter();
        try {
            return guard.settle(cookie, engine.store(cookie, vbucket, key, request, out), expected);
        } catch (Throwable e) {
            return guard.thrown(cookie, e, expected);
        } finally {
            guard.leave(before);
        }
    }

    @Override
    public Status remove(Cookie cookie, int vbucket, DocumentKey key, RemoveRequest request, MutationResult out) {
        Statuses expected = request.unawareOfXattrs() ? Statuses.REMOVE_UNAWARE : Statuses.REMOVE;
        Status answered = guard.answered(cookie, expected);
        if (answered != null) {
            return answered;
        }
        ClassLoader before = guard.enter();
        try {
            return guard.settle(cookie, engine.remove(cookie, vbucket, key, request, out), expected);
        } catch (Throwable e) {
            return guard.thrown(cookie, e, expected);
        } finally {
            guard.leave(before);
        }
    }

    @Override
    public Status getAndTouch(Cookie cookie, int vbucket, DocumentKey key, long expirySeconds, DocumentView out) {
        Status answered = guard.answered(cookie, Statuses.TOUCH);
        if (answered != null) {
            return answered;
        }
        ClassLoader before = guard.enter();
        try {
            return guard.settle(cookie, engine.getAndTouch(cookie, vbucket, key, expirySeconds, out), Statuses.TOUCH);
        } catch (Throwable e) {
            return guard.thrown(cookie, e, Statuses.TOUCH);
        } finally {
            guard.leave(before);
        }
    }

    @Override
    public Status lock(Cookie cookie, int vbucket, DocumentKey key, int lockSeconds, DocumentView out) {
        Status answered = guard.answered(cookie, Statuses.LOCK);
        if (answered != null) {
            return answered;
        }
        ClassLoader before = guard.enter();
        try {
            // A lock that nobody knows of ends by itself: a failed call may be tried again, as a read may.
            return guard.settle(cookie, engine.lock(cookie, vbucket, key, lockSeconds, out), Statuses.LOCK);
        } catch (Throwable e) {
            return guard.thrown(cookie, e, Statuses.LOCK);
        } finally {
            guard.leave(before);
        }
    }

    @Override
    public Status unlock(Cookie cookie, int vbucket, DocumentKey key, long cas) {
        Status answered = guard.answered(cookie, Statuses.UNLOCK);
        if (answered != null) {
            return answered;
        }
        ClassLoader before = guard.enter();
        try {
            return guard.settle(cookie, engine.unlock(cookie, vbucket, key, cas), Statuses.UNLOCK);
        } catch (Throwable e) {
            return guard.thrown(cookie, e, Statuses.UNLOCK);
        } finally {
            guard.leave(before);
        }
    }

    /** An engine that throws here has no statistics; a bad argument is passed on. */
    @Override
    public @Nullable Iterator<Statistic> statistics(String group, String argument) {
        ClassLoader before = guard.enter();
        try {
            Iterator<Statistic> statistics = engine.statistics(group, argument);
            return statistics == null ? null : new GuardedStatistics(statistics, guard);
        } catch (IllegalArgumentException e) {
            throw e;
        } catch (Throwable e) {
            guard.background(e);
            return null;
        } finally {
            guard.leave(before);
        }
    }

    @Override
    public void resetStatistics() {
        ClassLoader before = guard.enter();
        try {
            engine.resetStatistics();
        } catch (Throwable e) {
            guard.background(e);
        } finally {
            guard.leave(before);
        }
    }

    @Override
    public <C> @Nullable C capability(Class<C> type) {
        Object capability;
        if (type == RangeScans.class) {
            capability = rangeScans;
        } else if (type == VBuckets.class) {
            capability = vbuckets;
        } else if (type == Flush.class) {
            capability = flush;
        } else if (type == RecordApplication.class) {
            capability = recordApplication;
        } else if (type == Collections.class) {
            capability = collections;
        } else if (type == DocumentReads.class) {
            capability = documentReads;
        } else if (type == RandomDocuments.class) {
            capability = randomDocuments;
        } else if (type == Persistence.class) {
            capability = persistence;
        } else if (type == Reconfigurable.class) {
            capability = reconfigurable;
        } else if (type == Pausable.class) {
            capability = pausable;
        } else if (type == Backups.class) {
            capability = backups;
        } else {
            throw new IllegalArgumentException("no guard for the capability " + type.getName());
        }
        return capability == null ? null : type.cast(capability);
    }

    @Override
    public void cancelBlocked() {
        ClassLoader before = guard.enter();
        try {
            engine.cancelBlocked();
        } catch (Throwable e) {
            guard.background(e);
        } finally {
            guard.leave(before);
        }
    }

    @Override
    public void close(boolean force) {
        ClassLoader before = guard.enter();
        try {
            engine.close(force);
        } catch (Throwable e) {
            guard.background(e);
        } finally {
            guard.leave(before);
        }
    }
}
