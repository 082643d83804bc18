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
        return guard.call(cookie, Statuses.GET, () -> documents.random(cookie, collection, out));
    }
}
