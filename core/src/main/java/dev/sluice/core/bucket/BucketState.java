package dev.sluice.core.bucket;

/**
 * Where a bucket is in its life: {@code CREATING → READY → DESTROYING}, or {@code CREATING → DESTROYING} where its engine
 * could not open. Changed only by {@link Buckets}.
 */
public enum BucketState {
    /** The engine opens its data. */
    CREATING,
    /** Serves. The only state in which a connection may select it. */
    READY,
    /** Sheds its connections and closes its engine. The end. */
    DESTROYING
}
