package dev.sluice.core.bucket;

/**
 * Where a bucket is in its life. Changed only by {@link Buckets}.
 *
 * <pre>
 *   CREATING ──▶ READY ──▶ PAUSING ──▶ PAUSED ──▶ RESUMING ──▶ READY
 *      │          │ ▲         │           │           │
 *      │          │ └─────────┘           │           └──────▶ PAUSED   the engine could not
 *      │          │   called off, failed  │
 *      ▼          ▼                       ▼
 *    gone     DESTROYING ──▶ gone     DESTROYING ──▶ gone
 * </pre>
 */
public enum BucketState {
    /** The engine opens its data. */
    CREATING,
    /** Serves. The only state in which a connection may select it. */
    READY,
    /** Sheds its connections, and its engine comes to rest. */
    PAUSING,
    /** Nobody uses it, and its engine changes no file. */
    PAUSED,
    /** The engine goes on. */
    RESUMING,
    /** Sheds its connections and closes its engine. The end. */
    DESTROYING
}
