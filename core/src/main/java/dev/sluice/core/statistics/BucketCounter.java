package dev.sluice.core.statistics;

/**
 * What is counted for each bucket in front of its engine. The name in lower case is the name in STAT's general group.
 */
public enum BucketCounter {
    /** Look-ups that were answered, hit or miss. */
    CMD_GET,
    /** Stores of any kind that were answered with success. */
    CMD_SET,
    /** Locks that were asked for. */
    CMD_LOCK,
    /** Times that all documents were dropped. */
    CMD_FLUSH,
    /** Touches, with or without reading, that were answered. */
    CMD_TOUCH,
    /** Look-ups that found a document. A falling share of {@link #CMD_GET} says that documents expire or are evicted. */
    GET_HITS,
    GET_MISSES,
    DELETE_HITS,
    DELETE_MISSES,
    INCR_HITS,
    INCR_MISSES,
    DECR_HITS,
    DECR_MISSES,
    TOUCH_HITS,
    TOUCH_MISSES,
    /** Mutations with a CAS that matched. */
    CAS_HITS,
    /** Mutations with a CAS of a document that does not exist. */
    CAS_MISSES,
    /** Mutations with a CAS that did not match: how often clients get in each other's way. */
    CAS_BADVAL,
    /** Requests that met a lock of somebody else. */
    LOCK_ERRORS,
    /** Bytes of requests, headers included. */
    BYTES_READ,
    /** Bytes of answers, headers included. */
    BYTES_WRITTEN,
    /** Requests that had to wait for the engine at least once. A high share of all says that data is not in memory. */
    EWOULDBLOCK,
    /** Range-scan pieces sent. */
    SCAN_PIECES;

    /** How the counter is called in STAT. */
    public String statName() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
