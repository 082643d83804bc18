package dev.sluice.engine;

import dev.sluice.engine.annotation.Stable;
import org.jspecify.annotations.Nullable;

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
    PERSIST_TO_MAJORITY;

    /**
     * Why an engine that replicates to nobody cannot give this level, or null where it can: the checks in the order of
     * the protocol, for engines to make inside the write, before anything else about the document. Nodes that are missing
     * from the chain count towards the majority and never reach it. While a vbucket moves, a majority of the proposed chain is
     * needed as well. Protocol: {@code durability} 2, 4 and 11.
     *
     * @param strongest what the engine itself is able to give
     * @param topology that of this moment
     * @return null, {@code DURABILITY_INVALID_LEVEL}, {@code TEMPORARY_FAILURE} where the vbucket has no chain yet, or
     *     {@code DURABILITY_IMPOSSIBLE}
     */
    public @Nullable Status refusalOfSingleCopy(DurabilityLevel strongest, Topology.View topology, int vbucket) {
        if (this == NONE) {
            return null;
        }
        if (compareTo(strongest) > 0) {
            return Status.DURABILITY_INVALID_LEVEL;
        }
        int copies = topology.chain(vbucket).length;
        if (copies == 0) {
            return Status.TEMPORARY_FAILURE;
        }
        boolean alone = copies == 1 && topology.proposedChain(vbucket).length <= 1;
        return alone ? null : Status.DURABILITY_IMPOSSIBLE; // a majority of two is both
    }
}
