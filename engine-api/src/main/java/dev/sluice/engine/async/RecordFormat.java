package dev.sluice.engine.async;

import dev.sluice.engine.DocumentView;
import dev.sluice.engine.annotation.Stable;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * What an {@link AsyncEngine} keeps in a store: one document, metadata and value, in one array. Big endian.
 *
 * <pre>
 *  0        1        2        3
 * +--------+--------+--------+--------+
 * | 0xD5   | version| dtype  | state  |   version 1; state 0 alive, 1 tombstone
 * +--------+--------+--------+--------+
 * | flags                             |    4   the client's, as they came
 * | expiry                            |    8   Unix seconds, unsigned; 0 never; of a tombstone: when it was deleted
 * | value length                      |   12   must fit the array
 * | CAS                               |   16   8 bytes, never 0
 * | revision                          |   24   8 bytes, how often the document was changed
 * | CRC32C                            |   32   of all other bytes
 * | value ...                         |   36
 * +-----------------------------------+
 * </pre>
 *
 * <p>Written and read by the same class, and checked both times. A later version reads what this one wrote; this one
 * refuses what a later version wrote.
 */
@Stable
public final class RecordFormat {
    /** How many bytes a record has besides the value. */
    public static final int HEADER_LENGTH = 36;

    private static final byte MAGIC = (byte) 0xD5;
    private static final byte VERSION = 1;
    private static final byte ALIVE = 0;
    private static final byte TOMBSTONE = 1;

    private static final int DATATYPE_AT = 2;
    private static final int STATE_AT = 3;
    private static final int FLAGS_AT = 4;
    private static final int EXPIRY_AT = 8;
    private static final int LENGTH_AT = 12;
    private static final int CAS_AT = 16;
    private static final int REVISION_AT = 24;
    private static final int CHECKSUM_AT = 32;

    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private RecordFormat() {}

    /** An array for a record, with the value in its place and nothing else. */
    static byte[] allocate(byte[] value, int offset, int length) {
        byte[] record = new byte[HEADER_LENGTH + length];
        System.arraycopy(value, offset, record, HEADER_LENGTH, length);
        return record;
    }

    /** Fills in all but the checksum. */
    static void fill(
            byte[] record, byte datatype, boolean deleted, int flags, long expirySeconds, long cas, long revision) {
        if (cas == 0) {
            throw new IllegalArgumentException("cas: 0 (expected: anything else)");
        }
        record[0] = MAGIC;
        record[1] = VERSION;
        record[DATATYPE_AT] = datatype;
        record[STATE_AT] = deleted ? TOMBSTONE : ALIVE;
        INTS.set(record, FLAGS_AT, flags);
        INTS.set(record, EXPIRY_AT, (int) expirySeconds);
        INTS.set(record, LENGTH_AT, record.length - HEADER_LENGTH);
        LONGS.set(record, CAS_AT, cas);
        LONGS.set(record, REVISION_AT, revision);
    }

    /** Ends the writing of a record: nothing in it changes from here on. */
    static byte[] seal(byte[] record) {
        INTS.set(record, CHECKSUM_AT, checksum(record));
        return record;
    }

    /**
     * Checks that an array is a record, whole and of a version that is known here. Everything else in this class expects
     * one that has passed.
     *
     * @throws CorruptRecordException for anything else
     */
    static void check(byte[] record) {
        require(record.length >= HEADER_LENGTH, "length", record.length, "at least " + HEADER_LENGTH);
        require(record[0] == MAGIC, "first byte", record[0] & 0xff, MAGIC & 0xff);
        require(record[1] == VERSION, "version", record[1] & 0xff, VERSION + "; was a newer server here?");
        require(record[STATE_AT] == ALIVE || record[STATE_AT] == TOMBSTONE, "state", record[STATE_AT], "0 or 1");
        int length = (int) INTS.get(record, LENGTH_AT);
        require(length == record.length - HEADER_LENGTH, "value length", length, record.length - HEADER_LENGTH);
        int stored = (int) INTS.get(record, CHECKSUM_AT);
        int computed = checksum(record);
        require(stored == computed, "checksum", Integer.toUnsignedLong(stored), Integer.toUnsignedLong(computed));
        require(cas(record) != 0, "cas", 0, "anything else");
    }

    private static void require(boolean holds, String what, long found, Object expected) {
        if (!holds) {
            throw new CorruptRecordException(
                    "not a record of this engine: " + what + " " + found + " (expected: " + expected + ")");
        }
    }

    static boolean deleted(byte[] record) {
        return record[STATE_AT] == TOMBSTONE;
    }

    static byte datatype(byte[] record) {
        return record[DATATYPE_AT];
    }

    static int flags(byte[] record) {
        return (int) INTS.get(record, FLAGS_AT);
    }

    static long expirySeconds(byte[] record) {
        return Integer.toUnsignedLong((int) INTS.get(record, EXPIRY_AT));
    }

    static long cas(byte[] record) {
        return (long) LONGS.get(record, CAS_AT);
    }

    static long revision(byte[] record) {
        return (long) LONGS.get(record, REVISION_AT);
    }

    /** Whether the document's time is over; tombstones have none. */
    static boolean expired(byte[] record, long wallSeconds) {
        long expiry = expirySeconds(record);
        return !deleted(record) && expiry != 0 && expiry <= wallSeconds;
    }

    /** Points a view at the record; key and lock are the caller's to add. */
    static void show(byte[] record, DocumentView out) {
        out.clear()
                .value(record, HEADER_LENGTH, record.length - HEADER_LENGTH)
                .cas(cas(record))
                .revSeqno(revision(record))
                .flags(flags(record))
                .expirySeconds(expirySeconds(record))
                .datatype(datatype(record))
                .deleted(deleted(record));
    }

    private static int checksum(byte[] record) {
        CRC32C crc = new CRC32C();
        crc.update(record, 0, CHECKSUM_AT);
        crc.update(record, HEADER_LENGTH, record.length - HEADER_LENGTH);
        return (int) crc.getValue();
    }
}
