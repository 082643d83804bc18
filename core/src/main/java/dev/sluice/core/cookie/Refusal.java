package dev.sluice.core.cookie;

/** Failures that are the server's own and that no engine knows of. */
public enum Refusal {
    /** The document is no number, so that nothing can be added to it. */
    DELTA_BAD_VALUE,
    /** What stands in front of the value is no section of extended attributes. */
    XATTR_INVALID,
    /** No bucket is selected, or the selected one is going away. */
    NO_BUCKET,
    /** The scan was cancelled, or was idle for too long. */
    SCAN_CANCELLED,
    /** Not while other commands of the connection are in flight, or not on this server. */
    NOT_SUPPORTED,
    /** A manifest of collections that cannot follow the one in force. */
    CANNOT_APPLY_MANIFEST,
    /** A durable write may or may not have happened. */
    SYNC_WRITE_AMBIGUOUS,
    /** The user lacks a privilege. */
    NO_ACCESS,
    /** Nobody has logged in: why, the client is not told. */
    AUTHENTICATION_FAILED,
    /** The CAS to store is none that a document can have. */
    CAS_VALUE_INVALID,
    /** The bucket is at rest. */
    BUCKET_PAUSED
}
