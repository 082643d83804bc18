package dev.sluice.engine;

import dev.sluice.engine.annotation.Stable;

/** How safe a mutation must be before its client hears of success. Protocol: frame info 1 of MCBP requests. */
@Stable
public enum DurabilityLevel {
    /** Ordinary write: the client hears as soon as the engine has it. */
    NONE,
    /** In memory on a majority of the copies, the active one included. */
    MAJORITY,
    /** As {@link #MAJORITY}, and on disk on the active node. */
    MAJORITY_AND_PERSIST_ON_MASTER,
    /** On disk on a majority of the copies, the active one included. */
    PERSIST_TO_MAJORITY
}
