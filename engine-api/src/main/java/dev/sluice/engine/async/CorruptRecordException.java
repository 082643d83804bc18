package dev.sluice.engine.async;

/**
 * What a store has handed out is no record of this engine, or one that was damaged. The message names what was found and
 * what was expected, and no key or value.
 */
final class CorruptRecordException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CorruptRecordException(String message) {
        super(message);
    }
}
