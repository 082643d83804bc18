package dev.sluice.core.bucket;

import dev.sluice.engine.Status;

/**
 * What a method of the SPI may answer, as its contract lists it. Anything else is a fault of the engine, and is taken for
 * what an exception would be.
 */
enum Statuses {
    GET(false, Status.NO_SUCH_KEY, Status.SYNC_WRITE_RE_COMMIT_IN_PROGRESS),
    STORE(true, Status.NO_SUCH_KEY, Status.KEY_EXISTS, Status.LOCKED),
    /** A store that is unaware of extended attributes. */
    STORE_UNAWARE(true, Status.NO_SUCH_KEY, Status.KEY_EXISTS, Status.LOCKED, Status.HAS_XATTRS),
    REMOVE(true, Status.NO_SUCH_KEY, Status.KEY_EXISTS, Status.LOCKED, Status.LOCKED_TEMPORARY),
    /** A removal that is unaware of extended attributes. */
    REMOVE_UNAWARE(
            true, Status.NO_SUCH_KEY, Status.KEY_EXISTS, Status.LOCKED, Status.LOCKED_TEMPORARY, Status.HAS_XATTRS),
    TOUCH(true, Status.NO_SUCH_KEY, Status.LOCKED),
    LOCK(false, Status.NO_SUCH_KEY, Status.LOCKED_TEMPORARY, Status.LOCK_EXPIRY_OVERFLOW, Status.NO_MEMORY),
    UNLOCK(false, Status.NO_SUCH_KEY, Status.NOT_LOCKED, Status.LOCKED_TEMPORARY),
    FLUSH(true),
    APPLY(true, Status.KEY_EXISTS, Status.NO_SUCH_KEY, Status.LOCKED, Status.LOCKED_TEMPORARY, Status.OUT_OF_RANGE),
    EVICT(false, Status.NO_SUCH_KEY, Status.KEY_EXISTS, Status.LOCKED),
    PERSISTENCE(false),
    OPEN_SCAN(false, Status.NO_SUCH_KEY, Status.VBUCKET_UUID_MISMATCH, Status.NOT_STORED, Status.NO_MEMORY),
    VBUCKET(false, Status.OUT_OF_RANGE);

    private final boolean mutation;
    private final long bits;

    Statuses(boolean mutation, Status... own) {
        this.mutation = mutation;
        this.bits = bits(own) | bits(Common.ANY) | (mutation ? bits(Common.MUTATION) : 0);
    }

    private static long bits(Status... statuses) {
        long bits = 0;
        for (Status status : statuses) {
            bits |= 1L << status.ordinal();
        }
        return bits;
    }

    boolean contains(Status status) {
        return (bits & (1L << status.ordinal())) != 0;
    }

    /** Whether the method changes something. */
    boolean mutation() {
        return mutation;
    }

    /** What is answered when nobody knows what became of a call: a read may be tried again, a mutation must not be. */
    Status unknown() {
        return mutation ? Status.UNDECIDED : Status.TEMPORARY_FAILURE;
    }

    /** What every method may answer. In a class of its own, as it must be there before the constants of the enum are. */
    private static final class Common {

        static final Status[] ANY = {
            Status.SUCCESS,
            Status.TEMPORARY_FAILURE,
            Status.TOO_BUSY,
            Status.FAILED,
            Status.INVALID_ARGUMENTS,
            Status.NOT_SUPPORTED,
            Status.CANCELLED,
            Status.NOT_MY_VBUCKET,
            Status.VBUCKET_PENDING,
            Status.UNKNOWN_COLLECTION,
            Status.UNKNOWN_SCOPE,
            Status.SYNC_WRITE_IN_PROGRESS
        };

        static final Status[] MUTATION = {
            Status.UNDECIDED,
            Status.NO_MEMORY,
            Status.TOO_BIG,
            Status.EXPIRY_OVERFLOW,
            Status.DURABILITY_INVALID_LEVEL,
            Status.DURABILITY_IMPOSSIBLE,
            Status.SYNC_WRITE_RE_COMMIT_IN_PROGRESS
        };

        private Common() {}
    }
}
