package dev.sluice.core.statistics;

/** The counters of one bucket. */
public final class BucketCounters {

    private final LoopCounters counters;

    public BucketCounters(int loops) {
        counters = new LoopCounters(BucketCounter.values().length, loops);
    }

    /** Adds one. On the loop whose index is given. */
    public void count(int loop, BucketCounter counter) {
        counters.add(loop, counter.ordinal(), 1);
    }

    /** Adds. On the loop whose index is given. */
    public void count(int loop, BucketCounter counter, long amount) {
        counters.add(loop, counter.ordinal(), amount);
    }

    /** The value since the last reset. Any thread. */
    public long value(BucketCounter counter) {
        return counters.value(counter.ordinal());
    }

    /** Begins again at zero. Any thread. */
    public void reset() {
        counters.reset();
    }
}
