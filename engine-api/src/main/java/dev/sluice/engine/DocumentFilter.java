package dev.sluice.engine;

import dev.sluice.engine.annotation.Stable;

/** Which documents a request sees. A document expires with the first
 * moment of its expiry's second, and counts as deleted from then on, whether or not anything has noticed yet. */
@Stable
public enum DocumentFilter {
    /** Documents that have a value for ordinary clients. */
    ALIVE,
    /** Tombstones only. */
    DELETED,
    /** Both. */
    ALIVE_OR_DELETED;

    /** Whether a document in this state passes. */
    public boolean accepts(boolean deleted) {
        return this == ALIVE_OR_DELETED || (this == DELETED) == deleted;
    }
}
