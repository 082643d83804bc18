package dev.sluice.core.administration;

import java.util.OptionalLong;

/**
 * How much memory all buckets may use together, and who gets how much of it: those with a quota get that, the others equal
 * shares of the rest.
 */
public final class QuotaBudget {

    /** What the quotas of all buckets may sum up to, in percent of the heap; the rest is the server's own. */
    public static final int PERCENT = 60;

    /** The smallest quota. */
    public static final long BYTES_MIN = 1L << 20;

    private static final long MIB = 1L << 20;

    private QuotaBudget() {}

    /** The budget on a heap of so many bytes. */
    public static long of(long heapBytes) {
        return heapBytes / 100 * PERCENT;
    }

    /**
     * The share of each bucket without a quota, in whole MiB; 0 where there is no such bucket, and empty where the budget is
     * not enough.
     *
     * @param givenBytes the sum of all quotas that were given
     * @param sharing how many buckets have none
     */
    public static OptionalLong share(long budgetBytes, long givenBytes, int sharing) {
        if (givenBytes > budgetBytes || (budgetBytes - givenBytes) / BYTES_MIN < sharing) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(sharing == 0 ? 0 : (budgetBytes - givenBytes) / sharing / MIB * MIB);
    }
}
