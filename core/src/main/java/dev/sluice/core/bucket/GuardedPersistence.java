package dev.sluice.core.bucket;

import dev.sluice.engine.Cookie;
import dev.sluice.engine.DocumentKey;
import dev.sluice.engine.Persistence;
import dev.sluice.engine.Status;

/** See {@link CallGuard}. A vbucket of which the engine cannot tell is taken for one that does not exist. */
final class GuardedPersistence implements Persistence {

    private final Persistence persistence;
    private final CallGuard guard;

    GuardedPersistence(Persistence persistence, CallGuard guard) {
        this.persistence = persistence;
        this.guard = guard;
    }

    @Override
    public long persistedSeqno(int vbucket) {
        ClassLoader before = guard.enter();
        try {
            return persistence.persistedSeqno(vbucket);
        } catch (Throwable e) {
            guard.background(e);
            return -1;
        } finally {
            guard.leave(before);
        }
    }

    @Override
    public Status awaitPersistence(Cookie cookie, int vbucket, long seqno, long deadlineNanos) {
        Status answered = guard.answered(cookie, Statuses.PERSISTENCE);
        if (answered != null) {
            return answered;
        }
        ClassLoader before = guard.enter();
        try {
            Status status = persistence.awaitPersistence(cookie, vbucket, seqno, deadlineNanos);
            return guard.settle(cookie, status, Statuses.PERSISTENCE);
        } catch (Throwable e) {
            return guard.thrown(cookie, e, Statuses.PERSISTENCE);
        } finally {
            guard.leave(before);
        }
    }

    @Override
    public Status stopPersistence(Cookie cookie) {
        Status answered = guard.answered(cookie, Statuses.PERSISTENCE);
        if (answered != null) {
            return answered;
        }
        ClassLoader before = guard.enter();
        try {
            Status status = persistence.stopPersistence(cookie);
            return guard.settle(cookie, status, Statuses.PERSISTENCE);
        } catch (Throwable e) {
            return guard.thrown(cookie, e, Statuses.PERSISTENCE);
        } finally {
            guard.leave(before);
        }
    }

    @Override
    public Status startPersistence(Cookie cookie) {
        Status answered = guard.answered(cookie, Statuses.PERSISTENCE);
        if (answered != null) {
            return answered;
        }
        ClassLoader before = guard.enter();
        try {
            Status status = persistence.startPersistence(cookie);
            return guard.settle(cookie, status, Statuses.PERSISTENCE);
        } catch (Throwable e) {
            return guard.thrown(cookie, e, Statuses.PERSISTENCE);
        } finally {
            guard.leave(before);
        }
    }

    @Override
    public Status compact(Cookie cookie, int vbucket, Compaction compaction) {
        Status answered = guard.answered(cookie, Statuses.PERSISTENCE);
        if (answered != null) {
            return answered;
        }
        ClassLoader before = guard.enter();
        try {
            Status status = persistence.compact(cookie, vbucket, compaction);
            return guard.settle(cookie, status, Statuses.PERSISTENCE);
        } catch (Throwable e) {
            return guard.thrown(cookie, e, Statuses.PERSISTENCE);
        } finally {
            guard.leave(before);
        }
    }

    @Override
    public Status evict(Cookie cookie, int vbucket, DocumentKey key) {
        Status answered = guard.answered(cookie, Statuses.EVICT);
        if (answered != null) {
            return answered;
        }
        ClassLoader before = guard.enter();
        try {
            Status status = persistence.evict(cookie, vbucket, key);
            return guard.settle(cookie, status, Statuses.EVICT);
        } catch (Throwable e) {
            return guard.thrown(cookie, e, Statuses.EVICT);
        } finally {
            guard.leave(before);
        }
    }
}
