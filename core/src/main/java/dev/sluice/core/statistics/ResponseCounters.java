package dev.sluice.core.statistics;

/** How many answers of each status a bucket has given. */
public final class ResponseCounters {

    /** Statuses on the wire that are counted: all that there are. */
    public static final int STATUSES = 256;

    private final LoopCounters counters;

    public ResponseCounters(int loops) {
        counters = new LoopCounters(STATUSES, loops);
    }

    /** Counts one. On the loop whose index is given. */
    public void count(int loop, int status) {
        counters.add(loop, status, 1);
    }

    /** How many since the last reset. Any thread. */
    public long value(int status) {
        return counters.value(status);
    }

    /** Begins again at zero. Any thread. */
    public void reset() {
        counters.reset();
    }
}
