package dev.sluice.core.bucket;

import org.jspecify.annotations.Nullable;

/** Something cannot be done with a bucket; the message is for an operator. */
public final class BucketException extends Exception {

    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Reason {
        /** There is a bucket of that name. */
        EXISTS,
        /** There is none of that name. */
        UNKNOWN,
        /** Something else is being done with it. */
        BUSY,
        /** Its state, or its kind, does not allow that. */
        WRONG_STATE,
        /** It is at rest, or on its way there. */
        PAUSED,
        /** Somebody has called off what was under way. */
        CANCELLED,
        /** What was asked for makes no sense. */
        INVALID,
        /** There are as many buckets as there may be. */
        TOO_MANY,
        /** Its engine cannot do that. */
        NOT_SUPPORTED,
        /** Its engine could not be made, or what it was given to begin with is damaged. */
        ENGINE_FAILED,
        /** Its engine could not do it this time. */
        FAILED,
        /** It was done, but it could not be written down, so that a restart would undo it. */
        NOT_REMEMBERED,
        /** It is deleted, but its files are still there; they go before a bucket of that name begins. */
        FILES_LEFT
    }

    private final Reason reason;

    public BucketException(Reason reason, String message) {
        this(reason, message, null);
    }

    public BucketException(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
