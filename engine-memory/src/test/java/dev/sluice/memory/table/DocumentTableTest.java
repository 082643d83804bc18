package dev.sluice.memory.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.HeapDocumentKey;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DocumentTableTest {

    private final DocumentTable table = new DocumentTable();

    @Test
    void emptyTable_findsNothing() {
        assertThat(table.find(HeapDocumentKey.of("key"), true)).isNull();
        assertThat(table.size()).isZero();
    }

    @Test
    void insertedDocuments_areFoundWhileTheTableGrows() {
        for (int i = 0; i < 20_000; i++) {
            insert("key" + i, i + 1);
            if (i % 997 == 0) {
                for (int j = 0; j <= i; j++) {
                    assertThat(table.find(HeapDocumentKey.of("key" + j), false)).isNotNull();
                }
            }
        }
        assertThat(table.find(HeapDocumentKey.of("key20000"), false)).isNull();
        assertThat(table.bagCount()).isGreaterThan(400);
    }

    @Test
    void sameKeyInAnotherCollection_isAnotherDocument() {
        insert("key", 1);
        assertThat(table.find(HeapDocumentKey.of(8, new byte[] {'k', 'e', 'y'}), false))
                .isNull();
    }

    @Test
    void emptiedTable_shrinks() {
        long empty = table.heapBytes();
        for (int i = 0; i < 50_000; i++) {
            insert("key" + i, i + 1);
        }
        for (int i = 0; i < 50_000; i++) {
            remove("key" + i);
        }
        assertThat(table.size()).isZero();
        assertThat(table.bagCount()).isEqualTo(1);
        assertThat(table.heapBytes()).isLessThan(empty + 100);
    }

    @Test
    void heapBytes_staysWithinTenBytesForEachDocument_atEverySize() {
        for (int i = 0; i < 200_000; i++) {
            insert("key" + i, i + 1);
            if (i > 2_000 && i % 500 == 0) {
                assertThat((double) table.heapBytes() / table.size()).isLessThan(10);
            }
        }
    }

    @Test
    void heapBytes_isWhatTheBagsTake() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 30_000; i++) {
            String key = "key" + random.nextInt(5_000);
            if (table.locate(HeapDocumentKey.of(key)) == null) {
                insert(key, i + 1);
            } else if (random.nextInt(3) == 0) {
                remove(key);
            }
        }
        long bags = 0;
        for (int i = 0; i < table.bagCount(); i++) {
            int capacity = DocumentTable.capacity(table.bagOrEmpty(i));
            bags += HeapLayout.referenceArray(1 + capacity) + (capacity == 0 ? 0 : HeapLayout.byteArray(2 * capacity));
        }
        assertThat(table.heapBytes() - bags).isBetween(1_000L, 4_000L); // pages of 256 references, and the table itself
    }

    @Test
    void randomChanges_agreeWithAHashMap() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        Map<String, byte[]> model = new HashMap<>();
        for (int step = 1; step <= 200_000; step++) {
            // Waves: the table grows to thousands of documents and shrinks to few, several times.
            boolean growing = step / 20_000 % 2 == 0;
            String key = "key" + random.nextInt(8_000);
            byte[] found = table.locate(HeapDocumentKey.of(key));
            assertThat(found).as("seed %d step %d", seed, step).isSameAs(model.get(key));
            assertThat(table.find(HeapDocumentKey.of(key), random.nextBoolean()))
                    .isSameAs(found);
            byte[] document = DocumentsTest.document(key, "", step);
            if (found == null) {
                if (growing) {
                    table.insert(HeapDocumentKey.of(key).hash(), document);
                    model.put(key, document);
                }
            } else if (growing) {
                table.replace(document);
                model.put(key, document);
            } else {
                table.remove();
                table.shrink();
                model.remove(key);
            }
            assertThat(table.size()).isEqualTo(model.size());
        }
        Set<byte[]> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int i = 0; i < table.bagCount(); i++) {
            Object[] bag = table.bagOrEmpty(i);
            for (int slot = 0; slot < DocumentTable.capacity(bag); slot++) {
                byte[] document = DocumentTable.documentAt(bag, slot);
                if (document != null) {
                    assertThat(seen.add(document)).isTrue();
                }
            }
        }
        assertThat(seen).containsExactlyInAnyOrderElementsOf(model.values());
    }

    @Test
    void recency_fallsByOneForEachVisit_andAUseRestoresIt() {
        insert("key", 1);
        Object[] bag = table.bagOrEmpty(0);
        assertThat(DocumentTable.lowerRecency(bag, 0)).isTrue();
        assertThat(DocumentTable.lowerRecency(bag, 0)).isFalse();
        assertThat(table.find(HeapDocumentKey.of("key"), false)).isNotNull();
        assertThat(DocumentTable.lowerRecency(bag, 0)).isFalse();
        assertThat(table.find(HeapDocumentKey.of("key"), true)).isNotNull();
        for (int visit = 0; visit < 3; visit++) {
            assertThat(DocumentTable.lowerRecency(bag, 0)).isTrue();
        }
        assertThat(DocumentTable.lowerRecency(bag, 0)).isFalse();
    }

    @Test
    void state_tellsTombstonesAndWhatCanExpire() {
        HeapDocumentKey key = HeapDocumentKey.of("key");
        table.insert(key.hash(), DocumentsTest.document(key, "", 1, 1234));
        assertThat(state()).isEqualTo(DocumentTable.EXPIRING);
        table.locate(key);
        table.replace(DocumentsTest.document(key, "", 2, 0));
        assertThat(state()).isZero();
        table.locate(key);
        table.replace(DocumentsTest.tombstone("key", 3, 77));
        assertThat(state()).isEqualTo(DocumentTable.TOMBSTONE);
        assertThat(table.find(key, true)).isNotNull();
        assertThat(state()).isEqualTo(DocumentTable.TOMBSTONE);
    }

    private int state() {
        return DocumentTable.state(table.bagOrEmpty(0), 0) & (DocumentTable.EXPIRING | DocumentTable.TOMBSTONE);
    }

    private void insert(String key, long seqno) {
        table.insert(HeapDocumentKey.of(key).hash(), DocumentsTest.document(key, "", seqno));
    }

    private void remove(String key) {
        assertThat(table.locate(HeapDocumentKey.of(key))).isNotNull();
        table.remove();
        table.shrink();
    }
}
