package dev.sluice.engine;

import dev.sluice.engine.annotation.Stable;

/** What a node does with a vbucket. */
@Stable
public enum VBucketState {
    /** Serves reads and writes. */
    ACTIVE,
    /** Follows another node's active copy. */
    REPLICA,
    /** About to become active: commands wait. */
    PENDING,
    /** Serves nobody. */
    DEAD
}
