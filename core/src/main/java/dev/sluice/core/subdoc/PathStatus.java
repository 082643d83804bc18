package dev.sluice.core.subdoc;

/** How an operation at a path ended. Protocol: the statuses of {@code protocol-subdoc} 4 with the same names. */
public enum PathStatus {
    SUCCESS,
    /** A component of the path does not exist. */
    PATH_ENOENT,
    /** An object where the path or the operation wants an array or the reverse, or a scalar where it wants either. */
    PATH_MISMATCH,
    /** The path has a mistake in its syntax, or is none for this operation. */
    PATH_EINVAL,
    /** The path has too many components. */
    PATH_E2BIG,
    /** The document is nested too deeply before the answer was known. */
    DOC_E2DEEP,
    /** The value is no JSON, or not the kind of JSON that may be put there; a counter would overflow. */
    VALUE_CANTINSERT,
    /** The document is no JSON as far as it was read, or a scalar. */
    DOC_NOTJSON,
    /** The integer to be counted up does not fit 64 bits. */
    NUM_ERANGE,
    /** What to count by is no decimal 64-bit integer, or 0. */
    DELTA_EINVAL,
    /** The key or the unique value is there already. */
    PATH_EEXISTS,
    /** The value would make the document too deep. */
    VALUE_ETOODEEP
}
