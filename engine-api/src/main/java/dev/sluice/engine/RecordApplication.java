package dev.sluice.engine;

import dev.sluice.engine.annotation.Evolving;
import dev.sluice.engine.annotation.OnEventLoop;
import org.jspecify.annotations.Nullable;

/**
 * Capability: storing a record as another node or cluster made it, with that one's CAS, sequence number and times.
 * Replication and the commands "with meta" stand on it.
 */
@Evolving
public interface RecordApplication {

    /**
     * Makes this record the key's newest version, alive or tombstone, if the predicate allows it.
     *
     * @param record lent for the call, its arrays included
     * @param seqno the sequence number to use, which must be above the vbucket's highest; 0 has the engine give the next
     * @param predicate asked under the engine's lock with what is there; null applies the record whatever is there
     * @param out filled on success
     * @return {@code SUCCESS}, {@code KEY_EXISTS} where the predicate refuses, {@code LOCKED}, {@code OUT_OF_RANGE} for a
     *     sequence number that is not above the highest, or {@code WOULD_BLOCK}
     */
    @OnEventLoop
    Status apply(
            Cookie cookie,
            int vbucket,
            DocumentKey key,
            DocumentView record,
            long seqno,
            @Nullable Predicate predicate,
            MutationResult out);

    /** Decides between what is there and what comes. Called with locks held: must not wait, call the engine, or throw. */
    @FunctionalInterface
    interface Predicate {

        /**
         * Whether the record may replace what is there.
         *
         * @param existing the version that is there, tombstones included; null where there is none. Lent for the call
         */
        boolean replaces(@Nullable DocumentView existing);
    }
}
