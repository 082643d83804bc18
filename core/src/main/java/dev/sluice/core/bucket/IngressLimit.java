package dev.sluice.core.bucket;

/** Why clients may not store what makes a bucket larger. Set by whoever watches the node. */
public enum IngressLimit {
    /** They may. */
    NONE,
    /** The bucket has reached a size that was agreed on. */
    BUCKET_SIZE,
    /** Too little of the bucket is in memory. */
    RESIDENT_RATIO,
    /** The bucket has too much data on each node. */
    DATA_SIZE,
    /** The disk is nearly full. */
    DISK_SPACE
}
