package dev.sluice.persistent.store;

import dev.sluice.engine.VBucketState;
import dev.sluice.engine.VBuckets.FailoverEntry;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * What belongs to a vbucket beside its documents, written in the same batch as they are.
 *
 * @param state what the node does with it
 * @param highSeqno up to which sequence number all changes are in the store with this batch
 * @param highCas the highest CAS among them or ever given out, unsigned
 * @param purgeSeqno the highest sequence number of a tombstone that was removed for good; 0 for none
 * @param failoverLog newest first
 * @param extension what else the engine wants to keep; the store does not look at it. Shared, not copied: must not change
 */
@SuppressWarnings("ArrayRecordComponent") // equals compares contents
public record VBucketRecord(
        VBucketState state,
        long highSeqno,
        long highCas,
        long purgeSeqno,
        List<FailoverEntry> failoverLog,
        byte[] extension) {

    private static final byte[] NOTHING = new byte[0];

    public VBucketRecord {
        Objects.requireNonNull(state, "state");
        failoverLog = List.copyOf(failoverLog);
        Objects.requireNonNull(extension, "extension");
    }

    /** Without an extension. */
    public VBucketRecord(
            VBucketState state, long highSeqno, long highCas, long purgeSeqno, List<FailoverEntry> failoverLog) {
        this(state, highSeqno, highCas, purgeSeqno, failoverLog, NOTHING);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof VBucketRecord that
                && state == that.state
                && highSeqno == that.highSeqno
                && highCas == that.highCas
                && purgeSeqno == that.purgeSeqno
                && failoverLog.equals(that.failoverLog)
                && Arrays.equals(extension, that.extension);
    }

    @Override
    public int hashCode() {
        return Objects.hash(state, highSeqno, highCas, purgeSeqno, failoverLog, Arrays.hashCode(extension));
    }
}
