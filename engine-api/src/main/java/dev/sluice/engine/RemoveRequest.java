package dev.sluice.engine;

import dev.sluice.engine.annotation.Stable;

/** All that a removal says, apart from its key. Lent for the call, as {@link StoreRequest} is. */
@Stable
public final class RemoveRequest {

    private long cas;
    private DurabilityLevel durability = DurabilityLevel.NONE;
    private long deadlineNanos;

    /** Back to an unconditional removal. */
    public RemoveRequest clear() {
        cas = 0;
        durability = DurabilityLevel.NONE;
        deadlineNanos = 0;
        return this;
    }

    /** The CAS that the document must have, 0 for any. */
    public RemoveRequest cas(long cas) {
        this.cas = cas;
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

    public DurabilityLevel durability() {
        return durability;
    }

    public long deadlineNanos() {
        return deadlineNanos;
    }
}
