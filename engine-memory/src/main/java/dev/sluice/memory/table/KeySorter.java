package dev.sluice.memory.table;

import java.util.SplittableRandom;

/**
 * Sorts documents by key, in place and in slices.
 *
 * <p>In place, because the order of a snapshot is charged four bytes for each document and must not take more while it is
 * made; {@link java.util.Arrays#sort} would take half as much again. In slices, because a pool has few threads and millions
 * of documents take seconds. Quicksort with a stack of its own is both; its pivots are random medians of three, for clients
 * choose keys and the order in which they come, and could otherwise choose the slowest.
 *
 * <p><b>Thread.</b> One at a time; not always the same.
 */
public final class KeySorter {

    /** Short runs are sorted by insertion. */
    private static final int RUN_LENGTH = 16;

    // Of two parts the larger is put off, so that the stack is never deeper than the logarithm of the length.
    private static final int STACK_DEPTH = 2 * Integer.SIZE;

    private final byte[][] documents;
    private final SplittableRandom random;
    private final int[] stack = new int[STACK_DEPTH];
    private int depth;

    /** Sorts {@code documents[0 .. count)}. */
    public KeySorter(byte[][] documents, int count, long seed) {
        this.documents = documents;
        this.random = new SplittableRandom(seed);
        push(0, count);
    }

    /**
     * Goes on for about this many comparisons. One pass over a part is not interrupted, so the first slices may be as long
     * as the whole array.
     *
     * @return whether all is sorted
     */
    public boolean advance(long comparisons) {
        long left = comparisons;
        while (depth > 0 && left > 0) {
            int end = stack[--depth];
            int start = stack[--depth];
            left -= end - start;
            if (end - start <= RUN_LENGTH) {
                insertionSort(start, end);
                continue;
            }
            int middle = partition(start, end);
            if (middle - start > end - middle - 1) {
                push(start, middle);
                push(middle + 1, end);
            } else {
                push(middle + 1, end);
                push(start, middle);
            }
        }
        return depth == 0;
    }

    private void push(int start, int end) {
        if (end - start > 1) {
            stack[depth++] = start;
            stack[depth++] = end;
        }
    }

    /** Puts a pivot where it belongs, what is smaller before it and what is larger behind it. Keys are unique. */
    private int partition(int start, int end) {
        swap(start, medianOfThree(start, end));
        byte[] pivot = documents[start];
        int low = start + 1;
        int high = end - 1;
        while (true) {
            while (low <= high && Documents.compareKeys(documents[low], pivot) < 0) {
                low++;
            }
            while (low <= high && Documents.compareKeys(documents[high], pivot) > 0) {
                high--;
            }
            if (low >= high) {
                break;
            }
            swap(low++, high--);
        }
        swap(start, low - 1);
        return low - 1;
    }

    private int medianOfThree(int start, int end) {
        int a = random.nextInt(start, end);
        int b = random.nextInt(start, end);
        int c = random.nextInt(start, end);
        boolean aBeforeB = Documents.compareKeys(documents[a], documents[b]) < 0;
        boolean bBeforeC = Documents.compareKeys(documents[b], documents[c]) < 0;
        if (aBeforeB == bBeforeC) {
            return b;
        }
        boolean aBeforeC = Documents.compareKeys(documents[a], documents[c]) < 0;
        return aBeforeB == aBeforeC ? c : a;
    }

    private void insertionSort(int start, int end) {
        for (int i = start + 1; i < end; i++) {
            byte[] document = documents[i];
            int at = i;
            while (at > start && Documents.compareKeys(documents[at - 1], document) > 0) {
                documents[at] = documents[at - 1];
                at--;
            }
            documents[at] = document;
        }
    }

    private void swap(int first, int second) {
        byte[] document = documents[first];
        documents[first] = documents[second];
        documents[second] = document;
    }
}
