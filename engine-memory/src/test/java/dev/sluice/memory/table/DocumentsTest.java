package dev.sluice.memory.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.Datatype;
import dev.sluice.engine.DocumentView;
import dev.sluice.engine.HeapDocumentKey;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class DocumentsTest {

    private static final byte[] NOTHING = new byte[0];

    /** A finished document of the default collection. */
    static byte[] document(String key, String value, long seqno) {
        return document(HeapDocumentKey.of(key), value, seqno, 0);
    }

    static byte[] document(HeapDocumentKey key, String value, long seqno, long expirySeconds) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        byte[] draft = Documents.draft(key, false, Datatype.RAW, 0, expirySeconds, 1, bytes, 0, bytes.length);
        Documents.finish(draft, 0x1_0000L + seqno, seqno, expirySeconds, 1);
        return draft;
    }

    static byte[] tombstone(String key, long seqno, long deletedSeconds) {
        byte[] draft = Documents.draftOfTombstone(document(key, "", 1), deletedSeconds, 2);
        Documents.finish(draft, 0x1_0000L + seqno, seqno, deletedSeconds, 2);
        return draft;
    }

    @Nested
    class Layout {
        @Test
        void plainDocument_hasSixteenBytesOfMetadata() {
            byte[] document = document("key", "value", 0x0102_0304_0506L);
            //            control, key length, CAS, seqno, key, value
            assertThat(HexFormat.of().formatHex(document))
                    .isEqualTo("00" + "03" + "0000010203050506" + "010203040506" + "6b6579" + "76616c7565");
        }

        @Test
        void optionalParts_comeInOrder() {
            HeapDocumentKey key = HeapDocumentKey.of(0x81, new byte[] {'k'});
            byte[] draft = Documents.draft(key, false, Datatype.JSON, 0xCAFEBABE, 0x11223344L, 300, NOTHING, 0, 0);
            Documents.finish(draft, -1, 1, 0x11223344L, 300);
            assertThat(HexFormat.of().formatHex(draft))
                    .isEqualTo("f1" + "01" + "ffffffffffffffff" + "000000000001" + "cafebabe" + "11223344"
                            + "ac02" // revision 300
                            + "8101" // collection 0x81
                            + "6b");
        }

        @Test
        void everyCombination_readsBackAsWritten() {
            long seed = System.nanoTime();
            SplittableRandom random = new SplittableRandom(seed);
            for (int step = 0; step < 20_000; step++) {
                int collection = random.nextBoolean() ? 0 : random.nextInt();
                byte[] keyBytes = new byte[random.nextInt(1, 251)];
                random.nextBytes(keyBytes);
                byte[] value = new byte[random.nextInt(20)];
                random.nextBytes(value);
                int flags = random.nextBoolean() ? 0 : random.nextInt();
                long expiry = random.nextBoolean() ? 0 : random.nextLong(1L << 32);
                long revision = 1 + (random.nextLong(1L << 62) >>> random.nextInt(63));
                byte datatype = (byte) random.nextInt(8);
                boolean deleted = random.nextBoolean();
                long cas = random.nextLong() | 1;
                long seqno = 1 + random.nextLong(Documents.SEQNO_MAX);
                HeapDocumentKey key = HeapDocumentKey.of(collection, keyBytes);

                byte[] draft = Documents.draft(key, deleted, datatype, flags, expiry, revision, value, 0, value.length);
                assertThat(Documents.length(key, flags, expiry, revision, value.length))
                        .isEqualTo(draft.length);
                assertThat(Documents.fits(draft, expiry, revision)).isTrue();
                Documents.finish(draft, cas, seqno, expiry, revision);

                DocumentView view = new DocumentView();
                Documents.show(draft, view);
                assertThat(List.of(
                                view.collection(),
                                view.flags(),
                                view.expirySeconds(),
                                view.revSeqno(),
                                view.datatype(),
                                view.deleted(),
                                view.cas(),
                                view.seqno()))
                        .as("seed %d step %d", seed, step)
                        .isEqualTo(List.of(collection, flags, expiry, revision, datatype, deleted, cas, seqno));
                assertThat(view.copyOfKey()).isEqualTo(keyBytes);
                assertThat(view.copyOfValue()).isEqualTo(value);
                assertThat(Documents.hasKey(draft, key)).isTrue();
                assertThat(Documents.hash(draft)).isEqualTo(key.hash());
            }
        }
    }

    @Nested
    class Drafts {
        @Test
        void finish_overwritesTheGuesses() {
            byte[] draft = Documents.draft(HeapDocumentKey.of("k"), false, (byte) 0, 0, 5, 2, NOTHING, 0, 0);
            assertThat(Documents.fits(draft, 6, 127)).isTrue();
            Documents.finish(draft, 1, 1, 6, 127);
            assertThat(Documents.expirySeconds(draft)).isEqualTo(6);
            assertThat(Documents.revSeqno(draft)).isEqualTo(127);
        }

        @Test
        void fits_isFalseWhereLengthsDiffer() {
            byte[] draft = Documents.draft(HeapDocumentKey.of("k"), false, (byte) 0, 0, 5, 2, NOTHING, 0, 0);
            assertThat(Documents.fits(draft, 0, 2)).isFalse();
            assertThat(Documents.fits(draft, 5, 128)).isFalse();
            assertThat(Documents.fits(draft, 5, 1)).isFalse();
            byte[] first = Documents.draft(HeapDocumentKey.of("k"), false, (byte) 0, 0, 0, 1, NOTHING, 0, 0);
            assertThat(Documents.fits(first, 0, 2)).isFalse();
            assertThat(Documents.fits(first, 1, 1)).isFalse();
        }

        @Test
        void draftWithExpiry_keepsEverythingElse() {
            byte[] document = document("key", "value", 7);
            byte[] touched = Documents.draftWithExpiry(document, 99, 2);
            Documents.finish(touched, 5, 8, 99, 2);
            assertThat(Documents.expirySeconds(touched)).isEqualTo(99);
            assertThat(Documents.hasKey(touched, HeapDocumentKey.of("key"))).isTrue();
            assertThat(Arrays.copyOfRange(touched, Documents.valueOffset(touched), touched.length))
                    .isEqualTo("value".getBytes(StandardCharsets.UTF_8));
        }

        @Test
        void tombstone_hasKeyAndTimeOnly() {
            byte[] tombstone = tombstone("key", 9, 1234);
            assertThat(Documents.deleted(tombstone)).isTrue();
            assertThat(Documents.expirySeconds(tombstone)).isEqualTo(1234);
            assertThat(Documents.expired(tombstone, 5000)).isFalse();
            assertThat(Documents.valueOffset(tombstone)).isEqualTo(tombstone.length);
        }
    }

    @Nested
    class Order {
        @Test
        void keys_compareByCollectionThenUnsignedBytes_shorterFirst() {
            List<byte[]> ordered = List.of(
                    document(HeapDocumentKey.of(0, new byte[] {1}), "", 1, 0),
                    document(HeapDocumentKey.of(0, new byte[] {1, 0}), "", 1, 0),
                    document(HeapDocumentKey.of(0, new byte[] {1, 0, 0}), "", 1, 0),
                    document(HeapDocumentKey.of(0, new byte[] {(byte) 0x80}), "", 1, 0),
                    document(HeapDocumentKey.of(8, new byte[] {0}), "", 1, 0),
                    document(HeapDocumentKey.of(-1, new byte[] {0}), "", 1, 0));
            for (int i = 0; i < ordered.size(); i++) {
                for (int j = 0; j < ordered.size(); j++) {
                    assertThat(Integer.signum(Documents.compareKeys(ordered.get(i), ordered.get(j))))
                            .isEqualTo(Integer.compare(i, j));
                }
            }
        }
    }
}
