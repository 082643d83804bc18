package dev.sluice.memory.table;

import dev.sluice.engine.Statistic;
import dev.sluice.engine.VBucketState;
import dev.sluice.engine.VBuckets.FailoverEntry;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The lines of one vbucket after the other, each looked at when its lines are asked for. Protocol: {@code protocol-kv} 14.2 to
 * 14.4.
 *
 * <p><b>Thread.</b> One at a time, in the background.
 */
public final class VBucketStatistics<V extends VBucketCore> implements Iterator<Statistic> {

    private final AtomicReferenceArray<@Nullable V> vbuckets;
    private final BiFunction<V, String, List<Statistic>> lines;
    private final int end;
    private int next;
    private Iterator<Statistic> present = List.<Statistic>of().iterator();

    private VBucketStatistics(
            AtomicReferenceArray<@Nullable V> vbuckets,
            int start,
            int end,
            BiFunction<V, String, List<Statistic>> lines) {
        this.vbuckets = vbuckets;
        this.next = start;
        this.end = end;
        this.lines = lines;
    }

    /**
     * The lines of all vbuckets, or of one.
     *
     * @param argument the number of the one; empty for all
     * @param lines what there is to say of a vbucket, with the prefix of its names
     * @throws IllegalArgumentException for what is no number of a vbucket; the message is for the client
     */
    public static <V extends VBucketCore> Iterator<Statistic> of(
            AtomicReferenceArray<@Nullable V> vbuckets, String argument, BiFunction<V, String, List<Statistic>> lines) {
        if (argument.isEmpty()) {
            return new VBucketStatistics<>(vbuckets, 0, vbuckets.length(), lines);
        }
        int id;
        try {
            id = Integer.parseInt(argument);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "vbucket: not a number (expected: 0.." + (vbuckets.length() - 1) + ")", e);
        }
        if (id < 0 || id >= vbuckets.length()) {
            throw new IllegalArgumentException("vbucket: " + id + " (expected: 0.." + (vbuckets.length() - 1) + ")");
        }
        return new VBucketStatistics<>(vbuckets, id, id + 1, lines);
    }

    @Override
    public boolean hasNext() {
        while (!present.hasNext() && next < end) {
            V vbucket = vbuckets.get(next);
            if (vbucket != null) {
                present = lines.apply(vbucket, "vb_" + next).iterator();
            }
            next++;
        }
        return present.hasNext();
    }

    @Override
    public Statistic next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return present.next();
    }

    /** The group {@code failovers}: the vbucket's histories, newest first. */
    public static List<Statistic> failovers(VBucketCore vbucket, String prefix) {
        List<FailoverEntry> entries = vbucket.failoverLog();
        List<Statistic> lines = new ArrayList<>();
        lines.add(Statistic.of(prefix + ":num_entries", entries.size()));
        lines.add(Statistic.of(prefix + ":num_erroneous_entries_erased", 0));
        for (int i = 0; i < entries.size(); i++) {
            lines.add(Statistic.of(prefix + ":" + i + ":id", entries.get(i).vbucketUuid()));
            lines.add(Statistic.of(prefix + ":" + i + ":seq", entries.get(i).seqno()));
        }
        return lines;
    }

    /** What a state is called in statistics. */
    public static String text(VBucketState state) {
        return switch (state) {
            case ACTIVE -> "active";
            case REPLICA -> "replica";
            case PENDING -> "pending";
            case DEAD -> "dead";
        };
    }
}
