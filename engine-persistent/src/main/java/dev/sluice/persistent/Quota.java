package dev.sluice.persistent;

import dev.sluice.engine.MemoryAccount;
import dev.sluice.engine.Status;
import dev.sluice.memory.table.WatermarkQuota;
import dev.sluice.memory.table.Watermarks;

/**
 * What the bucket may hold in memory. Reads are never refused: above the mutation limit what they bring from disk is not kept.
 *
 * <p><b>Thread.</b> Any.
 */
final class Quota extends WatermarkQuota {

    Quota(MemoryAccount account, Counters counters, Watermarks watermarks) {
        super(
                account,
                watermarks,
                answer -> counters.add(
                        answer == Status.NO_MEMORY ? Counter.MEMORY_REFUSALS : Counter.TEMPORARY_MEMORY_REFUSALS));
    }

    /** Whether a document that was read from disk may be kept in memory. */
    boolean allowsReturn(int bytes) {
        boolean allowed = usedBytes() + bytes <= mutationLimitBytes();
        check();
        return allowed;
    }
}
