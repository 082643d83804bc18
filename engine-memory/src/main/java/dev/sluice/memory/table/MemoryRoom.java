package dev.sluice.memory.table;

import dev.sluice.engine.Status;
import org.jspecify.annotations.Nullable;

/** The memory that a bucket's documents may take, as vbuckets and mutations ask for it. <b>Thread.</b> Any. */
public interface MemoryRoom {

    /** Why a document of this many bytes cannot be stored, or null if it can. */
    @Nullable
    Status refusal(long bytes);

    /** Takes memory that is used from now on; a negative number gives back. */
    void charge(long bytes);
}
