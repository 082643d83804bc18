package dev.sluice.persistent.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.engine.DocumentView;
import dev.sluice.engine.VBucketState;
import dev.sluice.engine.VBuckets.FailoverEntry;
import dev.sluice.persistent.store.StoreException.Kind;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class RecordFormatTest {

    private static DocumentView anything(Random random) {
        byte[] key = new byte[1 + random.nextInt(250)];
        byte[] value = new byte[random.nextInt(4) == 0 ? 0 : random.nextInt(3000)];
        random.nextBytes(key);
        random.nextBytes(value);
        return new DocumentView()
                .key(random.nextInt(2) == 0 ? random.nextInt() : random.nextInt(20), key, 0, key.length)
                .value(value, 0, value.length)
                .cas(random.nextLong())
                .seqno(1 + (random.nextLong() >>> (16 + random.nextInt(47))))
                .revSeqno(random.nextInt(2) == 0 ? 1 : random.nextLong() >>> random.nextInt(64))
                .flags(random.nextInt(2) == 0 ? 0 : random.nextInt())
                .expirySeconds(random.nextInt(2) == 0 ? 0 : Integer.toUnsignedLong(random.nextInt()))
                .datatype((byte) random.nextInt(8))
                .deleted(random.nextInt(3) == 0);
    }

    @Test
    void everything_comesBack() throws StoreException {
        Random random = new Random(4);
        for (int i = 0; i < 2000; i++) {
            DocumentView document = anything(random);
            int vbucket = random.nextInt(1024);
            byte[] recordKey = RecordFormat.recordKey(vbucket, document.seqno());
            DocumentView read = new DocumentView();
            RecordFormat.readRecord(recordKey, RecordFormat.record(recordKey, document), read);
            assertThat(Docs.metadata(read)).isEqualTo(Docs.metadata(document));
            assertThat(read.copyOfValue()).isEqualTo(document.copyOfValue());
            byte[] indexKey = RecordFormat.indexKey(vbucket, document);
            int valueLength = RecordFormat.readIndexEntry(indexKey, RecordFormat.indexEntry(indexKey, document), read);
            assertThat(valueLength).isEqualTo(document.valueLength());
            assertThat(Docs.metadata(read)).isEqualTo(Docs.metadata(document));
            assertThat(RecordFormat.collectionOf(indexKey)).isEqualTo(document.collection());
            assertThat(RecordFormat.seqnoOf(recordKey)).isEqualTo(document.seqno());
        }
    }

    @Test
    void anyFlippedBit_isFound() {
        DocumentView document =
                Docs.doc(8, "key", 300, "value").flags(7).expirySeconds(9).revSeqno(5);
        byte[] recordKey = RecordFormat.recordKey(5, 300);
        byte[] indexKey = RecordFormat.indexKey(5, document);
        byte[] record = RecordFormat.record(recordKey, document);
        byte[] entry = RecordFormat.indexEntry(indexKey, document);
        flipAll(record, () -> RecordFormat.readRecord(recordKey, record, new DocumentView()));
        flipAll(recordKey, () -> RecordFormat.readRecord(recordKey, record, new DocumentView()));
        flipAll(entry, () -> RecordFormat.readIndexEntry(indexKey, entry, new DocumentView()));
        flipAll(indexKey, () -> RecordFormat.readIndexEntry(indexKey, entry, new DocumentView()));
    }

    private static void flipAll(byte[] bytes, ThrowingCallable read) {
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            bytes[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThatThrownBy(read)
                    .isInstanceOfSatisfying(
                            StoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT));
            bytes[bit / 8] ^= (byte) (1 << (bit % 8));
        }
    }

    @Test
    void anyTruncation_isFound() {
        byte[] recordKey = RecordFormat.recordKey(5, 300);
        byte[] record = RecordFormat.record(recordKey, Docs.doc("key", 300, "value"));
        for (int length = 0; length < record.length; length++) {
            byte[] shorter = Arrays.copyOf(record, length);
            assertThatThrownBy(() -> RecordFormat.readRecord(recordKey, shorter, new DocumentView()))
                    .isInstanceOf(StoreException.class);
        }
    }

    /** What is on disks already must be read for ever. */
    @Test
    void format1_isTheseBytes() {
        DocumentView document = Docs.doc(8, "key", 300, "val")
                .cas(0x1122334455667788L)
                .flags(0x01020304)
                .expirySeconds(0xfffffffeL)
                .revSeqno(129)
                .datatype((byte) 1)
                .deleted(true);
        byte[] recordKey = RecordFormat.recordKey(5, 300);
        byte[] indexKey = RecordFormat.indexKey(5, document);
        assertThat(hex(recordKey)).isEqualTo("0005" + "000000000000012c");
        assertThat(hex(indexKey)).isEqualTo("0005" + "00000008" + "6b6579");
        String metadata = "01" + "0f" + "01" + "1122334455667788" + "ac02" + "01020304" + "fffffffe" + "8101";
        assertThat(hex(RecordFormat.record(recordKey, document)))
                .startsWith(metadata + "08" + "03" + "6b6579" + "76616c")
                .hasSize(2 * (metadata.length() / 2 + 2 + 3 + 3 + 4));
        assertThat(hex(RecordFormat.indexEntry(indexKey, document)))
                .startsWith(metadata + "03")
                .hasSize(2 * (metadata.length() / 2 + 1 + 4));
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    @Test
    void vbucket_comesBack_andAnyFlippedBitIsFound() throws StoreException {
        StoredVBucket stored = new StoredVBucket(
                300,
                new VBucketRecord(
                        VBucketState.PENDING, 1, -2, 3, List.of(new FailoverEntry(-9, 8)), Docs.bytes("more")),
                new Tally(3, 4, Map.of(-1, new Tally.Counts(1, 4), 0, new Tally.Counts(2, 0))));
        byte[] bytes = VBucketFormat.write(stored);
        assertThat(VBucketFormat.read(300, bytes)).isEqualTo(stored);
        assertThatThrownBy(() -> VBucketFormat.read(301, bytes)).isInstanceOf(StoreException.class);
        flipAll(bytes, () -> VBucketFormat.read(300, bytes));
    }
}
