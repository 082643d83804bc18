package dev.sluice.persistent;

import dev.sluice.engine.Statistic;
import dev.sluice.engine.VBucketState;
import dev.sluice.memory.table.VBucketStatistics;
import dev.sluice.persistent.store.StoreException;
import dev.sluice.persistent.store.StoreStatistics;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
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

    private static final String DONE = "done";

    private final PersistentEngine engine;
    private final AtomicReferenceArray<@Nullable PersistentVBucket> vbuckets;
    private final Supplier<Settings> settings;
    private final long bucketUuid;

    StatisticsGroups(
            PersistentEngine engine,
            AtomicReferenceArray<@Nullable PersistentVBucket> vbuckets,
            Supplier<Settings> settings,
            long bucketUuid) {
        this.engine = engine;
        this.vbuckets = vbuckets;
        this.settings = settings;
        this.bucketUuid = bucketUuid;
    }

    /** The lines of a group, or null for one that is not known. */
    @Nullable
    Iterator<Statistic> group(String name, String argument) {
        return switch (name) {
            case "" -> general().iterator();
            case "memory" -> memoryLines(totals()).iterator();
            case "config" -> config().iterator();
            case "uuid" -> List.of(Statistic.of("uuid", bucketUuid)).iterator();
            case "warmup" -> warmup().iterator();
            case "eviction" -> eviction().iterator();
            case "kvstore" -> storage().iterator();
            case "kvtimings" -> timings().iterator();
            case "diskinfo" -> diskInfo().iterator();
            case "disk-failures" -> diskFailures().iterator();
            case "vbucket", "prev-vbucket" -> perVBucket(argument, StatisticsGroups::state);
            case "vbucket-durability-state" -> perVBucket(argument, StatisticsGroups::durability);
            case "hash" -> perVBucket(argument, StatisticsGroups::hash);
            case "checkpoint" -> perVBucket(argument, StatisticsGroups::checkpoint);
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
        long activeNonResident;
        long nonResident;
        long documentBytes;
        long overheadBytes;
        long dirty;
        long inTable;
        long inTableNonResident;
        long inTableNonResidentBytes;

        /** What one of these takes, with its share of the tables; 0 where there is none. */
        private long each(long bytes, long count) {
            return count == 0 ? 0 : bytes / count + overheadBytes / inTable;
        }

        long bytesOfResident() {
            return each(documentBytes - inTableNonResidentBytes, inTable - inTableNonResident);
        }

        long bytesOfNonResident() {
            return each(inTableNonResidentBytes, inTableNonResident);
        }

        long live(VBucketState state) {
            return liveCount.getOrDefault(state, 0L);
        }

        long allLive() {
            return liveCount.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    private Totals totals() {
        Totals totals = new Totals();
        for (int i = 0; i < vbuckets.length(); i++) {
            PersistentVBucket vbucket = vbuckets.get(i);
            if (vbucket != null) {
                PersistentVBucket.Figures figures = vbucket.figures();
                totals.vbucketCount.merge(figures.state(), 1L, Long::sum);
                totals.liveCount.merge(figures.state(), (long) figures.liveCount(), Long::sum);
                totals.nonResident += figures.nonResidentCount();
                totals.activeNonResident += figures.state() == VBucketState.ACTIVE ? figures.nonResidentCount() : 0;
                totals.documentBytes += figures.documentBytes();
                totals.overheadBytes += figures.overheadBytes();
                totals.dirty += figures.dirtyCount();
                totals.inTable += figures.inTableCount();
                totals.inTableNonResident += figures.inTableNonResidentCount();
                totals.inTableNonResidentBytes += figures.inTableNonResidentBytes();
            }
        }
        return totals;
    }

    private List<Statistic> general() {
        Totals totals = totals();
        Flusher.FlushCounts flushed = engine.flushCounts();
        List<Statistic> lines = new ArrayList<>();
        long active = totals.live(VBucketState.ACTIVE);
        lines.add(Statistic.of("curr_items", active));
        lines.add(Statistic.of("curr_items_tot", totals.allLive()));
        lines.add(Statistic.of("curr_temp_items", 0));
        for (VBucketState state : VBucketState.values()) {
            String prefix = "vb_" + VBucketStatistics.text(state);
            lines.add(Statistic.of(prefix + "_num", totals.vbucketCount.getOrDefault(state, 0L)));
            if (state != VBucketState.DEAD) {
                lines.add(Statistic.of(prefix + "_curr_items", totals.live(state)));
            }
        }
        lines.add(Statistic.of(
                "vb_active_perc_mem_resident", active == 0 ? 100 : 100 * (active - totals.activeNonResident) / active));
        lines.add(Statistic.of("ep_num_non_resident", totals.nonResident));
        lines.addAll(memoryLines(totals));
        for (Counter counter : Counter.values()) {
            lines.add(Statistic.of(counter.statistic, engine.counters().value(counter)));
        }
        lines.add(Statistic.of(
                "ep_last_compaction_by_rule", engine.compactionRule().lastWallSeconds()));
        lines.add(new Statistic("ep_bucket_type", "persistent"));
        lines.add(new Statistic("ep_item_eviction_policy", settings.get().evictionPolicy()));
        lines.add(new Statistic("ep_backend", "rocksdb"));
        lines.add(Statistic.of("ep_queue_size", totals.dirty));
        lines.add(Statistic.of("ep_flusher_todo", totals.dirty));
        lines.add(Statistic.of("ep_diskqueue_items", totals.dirty));
        lines.add(new Statistic("ep_flusher_state", engine.flusher().running() ? "running" : "paused"));
        lines.add(Statistic.of("ep_total_persisted", flushed.persisted.sum()));
        lines.add(Statistic.of("ep_total_enqueued", flushed.persisted.sum() + totals.dirty));
        lines.add(Statistic.of("ep_flush_previous_known", flushed.persisted.sum() - flushed.lookedUp.sum()));
        lines.add(Statistic.of("ep_flush_previous_looked_up", flushed.lookedUp.sum()));
        lines.add(Statistic.of("ep_commit_num", flushed.commits.sum()));
        lines.add(Statistic.of("ep_item_flush_failed", flushed.failedDocuments.sum()));
        lines.add(Statistic.of("ep_data_write_failed", flushed.failures.sum()));
        lines.add(new Statistic(
                "ep_warmup_thread", engine.warmup().state() == Warmup.State.DONE ? "complete" : "running"));
        lines.add(Statistic.of("ep_degraded_mode", engine.warmup().serves() ? 0 : 1));
        lines.add(Statistic.of("ep_data_traffic_enabled", engine.warmup().serves() ? 1 : 0));
        lines.addAll(diskInfo());
        return lines;
    }

    private List<Statistic> memoryLines(Totals totals) {
        Quota quota = engine.quota();
        return List.of(
                Statistic.of("mem_used", quota.usedBytes()),
                Statistic.of("ep_max_size", quota.quotaBytes()),
                Statistic.of("ep_mem_low_wat", quota.lowWatermarkBytes()),
                Statistic.of("ep_mem_high_wat", quota.highWatermarkBytes()),
                Statistic.of("ep_kv_size", totals.documentBytes),
                Statistic.of("ep_overhead", totals.overheadBytes),
                Statistic.of("ep_mem_per_resident_item", totals.bytesOfResident()),
                Statistic.of("ep_mem_per_non_resident_item", totals.bytesOfNonResident()));
    }

    private List<Statistic> config() {
        Settings present = settings.get();
        return List.of(
                new Statistic("ep_bucket_type", "persistent"),
                Statistic.of("ep_max_size", engine.quota().quotaBytes()),
                Statistic.of("ep_max_vbuckets", vbuckets.length()),
                new Statistic("ep_item_eviction_policy", present.evictionPolicy()),
                new Statistic(
                        "ep_mem_low_wat_percent",
                        Double.toString(present.watermarks().low())),
                new Statistic(
                        "ep_mem_high_wat_percent",
                        Double.toString(present.watermarks().high())),
                new Statistic(
                        "ep_mutation_mem_ratio",
                        Double.toString(present.watermarks().mutation())),
                new Statistic("ep_warmup_behavior", present.warmupBlocks() ? "blocking" : "background"),
                Statistic.of("ep_exp_pager_stime", present.expiryIntervalNanos() / 1_000_000_000L),
                Statistic.of("ep_persistent_metadata_purge_age", present.purgeAgeSeconds()),
                Statistic.of("ep_flusher_total_batch_size", present.flushBatchBytes()),
                new Statistic("ep_sync", Boolean.toString(present.sync())));
    }

    private List<Statistic> warmup() {
        Warmup warmup = engine.warmup();
        boolean done = warmup.state() == Warmup.State.DONE;
        return List.of(
                new Statistic("ep_warmup", "enabled"),
                new Statistic("ep_warmup_state", done ? DONE : warmup.state().text),
                new Statistic("ep_warmup_thread", done ? "complete" : "running"),
                Statistic.of("ep_warmup_key_count", warmup.keyCount()),
                Statistic.of("ep_warmup_value_count", warmup.valueCount()),
                Statistic.of("ep_warmup_estimated_key_count", warmup.estimatedDocuments()),
                Statistic.of("ep_warmup_estimated_value_count", warmup.estimatedDocuments()),
                Statistic.of("ep_warmup_errors", warmup.errors()),
                Statistic.of("ep_warmup_time", warmup.nanos() / 1_000),
                new Statistic(
                        "ep_warmup_min_memory_threshold",
                        Double.toString(100 * settings.get().warmupMemoryRatio())),
                new Statistic(
                        "ep_warmup_min_items_threshold",
                        Double.toString(100 * settings.get().warmupDocumentRatio())));
    }

    private List<Statistic> eviction() {
        Settings present = settings.get();
        return List.of(
                new Statistic("ep_item_eviction_policy", present.evictionPolicy()),
                Statistic.of("ep_mem_low_wat", engine.quota().lowWatermarkBytes()),
                Statistic.of("ep_mem_high_wat", engine.quota().highWatermarkBytes()),
                count(Counter.ITEM_PAGER_RUNS),
                count(Counter.VALUES_EJECTED),
                count(Counter.EJECTS_FAILED));
    }

    private Statistic count(Counter counter) {
        return Statistic.of(counter.statistic, engine.counters().value(counter));
    }

    private @Nullable StoreStatistics store() {
        try {
            return engine.store().statistics();
        } catch (StoreException notNow) {
            return null;
        }
    }

    /** Nothing where the storage does not answer. */
    private List<Statistic> diskInfo() {
        StoreStatistics store = store();
        return store == null
                ? List.of()
                : List.of(
                        Statistic.of("ep_db_data_size", store.liveDataSize()),
                        Statistic.of("ep_db_file_size", store.diskSize()));
    }

    private List<Statistic> diskFailures() {
        StoreStatistics store = store();
        Flusher.FlushCounts flushed = engine.flushCounts();
        return List.of(
                Statistic.of("ep_data_write_failed", flushed.failures.sum()),
                Statistic.of("ep_item_flush_failed", flushed.failedDocuments.sum()),
                count(Counter.READ_FAILURES),
                new Statistic("ep_last_write_failure", flushed.lastFailure),
                Statistic.of("ep_storage_background_errors", store == null ? 0 : store.backgroundErrors()),
                Statistic.of("ep_storage_writable", store != null && store.writable() ? 1 : 0));
    }

    private List<Statistic> storage() {
        StoreStatistics store = store();
        if (store == null) {
            return List.of();
        }
        return List.of(
                new Statistic("rw_0:backend_type", "rocksdb"),
                Statistic.of("rw_0:open_scans", engine.scans().openCount()),
                Statistic.of("rw_0:disk_size", store.diskSize()),
                Statistic.of("rw_0:live_data_size", store.liveDataSize()),
                Statistic.of("rw_0:documents_written", store.documentsWritten()),
                Statistic.of("rw_0:commits", store.commits()),
                Statistic.of("rw_0:syncs", store.syncs()),
                Statistic.of("rw_0:user_bytes_written", store.userBytesWritten()),
                Statistic.of("rw_0:bytes_written", store.bytesWritten()),
                Statistic.of("rw_0:bytes_read", store.bytesRead()),
                new Statistic(
                        "rw_0:write_amplification", String.format(Locale.ROOT, "%.2f", store.writeAmplification())),
                Statistic.of("rw_0:block_cache_usage", store.cacheSize()),
                Statistic.of("rw_0:block_cache_hits", store.cacheHits()),
                Statistic.of("rw_0:block_cache_misses", store.cacheMisses()),
                Statistic.of("rw_0:memory_usage", store.memorySize()),
                Statistic.of("rw_0:background_errors", store.backgroundErrors()));
    }

    /** Means, since nothing finer is measured. */
    private List<Statistic> timings() {
        long reads =
                engine.counters().value(Counter.BG_FETCHED) + engine.counters().value(Counter.BG_META_FETCHED);
        long nanos = engine.counters().value(Counter.BG_FETCH_NANOS);
        Flusher.FlushCounts flushed = engine.flushCounts();
        long commits = flushed.commits.sum();
        return List.of(
                Statistic.of("bg_fetches", reads),
                Statistic.of("bg_load_avg_us", reads == 0 ? 0 : nanos / reads / 1_000),
                Statistic.of("commits", commits),
                Statistic.of("disk_commit_avg_us", commits == 0 ? 0 : flushed.commitNanos.sum() / commits / 1_000),
                Statistic.of("documents_per_commit", commits == 0 ? 0 : flushed.persisted.sum() / commits));
    }

    private static List<Statistic> state(PersistentVBucket vbucket, String prefix) {
        return List.of(new Statistic(prefix, VBucketStatistics.text(vbucket.state())));
    }

    private static List<Statistic> details(PersistentVBucket vbucket, String prefix) {
        PersistentVBucket.Figures figures = vbucket.figures();
        String name = prefix + ":";
        return List.of(
                new Statistic(prefix, VBucketStatistics.text(figures.state())),
                Statistic.of(name + "num_items", figures.liveCount()),
                Statistic.of(name + "num_temp_items", 0),
                Statistic.of(name + "num_non_resident", figures.nonResidentCount()),
                Statistic.of(name + "ht_num_items", figures.inTableCount()),
                Statistic.of(name + "ht_num_expiring_items", figures.expiringCount()),
                Statistic.of(
                        name + "ht_num_in_memory_items", Math.max(0, figures.liveCount() - figures.nonResidentCount())),
                Statistic.of(name + "ht_num_in_memory_non_resident_items", figures.inTableNonResidentCount()),
                Statistic.of(name + "ht_item_memory", figures.documentBytes()),
                Statistic.of(name + "ht_memory", figures.overheadBytes()),
                Statistic.of(name + "ht_size", figures.bagCount()),
                Statistic.of(name + "queue_size", figures.dirtyCount()),
                Statistic.of(name + "high_seqno", figures.highSeqno()),
                Statistic.of(name + "uuid", figures.uuid()),
                Statistic.of(name + "purge_seqno", figures.purgeSeqno()),
                Statistic.of(name + "max_deleted_revid", figures.purgedRevSeqno()),
                Statistic.of(name + "max_visible_seqno", figures.highSeqno()),
                Statistic.of(name + "persistence_seqno", figures.persistedSeqno()),
                Statistic.of(name + "max_cas", figures.highCas()));
    }

    private static List<Statistic> checkpoint(PersistentVBucket vbucket, String prefix) {
        PersistentVBucket.Figures figures = vbucket.figures();
        return List.of(
                new Statistic(prefix + ":state", VBucketStatistics.text(figures.state())),
                Statistic.of(prefix + ":num_checkpoints", figures.checkpointCount()),
                Statistic.of(prefix + ":num_checkpoint_items", figures.dirtyCount()),
                Statistic.of(prefix + ":num_items_for_persistence", figures.dirtyCount()),
                Statistic.of(prefix + ":persisted_seqno", figures.persistedSeqno()),
                Statistic.of(prefix + ":high_seqno", figures.highSeqno()));
    }

    /** Nothing is prepared here: on one node a write is durable when it is done, and on disk. */
    private static List<Statistic> durability(PersistentVBucket vbucket, String prefix) {
        PersistentVBucket.Figures figures = vbucket.figures();
        return List.of(
                new Statistic(prefix, VBucketStatistics.text(figures.state())),
                Statistic.of(prefix + ":high_seqno", figures.highSeqno()),
                Statistic.of(prefix + ":high_prepared_seqno", 0),
                Statistic.of(prefix + ":high_completed_seqno", 0));
    }

    private static List<Statistic> hash(PersistentVBucket vbucket, String prefix) {
        PersistentVBucket.Figures figures = vbucket.figures();
        return List.of(
                new Statistic(prefix + ":state", VBucketStatistics.text(figures.state())),
                Statistic.of(prefix + ":size", figures.bagCount()),
                Statistic.of(prefix + ":counted", figures.inTableCount()),
                Statistic.of(prefix + ":mem_size", figures.overheadBytes()),
                Statistic.of(prefix + ":mem_size_counted", figures.documentBytes()));
    }

    private static List<Statistic> seqnos(PersistentVBucket vbucket, String prefix) {
        PersistentVBucket.Figures figures = vbucket.figures();
        String name = prefix + ":";
        return List.of(
                Statistic.of(name + "high_seqno", figures.highSeqno()),
                Statistic.of(name + "abs_high_seqno", figures.highSeqno()),
                Statistic.of(name + "last_persisted_seqno", figures.persistedSeqno()),
                Statistic.of(name + "uuid", figures.uuid()),
                Statistic.of(name + "purge_seqno", figures.purgeSeqno()),
                Statistic.of(name + "last_persisted_snap_start", figures.persistedSeqno()),
                Statistic.of(name + "last_persisted_snap_end", figures.persistedSeqno()),
                Statistic.of(name + "high_prepared_seqno", 0),
                Statistic.of(name + "high_completed_seqno", 0),
                Statistic.of(name + "max_visible_seqno", figures.highSeqno()));
    }

    private Iterator<Statistic> perVBucket(
            String argument, BiFunction<PersistentVBucket, String, List<Statistic>> lines) {
        return VBucketStatistics.of(vbuckets, argument, lines);
    }
}
