package dev.sluice.testkit;

import dev.sluice.engine.Datatype;
import dev.sluice.engine.DocumentView;
import dev.sluice.engine.SystemXattrs;

/** One version of a document in a {@link NaiveEngine}. Changes only while the engine's monitor is held, the value never. */
final class NaiveDocument {
    byte[] value = new byte[0];
    long cas;
    long seqno;
    long revSeqno;
    int flags;
    long expirySeconds;
    byte datatype;
    boolean deleted;
    long lockCas; // 0: not locked
    long lockedUntilNanos;

    NaiveDocument copy() {
        NaiveDocument copy = new NaiveDocument();
        copy.value = value;
        copy.cas = cas;
        copy.seqno = seqno;
        copy.revSeqno = revSeqno;
        copy.flags = flags;
        copy.expirySeconds = expirySeconds;
        copy.datatype = datatype;
        copy.deleted = deleted;
        return copy;
    }

    /** Whether the document is a tombstone, or would be if anybody had looked. */
    boolean deletedAt(long wallSeconds) {
        return deleted || (expirySeconds != 0 && expirySeconds <= wallSeconds);
    }

    /** What is seen of it once it has expired: the numbers that it has, and of its attributes those of the system. */
    private NaiveDocument tombstone() {
        NaiveDocument tombstone = copy();
        tombstone.deleted = true;
        tombstone.value = SystemXattrs.of(datatype, value, 0, value.length);
        tombstone.datatype = tombstone.value.length == 0 ? Datatype.RAW : Datatype.XATTR;
        tombstone.flags = 0;
        return tombstone;
    }

    /** Whether the document is alive and has extended attributes. */
    boolean hasXattrs() {
        return !deleted && (datatype & Datatype.XATTR) != 0;
    }

    boolean lockedAt(long nanoTime) {
        return lockCas != 0 && lockedUntilNanos - nanoTime > 0;
    }

    void show(DocumentView out, Key key, long wallSeconds, long nanoTime) {
        if (!deleted && deletedAt(wallSeconds)) {
            tombstone().show(out, key, wallSeconds, nanoTime);
            return;
        }
        byte[] keyBytes = key.bytes();
        out.clear()
                .key(key.collection(), keyBytes, 0, keyBytes.length)
                .value(value, 0, value.length)
                .cas(cas)
                .seqno(seqno)
                .revSeqno(revSeqno)
                .flags(flags)
                .expirySeconds(expirySeconds)
                .datatype(datatype)
                .deleted(deletedAt(wallSeconds))
                .locked(lockedAt(nanoTime));
    }
}
