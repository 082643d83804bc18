package dev.sluice.core.collections;

/** A manifest that cannot be taken. The message says where, what was found and what was expected; it is for the client. */
public final class ManifestException extends Exception {

    private static final long serialVersionUID = 1L;

    /** What kind of mistake it is, each with a status of its own. */
    public enum Reason {
        /** It is no manifest. */
        INVALID,
        /** Its uid is lower than that of the one in force. */
        OUT_OF_RANGE,
        /** It is a manifest, and cannot follow the one in force. */
        CANNOT_APPLY
    }

    private final Reason reason;

    ManifestException(Reason reason, String path, String found, String expected) {
        super(path + ": " + found + " (expected: " + expected + ")", null, false, false);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
