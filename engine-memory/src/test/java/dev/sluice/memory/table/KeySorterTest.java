package dev.sluice.memory.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.HeapDocumentKey;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

class KeySorterTest {

    @Test
    void everyShortLength_isSorted() {
        for (int count = 0; count < 200; count++) {
            check(count, number -> "key" + number * 7919 % 211);
        }
    }

    @Test
    void sortedAndReversedInput_areSorted() {
        check(50_000, number -> "key" + (100_000 + number));
        check(50_000, number -> "key" + (200_000 - number));
    }

    @Test
    void randomKeys_areSorted() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        check(50_000, number -> Long.toString(random.nextLong(), 1 + random.nextInt(2, 35)) + "_" + number);
    }

    @Test
    void collections_areKeptApart() {
        byte[][] documents = new byte[1_000][];
        for (int i = 0; i < documents.length; i++) {
            documents[i] =
                    DocumentsTest.document(HeapDocumentKey.of(i % 5, new byte[] {(byte) i, (byte) (i >> 8)}), "", 1, 0);
        }
        sort(documents, documents.length);
        assertSorted(documents, documents.length);
    }

    private static void check(int count, IntFunction<String> key) {
        byte[][] documents = new byte[count + 3][];
        for (int i = 0; i < count; i++) {
            documents[i] = DocumentsTest.document(key.apply(i), "", 1);
        }
        int slices = sort(documents, count);
        assertSorted(documents, count);
        assertThat(Arrays.asList(documents).subList(count, count + 3)).containsOnlyNulls();
        if (count > 10_000) {
            assertThat(slices).isGreaterThan(10);
        }
    }

    private static int sort(byte[][] documents, int count) {
        KeySorter sorter = new KeySorter(documents, count, 1);
        int slices = 1;
        while (!sorter.advance(10_000)) {
            slices++;
        }
        return slices;
    }

    private static void assertSorted(byte[][] documents, int count) {
        for (int i = 1; i < count; i++) {
            assertThat(Documents.compareKeys(documents[i - 1], documents[i])).isLessThanOrEqualTo(0);
        }
    }
}
