package dev.sluice.core.bucket;

import dev.sluice.engine.DurabilityLevel;

/**
 * What a bucket asks of writes, whatever its engine.
 *
 * @param conflictResolution which version stays, for the commands "with meta"
 * @param durabilityMin the level to which weaker writes are raised
 */
public record WritePolicy(ConflictResolution conflictResolution, DurabilityLevel durabilityMin) {

    /** By revision, and nothing raised. */
    public static final WritePolicy DEFAULT = new WritePolicy(ConflictResolution.SEQNO, DurabilityLevel.NONE);
}
