package dev.sluice.memory;

import dev.sluice.engine.Statistic;
import dev.sluice.engine.VBucketState;
import dev.sluice.memory.table.VBucketStatistics;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The groups of statistics that this engine knows. Protocol: {@code protocol-kv.md} 14.2 to 14.4; names are the original's
 * wherever it has the thing.
 *
 * <p>Groups with lines for each vbucket look at one vbucket at a time, when its lines are asked for.
 *
 * <p><b>Thread.</b> The non-I/O pool.
 */
final class StatisticsGroups {

    private final AtomicReferenceArray<@Nullable VBucket> vbuckets;
    private final MemoryQuota quota;
    private final Counters counters;
    private final Supplier<Settings> settings;
    private final long bucketUuid;

    StatisticsGroups(
            AtomicReferenceArray<@Nullable VBucket> vbuckets,
            MemoryQuota quota,
            Counters counters,
            Supplier<Settings> settings,
            long bucketUuid) {
        this.vbuckets = vbuckets;
        this.quota = quota;
        this.counters = counters;
        this.settings = settings;
        this.bucketUuid = bucketUuid;
    }

    /** The lines of a group, or null for one that is not known. */
    @Nullable
    Iterator<Statistic> group(String name, String argument) {
        return switch (name) {
            case "" -> general().iterator();
            case "memory" -> memory().iterator();
            case "config" -> config().iterator();
            case "uuid" -> List.of(Statistic.of("uuid", bucketUuid)).iterator();
            case "warmup" ->
                List.of(new Statistic("ep_warmup", "disabled"), new Statistic("ep_warmup_thread", "complete"))
                        .iterator();
            case "vbucket", "prev-vbucket" -> perVBucket(argument, StatisticsGroups::state);
            case "vbucket-durability-state" -> perVBucket(argument, StatisticsGroups::durability);
            case "hash" -> perVBucket(argument, StatisticsGroups::hash);
            case "eviction" -> eviction().iterator();
            case "vbucket-details" -> perVBucket(argument, StatisticsGroups::details);
            case "vbucket-seqno" -> perVBucket(argument, StatisticsGroups::seqnos);
            case "failovers" -> perVBucket(argument, VBucketStatistics::failovers);
            default -> null;
        };
    }

    /** Sums over all vbuckets. */
    private static final class Totals {
        final Map<VBucketState, Long> vbucketCount = new EnumMap<>(VBucketState.class);
        final Map<VBucketState, Long> liveCount = new EnumMap<>(VBucketState.class);
        long documentBytes;
        long overheadBytes;
        long tombstoneCount;

        long allLive() {
            return liveCount.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    private Totals totals() {
        Totals totals = new Totals();
        for (int i = 0; i < vbuckets.length(); i++) {
            VBucket vbucket = vbuckets.get(i);
            if (vbucket != null) {
                VBucket.Figures figures = vbucket.figures();
                totals.vbucketCount.merge(figures.state(), 1L, Long::sum);
                totals.liveCount.merge(figures.state(), (long) figures.liveCount(), Long::sum);
                totals.documentBytes += figures.documentBytes();
                totals.overheadBytes += figures.overheadBytes();
                totals.tombstoneCount += figures.tombstoneCount();
            }
        }
        return totals;
    }

    private List<Statistic> general() {
        Totals totals = totals();
        List<Statistic> lines = new ArrayList<>();
        long active = totals.liveCount.getOrDefault(VBucketState.ACTIVE, 0L);
        lines.add(Statistic.of("curr_items", active));
        lines.add(Statistic.of("curr_items_tot", totals.allLive()));
        lines.add(Statistic.of("curr_temp_items", 0));
        for (VBucketState state : VBucketState.values()) {
            String prefix = "vb_" + VBucketStatistics.text(state);
            lines.add(Statistic.of(prefix + "_num", totals.vbucketCount.getOrDefault(state, 0L)));
            if (state != VBucketState.DEAD) {
                lines.add(Statistic.of(prefix + "_curr_items", totals.liveCount.getOrDefault(state, 0L)));
            }
        }
        lines.add(Statistic.of("vb_active_perc_mem_resident", 100));
        lines.addAll(memoryLines(totals));
        for (Counter counter : Counter.values()) {
            lines.add(Statistic.of(counter.statistic, counters.value(counter)));
        }
        lines.add(new Statistic("ep_bucket_type", "ephemeral"));
        lines.add(new Statistic("ep_ephemeral_full_policy", fullPolicy()));
        lines.add(Statistic.of("ep_tombstones", totals.tombstoneCount));
        lines.add(Statistic.of("ep_queue_size", 0));
        lines.add(Statistic.of("ep_flusher_todo", 0));
        lines.add(Statistic.of("ep_total_persisted", 0));
        lines.add(Statistic.of("ep_total_enqueued", 0));
        lines.add(Statistic.of("ep_bg_fetched", 0));
        lines.add(Statistic.of("ep_num_value_ejects", 0));
        lines.add(new Statistic("ep_warmup_thread", "complete"));
        lines.add(Statistic.of("ep_degraded_mode", 0));
        lines.add(Statistic.of("ep_data_traffic_enabled", 1));
        return lines;
    }

    private List<Statistic> memoryLines(Totals totals) {
        return List.of(
                Statistic.of("mem_used", quota.usedBytes()),
                Statistic.of("ep_max_size", quota.quotaBytes()),
                Statistic.of("ep_mem_low_wat", quota.lowWatermarkBytes()),
                Statistic.of("ep_mem_high_wat", quota.highWatermarkBytes()),
                Statistic.of("ep_kv_size", totals.documentBytes),
                Statistic.of("ep_overhead", totals.overheadBytes),
                Statistic.of("ep_snapshot_memory", quota.snapshotBytes()),
                Statistic.of("ep_snapshot_memory_max", quota.snapshotLimitBytes()));
    }

    private List<Statistic> memory() {
        return memoryLines(totals());
    }

    private List<Statistic> config() {
        Settings present = settings.get();
        return List.of(
                new Statistic("ep_bucket_type", "ephemeral"),
                Statistic.of("ep_max_size", quota.quotaBytes()),
                Statistic.of("ep_max_vbuckets", vbuckets.length()),
                new Statistic("ep_ephemeral_full_policy", fullPolicy()),
                new Statistic(
                        "ep_mem_low_wat_percent",
                        Double.toString(present.watermarks().low())),
                new Statistic(
                        "ep_mem_high_wat_percent",
                        Double.toString(present.watermarks().high())),
                new Statistic(
                        "ep_mutation_mem_ratio",
                        Double.toString(present.watermarks().mutation())),
                Statistic.of("ep_exp_pager_stime", present.expiryIntervalNanos() / 1_000_000_000L),
                Statistic.of("ep_ephemeral_metadata_purge_age", present.purgeAgeSeconds()),
                Statistic.of("ep_ephemeral_metadata_purge_interval", present.purgeIntervalNanos() / 1_000_000_000L));
    }

    /** The original's words for the two policies. */
    private String fullPolicy() {
        return settings.get().autoDelete() ? "auto_delete" : "fail_new_data";
    }

    private static List<Statistic> state(VBucket vbucket, String prefix) {
        return List.of(new Statistic(prefix, VBucketStatistics.text(vbucket.state())));
    }

    private static List<Statistic> details(VBucket vbucket, String prefix) {
        VBucket.Figures figures = vbucket.figures();
        String name = prefix + ":";
        return List.of(
                new Statistic(prefix, VBucketStatistics.text(figures.state())),
                Statistic.of(name + "num_items", figures.liveCount()),
                Statistic.of(name + "num_temp_items", 0),
                Statistic.of(name + "num_non_resident", 0),
                Statistic.of(name + "ht_num_items", figures.liveCount()),
                Statistic.of(name + "ht_num_deleted_items", figures.tombstoneCount()),
                Statistic.of(name + "ht_num_expiring_items", figures.expiringCount()),
                Statistic.of(name + "ht_num_in_memory_items", figures.liveCount()),
                Statistic.of(name + "ht_item_memory", figures.documentBytes()),
                Statistic.of(name + "ht_memory", figures.overheadBytes()),
                Statistic.of(name + "ht_size", figures.bagCount()),
                Statistic.of(name + "high_seqno", figures.highSeqno()),
                Statistic.of(name + "uuid", figures.uuid()),
                Statistic.of(name + "purge_seqno", figures.purgeSeqno()),
                Statistic.of(name + "max_deleted_revid", figures.purgedRevSeqno()),
                Statistic.of(name + "max_visible_seqno", figures.highSeqno()),
                Statistic.of(name + "persistence_seqno", figures.highSeqno()),
                Statistic.of(name + "max_cas", figures.highCas()));
    }

    /** Nothing is prepared here: on one node a write is durable when it is done. */
    private static List<Statistic> durability(VBucket vbucket, String prefix) {
        VBucket.Figures figures = vbucket.figures();
        return List.of(
                new Statistic(prefix, VBucketStatistics.text(figures.state())),
                Statistic.of(prefix + ":high_seqno", figures.highSeqno()),
                Statistic.of(prefix + ":high_prepared_seqno", 0),
                Statistic.of(prefix + ":high_completed_seqno", 0));
    }

    private static List<Statistic> hash(VBucket vbucket, String prefix) {
        VBucket.Figures figures = vbucket.figures();
        return List.of(
                new Statistic(prefix + ":state", VBucketStatistics.text(figures.state())),
                Statistic.of(prefix + ":size", figures.bagCount()),
                Statistic.of(prefix + ":counted", figures.liveCount() + figures.tombstoneCount()),
                Statistic.of(prefix + ":mem_size", figures.overheadBytes()),
                Statistic.of(prefix + ":mem_size_counted", figures.documentBytes()));
    }

    private List<Statistic> eviction() {
        Settings present = settings.get();
        return List.of(
                new Statistic("ep_ephemeral_full_policy", fullPolicy()),
                Statistic.of("ep_mem_low_wat", quota.lowWatermarkBytes()),
                Statistic.of("ep_mem_high_wat", quota.highWatermarkBytes()),
                new Statistic(
                        "ep_mem_low_wat_percent",
                        Double.toString(present.watermarks().low())),
                new Statistic(
                        "ep_mem_high_wat_percent",
                        Double.toString(present.watermarks().high())),
                Statistic.of(Counter.ITEM_PAGER_RUNS.statistic, counters.value(Counter.ITEM_PAGER_RUNS)),
                Statistic.of(Counter.AUTO_DELETED.statistic, counters.value(Counter.AUTO_DELETED)));
    }

    private static List<Statistic> seqnos(VBucket vbucket, String prefix) {
        VBucket.Figures figures = vbucket.figures();
        String name = prefix + ":";
        // Where a persisted number is asked for, memory answers with its highest, as the original does.
        return List.of(
                Statistic.of(name + "high_seqno", figures.highSeqno()),
                Statistic.of(name + "abs_high_seqno", figures.highSeqno()),
                Statistic.of(name + "last_persisted_seqno", figures.highSeqno()),
                Statistic.of(name + "uuid", figures.uuid()),
                Statistic.of(name + "purge_seqno", figures.purgeSeqno()),
                Statistic.of(name + "last_persisted_snap_start", figures.highSeqno()),
                Statistic.of(name + "last_persisted_snap_end", figures.highSeqno()),
                Statistic.of(name + "high_prepared_seqno", 0),
                Statistic.of(name + "high_completed_seqno", 0),
                Statistic.of(name + "max_visible_seqno", figures.highSeqno()));
    }

    private Iterator<Statistic> perVBucket(String argument, BiFunction<VBucket, String, List<Statistic>> lines) {
        return VBucketStatistics.of(vbuckets, argument, lines);
    }
}
