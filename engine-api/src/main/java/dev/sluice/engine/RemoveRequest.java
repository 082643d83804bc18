package dev.sluice.engine;

import dev.sluice.engine.annotation.Stable;

/** All that a removal says, apart from its key. Lent for the call, as {@link StoreRequest} is. */
@Stable
public final class RemoveRequest {

    private long cas;
    private boolean unawareOfXattrs;
    private DurabilityLevel durability = DurabilityLevel.NONE;
    private long deadlineNanos;

    /** Back to an unconditional removal. */
    public RemoveRequest clear() {
        cas = 0;
        unawareOfXattrs = false;
        durability = DurabilityLevel.NONE;
        deadlineNanos = 0;
        return this;
    }

    /** The CAS that the document must have, 0 for any. */
    public RemoveRequest cas(long cas) {
        this.cas = cas;
        return this;
    }

    /**
     * As {@link StoreRequest#unawareOfXattrs(boolean)}: where everything else allows the removal and the document has
     * extended attributes, the engine answers {@link Status#HAS_XATTRS}. Some of them may have to outlive the document.
     */
    public RemoveRequest unawareOfXattrs(boolean unawareOfXattrs) {
        this.unawareOfXattrs = unawareOfXattrs;
        return this;
    }

    /** See {@link StoreRequest#durability(DurabilityLevel, long)}. */
    public RemoveRequest durability(DurabilityLevel level, long deadlineNanos) {
        this.durability = level;
        this.deadlineNanos = deadlineNanos;
        return this;
    }

    public long cas() {
        return cas;
    }

    public boolean unawareOfXattrs() {
        return unawareOfXattrs;
    }

    public DurabilityLevel durability() {
        return durability;
    }

    public long deadlineNanos() {
        return deadlineNanos;
    }
}
