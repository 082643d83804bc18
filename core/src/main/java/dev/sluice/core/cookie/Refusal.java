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
    BUCKET_PAUSED,

    // What follows is about a path of a document, or about its extended attributes.

    /** A component of the path does not exist. */
    PATH_NOT_FOUND,
    /** The path takes an object for an array or the reverse, or goes on in a scalar; or what is there is of another kind. */
    PATH_MISMATCH,
    /** The path has a mistake in its syntax, or is none for this operation. */
    PATH_INVALID,
    /** The path has too many components. */
    PATH_TOO_BIG,
    /** The document is nested too deeply. */
    DOCUMENT_TOO_DEEP,
    /** The value would break the JSON, or a counter would overflow. */
    VALUE_CANNOT_INSERT,
    /** The document is no JSON, or a scalar. */
    DOCUMENT_NOT_JSON,
    /** The number that is to be counted up does not fit 64 bits. */
    NUMBER_TOO_BIG,
    /** What to count by is no 64-bit integer, or 0. */
    DELTA_INVALID,
    /** The key is there already, or the value that is to be unique. */
    PATH_EXISTS,
    /** The value would make the document too deep. */
    VALUE_TOO_DEEP,
    /** There is no virtual attribute of this name. */
    UNKNOWN_VIRTUAL_ATTRIBUTE,
    /** There is no macro of this name for a field of the document. */
    UNKNOWN_DOCUMENT_MACRO,
    /** Only what is deleted can be revived. */
    CAN_ONLY_REVIVE_DELETED,
    /** What is deleted, and stays so, has no body. */
    DELETED_HAS_NO_VALUE,
    /** The field holds no binary value. */
    FIELD_NOT_BINARY
}
