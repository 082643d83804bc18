package dev.sluice.benchmarks.store;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Properties;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.IndexType;
import org.rocksdb.LRUCache;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/**
 * RocksDB with nothing around it but the options that the engine gives it: the peer that the engine is held against.
 *
 * <p>The options are written down here once more rather than taken from the engine, which does not show them.
 */
final class BareDatabase implements AutoCloseable {

    static {
        RocksDB.loadLibrary();
    }

    private static final int CACHE_SHARD_BITS = 2;
    private static final int FILTER_BITS = 10;
    private static final long INDEX_BLOCK_BYTES = 4096;
    private static final long RECORDS_BLOCK_BYTES = 8192;

    private final Deque<AutoCloseable> owned = new ArrayDeque<>();

    final RocksDB db;
    final ColumnFamilyHandle index;
    final ColumnFamilyHandle records;

    /**
     * @param directory of the database itself
     * @param forReading whether it is there already
     */
    BareDatabase(Path directory, long cacheBytes, boolean forReading) throws RocksDBException {
        LRUCache cache = own(new LRUCache(cacheBytes, CACHE_SHARD_BITS));
        Properties database = new Properties();
        database.setProperty("max_total_wal_size", "268435456");
        database.setProperty("max_background_jobs", "2");
        database.setProperty("wal_bytes_per_sync", "1048576");
        database.setProperty("bytes_per_sync", "1048576");
        DBOptions options = own(DBOptions.getDBOptionsFromProps(database))
                .setCreateIfMissing(!forReading)
                .setCreateMissingColumnFamilies(!forReading)
                .setUseDirectReads(true);
        List<ColumnFamilyDescriptor> families = List.of(
                family("default", cache, "33554432", INDEX_BLOCK_BYTES, false),
                family("index", cache, "33554432", INDEX_BLOCK_BYTES, false),
                family("records", cache, "67108864", RECORDS_BLOCK_BYTES, true));
        List<ColumnFamilyHandle> handles = new ArrayList<>();
        // Not openReadOnly: RocksDB 11.8.1 crashes in it where there is a log to be read.
        db = own(RocksDB.open(options, directory.toString(), families, handles));
        handles.forEach(this::own);
        index = handles.get(1);
        records = handles.get(2);
    }

    private ColumnFamilyDescriptor family(
            String name, LRUCache cache, String writeBufferBytes, long blockBytes, boolean hits) {
        Properties properties = new Properties();
        properties.setProperty("compression", "kLZ4Compression");
        properties.setProperty("level_compaction_dynamic_level_bytes", "true");
        properties.setProperty("write_buffer_size", writeBufferBytes);
        properties.setProperty("optimize_filters_for_hits", Boolean.toString(hits));
        ColumnFamilyOptions options = own(ColumnFamilyOptions.getColumnFamilyOptionsFromProps(properties));
        options.setTableFormatConfig(new BlockBasedTableConfig()
                .setBlockCache(cache)
                .setBlockSize(blockBytes)
                .setFilterPolicy(own(new BloomFilter(FILTER_BITS, false)))
                .setCacheIndexAndFilterBlocks(true)
                .setIndexType(IndexType.kTwoLevelIndexSearch)
                .setPartitionFilters(true)
                .setPinTopLevelIndexAndFilter(true)
                .setCacheIndexAndFilterBlocksWithHighPriority(true)
                .setPinL0FilterAndIndexBlocksInCache(true)
                .setOptimizeFiltersForMemory(true));
        return new ColumnFamilyDescriptor(name.getBytes(StandardCharsets.US_ASCII), options);
    }

    <T extends AutoCloseable> T own(T object) {
        owned.push(object);
        return object;
    }

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
