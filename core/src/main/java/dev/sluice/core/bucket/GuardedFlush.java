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
        return guard.call(cookie, Statuses.FLUSH, () -> flush.flush(cookie));
    }
}
