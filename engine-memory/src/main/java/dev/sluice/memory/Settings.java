package dev.sluice.memory;

import dev.sluice.engine.BucketConfiguration;
import dev.sluice.engine.ConfigurationKey;
import dev.sluice.memory.table.Watermarks;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What the bucket's configuration says about this engine. Immutable: a change of configuration makes a new one. */
record Settings(
        boolean autoDelete,
        Watermarks watermarks,
        double snapshotMemoryRatio,
        long expiryIntervalNanos,
        long purgeIntervalNanos,
        long purgeAgeSeconds) {

    private static final String AUTO_DELETE = "autoDelete";
    private static final String NO_EVICTION = "noEviction";

    private static final long HOUR_MS = TimeUnit.HOURS.toMillis(1);
    private static final long DAY_MS = TimeUnit.DAYS.toMillis(1);

    static final List<ConfigurationKey> KEYS = List.of(
            ConfigurationKey.choice(
                            "evictionPolicy",
                            List.of(AUTO_DELETE, NO_EVICTION),
                            "What happens when memory runs short: delete the documents that were not used for longest, or"
                                    + " refuse new ones.")
                    .asDynamic(),
            ConfigurationKey.ratio(Watermarks.LOW, 0.75, "The share of the quota down to which documents are deleted.")
                    .asDynamic(),
            ConfigurationKey.ratio(Watermarks.HIGH, 0.85, "The share of the quota above which deletion begins.")
                    .asDynamic(),
            ConfigurationKey.ratio(
                            Watermarks.MUTATION, 0.93, "The share of the quota that no store may push memory use past.")
                    .asDynamic(),
            ConfigurationKey.ratio(
                            "snapshotMemoryRatio",
                            0.10,
                            "The share of the quota that range scans may keep from being freed.")
                    .asDynamic(),
            ConfigurationKey.duration(
                            "expiryPagerInterval",
                            600_000,
                            100,
                            DAY_MS,
                            "How often expired documents that nobody asked for are removed.")
                    .asDynamic(),
            ConfigurationKey.duration(
                            "tombstonePurgeInterval", 60_000, 100, HOUR_MS, "How often old tombstones are looked for.")
                    .asDynamic(),
            ConfigurationKey.duration(
                            "tombstonePurgeAge",
                            60_000,
                            0,
                            30 * DAY_MS,
                            "How long a tombstone is kept, in whole seconds.")
                    .asDynamic());

    static Settings of(BucketConfiguration configuration) {
        return new Settings(
                AUTO_DELETE.equals(configuration.text("evictionPolicy")),
                Watermarks.of(configuration),
                configuration.ratio("snapshotMemoryRatio"),
                TimeUnit.MILLISECONDS.toNanos(configuration.durationMs("expiryPagerInterval")),
                TimeUnit.MILLISECONDS.toNanos(configuration.durationMs("tombstonePurgeInterval")),
                TimeUnit.MILLISECONDS.toSeconds(configuration.durationMs("tombstonePurgeAge")));
    }

    String evictionPolicy() {
        return autoDelete ? AUTO_DELETE : NO_EVICTION;
    }
}
