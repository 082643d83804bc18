package dev.sluice.core.command;

import dev.sluice.engine.Statistic;
import dev.sluice.engine.VBucketState;
import dev.sluice.engine.VBuckets;
import dev.sluice.engine.VBuckets.FailoverEntry;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The groups with lines for each vbucket, for engines that have no such group of their own: as far as the capability {@link
 * VBuckets} goes. Protocol: {@code protocol-kv} 14.4.
 */
final class VBucketStatistics {

    private final VBuckets vbuckets;

    VBucketStatistics(VBuckets vbuckets) {
        this.vbuckets = vbuckets;
    }

    /**
     * The lines of a group.
     *
     * @param first the first vbucket
     * @param end behind the last one
     * @return null where that capability does not say enough for the group
     */
    @Nullable
    Iterator<Statistic> lines(StatGroup group, int first, int end) {
        return switch (group) {
            case VBUCKET, PREV_VBUCKET, VBUCKET_SEQNO, FAILOVERS, VBUCKET_DURABILITY_STATE ->
                IntStream.range(first, end)
                        .boxed()
                        .flatMap(vbucket -> lines(group, vbucket).stream())
                        .iterator();
            default -> null;
        };
    }

    private List<Statistic> lines(StatGroup group, int vbucket) {
        VBucketState state = vbuckets.state(vbucket);
        if (state == null) {
            return List.of();
        }
        String name = "vb_" + vbucket;
        Statistic stateLine = new Statistic(name, state.name().toLowerCase(Locale.ROOT));
        return switch (group) {
            case VBUCKET, PREV_VBUCKET -> List.of(stateLine);
            case VBUCKET_SEQNO -> seqnos(vbucket, name);
            case FAILOVERS -> failovers(vbucket, name);
            case VBUCKET_DURABILITY_STATE ->
                List.of(stateLine, Statistic.of(name + ":high_seqno", vbuckets.highSeqno(vbucket)));
            default -> throw new AssertionError("no lines for " + group);
        };
    }

    private List<Statistic> seqnos(int vbucket, String name) {
        List<FailoverEntry> log = vbuckets.failoverLog(vbucket);
        long high = vbuckets.highSeqno(vbucket);
        return List.of(
                Statistic.of(name + ":high_seqno", high),
                Statistic.of(name + ":abs_high_seqno", high),
                Statistic.of(name + ":uuid", log.isEmpty() ? 0 : log.get(0).vbucketUuid()));
    }

    private List<Statistic> failovers(int vbucket, String name) {
        List<FailoverEntry> log = vbuckets.failoverLog(vbucket);
        List<Statistic> lines = new ArrayList<>();
        lines.add(Statistic.of(name + ":num_entries", log.size()));
        lines.add(Statistic.of(name + ":num_erroneous_entries_erased", 0));
        for (int i = 0; i < log.size(); i++) {
            lines.add(Statistic.of(name + ":" + i + ":id", log.get(i).vbucketUuid()));
            lines.add(Statistic.of(name + ":" + i + ":seq", log.get(i).seqno()));
        }
        return lines;
    }
}
