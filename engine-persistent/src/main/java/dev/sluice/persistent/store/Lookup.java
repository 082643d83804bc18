package dev.sluice.persistent.store;

import dev.sluice.engine.DocumentKey;

/**
 * A document that is looked up.
 *
 * @param key lent until the look-up is answered
 * @param seqno the version that the caller believes to be the newest in the store, which saves a read if it is; 0 where the
 *     caller does not know. Whatever it is, the answer is the newest version
 */
public record Lookup(DocumentKey key, long seqno) {

    /** By the key alone. */
    public static Lookup of(DocumentKey key) {
        return new Lookup(key, 0);
    }
}
