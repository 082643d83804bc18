package dev.sluice.memory.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LockTableTest {

    private static final long NOW = Long.parseLong("9223372036854775797"); // ten before the clock overflows, as it may

    private final LockTable locks = new LockTable();
    private final byte[] document = DocumentsTest.document("key", "value", 1);

    @Test
    void lock_isFoundByTheVeryVersion() {
        locks.add(7, document, 99, NOW + 5, NOW);
        assertThat(locks.find(7, document, NOW).cas).isEqualTo(99);
        assertThat(locks.find(7, document.clone(), NOW)).isNull();
    }

    @Test
    void lock_endsAtItsTime() {
        locks.add(7, document, 99, NOW + 20, NOW); // beyond the overflow
        assertThat(locks.find(7, document, NOW + 19)).isNotNull();
        assertThat(locks.find(7, document, NOW + 20)).isNull();
        locks.add(7, document, 100, NOW + 40, NOW + 20);
        assertThat(locks.find(7, document, NOW + 21).cas).isEqualTo(100);
    }

    @Test
    void remove_leavesTheOthersOfTheChain() {
        List<byte[]> documents = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            documents.add(DocumentsTest.document("key" + i, "", i + 1));
            locks.add(i % 3, documents.get(i), i + 1, NOW + 5, NOW);
        }
        locks.remove(50 % 3, documents.get(50));
        for (int i = 0; i < 100; i++) {
            assertThat(locks.find(i % 3, documents.get(i), NOW) != null).isEqualTo(i != 50);
        }
    }

    @Test
    void tidy_dropsWhatHasPassed_andGivesTheMemoryBack() {
        long empty = locks.heapBytes();
        for (int i = 0; i < 1_000; i++) {
            locks.add(i, DocumentsTest.document("key" + i, "", i + 1), i + 1, NOW + 5, NOW);
        }
        assertThat(locks.heapBytes()).isGreaterThan(empty + 1_000 * 24);
        locks.tidy(NOW + 5);
        assertThat(locks.isEmpty()).isTrue();
        assertThat(locks.heapBytes()).isEqualTo(empty);
    }
}
