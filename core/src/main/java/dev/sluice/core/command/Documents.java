package dev.sluice.core.command;

import dev.sluice.core.bucket.Bucket;
import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.Request;
import dev.sluice.core.datatype.Xattrs;
import dev.sluice.core.statistics.BucketCounter;
import dev.sluice.core.statistics.CollectionCounter;
import dev.sluice.engine.Datatype;
import dev.sluice.engine.DocumentFilter;
import dev.sluice.engine.DurabilityLevel;
import dev.sluice.engine.Flush;
import dev.sluice.engine.Status;
import dev.sluice.engine.StoreMode;
import java.util.Objects;

/** Commands that are one call of the engine and one reply. Protocol: {@code protocol-kv} 7.2, 7.5, 7.7, 8.1, 8.2. */
final class Documents {

    /** How long a lock lasts whose client did not say, or said more than the maximum. */
    private static final int LOCK_SECONDS_DEFAULT = 15;

    private static final int LOCK_SECONDS_MAX = 30;

    /** The engine has answered, and what it has shown is to be sent: the last step of a command that shows a document. */
    private static final int SHOW = 10;

    /** A lock has to be given up again, as its holder is not told of it. */
    private static final int GIVE_UP = 11;

    // The steps of a removal.
    private static final int BEGIN = 0;
    private static final int REMOVE = 1;
    /** The document has xattrs, of which those of the system outlive it. */
    private static final int MERGE = 2;

    private static final int STORE_TOMBSTONE = 3;
    /** As REMOVE, the document's xattrs being known. */
    private static final int REMOVE_KNOWN = 4;

    private Documents() {}

    static Status get(CommandCookie cookie) {
        Request request = cookie.request();
        if (cookie.step() == SHOW) {
            return show(cookie);
        }
        Status status = cookie.bucket()
                .engine()
                .get(cookie, request.vbucket(), request.key(), DocumentFilter.ALIVE, request.document());
        if (status == Status.SUCCESS) {
            Counts.count(cookie, BucketCounter.CMD_GET);
            Counts.count(cookie, BucketCounter.GET_HITS);
            Counts.count(cookie, CollectionCounter.OPS_GET);
            return show(cookie);
        } else if (status == Status.NO_SUCH_KEY) {
            Counts.count(cookie, BucketCounter.CMD_GET);
            Counts.count(cookie, BucketCounter.GET_MISSES);
        }
        return status;
    }

    static Status delete(CommandCookie cookie) {
        Status status = remove(cookie);
        if (status == Status.SUCCESS) {
            Counts.count(cookie, BucketCounter.DELETE_HITS);
            Counts.count(cookie, CollectionCounter.OPS_DELETE);
            cookie.reply().mutated(cookie, cookie.request().mutation());
        } else if (status == Status.NO_SUCH_KEY) {
            Counts.count(cookie, BucketCounter.DELETE_MISSES);
        }
        return status;
    }

    /**
     * Removes the document. Xattrs of the system stay behind in the tombstone, so where there are any the removal is a store
     * of a tombstone, with the CAS of the document whose xattrs they are; begun anew where somebody was faster.
     */
    private static Status remove(CommandCookie cookie) {
        Request request = cookie.request();
        while (true) {
            if (cookie.step() == BEGIN) {
                Stores.raiseDurability(cookie);
                request.remove()
                        .cas(request.cas())
                        .unawareOfXattrs(true)
                        .durability(request.durability(), Stores.deadlineNanos(cookie));
                cookie.step(REMOVE);
            }
            boolean looked = false;
            Status status = Status.SUCCESS;
            if (cookie.step() == REMOVE) {
                status = callRemove(cookie);
                if (status != Status.HAS_XATTRS) {
                    return status;
                }
                cookie.step(MERGE);
            }
            if (cookie.step() == MERGE) {
                status = XattrMerge.merge(cookie, Xattrs.SYSTEM, false);
                looked = status != Status.SUCCESS;
                if (!looked) {
                    cookie.step(afterMerge(cookie));
                }
            }
            if (cookie.step() == STORE_TOMBSTONE) {
                status = storeTombstone(cookie);
                if (status
                        == Status
                                .NOT_SUPPORTED) { // An engine without tombstones: nothing can outlive a document there.
                    cookie.step(REMOVE_KNOWN);
                }
            }
            if (cookie.step() == REMOVE_KNOWN) {
                status = callRemove(cookie);
            }
            boolean vanished = status == Status.NO_SUCH_KEY && (request.cas() == 0 || looked);
            boolean overtaken = status == Status.KEY_EXISTS && request.cas() == 0;
            if (!vanished && !overtaken) {
                return status;
            }
            cookie.step(BEGIN);
            status = ReadModifyWrite.again(cookie);
            if (status != Status.SUCCESS) {
                return status;
            }
        }
    }

    private static Status callRemove(CommandCookie cookie) {
        Request request = cookie.request();
        return cookie.bucket()
                .engine()
                .remove(cookie, request.vbucket(), request.key(), request.remove(), request.mutation());
    }

    private static int afterMerge(CommandCookie cookie) {
        Request request = cookie.request();
        long cas = request.store().cas();
        request.remove().cas(cas).unawareOfXattrs(false);
        if (request.store().valueLength() == 0) {
            return REMOVE_KNOWN;
        }
        request.store().mode(StoreMode.REPLACE).deleted(true).datatype(Datatype.XATTR);
        Stores.durability(cookie);
        return STORE_TOMBSTONE;
    }

    private static Status storeTombstone(CommandCookie cookie) {
        Request request = cookie.request();
        Status status = cookie.bucket()
                .engine()
                .store(cookie, request.vbucket(), request.key(), request.store(), request.mutation());
        // A removal with a CAS that is not the lock's is told apart from one without.
        return status == Status.LOCKED && request.cas() != 0 ? Status.LOCKED_TEMPORARY : status;
    }

    /** Sends the document that the engine has shown, as this client sees it. */
    private static Status show(CommandCookie cookie) {
        cookie.step(SHOW);
        Status status = Presentation.present(cookie, cookie.reply().datatypes(), Xattrs.NONE);
        if (status == Status.SUCCESS) {
            cookie.reply().document(cookie, cookie.request().document());
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
        if (cookie.step() == SHOW) {
            return show(cookie);
        }
        Status status = callTouch(cookie);
        if (status == Status.SUCCESS) {
            Counts.count(cookie, CollectionCounter.OPS_GET);
            return show(cookie);
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
        if (cookie.step() == SHOW) {
            return showLocked(cookie);
        }
        if (cookie.step() == GIVE_UP) {
            return giveUp(cookie, (Status) Objects.requireNonNull(cookie.progress(), "progress"));
        }
        long asked = request.delta();
        int seconds = asked == 0 || asked > LOCK_SECONDS_MAX ? LOCK_SECONDS_DEFAULT : (int) asked;
        Status status =
                cookie.bucket().engine().lock(cookie, request.vbucket(), request.key(), seconds, request.document());
        if (status == Status.SUCCESS) {
            Counts.count(cookie, BucketCounter.CMD_LOCK);
            return showLocked(cookie);
        } else if (status == Status.LOCKED_TEMPORARY) {
            Counts.count(cookie, BucketCounter.LOCK_ERRORS);
        }
        return status;
    }

    /** A lock whose CAS the client never hears would keep everybody out, the client too, until it ends by itself. */
    private static Status showLocked(CommandCookie cookie) {
        Status status = show(cookie);
        if (status == Status.SUCCESS || status == Status.WOULD_BLOCK) {
            return status;
        }
        cookie.step(GIVE_UP);
        cookie.progress(status);
        return giveUp(cookie, status);
    }

    private static Status giveUp(CommandCookie cookie, Status outcome) {
        Request request = cookie.request();
        String context = cookie.errorContext();
        long cas = request.document().cas();
        Status unlocked = cookie.bucket().engine().unlock(cookie, request.vbucket(), request.key(), cas);
        if (unlocked == Status.WOULD_BLOCK) {
            return unlocked;
        }
        if (context != null) {
            cookie.errorContext(context); // Which the engine's success has wiped out.
        }
        return outcome;
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
