package dev.sluice.core.bucket;

import dev.sluice.engine.Cookie;
import dev.sluice.engine.DocumentKey;
import dev.sluice.engine.DocumentView;
import dev.sluice.engine.MutationResult;
import dev.sluice.engine.RecordApplication;
import dev.sluice.engine.Status;

/** See {@link CallGuard}. */
final class GuardedRecordApplication implements RecordApplication {

    private final RecordApplication application;
    private final CallGuard guard;

    GuardedRecordApplication(RecordApplication application, CallGuard guard) {
        this.application = application;
        this.guard = guard;
    }

    @Override
    public Status apply(
            Cookie cookie, int vbucket, DocumentKey key, DocumentView record, Terms terms, MutationResult out) {
        Status answered = guard.answered(cookie, Statuses.APPLY);
        if (answered != null) {
            return answered;
        }
        ClassLoader before = guard.enter();
        try {
            Status status = application.apply(cookie, vbucket, key, record, terms, out);
            return guard.settle(cookie, status, Statuses.APPLY);
        } catch (Throwable e) {
            return guard.thrown(cookie, e, Statuses.APPLY);
        } finally {
            guard.leave(before);
        }
    }
}
