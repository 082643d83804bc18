package dev.sluice.core.command;

import dev.sluice.engine.ValuePatch;
import org.jspecify.annotations.Nullable;

/**
 * What a command "with meta" asks for, beside key and value. Protocol: {@code protocol-kv} 8.4 and 8.5.
 *
 * @param kind what it does
 * @param flags to store, as they are
 * @param expirySeconds absolute, 0 for never; of a deletion when it was made, 0 for now
 * @param revSeqno the revision to store; 0 has one be made
 * @param cas the CAS to store
 * @param options bits, see {@link #FORCE} and those behind it; others mean nothing
 * @param tailBytes how many bytes at the end of the value are not the document's
 * @param strict whether a deletion with a body, or with xattrs of users, is refused; otherwise a body is left out
 * @param patchEnd where the last byte that the patch overwrites ends, from the value's beginning
 * @param patch what to write into the value once CAS and sequence number are known; null for nothing
 */
public record RecordWrite(
        Kind kind,
        int flags,
        long expirySeconds,
        long revSeqno,
        long cas,
        int options,
        long tailBytes,
        boolean strict,
        int patchEnd,
        @Nullable ValuePatch patch) {

    /** The older word for {@link #SKIP_CONFLICT_RESOLUTION}. */
    public static final int FORCE = 0x01;

    /** The client knows that the bucket resolves conflicts by time, where revisions are not what counts. */
    public static final int FORCE_ACCEPT = 0x02;

    /** The server makes the CAS. */
    public static final int REGENERATE_CAS = 0x04;

    /** Whatever is there is replaced. */
    public static final int SKIP_CONFLICT_RESOLUTION = 0x08;

    /** What to do. */
    public enum Kind {
        SET,
        ADD,
        DELETE
    }

    boolean has(int option) {
        return (options & option) != 0;
    }

    boolean skipsConflictResolution() {
        return has(SKIP_CONFLICT_RESOLUTION) || has(FORCE);
    }
}
