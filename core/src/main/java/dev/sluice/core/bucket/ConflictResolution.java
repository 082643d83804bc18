package dev.sluice.core.bucket;

import dev.sluice.engine.Datatype;
import dev.sluice.engine.DocumentView;

/**
 * Which of two versions of a document stays, where they were made by clusters that did not know of each other. The version
 * that comes must be strictly greater, field by field; a tombstone that comes is compared by the first two fields only.
 * Numbers are unsigned. Protocol: {@code protocol-kv} 8.4.
 */
public enum ConflictResolution {
    /** Who was changed more often: revision, CAS, expiry, flags. */
    SEQNO,
    /** Who was changed last, as CAS values are clocks: CAS, revision, expiry, flags. */
    LWW;

    /** Whether what comes replaces what is there, tombstones included on both sides. */
    public boolean replaces(DocumentView existing, DocumentView incoming) {
        int revisions = Long.compareUnsigned(incoming.revSeqno(), existing.revSeqno());
        int clocks = Long.compareUnsigned(incoming.cas(), existing.cas());
        int order = this == SEQNO ? first(revisions, clocks) : first(clocks, revisions);
        if (order != 0 || incoming.deleted()) {
            return order > 0;
        }
        order = first(
                Long.compareUnsigned(incoming.expirySeconds(), existing.expirySeconds()),
                Integer.compareUnsigned(incoming.flags(), existing.flags()));
        return order > 0 || (order == 0 && hasXattrs(incoming) && !hasXattrs(existing));
    }

    private static int first(int one, int other) {
        return one != 0 ? one : other;
    }

    private static boolean hasXattrs(DocumentView document) {
        return (document.datatype() & Datatype.XATTR) != 0;
    }
}
