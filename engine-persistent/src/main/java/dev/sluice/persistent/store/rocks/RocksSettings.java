package dev.sluice.persistent.store.rocks;

import dev.sluice.persistent.store.FailPoints;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/**
 * How a store is opened.
 *
 * @param path the store's directory; created where it does not exist
 * @param blockCacheBytes memory outside the Java heap for blocks that were read, index and filter blocks included
 * @param directReads whether look-ups bypass the operating system's page cache
 * @param bytesPerSecondMax how much flushes and compactions may write; 0 for no limit
 * @param options RocksDB's own, by the names that its option files have. A name of a column family goes for all documents,
 *     with {@code index.} or {@code records.} before it for metadata or values alone
 * @param failPoints what happens at them
 */
public record RocksSettings(
        Path path,
        long blockCacheBytes,
        boolean directReads,
        long bytesPerSecondMax,
        Map<String, String> options,
        FailPoints failPoints) {

    /** Of the block cache, where nothing else is said. */
    public static final long BLOCK_CACHE_BYTES_DEFAULT = 64L << 20;

    public RocksSettings {
        Objects.requireNonNull(path, "path");
        Objects.requireNonNull(failPoints, "failPoints");
        options = Map.copyOf(options);
        if (blockCacheBytes < 0) {
            throw new IllegalArgumentException("blockCacheBytes: " + blockCacheBytes + " (expected: 0 or more)");
        }
        if (bytesPerSecondMax < 0) {
            throw new IllegalArgumentException("bytesPerSecondMax: " + bytesPerSecondMax + " (expected: 0 or more)");
        }
    }

    /** A directory, and defaults for all else. */
    public static RocksSettings at(Path path) {
        return new RocksSettings(path, BLOCK_CACHE_BYTES_DEFAULT, false, 0, Map.of(), FailPoints.NONE);
    }

    /** The same with other options. */
    public RocksSettings withOptions(Map<String, String> others) {
        return new RocksSettings(path, blockCacheBytes, directReads, bytesPerSecondMax, others, failPoints);
    }

    /** The same with other fail points. */
    public RocksSettings withFailPoints(FailPoints others) {
        return new RocksSettings(path, blockCacheBytes, directReads, bytesPerSecondMax, options, others);
    }
}
