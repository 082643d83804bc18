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
        return guard.call(
                cookie,
                Statuses.PERSISTENCE,
                () -> persistence.awaitPersistence(cookie, vbucket, seqno, deadlineNanos));
    }

    @Override
    public Status stopPersistence(Cookie cookie) {
        return guard.call(cookie, Statuses.PERSISTENCE, () -> persistence.stopPersistence(cookie));
    }

    @Override
    public Status startPersistence(Cookie cookie) {
        return guard.call(cookie, Statuses.PERSISTENCE, () -> persistence.startPersistence(cookie));
    }

    @Override
    public Status compact(Cookie cookie, int vbucket, Compaction compaction) {
        return guard.call(cookie, Statuses.PERSISTENCE, () -> persistence.compact(cookie, vbucket, compaction));
    }

    @Override
    public Status evict(Cookie cookie, int vbucket, DocumentKey key) {
        return guard.call(cookie, Statuses.EVICT, () -> persistence.evict(cookie, vbucket, key));
    }
}
