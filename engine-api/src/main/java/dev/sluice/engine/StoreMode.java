package dev.sluice.engine;

import dev.sluice.engine.annotation.Stable;

/** What must be true of the existing document for a store to happen. */
@Stable
public enum StoreMode {
    /** Nothing; with a CAS other than 0, the document must exist and have it. */
    SET,
    /** No document must be there. The CAS is 0. */
    ADD,
    /** A document must be there; with a CAS other than 0, it must have it. */
    REPLACE
}
