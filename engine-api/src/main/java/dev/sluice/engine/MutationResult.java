package dev.sluice.engine;

import dev.sluice.engine.annotation.Stable;

/**
 * Where an engine says what a mutation became. Belongs to the server and is reused; filled within the call.
 *
 * <p>CAS, sequence number and vbucket UUID are what clients get as a mutation token. For a durable write the sequence
 * number is that of the commit.
 */
@Stable
public final class MutationResult {

    private long cas;
    private long seqno;
    private long vbucketUuid;
    private long revSeqno;

    /**
     * Fills the three, and sets the revision to 0.
     *
     * @param cas the new CAS, unsigned, never 0
     * @param seqno the sequence number in the vbucket, from 1; 0 where the engine has none
     * @param vbucketUuid which history of the vbucket the sequence number belongs to; 0 where the engine has none
     */
    public MutationResult set(long cas, long seqno, long vbucketUuid) {
        this.cas = cas;
        this.seqno = seqno;
        this.vbucketUuid = vbucketUuid;
        this.revSeqno = 0;
        return this;
    }

    /** How often the document was changed, from 1; to be called after {@link #set} by engines that count. */
    public MutationResult revSeqno(long revSeqno) {
        this.revSeqno = revSeqno;
        return this;
    }

    /** Back to zeros. */
    public MutationResult clear() {
        return set(0, 0, 0);
    }

    public long cas() {
        return cas;
    }

    public long seqno() {
        return seqno;
    }

    public long vbucketUuid() {
        return vbucketUuid;
    }

    /** How often the document was changed; 0 where the engine does not count. */
    public long revSeqno() {
        return revSeqno;
    }
}
