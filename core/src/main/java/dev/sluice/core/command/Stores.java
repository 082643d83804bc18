package dev.sluice.core.command;

import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.NodeServices;
import dev.sluice.core.cookie.Request;
import dev.sluice.core.datatype.Xattrs;
import dev.sluice.core.statistics.BucketCounter;
import dev.sluice.core.statistics.CollectionCounter;
import dev.sluice.engine.Datatype;
import dev.sluice.engine.DurabilityLevel;
import dev.sluice.engine.Status;
import dev.sluice.engine.StoreMode;
import dev.sluice.engine.StoreRequest;

/** SET, ADD, REPLACE, and what every command that stores has in common. Protocol: {@code protocol-kv} 7.1 and 7.3. */
final class Stores {

    /** A durable write of a client that gave no time has this long. Protocol: {@code durability} 1.1. */
    private static final long DURABILITY_TIMEOUT_MS = 30_000;

    /**
     * The steps of a store.
     *
     * <pre>
     *   BEGIN ──▶ EXAMINE ──▶ STORE ──▶ answered
     *                          │ ▲ somebody was faster, or the xattrs are gone
     *         it has xattrs    ▼ │
     *                         MERGE ──▶ STORE_MERGED ──▶ answered
     * </pre>
     */
    private static final int BEGIN = 0;

    private static final int EXAMINE = 1;
    private static final int STORE = 2;
    private static final int MERGE = 3;
    private static final int STORE_MERGED = 4;

    private Stores() {}

    static Status set(CommandCookie cookie) {
        return execute(cookie, StoreMode.SET);
    }

    static Status add(CommandCookie cookie) {
        return execute(cookie, StoreMode.ADD);
    }

    static Status replace(CommandCookie cookie) {
        return execute(cookie, StoreMode.REPLACE);
    }

    private static Status execute(CommandCookie cookie, StoreMode mode) {
        Request request = cookie.request();
        if (cookie.step() == BEGIN) {
            Status status = prepare(cookie, request, mode);
            if (status != Status.SUCCESS) {
                return status;
            }
            cookie.step(EXAMINE);
        }
        if (cookie.step() == EXAMINE) {
            Status status = IncomingValue.examine(cookie);
            if (status != Status.SUCCESS) {
                return status;
            }
            cookie.step(STORE);
        }
        Status status = storeKeepingXattrs(cookie);
        if (status == Status.WOULD_BLOCK) {
            return status;
        }
        count(cookie, status, request.cas());
        if (status == Status.SUCCESS) {
            cookie.reply().mutated(cookie, request.mutation());
        }
        return status;
    }

    private static Status store(CommandCookie cookie) {
        Request request = cookie.request();
        return cookie.bucket()
                .engine()
                .store(cookie, request.vbucket(), request.key(), request.store(), request.mutation());
    }

    /** Stores, and where that would take xattrs away, stores with them, as often as it takes. */
    private static Status storeKeepingXattrs(CommandCookie cookie) {
        Request request = cookie.request();
        while (true) {
            if (cookie.step() == STORE) {
                Status status = store(cookie);
                if (status != Status.HAS_XATTRS) {
                    return status;
                }
                cookie.step(MERGE);
            }
            Status status = Status.SUCCESS;
            if (cookie.step() == MERGE) {
                status = XattrMerge.merge(cookie, Xattrs.ALL, true);
                if (status == Status.SUCCESS) {
                    request.store().unawareOfXattrs(false);
                    cookie.step(STORE_MERGED);
                }
            }
            boolean merged = status == Status.SUCCESS;
            if (merged) {
                status = store(cookie);
            }
            // With a CAS of the client's own, only the look-up can find that what had xattrs is no more.
            boolean vanished = status == Status.NO_SUCH_KEY && (request.cas() == 0 || !merged);
            boolean overtaken = status == Status.KEY_EXISTS && request.cas() == 0;
            if (!vanished && !overtaken) {
                return status;
            }
            plainAgain(request);
            cookie.step(STORE);
            status = ReadModifyWrite.again(cookie);
            if (status != Status.SUCCESS) {
                return status;
            }
        }
    }

    /** The store as it was before xattrs were merged in, but for one thing: a value that was compressed stays inflated. */
    private static void plainAgain(Request request) {
        StoreRequest store = request.store();
        byte[] inflated = request.inflated();
        if (inflated == null) {
            store.value(request.array(), request.valueOffset(), request.valueLength());
        } else {
            store.value(inflated, 0, inflated.length);
        }
        store.datatype((byte) (store.datatype() & Datatype.JSON))
                .cas(request.cas())
                .unawareOfXattrs(true);
    }

    private static Status prepare(CommandCookie cookie, Request request, StoreMode mode) {
        if ((request.datatype() & Datatype.SNAPPY) == 0) { // Before the engine is asked; of the others the examination.
            Status status = checkSize(cookie, request.valueLength());
            if (status != Status.SUCCESS) {
                return status;
            }
        }
        long expirySeconds = expiry(cookie);
        if (expirySeconds == ExpiryTime.OVERFLOW) {
            return Status.EXPIRY_OVERFLOW;
        }
        StoreRequest store = request.store();
        store.mode(mode)
                .cas(request.cas())
                .flags(request.flags())
                .expirySeconds(expirySeconds)
                .preserveExpiry(request.preserveExpiry())
                .unawareOfXattrs(true);
        durability(cookie);
        return Status.SUCCESS;
    }

    /**
     * The absolute expiry that the request asks for, as far as its collection lets documents live, or {@link
     * ExpiryTime#OVERFLOW}. Commands "with meta" have an absolute expiry to begin with: {@link Bucket#limitedExpiry}.
     */
    static long expiry(CommandCookie cookie) {
        NodeServices node = cookie.session().node();
        Request request = cookie.request();
        long nowSeconds = node.clock().wallSeconds();
        long expirySeconds = ExpiryTime.resolve(request.expiry(), nowSeconds, node.startWallSeconds());
        return expirySeconds == ExpiryTime.OVERFLOW
                ? expirySeconds
                : cookie.bucket().limitedExpiry(request.collection(), expirySeconds, nowSeconds);
    }

    /** Gives the store request the durability that the client asked for, or that the bucket asks for if that is more. */
    static void durability(CommandCookie cookie) {
        raiseDurability(cookie);
        Request request = cookie.request();
        request.store().durability(request.durability(), deadlineNanos(cookie));
    }

    /**
     * Raises the durability of a store or removal to the bucket's minimum, silently; the client's time is kept. From there
     * on the command is a durable one, also in what is answered when nobody knows its outcome. Protocol: {@code durability}
     * 1.3.
     */
    static void raiseDurability(CommandCookie cookie) {
        Request request = cookie.request();
        DurabilityLevel minimum = cookie.bucket().spec().writes().durabilityMin();
        if (request.durability().compareTo(minimum) < 0) {
            request.durability(minimum, request.durabilityTimeoutMs());
        }
    }

    /** Until when a durable write may take; 0 for an ordinary one. */
    static long deadlineNanos(CommandCookie cookie) {
        Request request = cookie.request();
        if (request.durability() == DurabilityLevel.NONE) {
            return 0;
        }
        if (request.deadlineNanos() == 0) { // Once: another attempt gets no more time.
            long timeoutMs = request.durabilityTimeoutMs() == 0 ? DURABILITY_TIMEOUT_MS : request.durabilityTimeoutMs();
            request.deadlineNanos(cookie.session().node().clock().nanoTime() + timeoutMs * 1_000_000L);
        }
        return request.deadlineNanos();
    }

    static Status checkSize(CommandCookie cookie, int valueLength) {
        int max = cookie.bucket().spec().configuration().valueSizeBytesMax();
        if (valueLength > max) {
            cookie.errorContext("Value has " + valueLength + " bytes (expected: at most " + max + ")");
            return Status.TOO_BIG;
        }
        return Status.SUCCESS;
    }

    /** Counts the outcome of a store with a CAS (not 0) or without. */
    static void count(CommandCookie cookie, Status status, long cas) {
        if (status == Status.SUCCESS) {
            Counts.count(cookie, BucketCounter.CMD_SET);
            Counts.count(cookie, CollectionCounter.OPS_STORE);
        }
        if (cas != 0) {
            switch (status) {
                case SUCCESS -> Counts.count(cookie, BucketCounter.CAS_HITS);
                case KEY_EXISTS -> Counts.count(cookie, BucketCounter.CAS_BADVAL);
                case NO_SUCH_KEY, NOT_STORED -> Counts.count(cookie, BucketCounter.CAS_MISSES);
                default -> {}
            }
        }
        if (status == Status.LOCKED || status == Status.LOCKED_TEMPORARY) {
            Counts.count(cookie, BucketCounter.LOCK_ERRORS);
        }
    }
}
