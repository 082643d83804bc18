package dev.sluice.engine;

import dev.sluice.engine.annotation.Stable;

/**
 * Writes the CAS or the sequence number of a mutation into its own value, in the moment between their assignment and the
 * document's publication. Macros of the sub-document commands need it.
 *
 * <p><b>Thread.</b> Any, once, between the first call of the store and its answer, with the engine's locks held: a patch is
 * immutable, and must not wait, call the engine, or throw.
 * <b>Ownership.</b> The array is the engine's copy, not yet visible to anybody. Bytes are overwritten in place; the length
 * does not change.
 */
@Stable
@FunctionalInterface
public interface ValuePatch {

    /**
     * Overwrites bytes of {@code array[offset .. offset + length)}.
     *
     * @param cas the CAS that the document is about to get
     * @param seqno the sequence number that it is about to get, 0 where the engine has none
     */
    void apply(byte[] array, int offset, int length, long cas, long seqno);
}
