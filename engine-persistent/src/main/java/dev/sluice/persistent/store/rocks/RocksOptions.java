package dev.sluice.persistent.store.rocks;

import dev.sluice.persistent.store.StoreException;
import dev.sluice.persistent.store.StoreException.Kind;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.ConfigOptions;
import org.rocksdb.DBOptions;

/**
 * RocksDB's options by name: ours, with those of the configuration over them. RocksDB reads the values itself, so that all
 * that it knows can be set and nothing has to be added here for a new version.
 *
 * <p>Not to be set is what {@link RocksStore}'s promises rest on, such as the checks when it opens.
 */
final class RocksOptions {

    private static final String INDEX_PREFIX = "index.";
    private static final String RECORDS_PREFIX = "records.";

    /** For the database. The reasons are the point of it. */
    private static final Map<String, String> DATABASE = Map.of(
            // A tear at the end of the log is a crash while it was written. Anything else wrong in it is damage, and
            // the
            // default would silently drop all that follows.
            "wal_recovery_mode", "kTolerateCorruptedTailRecords",
            // A log that is missing or shorter than it was when it was synced is found out.
            "track_and_verify_wals_in_manifest", "true",
            // What a restart has to read again.
            "max_total_wal_size", "268435456",
            "max_background_jobs", "2",
            // The log grows by a megabyte a time to the disk: a sync then waits for less.
            "wal_bytes_per_sync", "1048576",
            "bytes_per_sync", "1048576",
            "keep_log_file_num", "4",
            "max_log_file_size", "4194304");

    /** For all documents. */
    private static final Map<String, String> DOCUMENTS =
            Map.of("compression", "kLZ4Compression", "level_compaction_dynamic_level_bytes", "true");

    /** For metadata: small, read by key, rewritten in place. */
    private static final Map<String, String> INDEX = Map.of("write_buffer_size", "33554432");

    /** For values. Almost every look-up finds what it looks for, so the largest level needs no filter. */
    private static final Map<String, String> RECORDS =
            Map.of("write_buffer_size", "67108864", "optimize_filters_for_hits", "true");

    private static final Set<String> RESERVED = Set.of(
            "wal_recovery_mode",
            "track_and_verify_wals_in_manifest",
            "best_efforts_recovery",
            "paranoid_checks",
            "create_if_missing",
            "create_missing_column_families",
            "error_if_exists",
            "allow_2pc",
            "manual_wal_flush",
            "unordered_write",
            "two_write_queues",
            "atomic_flush",
            "avoid_flush_during_recovery",
            "wal_dir",
            "db_log_dir",
            "wal_filter",
            "env",
            "comparator",
            "merge_operator",
            "compaction_filter",
            "compaction_filter_factory",
            "prefix_extractor",
            "table_factory",
            "block_based_table_factory",
            "plain_table_factory",
            "memtable_factory",
            "disable_auto_compactions",
            "force_consistency_checks",
            "use_direct_reads");

    private final Map<String, String> database = new LinkedHashMap<>(DATABASE);
    private final Map<String, String> index = new LinkedHashMap<>(DOCUMENTS);
    private final Map<String, String> records = new LinkedHashMap<>(DOCUMENTS);

    /**
     * @throws StoreException {@code SETTING}, naming the first option that cannot be used
     */
    RocksOptions(Map<String, String> configured) throws StoreException {
        index.putAll(INDEX);
        records.putAll(RECORDS);
        // Sorted: names without a prefix come in any order with those that have one, and must not win over them.
        Map<String, String> sorted = new TreeMap<>(configured);
        for (Map.Entry<String, String> option : sorted.entrySet()) {
            if (!option.getKey().startsWith(INDEX_PREFIX) && !option.getKey().startsWith(RECORDS_PREFIX)) {
                place(option.getKey(), option.getKey(), option.getValue(), true, true);
            }
        }
        for (Map.Entry<String, String> option : sorted.entrySet()) {
            String name = option.getKey();
            if (name.startsWith(INDEX_PREFIX)) {
                place(name, name.substring(INDEX_PREFIX.length()), option.getValue(), true, false);
            } else if (name.startsWith(RECORDS_PREFIX)) {
                place(name, name.substring(RECORDS_PREFIX.length()), option.getValue(), false, true);
            }
        }
    }

    private void place(String given, String name, String value, boolean forIndex, boolean forRecords)
            throws StoreException {
        if (RESERVED.contains(name)) {
            throw new StoreException(
                    Kind.SETTING, "rocksdb option " + given + " is set by the engine and cannot be changed");
        }
        Map<String, String> one = Map.of(name, value);
        if (forIndex && forRecords && isDatabaseOption(one)) {
            database.put(name, value);
            return;
        }
        try (ColumnFamilyOptions options = columnFamily(one)) {
            if (options == null) {
                throw new StoreException(
                        Kind.SETTING,
                        "rocksdb option " + given + ": " + value
                                + " (expected: an option of RocksDB's DBOptions or ColumnFamilyOptions with a value of its type)");
            }
        }
        if (forIndex) {
            index.put(name, value);
        }
        if (forRecords) {
            records.put(name, value);
        }
    }

    private static boolean isDatabaseOption(Map<String, String> one) {
        try (DBOptions options = database(one)) {
            return options != null;
        }
    }

    /** Options of the database; the caller's to close. */
    DBOptions database() {
        return checked(database(database));
    }

    /** Options for metadata; the caller's to close. */
    ColumnFamilyOptions index() {
        return checked(columnFamily(index));
    }

    /** Options for values; the caller's to close. */
    ColumnFamilyOptions records() {
        return checked(columnFamily(records));
    }

    private static <T> T checked(@Nullable T options) {
        if (options == null) {
            throw new IllegalStateException("RocksDB does not take together what it took one by one");
        }
        return options;
    }

    private static @Nullable DBOptions database(Map<String, String> options) {
        try (ConfigOptions strictly = new ConfigOptions().setIgnoreUnknownOptions(false)) {
            return DBOptions.getDBOptionsFromProps(strictly, properties(options));
        }
    }

    private static @Nullable ColumnFamilyOptions columnFamily(Map<String, String> options) {
        try (ConfigOptions strictly = new ConfigOptions().setIgnoreUnknownOptions(false)) {
            return ColumnFamilyOptions.getColumnFamilyOptionsFromProps(strictly, properties(options));
        }
    }

    private static Properties properties(Map<String, String> options) {
        Properties properties = new Properties();
        options.forEach(properties::setProperty);
        return properties;
    }
}
