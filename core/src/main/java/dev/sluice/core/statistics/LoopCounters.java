package dev.sluice.core.statistics;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counters with one writer for each slot of a loop: an event loop adds to its own row without any contention, and whoever
 * wants a sum reads all rows. A sum taken while loops count is a little behind, never torn. The rows belong to their loops,
 * so a reset only remembers the sums of its moment.
 *
 * <p>Rows lie a cache line apart at least, so that two loops never write to one line.
 */
public final class LoopCounters {

    private static final int LINE_LONGS = 16; // Two lines of 64 bytes: the prefetcher takes them in pairs.

    private final int counters;
    private final int stride;
    private final AtomicLongArray values;
    private volatile long[] base;

    public LoopCounters(int counters, int loops) {
        this.counters = counters;
        this.stride = (counters + LINE_LONGS - 1) / LINE_LONGS * LINE_LONGS;
        this.values = new AtomicLongArray(stride * loops);
        this.base = new long[counters];
    }

    /** Adds to a counter of a loop. Only that loop's thread may call it. */
    public void add(int loop, int counter, long amount) {
        assert counter < counters;
        int slot = loop * stride + counter;
        values.setOpaque(slot, values.getPlain(slot) + amount);
    }

    /** What all loops have added since the last reset. Any thread. */
    public long value(int counter) {
        long before = base[counter]; // Read first: a reset between the two must not make the rest negative.
        return sum(counter) - before;
    }

    /** Begins again at zero. Any thread. */
    public void reset() {
        long[] sums = new long[counters];
        Arrays.setAll(sums, this::sum);
        base = sums;
    }

    private long sum(int counter) {
        long sum = 0;
        for (int slot = counter; slot < values.length(); slot += stride) {
            sum += values.getOpaque(slot);
        }
        return sum;
    }
}
