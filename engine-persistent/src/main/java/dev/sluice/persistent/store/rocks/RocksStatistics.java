package dev.sluice.persistent.store.rocks;

import dev.sluice.persistent.store.StoreStatistics;
import java.nio.file.Path;
import org.rocksdb.RocksDBException;
import org.rocksdb.Statistics;
import org.rocksdb.TickerType;

/** What RocksDB counts, in our words. */
final class RocksStatistics {

    private RocksStatistics() {}

    static StoreStatistics of(RocksNatives natives, Path path, RocksWriter writer, long failures, boolean writable)
            throws RocksDBException {
        Statistics counted = natives.statistics;
        long cacheSize = natives.db.getLongProperty(natives.index, "rocksdb.block-cache-usage"); // One cache for all.
        return new StoreStatistics(
                DirectorySize.of(path, ""),
                natives.db.getAggregatedLongProperty("rocksdb.estimate-live-data-size"),
                writer.documents(),
                writer.commits(),
                writer.syncs(),
                writer.userBytes(),
                counted.getTickerCount(TickerType.WAL_FILE_BYTES)
                        + counted.getTickerCount(TickerType.FLUSH_WRITE_BYTES)
                        + counted.getTickerCount(TickerType.COMPACT_WRITE_BYTES)
                        + counted.getTickerCount(TickerType.BLOB_DB_BLOB_FILE_BYTES_WRITTEN),
                counted.getTickerCount(TickerType.BYTES_READ)
                        + counted.getTickerCount(TickerType.NUMBER_MULTIGET_BYTES_READ)
                        + counted.getTickerCount(TickerType.ITER_BYTES_READ)
                        + counted.getTickerCount(TickerType.COMPACT_READ_BYTES),
                cacheSize,
                counted.getTickerCount(TickerType.BLOCK_CACHE_HIT),
                counted.getTickerCount(TickerType.BLOCK_CACHE_MISS),
                cacheSize
                        + natives.db.getAggregatedLongProperty("rocksdb.cur-size-all-mem-tables")
                        + natives.db.getAggregatedLongProperty("rocksdb.estimate-table-readers-mem"),
                failures + natives.db.getLongProperty("rocksdb.background-errors"),
                writable);
    }
}
