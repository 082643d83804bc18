package dev.sluice.core.command;

import dev.sluice.core.bucket.Bucket;
import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.Request;
import dev.sluice.core.statistics.BucketCounter;
import dev.sluice.core.statistics.CollectionCounter;
import dev.sluice.engine.DocumentFilter;
import dev.sluice.engine.DurabilityLevel;
import dev.sluice.engine.Flush;
import dev.sluice.engine.Status;

/** Commands that are one call of the engine and one reply. Protocol: {@code protocol-kv} 7.2, 7.5, 7.7, 8.1, 8.2. */
final class Documents {

    /** How long a lock lasts whose client did not say, or said more than the maximum. */
    private static final int LOCK_SECONDS_DEFAULT = 15;

    private static final int LOCK_SECONDS_MAX = 30;

    private Documents() {}

    static Status get(CommandCookie cookie) {
        Request request = cookie.request();
        Status status = cookie.bucket()
                .engine()
                .get(cookie, request.vbucket(), request.key(), DocumentFilter.ALIVE, request.document());
        if (status == Status.SUCCESS) {
            Counts.count(cookie, BucketCounter.CMD_GET);
            Counts.count(cookie, BucketCounter.GET_HITS);
            Counts.count(cookie, CollectionCounter.OPS_GET);
            cookie.reply().document(cookie, request.document());
        } else if (status == Status.NO_SUCH_KEY) {
            Counts.count(cookie, BucketCounter.CMD_GET);
            Counts.count(cookie, BucketCounter.GET_MISSES);
        }
        return status;
    }

    static Status delete(CommandCookie cookie) {
        Request request = cookie.request();
        if (cookie.step() == 0) {
            Stores.raiseDurability(cookie);
            request.remove().cas(request.cas()).durability(request.durability(), Stores.deadlineNanos(cookie));
            cookie.step(1);
        }
        Status status = cookie.bucket()
                .engine()
                .remove(cookie, request.vbucket(), request.key(), request.remove(), request.mutation());
        if (status == Status.SUCCESS) {
            Counts.count(cookie, BucketCounter.DELETE_HITS);
            Counts.count(cookie, CollectionCounter.OPS_DELETE);
            cookie.reply().mutated(cookie, request.mutation());
        } else if (status == Status.NO_SUCH_KEY) {
            Counts.count(cookie, BucketCounter.DELETE_MISSES);
        }
        return status;
    }

    static Status touch(CommandCookie cookie) {
        Status status = callTouch(cookie);
        if (status == Status.SUCCESS) {
            cookie.reply().touched(cookie, cookie.request().document().cas());
        }
        return status;
    }

    static Status getAndTouch(CommandCookie cookie) {
        Status status = callTouch(cookie);
        if (status == Status.SUCCESS) {
            Counts.count(cookie, CollectionCounter.OPS_GET);
            cookie.reply().document(cookie, cookie.request().document());
        }
        return status;
    }

    /** The absolute expiry is computed once: a repetition must not move it. */
    private static Status callTouch(CommandCookie cookie) {
        Request request = cookie.request();
        if (cookie.step() == 0) {
            if (request.durability() != DurabilityLevel.NONE) {
                return Status.NOT_SUPPORTED;
            }
            long expirySeconds = Stores.expiry(cookie);
            if (expirySeconds == ExpiryTime.OVERFLOW) {
                return Status.EXPIRY_OVERFLOW;
            }
            request.store().expirySeconds(expirySeconds);
            cookie.step(1);
        }
        Status status = cookie.bucket()
                .engine()
                .getAndTouch(
                        cookie,
                        request.vbucket(),
                        request.key(),
                        request.store().expirySeconds(),
                        request.document());
        if (status == Status.SUCCESS || status == Status.NO_SUCH_KEY) {
            Counts.count(cookie, BucketCounter.CMD_TOUCH);
            Counts.count(cookie, status == Status.SUCCESS, BucketCounter.TOUCH_HITS, BucketCounter.TOUCH_MISSES);
        }
        return status;
    }

    static Status lock(CommandCookie cookie) {
        Request request = cookie.request();
        long asked = request.delta();
        int seconds = asked == 0 || asked > LOCK_SECONDS_MAX ? LOCK_SECONDS_DEFAULT : (int) asked;
        Status status =
                cookie.bucket().engine().lock(cookie, request.vbucket(), request.key(), seconds, request.document());
        if (status == Status.SUCCESS) {
            Counts.count(cookie, BucketCounter.CMD_LOCK);
            cookie.reply().document(cookie, request.document());
        } else if (status == Status.LOCKED_TEMPORARY) {
            Counts.count(cookie, BucketCounter.LOCK_ERRORS);
        }
        return status;
    }

    static Status unlock(CommandCookie cookie) {
        Request request = cookie.request();
        Status status = cookie.bucket().engine().unlock(cookie, request.vbucket(), request.key(), request.cas());
        if (status == Status.SUCCESS) {
            cookie.reply().done(cookie);
        }
        return status;
    }

    static Status flush(CommandCookie cookie) {
        Bucket bucket = cookie.bucket();
        Flush flush = bucket.engine().capability(Flush.class);
        if (!bucket.spec().flushAllowed() || flush == null) {
            return Status.NOT_SUPPORTED;
        }
        if (cookie.request().expiry() != 0) {
            cookie.errorContext("FLUSH with a delay is not served (expected: 0)");
            return Status.NOT_SUPPORTED;
        }
        Status status = flush.flush(cookie);
        if (status == Status.SUCCESS) {
            Counts.count(cookie, BucketCounter.CMD_FLUSH);
            cookie.reply().done(cookie);
        }
        return status;
    }
}
