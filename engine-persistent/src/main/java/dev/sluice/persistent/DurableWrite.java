package dev.sluice.persistent;

import dev.sluice.engine.MutationResult;

/** A write that is made and waits for the disk: what its command will answer. Attached to the command's cookie. */
record DurableWrite(long cas, long seqno, long vbucketUuid, long revSeqno) {

    static DurableWrite of(MutationResult made) {
        return new DurableWrite(made.cas(), made.seqno(), made.vbucketUuid(), made.revSeqno());
    }

    void show(MutationResult out) {
        out.set(cas, seqno, vbucketUuid).revSeqno(revSeqno);
    }
}
