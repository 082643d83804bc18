package dev.sluice.core.statistics;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.IntCountsHistogram;
import org.jspecify.annotations.Nullable;

/**
 * How long commands of each opcode took, from the request being there as a whole to its answer being written, in
 * microseconds.
 *
 * <p><b>Thread.</b> An event loop records into histograms of its own, which nobody else looks at: there is nothing to
 * contend for, and no barrier. Who wants to know asks every loop, on that loop, to add what it has. A histogram is made when
 * the first command of its opcode comes.
 *
 * <p>One significant digit, as the reference server has: 1.5 KiB for each opcode, loop and bucket in use.
 */
public final class CommandTimings {

    /** Longer ones count as this, and are told apart by the overflow. The reference server's limit. */
    public static final long MICROS_MAX = 60_000_000;

    private static final int OPCODES = 256;

    private final AtomicReferenceArray<@Nullable LoopTimings> loops;

    /** What one loop has recorded; confined to it. */
    private static final class LoopTimings {
        final @Nullable IntCountsHistogram[] histograms = new IntCountsHistogram[OPCODES];
        final long[] overflows = new long[OPCODES];
        final long[] overflowMicros = new long[OPCODES];
    }

    public CommandTimings(int loops) {
        this.loops = new AtomicReferenceArray<>(loops);
    }

    /** Records one command. On the loop whose index is given. */
    public void record(int loop, int opcode, long nanos) {
        LoopTimings timings = loops.getPlain(loop);
        if (timings == null) {
            timings = new LoopTimings();
            loops.set(loop, timings);
        }
        IntCountsHistogram histogram = timings.histograms[opcode];
        if (histogram == null) {
            histogram = new IntCountsHistogram(MICROS_MAX, 1);
            timings.histograms[opcode] = histogram;
        }
        long micros = nanos / 1000;
        if (micros <= MICROS_MAX) {
            histogram.recordValue(Math.max(0, micros));
        } else {
            timings.overflows[opcode]++;
            timings.overflowMicros[opcode] += micros;
        }
    }

    /** Adds what a loop has recorded of an opcode. On that loop. */
    public void addTo(Sum sum, int loop, int opcode) {
        LoopTimings timings = loops.get(loop);
        if (timings != null) {
            IntCountsHistogram histogram = timings.histograms[opcode];
            if (histogram != null) {
                sum.histogram.add(histogram);
            }
            sum.overflows += timings.overflows[opcode];
            sum.overflowMicros += timings.overflowMicros[opcode];
        }
    }

    /** Forgets what a loop has recorded. On that loop. */
    public void reset(int loop) {
        loops.set(loop, null);
    }

    /** What several loops, or buckets, have recorded together. Confined to one thread at a time. */
    public static final class Sum {
        private final Histogram histogram = new Histogram(MICROS_MAX, 1);
        private long overflows;
        private long overflowMicros;

        /** Adds another sum. */
        public void add(Sum other) {
            histogram.add(other.histogram);
            overflows += other.overflows;
            overflowMicros += other.overflowMicros;
        }

        /** All values within the limit. */
        public Histogram histogram() {
            return histogram;
        }

        /** How many were beyond the limit. */
        public long overflows() {
            return overflows;
        }

        /** The sum of those beyond the limit. */
        public long overflowMicros() {
            return overflowMicros;
        }
    }
}
