package dev.sluice.engine;

import dev.sluice.engine.annotation.Stable;
import org.jspecify.annotations.Nullable;

/**
 * An engine cannot do what a life-cycle call asks of it. The message names what is wrong and what was expected, for an
 * operator to read.
 */
@Stable
public final class EngineException extends Exception {

    private static final long serialVersionUID = 1L;

    public EngineException(String message) {
        this(message, null);
    }

    public EngineException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
