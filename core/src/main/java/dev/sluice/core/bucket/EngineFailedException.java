package dev.sluice.core.bucket;

/** Something of an engine's threw, which was counted and logged: whoever catches this has only to end what it does. */
public final class EngineFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    EngineFailedException(Throwable cause) {
        super("the engine failed", cause, false, false);
    }
}
