package dev.sluice.engine.async;

import dev.sluice.engine.annotation.Stable;
import org.jspecify.annotations.Nullable;

/**
 * Says of a write that it was surely not applied, and never will be: the connection could not be opened, the storage
 * refused the request, the queue was full. Only then may a client be told to try again.
 *
 * <p>Whoever is not sure completes with any other exception. A time-out, for one, says nothing about the write.
 */
@Stable
public final class NotAppliedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With a text that is constant, or names limits, and never a key or value. */
    public NotAppliedException(String message) {
        this(message, null);
    }

    /** With the storage's own complaint. */
    public NotAppliedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
