package dev.sluice.persistent;

import dev.sluice.engine.BucketConfiguration;
import dev.sluice.engine.ConfigurationKey;
import dev.sluice.memory.table.Watermarks;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What the bucket's configuration says about this engine. Immutable: a change of configuration makes a new one. */
record Settings(
        @Nullable Path path,
        boolean fullEviction,
        boolean sync,
        int flushers,
        long flushBatchBytes,
        Watermarks watermarks,
        boolean warmupBlocks,
        double warmupMemoryRatio,
        double warmupDocumentRatio,
        long expiryIntervalNanos,
        long purgeIntervalNanos,
        long purgeAgeSeconds,
        long accessLogIntervalNanos,
        long compactionIntervalNanos,
        double compactionRatio,
        long blockCacheBytes,
        boolean directReads,
        @Nullable String storageOptions) {

    private static final String VALUE_ONLY = "valueOnly";
    private static final String FULL = "full";
    private static final String ALWAYS = "always";
    private static final String NEVER = "never";
    private static final String BACKGROUND = "background";
    private static final String BLOCKING = "blocking";

    private static final long HOUR_MS = TimeUnit.HOURS.toMillis(1);
    private static final long DAY_MS = TimeUnit.DAYS.toMillis(1);

    static final List<ConfigurationKey> KEYS = List.of(
            ConfigurationKey.path(
                    "path",
                    null,
                    "Where the bucket's files are; a directory of its own below the data directory by default."),
            ConfigurationKey.choice(
                    "evictionPolicy",
                    List.of(VALUE_ONLY, FULL),
                    "What leaves memory when it runs short: values alone, or keys and metadata as well."),
            ConfigurationKey.choice(
                            "sync",
                            List.of(ALWAYS, NEVER),
                            "Whether a batch counts as persisted only when the disk has it, or already when the operating"
                                    + " system has it.")
                    .asDynamic(),
            ConfigurationKey.integer(
                    "flushers", 4, 1, 64, "How many batches of different vbuckets may be written at a time."),
            ConfigurationKey.size(
                            "flushBatchSize",
                            16L << 20,
                            64L << 10,
                            256L << 20,
                            "About how much is written with one sync at the most.")
                    .asDynamic(),
            ConfigurationKey.ratio(Watermarks.LOW, 0.75, "The share of the quota down to which documents are evicted.")
                    .asDynamic(),
            ConfigurationKey.ratio(Watermarks.HIGH, 0.85, "The share of the quota above which eviction begins.")
                    .asDynamic(),
            ConfigurationKey.ratio(
                            Watermarks.MUTATION, 0.93, "The share of the quota that no store may push memory use past.")
                    .asDynamic(),
            ConfigurationKey.choice(
                    "warmup",
                    List.of(BACKGROUND, BLOCKING),
                    "Whether documents are served while memory is being filled after a start, or temporary failures until"
                            + " enough of it is."),
            ConfigurationKey.ratio(
                    "warmupMemoryRatio",
                    0.9,
                    "The share of the low watermark that, once filled, is enough to serve documents."),
            ConfigurationKey.ratio(
                    "warmupDocumentRatio",
                    0.9,
                    "The share of the documents that, once loaded, is enough to serve them."),
            ConfigurationKey.duration(
                            "expiryPagerInterval",
                            600_000,
                            100,
                            DAY_MS,
                            "How often expired documents that nobody asked for are removed.")
                    .asDynamic(),
            ConfigurationKey.duration(
                            "tombstonePurgeInterval", HOUR_MS, 100, DAY_MS, "How often old tombstones are looked for.")
                    .asDynamic(),
            ConfigurationKey.duration(
                            "tombstonePurgeAge",
                            3 * DAY_MS,
                            0,
                            365 * DAY_MS,
                            "How long a tombstone is kept, in whole seconds.")
                    .asDynamic(),
            ConfigurationKey.duration(
                            "accessLogInterval",
                            DAY_MS,
                            100,
                            7 * DAY_MS,
                            "How often the keys of documents in use are noted, to be loaded first after a start.")
                    .asDynamic(),
            ConfigurationKey.duration(
                            "compactionInterval",
                            600_000,
                            100,
                            DAY_MS,
                            "How often each vbucket's files are looked at, whether they are to be compacted.")
                    .asDynamic(),
            ConfigurationKey.ratio(
                            "compactionRatio",
                            0.5,
                            "The share of what is gone in a vbucket's files above which they are compacted; 1 is never.")
                    .asDynamic(),
            ConfigurationKey.size(
                    "blockCacheSize",
                    64L << 20,
                    0,
                    1L << 40,
                    "Memory beside the Java heap, outside the quota, for what the storage has read."),
            ConfigurationKey.flag(
                    "directReads", false, "Whether look-ups bypass the page cache of the operating system."),
            ConfigurationKey.text(
                    "storageOptions",
                    null,
                    "Options of RocksDB by the names that its option files have, as name=value with a semicolon between them."));

    static Settings of(BucketConfiguration configuration) {
        return new Settings(
                configuration.path("path"),
                FULL.equals(configuration.text("evictionPolicy")),
                ALWAYS.equals(configuration.text("sync")),
                (int) configuration.integer("flushers"),
                configuration.sizeBytes("flushBatchSize"),
                Watermarks.of(configuration),
                BLOCKING.equals(configuration.text("warmup")),
                configuration.ratio("warmupMemoryRatio"),
                configuration.ratio("warmupDocumentRatio"),
                TimeUnit.MILLISECONDS.toNanos(configuration.durationMs("expiryPagerInterval")),
                TimeUnit.MILLISECONDS.toNanos(configuration.durationMs("tombstonePurgeInterval")),
                TimeUnit.MILLISECONDS.toSeconds(configuration.durationMs("tombstonePurgeAge")),
                TimeUnit.MILLISECONDS.toNanos(configuration.durationMs("accessLogInterval")),
                TimeUnit.MILLISECONDS.toNanos(configuration.durationMs("compactionInterval")),
                configuration.ratio("compactionRatio"),
                configuration.sizeBytes("blockCacheSize"),
                configuration.flag("directReads"),
                configuration.text("storageOptions"));
    }

    /** The original's words for the two policies. */
    String evictionPolicy() {
        return fullEviction ? "full_eviction" : "value_only";
    }
}
