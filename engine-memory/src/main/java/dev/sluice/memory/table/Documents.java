package dev.sluice.memory.table;

import dev.sluice.engine.Datatype;
import dev.sluice.engine.DocumentKey;
import dev.sluice.engine.DocumentView;
import dev.sluice.engine.HeapDocumentKey;
import dev.sluice.engine.SystemXattrs;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The layout of a document: one byte array that never changes once it is published.
 *
 * <pre>
 *  0        1        2                 10                16
 * +--------+--------+-----------------+-----------------+- - - - -+- - - - -+- - - -+- - - - - -+-----+-------+
 * | control| key    | CAS             | seqno           | flags   | expiry  | rev   | collection| key | value |
 * |        | length | 8, big endian   | 6, big endian   | 4       | 4       | 1..10 | 1..5      |     |       |
 * +--------+--------+-----------------+-----------------+- - - - -+- - - - -+- - - -+- - - - - -+-----+-------+
 *
 * seqno     bit 47    the value is not in memory: in its place is its length as unsigned LEB128
 *
 * control   bits 0-2  datatype
 *           bit  3    tombstone
 *           bit  4    flags are there (otherwise 0)
 *           bit  5    expiry is there (otherwise 0: never); of a tombstone the time of deletion
 *           bit  6    revision is there as unsigned LEB128 (otherwise 1)
 *           bit  7    collection is there as unsigned LEB128 (otherwise 0: the default collection)
 * </pre>
 *
 * <p>Why so tight: 64 bytes are allowed above key and value, and the array's own header with its padding takes 16 to 23.
 * The sixteen bytes that every document has and the parts that few have leave room for tables and log. One array and not
 * an object with an array: an object costs another header, another reference and another cache miss for each reader.
 *
 * <p>A <em>draft</em> is a document that only its maker knows: built outside the vbucket's lock, because copying a value
 * may take long, and finished inside with what only the lock tells ({@link #finish}). The lengths of its optional parts
 * are guessed when it is built; {@link #fits} says whether the guess was right.
 */
public final class Documents {

    /** What stays of a document that has no attributes of the system. */
    static final byte[] NO_XATTRS = new byte[0];

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private static final int DATATYPE_MASK = 0x07;
    private static final int DELETED = 0x08;
    private static final int HAS_FLAGS = 0x10;
    private static final int HAS_EXPIRY = 0x20;
    private static final int HAS_REVISION = 0x40;
    private static final int HAS_COLLECTION = 0x80;

    private static final int KEY_LENGTH_OFFSET = 1;
    private static final int CAS_OFFSET = 2;
    private static final int SEQNO_OFFSET = 10;
    private static final int OPTIONAL_OFFSET = 16;

    /** Sequence numbers have 47 bits: at a million changes a second for one vbucket that lasts four years. */
    public static final long SEQNO_MAX = (1L << 47) - 1;

    /** In the first byte of the sequence number. */
    private static final int EVICTED = 0x80;

    private static final long SECONDS_MASK = 0xffffffffL;

    private Documents() {}

    /** How long a document's array would be; more than an array can be is possible, hence a long. */
    public static long length(DocumentKey key, int flags, long expirySeconds, long revSeqno, int valueLength) {
        return (long) metadataLength(flags, expirySeconds, revSeqno, key.collection()) + key.length() + valueLength;
    }

    private static int metadataLength(int flags, long expirySeconds, long revSeqno, int collection) {
        return OPTIONAL_OFFSET
                + (flags == 0 ? 0 : Integer.BYTES)
                + (expirySeconds == 0 ? 0 : Integer.BYTES)
                + (revSeqno == 1 ? 0 : lebLength(revSeqno))
                + (collection == 0 ? 0 : lebLength(collection & SECONDS_MASK));
    }

    /** A draft with a copy of key and value; CAS and sequence number are 0 until it is finished. */
    public static byte[] draft(
            DocumentKey key,
            boolean deleted,
            byte datatype,
            int flags,
            long expirySeconds,
            long revSeqno,
            byte[] valueArray,
            int valueOffset,
            int valueLength) {
        int metadata = metadataLength(flags, expirySeconds, revSeqno, key.collection());
        byte[] draft = new byte[metadata + key.length() + valueLength];
        writeMetadata(draft, deleted, datatype, flags, expirySeconds, revSeqno, key.collection(), key.length());
        key.copyTo(draft, metadata);
        System.arraycopy(valueArray, valueOffset, draft, metadata + key.length(), valueLength);
        return draft;
    }

    /** A draft of the same document with another expiry. */
    public static byte[] draftWithExpiry(byte[] document, long expirySeconds, long revSeqno) {
        int metadata = metadataLength(flags(document), expirySeconds, revSeqno, collection(document));
        int keyOffset = keyOffset(document);
        byte[] draft = new byte[metadata + document.length - keyOffset];
        writeMetadata(
                draft,
                deleted(document),
                datatype(document),
                flags(document),
                expirySeconds,
                revSeqno,
                collection(document),
                keyLength(document));
        System.arraycopy(document, keyOffset, draft, metadata, document.length - keyOffset);
        return draft;
    }

    /** A draft of the tombstone that follows a document: no flags, no value. */
    public static byte[] draftOfTombstone(byte[] document, long deletedSeconds, long revSeqno) {
        return draftOfTombstone(document, deletedSeconds, revSeqno, NO_XATTRS);
    }

    /**
     * As {@link #draftOfTombstone(byte[], long, long)}, with a value.
     *
     * @param xattrs what is kept of the document: the section of its system's attributes, or nothing
     */
    static byte[] draftOfTombstone(byte[] document, long deletedSeconds, long revSeqno, byte[] xattrs) {
        int collection = collection(document);
        int keyLength = keyLength(document);
        int metadata = metadataLength(0, deletedSeconds, revSeqno, collection);
        byte datatype = xattrs.length == 0 ? Datatype.RAW : Datatype.XATTR;
        byte[] draft = new byte[metadata + keyLength + xattrs.length];
        writeMetadata(draft, true, datatype, 0, deletedSeconds, revSeqno, collection, keyLength);
        System.arraycopy(document, keyOffset(document), draft, metadata, keyLength);
        System.arraycopy(xattrs, 0, draft, metadata + keyLength, xattrs.length);
        return draft;
    }

    /** What of a document outlives its expiry, see {@link SystemXattrs}; nothing where its value is not in memory. */
    public static byte[] xattrsThatStay(byte[] document) {
        if (!resident(document)) {
            return NO_XATTRS;
        }
        int value = valueOffset(document);
        return SystemXattrs.of(datatype(document), document, value, document.length - value);
    }

    private static void writeMetadata(
            byte[] draft,
            boolean deleted,
            byte datatype,
            int flags,
            long expirySeconds,
            long revSeqno,
            int collection,
            int keyLength) {
        assert keyLength > 0 && keyLength <= DocumentKey.LENGTH_MAX : keyLength;
        int control = (datatype & DATATYPE_MASK) | (deleted ? DELETED : 0);
        int offset = OPTIONAL_OFFSET;
        if (flags != 0) {
            control |= HAS_FLAGS;
            INTS.set(draft, offset, flags);
            offset += Integer.BYTES;
        }
        if (expirySeconds != 0) {
            control |= HAS_EXPIRY;
            INTS.set(draft, offset, (int) expirySeconds);
            offset += Integer.BYTES;
        }
        if (revSeqno != 1) {
            control |= HAS_REVISION;
            offset = writeLeb(draft, offset, revSeqno);
        }
        if (collection != 0) {
            control |= HAS_COLLECTION;
            writeLeb(draft, offset, collection & SECONDS_MASK);
        }
        draft[0] = (byte) control;
        draft[KEY_LENGTH_OFFSET] = (byte) keyLength;
    }

    /** Whether {@link #finish} can write these into the draft without moving anything. */
    public static boolean fits(byte[] draft, long expirySeconds, long revSeqno) {
        boolean hasExpiry = (draft[0] & HAS_EXPIRY) != 0;
        if (hasExpiry != (expirySeconds != 0)) {
            return false;
        }
        long guess = revSeqno(draft);
        return guess == revSeqno || (guess != 1 && revSeqno != 1 && lebLength(guess) == lebLength(revSeqno));
    }

    /** Writes what is known only under the lock. The draft is a document from here on, and never changes again. */
    public static void finish(byte[] draft, long cas, long seqno, long expirySeconds, long revSeqno) {
        assert fits(draft, expirySeconds, revSeqno);
        assert seqno > 0 && seqno <= SEQNO_MAX : seqno;
        assert cas != 0;
        LONGS.set(draft, CAS_OFFSET, cas);
        // The seqno shares eight bytes with the end of the CAS: write only its six.
        draft[SEQNO_OFFSET] = (byte) (seqno >>> 40);
        draft[SEQNO_OFFSET + 1] = (byte) (seqno >>> 32);
        INTS.set(draft, SEQNO_OFFSET + 2, (int) seqno);
        if (expirySeconds != 0) {
            INTS.set(draft, expiryOffset(draft), (int) expirySeconds);
        }
        if (revSeqno != 1) {
            writeLeb(draft, revisionOffset(draft), revSeqno);
        }
    }

    /** A document of its own with all that a view shows. */
    public static byte[] of(DocumentView view) {
        byte[] document = new byte
                [metadataLength(view.flags(), view.expirySeconds(), view.revSeqno(), view.collection())
                        + view.keyLength()
                        + view.valueLength()];
        writeMetadata(
                document,
                view.deleted(),
                view.datatype(),
                view.flags(),
                view.expirySeconds(),
                view.revSeqno(),
                view.collection(),
                view.keyLength());
        int keyOffset = keyOffset(document);
        System.arraycopy(view.keyArray(), view.keyOffset(), document, keyOffset, view.keyLength());
        System.arraycopy(
                view.valueArray(), view.valueOffset(), document, keyOffset + view.keyLength(), view.valueLength());
        finish(document, view.cas(), view.seqno(), view.expirySeconds(), view.revSeqno());
        return document;
    }

    /** Whether the value is in the array. Always so where nothing was {@linkplain #evicted evicted}. */
    public static boolean resident(byte[] document) {
        return (document[SEQNO_OFFSET] & EVICTED) == 0;
    }

    /** The same version without its value, whose length alone stays. */
    public static byte[] evicted(byte[] document) {
        return evicted(document, document.length - valueOffset(document));
    }

    /** As {@link #evicted(byte[])}, of a document that has come without its value. */
    public static byte[] evicted(byte[] document, int valueLength) {
        assert resident(document);
        int valueOffset = valueOffset(document);
        byte[] evicted = Arrays.copyOf(document, valueOffset + lebLength(valueLength));
        evicted[SEQNO_OFFSET] |= (byte) EVICTED;
        writeLeb(evicted, valueOffset, valueLength);
        return evicted;
    }

    /** What eviction of the value would free. */
    public static long evictableBytes(byte[] document) {
        int valueOffset = valueOffset(document);
        int valueLength = document.length - valueOffset;
        return resident(document)
                ? heapBytes(document) - HeapLayout.byteArray(valueOffset + lebLength(valueLength))
                : 0;
    }

    /** The length of the value, wherever it is. */
    public static int valueLength(byte[] document) {
        int valueOffset = valueOffset(document);
        return resident(document) ? document.length - valueOffset : (int) readLeb(document, valueOffset);
    }

    /** Metadata, key and value together, wherever the value is. */
    public static int wholeLength(byte[] document) {
        return valueOffset(document) + valueLength(document);
    }

    public static boolean deleted(byte[] document) {
        return (document[0] & DELETED) != 0;
    }

    public static byte datatype(byte[] document) {
        return (byte) (document[0] & DATATYPE_MASK);
    }

    public static long cas(byte[] document) {
        return (long) LONGS.get(document, CAS_OFFSET);
    }

    public static long seqno(byte[] document) {
        // Bytes 8 to 15: two of the CAS and six of the sequence number.
        return (long) LONGS.get(document, SEQNO_OFFSET - 2) & SEQNO_MAX;
    }

    public static int flags(byte[] document) {
        return (document[0] & HAS_FLAGS) == 0 ? 0 : (int) INTS.get(document, OPTIONAL_OFFSET);
    }

    /** Absolute Unix seconds, 0 for never; of a tombstone the time of its deletion. */
    public static long expirySeconds(byte[] document) {
        return (document[0] & HAS_EXPIRY) == 0 ? 0 : (int) INTS.get(document, expiryOffset(document)) & SECONDS_MASK;
    }

    /** Whether the document can expire. Tombstones cannot. */
    public static boolean expiring(byte[] document) {
        return (document[0] & (HAS_EXPIRY | DELETED)) == HAS_EXPIRY;
    }

    /** Whether the document is alive and its time has come: from the very second of its expiry on it is gone. */
    public static boolean expired(byte[] document, long nowSeconds) {
        return expiring(document) && expirySeconds(document) <= nowSeconds;
    }

    public static long revSeqno(byte[] document) {
        return (document[0] & HAS_REVISION) == 0 ? 1 : readLeb(document, revisionOffset(document));
    }

    public static int collection(byte[] document) {
        return (document[0] & HAS_COLLECTION) == 0 ? 0 : (int) readLeb(document, collectionOffset(document));
    }

    public static int keyLength(byte[] document) {
        return document[KEY_LENGTH_OFFSET] & 0xff;
    }

    public static int keyOffset(byte[] document) {
        int offset = collectionOffset(document);
        return (document[0] & HAS_COLLECTION) == 0 ? offset : skipLeb(document, offset);
    }

    public static int valueOffset(byte[] document) {
        return keyOffset(document) + keyLength(document);
    }

    private static int expiryOffset(byte[] document) {
        return OPTIONAL_OFFSET + ((document[0] & HAS_FLAGS) == 0 ? 0 : Integer.BYTES);
    }

    private static int revisionOffset(byte[] document) {
        return expiryOffset(document) + ((document[0] & HAS_EXPIRY) == 0 ? 0 : Integer.BYTES);
    }

    private static int collectionOffset(byte[] document) {
        int offset = revisionOffset(document);
        return (document[0] & HAS_REVISION) == 0 ? offset : skipLeb(document, offset);
    }

    /** Whether the document has this key in the key's collection. */
    public static boolean hasKey(byte[] document, DocumentKey key) {
        // The length is the cheapest part to compare, and differs most often where the tag agrees by chance.
        return keyLength(document) == key.length()
                && collection(document) == key.collection()
                && key.contentEquals(document, keyOffset(document), keyLength(document));
    }

    /** The hash of the document's key, equal to that of any {@link DocumentKey} of the same content. */
    public static int hash(byte[] document) {
        return HeapDocumentKey.hash(collection(document), document, keyOffset(document), keyLength(document));
    }

    /** The order of range scans: by collection, then by the bytes of the key, unsigned, shorter before longer. */
    public static int compareKeys(byte[] first, byte[] second) {
        int firstCollection = collection(first);
        int secondCollection = collection(second);
        if (firstCollection != secondCollection) {
            return Integer.compareUnsigned(firstCollection, secondCollection);
        }
        int firstOffset = keyOffset(first);
        int secondOffset = keyOffset(second);
        return Arrays.compareUnsigned(
                first,
                firstOffset,
                firstOffset + keyLength(first),
                second,
                secondOffset,
                secondOffset + keyLength(second));
    }

    /** As {@link #compareKeys(byte[], byte[])}, against a key that no document need have. */
    public static int compareKeys(byte[] document, int collection, byte[] key) {
        int own = collection(document);
        if (own != collection) {
            return Integer.compareUnsigned(own, collection);
        }
        int offset = keyOffset(document);
        return Arrays.compareUnsigned(document, offset, offset + keyLength(document), key, 0, key.length);
    }

    /** The key as an object, over the document's own array. Allocates: for background work. */
    public static HeapDocumentKey key(byte[] document) {
        return new HeapDocumentKey().wrap(collection(document), document, keyOffset(document), keyLength(document));
    }

    /** What the document takes on the heap. */
    public static long heapBytes(byte[] document) {
        return HeapLayout.byteArray(document.length);
    }

    /** Points every field of a view at a document. */
    public static void show(byte[] document, DocumentView view) {
        int keyOffset = keyOffset(document);
        int keyLength = keyLength(document);
        int valueOffset = keyOffset + keyLength;
        view.key(collection(document), document, keyOffset, keyLength)
                .value(document, valueOffset, resident(document) ? document.length - valueOffset : 0)
                .cas(cas(document))
                .seqno(seqno(document))
                .revSeqno(revSeqno(document))
                .flags(flags(document))
                .expirySeconds(expirySeconds(document))
                .datatype(datatype(document))
                .deleted(deleted(document))
                .locked(false);
    }

    /** As {@link #show}, for one that has expired: what its tombstone will look like, but for the numbers that it does not have yet. */
    public static void showExpired(byte[] document, DocumentView view) {
        show(document, view);
        byte[] xattrs = xattrsThatStay(document);
        view.value(xattrs, 0, xattrs.length)
                .datatype(xattrs.length == 0 ? Datatype.RAW : Datatype.XATTR)
                .flags(0)
                .deleted(true);
    }

    private static int lebLength(long value) {
        return (70 - Long.numberOfLeadingZeros(value | 1)) / 7;
    }

    private static int writeLeb(byte[] array, int start, long value) {
        int offset = start;
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            array[offset++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        array[offset++] = (byte) rest;
        return offset;
    }

    private static long readLeb(byte[] array, int start) {
        long value = 0;
        int offset = start;
        for (int shift = 0; ; shift += 7) {
            byte part = array[offset++];
            value |= (part & 0x7fL) << shift;
            if (part >= 0) {
                return value;
            }
        }
    }

    private static int skipLeb(byte[] array, int start) {
        int offset = start;
        while (array[offset] < 0) {
            offset++;
        }
        return offset + 1;
    }
}
