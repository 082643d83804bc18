package dev.sluice.core.bucket;

import dev.sluice.engine.Cookie;
import dev.sluice.engine.DocumentKey;
import dev.sluice.engine.DocumentReads;
import dev.sluice.engine.DocumentView;
import dev.sluice.engine.Status;

/** See {@link CallGuard}. */
final class GuardedDocumentReads implements DocumentReads {

    private final DocumentReads reads;
    private final CallGuard guard;

    GuardedDocumentReads(DocumentReads reads, CallGuard guard) {
        this.reads = reads;
        this.guard = guard;
    }

    @Override
    public Status read(Cookie cookie, int vbucket, DocumentKey key, Scope scope, DocumentView out) {
        Status answered = guard.answered(cookie, Statuses.GET);
        if (answered != null) {
            return answered;
        }
        ClassLoader before = guard.enter();
        try {
            return guard.settle(cookie, reads.read(cookie, vbucket, key, scope, out), Statuses.GET);
        } catch (Throwable e) {
            return guard.thrown(cookie, e, Statuses.GET);
        } finally {
            guard.leave(before);
        }
    }
}
