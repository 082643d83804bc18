package dev.sluice.persistent.store;

import dev.sluice.engine.DocumentKey;
import dev.sluice.engine.DocumentView;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * The bytes that every store keeps, whatever it keeps them in. All numbers are big endian, so that bytes compare as the
 * numbers do; LEB is unsigned LEB128.
 *
 * <pre>
 * index key      vbucket 2 | collection 4 | key
 * index entry    metadata | length of the value LEB | checksum 4
 * record key     vbucket 2 | sequence number 8
 * record         metadata | collection LEB | length of the key 1 | key | value | checksum 4
 *
 * metadata       format 1 | control 1 | datatype 1 | CAS 8 | sequence number LEB
 *                | flags 4 | expiry 4 | revision LEB
 *
 * control        bit 0  tombstone
 *                bit 1  flags are there (otherwise 0)
 *                bit 2  expiry is there (otherwise 0: never); of a tombstone the time of deletion
 *                bit 3  revision is there (otherwise 1)
 * </pre>
 *
 * <p>The checksum is CRC-32C of the key that the bytes are stored under, followed by all that stands before the checksum.
 * With the key in it, an entry that turns up in a wrong place is as bad as one with a flipped bit. RocksDB has checksums
 * of its own for each block; these go from end to end, and are what the plain store has.
 *
 * <p>The format byte is {@value #FORMAT}. Another one is refused and not guessed at: a store is of a newer version as a
 * whole, which its layout file says, so that here it means damage.
 */
public final class RecordFormat {

    static final byte FORMAT = 1;

    /** Length of {@link #recordKey}. */
    public static final int RECORD_KEY_LENGTH = 10;

    /** Length of what stands before the key's own bytes in an index key. */
    public static final int INDEX_KEY_PREFIX = 6;

    private static final int CHECKSUM_LENGTH = 4;
    private static final int FIXED_LENGTH = 11;
    private static final int LEB_MAX = 10;
    private static final int METADATA_MAX = FIXED_LENGTH + LEB_MAX + 4 + 4 + LEB_MAX;

    private static final int DELETED = 0x01;
    private static final int HAS_FLAGS = 0x02;
    private static final int HAS_EXPIRY = 0x04;
    private static final int HAS_REVISION = 0x08;
    private static final int CONTROL_ALL = DELETED | HAS_FLAGS | HAS_EXPIRY | HAS_REVISION;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle SHORTS = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);

    private RecordFormat() {}

    /** Where a document's metadata is kept. */
    public static byte[] indexKey(int vbucket, DocumentKey key) {
        byte[] indexKey = new byte[INDEX_KEY_PREFIX + key.length()];
        prefix(indexKey, vbucket, key.collection());
        key.copyTo(indexKey, INDEX_KEY_PREFIX);
        return indexKey;
    }

    /** As above, for a document that was just read or is about to be written. */
    public static byte[] indexKey(int vbucket, DocumentView document) {
        return indexKey(
                vbucket, document.collection(), document.keyArray(), document.keyOffset(), document.keyLength());
    }

    /** As above; an empty key stands before all others of the collection. */
    public static byte[] indexKey(int vbucket, int collection, byte[] array, int offset, int length) {
        byte[] indexKey = new byte[INDEX_KEY_PREFIX + length];
        prefix(indexKey, vbucket, collection);
        System.arraycopy(array, offset, indexKey, INDEX_KEY_PREFIX, length);
        return indexKey;
    }

    private static void prefix(byte[] indexKey, int vbucket, int collection) {
        SHORTS.set(indexKey, 0, (short) vbucket);
        INTS.set(indexKey, 2, collection);
    }

    /** The collection of an index key. */
    public static int collectionOf(byte[] indexKey) {
        return (int) INTS.get(indexKey, 2);
    }

    /** Where a version of a document is kept. */
    public static byte[] recordKey(int vbucket, long seqno) {
        byte[] recordKey = new byte[RECORD_KEY_LENGTH];
        SHORTS.set(recordKey, 0, (short) vbucket);
        LONGS.set(recordKey, 2, seqno);
        return recordKey;
    }

    /** The sequence number of a record key. */
    public static long seqnoOf(byte[] recordKey) {
        return (long) LONGS.get(recordKey, 2);
    }

    /** What stands under the index key. */
    public static byte[] indexEntry(byte[] indexKey, DocumentView document) {
        byte[] buffer = new byte[METADATA_MAX + LEB_MAX + CHECKSUM_LENGTH];
        int end = writeMetadata(buffer, document);
        end = writeLeb(buffer, end, document.valueLength());
        byte[] entry = Arrays.copyOf(buffer, end + CHECKSUM_LENGTH);
        INTS.set(entry, end, checksum(indexKey, entry, end));
        return entry;
    }

    /** What stands under the record key. */
    public static byte[] record(byte[] recordKey, DocumentView document) {
        assert document.keyLength() > 0 && document.keyLength() <= DocumentKey.LENGTH_MAX : document.keyLength();
        byte[] head = new byte[METADATA_MAX + LEB_MAX + 1];
        int length = writeMetadata(head, document);
        length = writeLeb(head, length, Integer.toUnsignedLong(document.collection()));
        head[length++] = (byte) document.keyLength();
        int end = Math.addExact(length, Math.addExact(document.keyLength(), document.valueLength()));
        byte[] record = new byte[Math.addExact(end, CHECKSUM_LENGTH)];
        System.arraycopy(head, 0, record, 0, length);
        System.arraycopy(document.keyArray(), document.keyOffset(), record, length, document.keyLength());
        System.arraycopy(
                document.valueArray(),
                document.valueOffset(),
                record,
                length + document.keyLength(),
                document.valueLength());
        INTS.set(record, end, checksum(recordKey, record, end));
        return record;
    }

    /**
     * Points a view at what an index entry says: everything but the value.
     *
     * @return the length of the value
     * @throws StoreException {@code CORRUPT}
     */
    public static int readIndexEntry(byte[] indexKey, byte[] entry, DocumentView out) throws StoreException {
        int end = verified(indexKey, entry);
        int offset = readMetadata(entry, end, out);
        long valueLength = readLeb(entry, offset, end);
        if (offset + lebLength(valueLength) != end || valueLength > Integer.MAX_VALUE || valueLength < 0) {
            throw corrupt("an index entry has a wrong length");
        }
        out.key(collectionOf(indexKey), indexKey, INDEX_KEY_PREFIX, indexKey.length - INDEX_KEY_PREFIX)
                .value(entry, 0, 0);
        return (int) valueLength;
    }

    /**
     * Points a view at a record, which must not change any more.
     *
     * @throws StoreException {@code CORRUPT}
     */
    public static void readRecord(byte[] recordKey, byte[] record, DocumentView out) throws StoreException {
        int end = verified(recordKey, record);
        int offset = readMetadata(record, end, out);
        long collection = readLeb(record, offset, end);
        offset += lebLength(collection);
        int keyLength = offset < end ? record[offset++] & 0xff : Integer.MAX_VALUE;
        if (out.seqno() != seqnoOf(recordKey) || keyLength > end - offset) {
            throw corrupt("a record does not belong where it is");
        }
        out.key((int) collection, record, offset, keyLength)
                .value(record, offset + keyLength, end - offset - keyLength);
    }

    private static int verified(byte[] key, byte[] content) throws StoreException {
        int end = content.length - CHECKSUM_LENGTH;
        if (end < FIXED_LENGTH + 1) {
            throw corrupt("an entry is too short");
        }
        if ((int) INTS.get(content, end) != checksum(key, content, end)) {
            throw corrupt("a checksum does not match");
        }
        if (content[0] != FORMAT || (content[1] & ~CONTROL_ALL) != 0) {
            throw corrupt("an entry has an unknown format");
        }
        return end;
    }

    private static StoreException corrupt(String message) {
        return new StoreException(StoreException.Kind.CORRUPT, message);
    }

    private static int checksum(byte[] key, byte[] content, int end) {
        CRC32C checksum = new CRC32C();
        checksum.update(key, 0, key.length);
        checksum.update(content, 0, end);
        return (int) checksum.getValue();
    }

    private static int writeMetadata(byte[] target, DocumentView document) {
        target[0] = FORMAT;
        target[2] = document.datatype();
        LONGS.set(target, 3, document.cas());
        int control = document.deleted() ? DELETED : 0;
        int offset = writeLeb(target, FIXED_LENGTH, document.seqno());
        if (document.flags() != 0) {
            control |= HAS_FLAGS;
            INTS.set(target, offset, document.flags());
            offset += Integer.BYTES;
        }
        if (document.expirySeconds() != 0) {
            control |= HAS_EXPIRY;
            INTS.set(target, offset, (int) document.expirySeconds());
            offset += Integer.BYTES;
        }
        if (document.revSeqno() != 1) {
            control |= HAS_REVISION;
            offset = writeLeb(target, offset, document.revSeqno());
        }
        target[1] = (byte) control;
        return offset;
    }

    private static int readMetadata(byte[] source, int end, DocumentView out) throws StoreException {
        int control = source[1];
        long seqno = readLeb(source, FIXED_LENGTH, end);
        int offset = FIXED_LENGTH + lebLength(seqno);
        int flags = 0;
        long expiry = 0;
        long revision = 1;
        // The checksum was right, and four bytes of it stand behind the end: an integer that runs into them is caught
        // below.
        if ((control & HAS_FLAGS) != 0 && offset < end) {
            flags = (int) INTS.get(source, offset);
            offset += Integer.BYTES;
        }
        if ((control & HAS_EXPIRY) != 0 && offset < end) {
            expiry = Integer.toUnsignedLong((int) INTS.get(source, offset));
            offset += Integer.BYTES;
        }
        if ((control & HAS_REVISION) != 0) {
            revision = readLeb(source, offset, end);
            offset += lebLength(revision);
        }
        if (offset >= end) {
            throw corrupt("an entry ends within its metadata");
        }
        out.datatype(source[2])
                .cas((long) LONGS.get(source, 3))
                .seqno(seqno)
                .flags(flags)
                .expirySeconds(expiry)
                .revSeqno(revision)
                .deleted((control & DELETED) != 0)
                .locked(false);
        return offset;
    }

    private static int lebLength(long value) {
        return (70 - Long.numberOfLeadingZeros(value | 1)) / 7;
    }

    private static int writeLeb(byte[] target, int start, long value) {
        int offset = start;
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            target[offset++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        target[offset++] = (byte) rest;
        return offset;
    }

    private static long readLeb(byte[] source, int start, int end) throws StoreException {
        long value = 0;
        for (int offset = start, shift = 0; offset < end && shift < Long.SIZE; offset++, shift += 7) {
            value |= (source[offset] & 0x7fL) << shift;
            if (source[offset] >= 0) {
                return value;
            }
        }
        throw corrupt("an entry ends within a number");
    }
}
