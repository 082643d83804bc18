package dev.sluice.core.bucket;

import org.jspecify.annotations.Nullable;

/** A bucket cannot be created or destroyed; the message is for an operator. */
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
        /** Its engine could not be made, or what it was given to begin with is damaged. */
        ENGINE_FAILED
    }

    private final Reason reason;

    BucketException(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
