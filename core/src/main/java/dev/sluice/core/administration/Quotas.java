package dev.sluice.core.administration;

import dev.sluice.core.bucket.Bucket;
import dev.sluice.core.bucket.BucketException;
import dev.sluice.core.bucket.BucketException.Reason;
import dev.sluice.core.bucket.BucketSpec;
import dev.sluice.core.bucket.BucketState;
import dev.sluice.core.bucket.Buckets;
import java.util.Collection;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * Which buckets there are or will be in a moment, and how much of the memory each of them gets: those with a quota of their
 * own get that, the others share the rest. Background threads.
 *
 * <p>Finding out the shares and giving them is one step, under one monitor, in which a new bucket also gets into the server's
 * map. Otherwise an older share could be the last one given, or a bucket that is just coming could keep what it was promised
 * when there were fewer, and together they would have more than the heap.
 *
 * <p><b>No bucket makes room for another by dropping documents</b>, as nobody has asked for that. Engines that evict begin
 * above a watermark of their own, and go down to another; nothing here knows them. A bucket whose share is to shrink may
 * hold {@link #HELD_PERCENT_MAX} percent of the smaller one, which is below the watermarks that engines begin with.
 */
final class Quotas {

    /** Below the memory engine's low watermark, 75 %, down to which it evicts. */
    private static final int HELD_PERCENT_MAX = 70;

    private static final long MIB = 1L << 20;

    private final Buckets buckets;
    private final long budgetBytes;

    /** Guarded by this object's monitor, like all that follows from it. */
    private final Map<String, BucketPlan> plans = new TreeMap<>();

    /** Takes over buckets that have their quotas. */
    Quotas(Buckets buckets, long budgetBytes, Collection<BucketPlan> started) {
        this.buckets = buckets;
        this.budgetBytes = budgetBytes;
        started.forEach(plan -> plans.put(plan.name(), plan));
    }

    /** How a bucket is meant to be. */
    synchronized BucketPlan plan(String name) throws BucketException {
        BucketPlan plan = plans.get(name);
        if (plan == null) {
            throw new BucketException(Reason.UNKNOWN, "bucket " + name + " does not exist");
        }
        return plan;
    }

    /** Makes room for a bucket and begins to create it; where that fails, {@link #release} gives the room back. */
    synchronized CompletableFuture<Void> create(BucketPlan plan) throws BucketException {
        if (plans.size() >= Buckets.COUNT_MAX) {
            throw new BucketException(
                    Reason.TOO_MANY, "there are " + Buckets.COUNT_MAX + " buckets already, which is the limit");
        }
        plans.put(plan.name(), plan);
        try {
            long share = shareWithRoom(plan.name());
            give(share);
            return buckets.create(spec(plan, share));
        } catch (BucketException | RuntimeException | Error e) {
            plans.remove(plan.name());
            throw e;
        }
    }

    /** Puts a plan into effect in the place of another for the same bucket; on an exception the other stays. */
    synchronized void change(BucketPlan before, BucketPlan after) throws BucketException {
        plans.put(after.name(), after);
        try {
            long share = shareWithRoom(after.name());
            buckets.reconfigure(spec(after, share));
            give(share);
        } catch (BucketException | RuntimeException | Error e) {
            plans.put(before.name(), before);
            throw e;
        }
    }

    /** The bucket is no more, or never came to be: the others get what it had. */
    synchronized void release(String name) {
        plans.remove(name);
        share().ifPresent(this::give);
    }

    private static BucketSpec spec(BucketPlan plan, long share) {
        return plan.quotaGiven() ? plan.spec() : plan.spec().withQuota(share);
    }

    /** What each bucket without a quota gets now; refused where one of them holds too much for less than it has. */
    private long shareWithRoom(String cause) throws BucketException {
        OptionalLong share = share();
        if (share.isEmpty()) {
            throw new BucketException(
                    Reason.INVALID,
                    "quotas of all buckets with that of " + cause + " (expected: at most " + budgetBytes / MIB + "MiB, "
                            + QuotaBudget.PERCENT + " % of the heap)");
        }
        for (BucketPlan plan : plans.values()) {
            Bucket bucket = plan.quotaGiven() ? null : buckets.bucket(plan.name());
            if (bucket != null && bucket.state() != BucketState.DESTROYING) {
                checkRoom(bucket, share.getAsLong());
            }
        }
        return share.getAsLong();
    }

    private static void checkRoom(Bucket bucket, long share) throws BucketException {
        long held = bucket.account().usedBytes();
        long most = share / 100 * HELD_PERCENT_MAX;
        if (share < bucket.account().quotaBytes() && held > most) {
            throw new BucketException(
                    Reason.INVALID,
                    "bucket " + bucket.name() + " has no quota of its own and holds " + held / MIB
                            + "MiB (expected: at most " + most / MIB + "MiB, " + HELD_PERCENT_MAX + " % of the "
                            + share / MIB + "MiB that would be left to it)");
        }
    }

    private OptionalLong share() {
        long given = 0;
        int sharing = 0;
        for (BucketPlan plan : plans.values()) {
            if (plan.quotaGiven()) {
                given += plan.spec().quotaBytes();
            } else {
                sharing++;
            }
        }
        return QuotaBudget.share(budgetBytes, given, sharing);
    }

    /** Every bucket without a quota gets its share, whatever its state. */
    private void give(long share) {
        for (BucketPlan plan : plans.values()) {
            if (!plan.quotaGiven()) {
                buckets.quota(plan.name(), share);
            }
        }
    }
}
