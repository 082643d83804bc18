package dev.sluice.persistent;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What the engine keeps of a vbucket beside what the store's record has: counts, exact as of the record's sequence number.
 *
 * <pre>
 *  0        1                          9              13                 17            21
 * +--------+--------------------------+--------------+------------------+-------------+- - -
 * | format | highest purged revision 8| live docs 4  | that can expire 4| tallies  4  | ...
 * +--------+--------------------------+--------------+------------------+-------------+- - -
 *
 * tally:  collection 4 | live documents 4 | versions 4 | bytes 8 | highest sequence number 8
 * </pre>
 */
record RecordExtension(long purgedRevSeqno, int liveCount, int expiringCount, List<TallyOf> tallies) {

    private static final byte FORMAT = 1;
    private static final int FIXED_LENGTH = 1 + Long.BYTES + 3 * Integer.BYTES;
    private static final int TALLY_LENGTH = 3 * Integer.BYTES + 2 * Long.BYTES;

    /** What one collection has. */
    record TallyOf(int collection, int live, int versions, long bytes, long highSeqno) {}

    byte[] bytes() {
        ByteBuffer target = ByteBuffer.allocate(FIXED_LENGTH + tallies.size() * TALLY_LENGTH);
        target.put(FORMAT)
                .putLong(purgedRevSeqno)
                .putInt(liveCount)
                .putInt(expiringCount)
                .putInt(tallies.size());
        for (TallyOf tally : tallies) {
            target.putInt(tally.collection)
                    .putInt(tally.live)
                    .putInt(tally.versions)
                    .putLong(tally.bytes)
                    .putLong(tally.highSeqno);
        }
        return target.array();
    }

    /**
     * The extension in these bytes.
     *
     * @throws IllegalArgumentException for what is not one
     */
    static RecordExtension read(byte[] bytes) {
        if (bytes.length == 0) {
            return new RecordExtension(0, 0, 0, List.of());
        }
        if (bytes[0] != FORMAT) {
            throw new IllegalArgumentException(
                    "format of a vbucket's record: " + bytes[0] + " (expected: " + FORMAT + ")");
        }
        try {
            ByteBuffer source = ByteBuffer.wrap(bytes, 1, bytes.length - 1);
            long purgedRevSeqno = source.getLong();
            int liveCount = source.getInt();
            int expiringCount = source.getInt();
            int count = source.getInt();
            List<TallyOf> tallies = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                tallies.add(new TallyOf(
                        source.getInt(), source.getInt(), source.getInt(), source.getLong(), source.getLong()));
            }
            return new RecordExtension(purgedRevSeqno, liveCount, expiringCount, tallies);
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("a vbucket's record has " + bytes.length + " bytes (expected: more)", e);
        }
    }
}
