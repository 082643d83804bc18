package dev.sluice.core.bucket;

import dev.sluice.engine.Cookie;
import dev.sluice.engine.DocumentView;
import dev.sluice.engine.RandomDocuments;
import dev.sluice.engine.Status;

/** See {@link CallGuard}. */
final class GuardedRandomDocuments implements RandomDocuments {

    private final RandomDocuments documents;
    private final CallGuard guard;

    GuardedRandomDocuments(RandomDocuments documents, CallGuard guard) {
        this.documents = documents;
        this.guard = guard;
    }

    @Override
    public Status random(Cookie cookie, int collection, DocumentView out) {
        Status answered = guard.answered(cookie, Statuses.GET);
        if (answered != null) {
            return answered;
        }
        ClassLoader before = guard.enter();
        try {
            return guard.settle(cookie, documents.random(cookie, collection, out), Statuses.GET);
        } catch (Throwable e) {
            return guard.thrown(cookie, e, Statuses.GET);
        } finally {
            guard.leave(before);
        }
    }
}
