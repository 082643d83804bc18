package dev.sluice.core.protocol;

import org.jspecify.annotations.Nullable;

/**
 * The features of HELLO: their numbers, what each needs beside it, and whether Sluice grants it today. Unknown numbers are
 * ignored. Protocol: HELLO 0x1f.
 */
enum Feature {
    TCP_NO_DELAY(0x03, true),
    /** Mutations answer with vbucket uuid and sequence number. */
    MUTATION_SEQNO(0x04, true),
    /** The datatype bit for extended attributes is used, in both directions. */
    XATTR(0x06, true),
    /** Extended statuses; without it, some become older ones and some close the connection. */
    XERROR(0x07, true),
    SELECT_BUCKET(0x08, true),
    /** The datatype bit for Snappy is used, in both directions. Granted where the library is there. */
    SNAPPY(0x0a, true),
    /** The datatype bit for JSON is used, in both directions. */
    JSON(0x0b, true),
    /** The server may send requests of its own. */
    DUPLEX(0x0c, true),
    CLUSTERMAP_CHANGE_NOTIFICATION(0x0d, true, DUPLEX),
    /** A command may overtake one that waits, where both allow it. */
    UNORDERED_EXECUTION(0x0e, true),
    /** Answers say how long the server took. */
    TRACING(0x0f, true),
    ALT_REQUEST(0x10, true),
    SYNC_REPLICATION(0x11, true),
    /** Keys of documents begin with their collection's id. */
    COLLECTIONS(0x12, true),
    /** Turns the datatype bit for Snappy on as well, and lets other answers than documents be compressed. */
    SNAPPY_EVERYWHERE(0x13, true),
    PRESERVE_TTL(0x14, true),
    VATTR(0x15, true, XATTR),
    SUBDOC_CREATE_AS_DELETED(0x17, true),
    SUBDOC_DOCUMENT_MACRO_SUPPORT(0x18, true, XATTR),
    SUBDOC_REPLACE_BODY_WITH_XATTR(0x19, true),
    NON_BLOCKING_THROTTLING_MODE(0x1b, false),
    SUBDOC_REPLICA_READ(0x1c, true),
    GET_CLUSTER_CONFIG_WITH_KNOWN_VERSION(0x1d, true),
    DEDUPE_NOT_MY_VBUCKET_CLUSTERMAP(0x1e, true),
    /** Where the full form is asked for as well, only this one is granted. */
    CLUSTERMAP_CHANGE_NOTIFICATION_BRIEF(0x1f, true, DUPLEX),
    SUBDOC_ALLOWS_ACCESS_ON_MULTIPLE_XATTR_KEYS(0x20, true),
    SUBDOC_BINARY_XATTR(0x21, true),
    RANGE_SCAN_INCLUDE_XATTR(0x22, true, XATTR),
    SUBDOC_ALLOW_REPLICA_READ_ON_DELETED_DOCS(0x23, true),
    GET_RANDOM_KEY_INCLUDE_XATTR(0x24, true, XATTR, JSON, SNAPPY_EVERYWHERE),
    MUTATE_WITH_META(0x25, true),
    DCP_SKIP_DELETES_IN_INITIAL_BACKFILL(0x26, false);

    private static final @Nullable Feature[] BY_NUMBER = new @Nullable Feature[0x40];

    static {
        for (Feature feature : values()) {
            BY_NUMBER[feature.number] = feature;
        }
    }

    private final int number;
    private final boolean granted;
    private final long needs;

    Feature(int number, boolean granted, Feature... needs) {
        this.number = number;
        this.granted = granted;
        long bits = 0;
        for (Feature needed : needs) {
            bits |= needed.bit();
        }
        this.needs = bits;
    }

    /** The feature of this number, or null where it is unknown. */
    static @Nullable Feature of(int number) {
        return number < BY_NUMBER.length ? BY_NUMBER[number] : null;
    }

    int number() {
        return number;
    }

    boolean granted() {
        return granted;
    }

    /** The bits of those that must stand in the same HELLO. */
    long needs() {
        return needs;
    }

    /** The feature's bit in a set of features. */
    long bit() {
        return 1L << ordinal();
    }
}
