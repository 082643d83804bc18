package dev.sluice.core.bucket;

import dev.sluice.engine.Cookie;
import dev.sluice.engine.Flush;
import dev.sluice.engine.Status;

/** See {@link CallGuard}. */
final class GuardedFlush implements Flush {

    private final Flush flush;
    private final CallGuard guard;

    GuardedFlush(Flush flush, CallGuard guard) {
        this.flush = flush;
        this.guard = guard;
    }

    @Override
    public Status flush(Cookie cookie) {
        Status answered = guard.answered(cookie, Statuses.FLUSH);
        if (answered != null) {
            return answered;
        }
        ClassLoader before = guard.enter();
        try {
            return guard.settle(cookie, flush.flush(cookie), Statuses.FLUSH);
        } catch (Throwable e) {
            return guard.thrown(cookie, e, Statuses.FLUSH);
        } finally {
            guard.leave(before);
        }
    }
}
