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
     * Makes this record the key's newest version, alive or tombstone, if the terms allow it. A CAS of 0 in the record has
     * the engine give one, as a revision of 0 does; of a tombstone an expiry of 0 stands for now.
     *
     * @param record lent for the call, its arrays included
     * @param terms lent for the call
     * @param out filled on success
     * @return {@code SUCCESS}; what the condition has answered; without a condition {@code LOCKED} where the document is
     *     locked; {@code OUT_OF_RANGE} for a sequence number that is not above the highest, or {@code WOULD_BLOCK}
     */
    @OnEventLoop
    Status apply(Cookie cookie, int vbucket, DocumentKey key, DocumentView record, Terms terms, MutationResult out);

    /**
     * How a record is applied.
     *
     * @param seqno the sequence number to use, which must be above the vbucket's highest, and with which a vbucket need not
     *     be active; 0 has the engine give the next, in an active vbucket
     * @param condition asked with what is there; null applies the record to whatever is there and is not locked
     * @param patch writes into the value before the record is published; null for none
     */
    record Terms(
            long seqno,
            @Nullable Condition condition,
            @Nullable ValuePatch patch) {

        /** The next sequence number, on this condition. */
        public static Terms on(Condition condition) {
            return new Terms(0, condition, null);
        }
    }

    /**
     * Decides between what is there and what comes. Immutable; called with the engine's locks held, on any thread, and more
     * than once where somebody was faster: must not wait, call the engine, or throw.
     */
    @FunctionalInterface
    interface Condition {

        /**
         * What becomes of the record.
         *
         * @param existing the version that is there, tombstones included; null where there is none. A document that has
         *     expired is shown as deleted, with the metadata that it had. Lent for the call
         * @param lockCas the CAS of the lock on it, 0 where it is not locked. A record that is applied ends the lock
         * @return {@code SUCCESS} to apply it; or the answer: {@code KEY_EXISTS}, {@code NO_SUCH_KEY}, {@code LOCKED} or
         *     {@code LOCKED_TEMPORARY}
         */
        Status check(@Nullable DocumentView existing, long lockCas);
    }
}
