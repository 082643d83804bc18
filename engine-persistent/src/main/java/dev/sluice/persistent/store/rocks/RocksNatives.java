package dev.sluice.persistent.store.rocks;

import dev.sluice.persistent.store.StoreException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompactRangeOptions;
import org.rocksdb.CompactRangeOptions.BottommostLevelCompaction;
import org.rocksdb.DBOptions;
import org.rocksdb.LRUCache;
import org.rocksdb.RateLimiter;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Statistics;
import org.rocksdb.StatsLevel;
import org.rocksdb.WriteOptions;

/**
 * One opening of the database, with all native objects that belong to it.
 *
 * <p><b>Thread.</b> Any, while it is open. Whoever uses it holds the gate of {@link RocksStore} against its end.
 * <b>Ownership.</b> {@link RocksStore} closes it, after all iterators and snapshots of it.
 */
final class RocksNatives implements AutoCloseable {

    /** Bits of filter for a key: one false positive in a hundred. */
    private static final double FILTER_BITS = 10;

    /** A value of one KiB is read with one read of the disk and not much beside it. */
    private static final int RECORDS_BLOCK_SIZE = 8 << 10;

    private static final int INDEX_BLOCK_SIZE = 4 << 10;

    static {
        RocksDB.loadLibrary();
    }

    /** What is to be closed, the newest first. */
    private final Deque<AutoCloseable> owned = new ArrayDeque<>();

    final Path directory;
    final RocksDB db;
    /** Records of vbuckets, and named contents. */
    final ColumnFamilyHandle rows;
    /** Metadata by key. */
    final ColumnFamilyHandle index;
    /** Whole documents by sequence number. */
    final ColumnFamilyHandle records;

    final Statistics statistics;
    final Cache cache;
    final ReadOptions lookups;
    final WriteOptions unsynced;
    final WriteOptions synced;
    /** For compactions that somebody has asked for. */
    final CompactRangeOptions compaction;

    /**
     * Opens the database.
     *
     * @param create whether what is missing is created
     */
    RocksNatives(Path directory, RocksSettings settings, RocksOptions options, boolean create) throws StoreException {
        this.directory = directory;
        try {
            statistics = own(new Statistics());
            statistics.setStatsLevel(StatsLevel.EXCEPT_DETAILED_TIMERS);
            cache = own(new LRUCache(settings.blockCacheBytes()));
            lookups = own(new ReadOptions());
            unsynced = own(new WriteOptions());
            synced = own(new WriteOptions().setSync(true));
            compaction = own(new CompactRangeOptions()
                    // Others run beside it, and the lowest level is rewritten too, where most of what goes lies.
                    .setExclusiveManualCompaction(false)
                    .setBottommostLevelCompaction(BottommostLevelCompaction.kForceOptimized));
            DBOptions dbOptions = own(options.database())
                    .setCreateIfMissing(create)
                    .setCreateMissingColumnFamilies(create)
                    .setStatistics(statistics)
                    .setUseDirectReads(settings.directReads());
            if (settings.bytesPerSecondMax() > 0) {
                dbOptions.setRateLimiter(own(new RateLimiter(settings.bytesPerSecondMax())));
            }
            List<ColumnFamilyDescriptor> descriptors = List.of(
                    family(
                            new String(RocksDB.DEFAULT_COLUMN_FAMILY, StandardCharsets.US_ASCII),
                            own(new ColumnFamilyOptions()),
                            INDEX_BLOCK_SIZE),
                    family("index", own(options.index()), INDEX_BLOCK_SIZE),
                    family("records", own(options.records()), RECORDS_BLOCK_SIZE));
            List<ColumnFamilyHandle> handles = new ArrayList<>();
            db = own(RocksDB.open(dbOptions, directory.toString(), descriptors, handles));
            handles.forEach(this::own);
            rows = handles.get(0);
            index = handles.get(1);
            records = handles.get(2);
        } catch (RocksDBException e) {
            close();
            throw RocksErrors.translateOpening(e, directory);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private ColumnFamilyDescriptor family(String name, ColumnFamilyOptions options, int blockSize) {
        BlockBasedTableConfig table = new BlockBasedTableConfig()
                .setBlockCache(cache)
                .setBlockSize(blockSize)
                .setFilterPolicy(own(new BloomFilter(FILTER_BITS, false)))
                // In the cache, so that the configured size is all there is.
                .setCacheIndexAndFilterBlocks(true)
                .setCacheIndexAndFilterBlocksWithHighPriority(true)
                .setPinL0FilterAndIndexBlocksInCache(true)
                .setOptimizeFiltersForMemory(true);
        return new ColumnFamilyDescriptor(
                name.getBytes(StandardCharsets.US_ASCII), options.setTableFormatConfig(table));
    }

    private <T extends AutoCloseable> T own(T object) {
        owned.push(object);
        return object;
    }

    /** One value, null where there is none. */
    byte @Nullable [] get(ColumnFamilyHandle family, byte[] key) throws RocksDBException {
        return db.get(family, lookups, key);
    }

    /** Many values, null where there is none. */
    List<byte @Nullable []> get(ColumnFamilyHandle family, List<byte[]> keys) throws RocksDBException {
        return get(family, lookups, keys);
    }

    /** Many values, null where there is none. */
    List<byte @Nullable []> get(ColumnFamilyHandle family, ReadOptions options, List<byte[]> keys)
            throws RocksDBException {
        if (keys.isEmpty()) {
            return List.of();
        }
        List<byte @Nullable []> found = db.multiGetAsList(options, Collections.nCopies(keys.size(), family), keys);
        for (int i = 0; i < found.size(); i++) {
            if (found.get(i) == null) {
                // The list has nulls for what is not there and for what cannot be read; a single look-up throws.
                found.set(i, db.get(family, options, keys.get(i)));
            }
        }
        return found;
    }

    /** Closes everything, the newest first. No iterator or snapshot of it may be left. */
    @Override
    public void close() {
        while (!owned.isEmpty()) {
            try {
                owned.pop().close();
            } catch (Exception e) {
                throw new IllegalStateException("a native object does not close", e);
            }
        }
    }
}
