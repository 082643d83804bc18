package dev.sluice.engine;

import dev.sluice.engine.annotation.Stable;
import java.util.Arrays;
import java.util.Objects;

/**
 * Where an engine shows a document to the server: an object of the server that the engine points at its own bytes.
 *
 * <p><b>Ownership.</b> The view belongs to the caller and is reused. The arrays stay the engine's; they must never change
 * again once a view was pointed at them, for the server sends from them later, at the pace of the client's socket, and
 * the collector frees them after that. That is why no reference count crosses the SPI.
 *
 * <p><b>Thread.</b> Filled within the call that it was passed to, by the thread of that call.
 *
 * <p>An engine calls {@link #clear()} or sets every field: the view may still hold the last document.
 */
@Stable
public final class DocumentView {

    private static final byte[] NOTHING = new byte[0];

    private byte[] keyArray = NOTHING;
    private int keyOffset;
    private int keyLength;
    private byte[] valueArray = NOTHING;
    private int valueOffset;
    private int valueLength;
    private int collection;
    private long cas;
    private long seqno;
    private long revSeqno;
    private int flags;
    private long expirySeconds;
    private byte datatype;
    private boolean deleted;
    private boolean locked;

    /** Forgets everything, the arrays above all: a view that waits for its next use must not keep a document alive. */
    public DocumentView clear() {
        keyArray = NOTHING;
        keyOffset = 0;
        keyLength = 0;
        valueArray = NOTHING;
        valueOffset = 0;
        valueLength = 0;
        collection = 0;
        cas = 0;
        seqno = 0;
        revSeqno = 0;
        flags = 0;
        expirySeconds = 0;
        datatype = 0;
        deleted = false;
        locked = false;
        return this;
    }

    /** Points at the key. Needed where the engine chooses the document (scans); a look-up may leave it out. */
    public DocumentView key(int collection, byte[] array, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, array.length);
        this.collection = collection;
        this.keyArray = array;
        this.keyOffset = offset;
        this.keyLength = length;
        return this;
    }

    /** Points at the stored value, the xattr section included if the datatype says that there is one. */
    public DocumentView value(byte[] array, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, array.length);
        this.valueArray = array;
        this.valueOffset = offset;
        this.valueLength = length;
        return this;
    }

    /**
     * The true CAS, unsigned and never 0, whether the document is locked or not; the server masks it for clients. After
     * {@link Engine#lock}: the CAS of the lock.
     */
    public DocumentView cas(long cas) {
        this.cas = cas;
        return this;
    }

    /** The vbucket's sequence number of this version; 0 where an engine has none. */
    public DocumentView seqno(long seqno) {
        this.seqno = seqno;
        return this;
    }

    /** How often the document was changed, from 1; 0 where an engine does not count. */
    public DocumentView revSeqno(long revSeqno) {
        this.revSeqno = revSeqno;
        return this;
    }

    /** The client's 32 bits, returned as they came. */
    public DocumentView flags(int flags) {
        this.flags = flags;
        return this;
    }

    /** Absolute Unix time in seconds, 32 bits unsigned; 0 means never. Of a tombstone: when it was deleted. */
    public DocumentView expirySeconds(long expirySeconds) {
        this.expirySeconds = expirySeconds;
        return this;
    }

    /** The datatype bits of the stored value, see {@link Datatype}. */
    public DocumentView datatype(byte datatype) {
        this.datatype = datatype;
        return this;
    }

    /** Whether this is a tombstone. */
    public DocumentView deleted(boolean deleted) {
        this.deleted = deleted;
        return this;
    }

    /** Whether somebody holds a lock on the document. */
    public DocumentView locked(boolean locked) {
        this.locked = locked;
        return this;
    }

    public int collection() {
        return collection;
    }

    public byte[] keyArray() {
        return keyArray;
    }

    public int keyOffset() {
        return keyOffset;
    }

    public int keyLength() {
        return keyLength;
    }

    public byte[] valueArray() {
        return valueArray;
    }

    public int valueOffset() {
        return valueOffset;
    }

    public int valueLength() {
        return valueLength;
    }

    public long cas() {
        return cas;
    }

    public long seqno() {
        return seqno;
    }

    public long revSeqno() {
        return revSeqno;
    }

    public int flags() {
        return flags;
    }

    public long expirySeconds() {
        return expirySeconds;
    }

    public byte datatype() {
        return datatype;
    }

    public boolean deleted() {
        return deleted;
    }

    public boolean locked() {
        return locked;
    }

    /** A fresh copy of the key; for cold paths and tests. */
    public byte[] copyOfKey() {
        return Arrays.copyOfRange(keyArray, keyOffset, keyOffset + keyLength);
    }

    /** A fresh copy of the value; for cold paths and tests. */
    public byte[] copyOfValue() {
        return Arrays.copyOfRange(valueArray, valueOffset, valueOffset + valueLength);
    }
}
