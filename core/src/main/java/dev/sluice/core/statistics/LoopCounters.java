package dev.sluice.core.statistics;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counters with one writer for each slot of a loop: an event loop adds to its own row without any contention, and whoever
 * wants a sum reads all rows. A sum taken while loops count is a little behind, never torn.
 *
 * <p>Rows lie a cache line apart at least, so that two loops never write to one line.
 */
public final class LoopCounters {

    private static final int LINE_LONGS = 16; // Two lines of 64 bytes: the prefetcher takes them in pairs.

    private final int counters;
    private final int stride;
    private final AtomicLongArray values;

    public LoopCounters(int counters, int loops) {
        this.counters = counters;
        this.stride = (counters + LINE_LONGS - 1) / LINE_LONGS * LINE_LONGS;
        this.values = new AtomicLongArray(stride * loops);
    }

    /** Adds to a counter of a loop. Only that loop's thread may call it. */
    public void add(int loop, int counter, long amount) {
        assert counter < counters;
        int slot = loop * stride + counter;
        values.setOpaque(slot, values.getPlain(slot) + amount);
    }

    /** The sum over all loops. */
    public long sum(int counter) {
        long sum = 0;
        for (int slot = counter; slot < values.length(); slot += stride) {
            sum += values.getOpaque(slot);
        }
        return sum;
    }

    /** All sums, as a base to subtract when somebody resets the statistics: the rows belong to their loops. */
    public long[] sums() {
        long[] sums = new long[counters];
        Arrays.setAll(sums, this::sum);
        return sums;
    }
}
