package dev.sluice.persistent.store;

import dev.sluice.engine.VBucketState;
import dev.sluice.engine.VBuckets.FailoverEntry;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a {@link StoredVBucket}. Big endian:
 *
 * <pre>
 * format 1 | state 1 | high sequence number 8 | high CAS 8 | purge sequence number 8
 * | number of failover entries 4 | each: vbucket uuid 8, sequence number 8
 * | number of collections 4 | each: id 4, documents 8, tombstones 8
 * | length of the extension 4 | extension | checksum 4
 *
 * state  1 active, 2 replica, 3 pending, 4 dead
 * </pre>
 *
 * <p>The checksum is CRC-32C of the vbucket's number in two bytes, followed by all that stands before it.
 */
public final class VBucketFormat {

    private static final byte FORMAT = 1;
    private static final int FIXED_LENGTH = 1 + 1 + 3 * Long.BYTES + 4 * Integer.BYTES;
    private static final int FAILOVER_LENGTH = 2 * Long.BYTES;
    private static final int COLLECTION_LENGTH = Integer.BYTES + 2 * Long.BYTES;

    private VBucketFormat() {}

    /** The bytes of a vbucket. */
    public static byte[] write(StoredVBucket stored) {
        VBucketRecord record = stored.record();
        Map<Integer, Tally.Counts> collections = stored.tally().collections();
        ByteBuffer buffer = ByteBuffer.allocate(FIXED_LENGTH
                + record.failoverLog().size() * FAILOVER_LENGTH
                + collections.size() * COLLECTION_LENGTH
                + record.extension().length);
        buffer.put(FORMAT)
                .put(code(record.state()))
                .putLong(record.highSeqno())
                .putLong(record.highCas())
                .putLong(record.purgeSeqno())
                .putInt(record.failoverLog().size());
        for (FailoverEntry entry : record.failoverLog()) {
            buffer.putLong(entry.vbucketUuid()).putLong(entry.seqno());
        }
        buffer.putInt(collections.size());
        collections.forEach(
                (id, counts) -> buffer.putInt(id).putLong(counts.documents()).putLong(counts.tombstones()));
        buffer.putInt(record.extension().length).put(record.extension());
        buffer.putInt(checksum(stored.vbucket(), buffer.array(), buffer.position()));
        assert !buffer.hasRemaining() : buffer;
        return buffer.array();
    }

    /**
     * The vbucket that was written as these bytes.
     *
     * @throws StoreException {@code CORRUPT}
     */
    public static StoredVBucket read(int vbucket, byte[] bytes) throws StoreException {
        int end = bytes.length - Integer.BYTES;
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        if (end < 0 || buffer.getInt(end) != checksum(vbucket, bytes, end) || bytes[0] != FORMAT) {
            throw corrupt(vbucket, null);
        }
        try {
            buffer.get();
            VBucketState state = state(vbucket, buffer.get());
            long highSeqno = buffer.getLong();
            long highCas = buffer.getLong();
            long purgeSeqno = buffer.getLong();
            List<FailoverEntry> failoverLog = new ArrayList<>();
            for (int rest = buffer.getInt(); rest > 0; rest--) {
                failoverLog.add(new FailoverEntry(buffer.getLong(), buffer.getLong()));
            }
            Map<Integer, Tally.Counts> collections = new HashMap<>();
            long documents = 0;
            long tombstones = 0;
            for (int rest = buffer.getInt(); rest > 0; rest--) {
                int id = buffer.getInt();
                Tally.Counts counts = new Tally.Counts(buffer.getLong(), buffer.getLong());
                collections.put(id, counts);
                documents += counts.documents();
                tombstones += counts.tombstones();
            }
            int length = buffer.getInt();
            if (length != end - buffer.position()) {
                throw corrupt(vbucket, null);
            }
            byte[] extension = new byte[length];
            buffer.get(extension);
            return new StoredVBucket(
                    vbucket,
                    new VBucketRecord(state, highSeqno, highCas, purgeSeqno, failoverLog, extension),
                    new Tally(documents, tombstones, collections));
        } catch (BufferUnderflowException e) {
            throw corrupt(vbucket, e);
        }
    }

    private static int checksum(int vbucket, byte[] bytes, int end) {
        CRC32C checksum = new CRC32C();
        checksum.update(vbucket >>> 8);
        checksum.update(vbucket);
        checksum.update(bytes, 0, end);
        return (int) checksum.getValue();
    }

    private static byte code(VBucketState state) {
        return switch (state) {
            case ACTIVE -> 1;
            case REPLICA -> 2;
            case PENDING -> 3;
            case DEAD -> 4;
        };
    }

    private static VBucketState state(int vbucket, byte code) throws StoreException {
        return switch (code) {
            case 1 -> VBucketState.ACTIVE;
            case 2 -> VBucketState.REPLICA;
            case 3 -> VBucketState.PENDING;
            case 4 -> VBucketState.DEAD;
            default -> throw corrupt(vbucket, null);
        };
    }

    private static StoreException corrupt(int vbucket, @Nullable Throwable cause) {
        return new StoreException(
                StoreException.Kind.CORRUPT, "the record of vbucket " + vbucket + " is damaged", null, cause);
    }
}
