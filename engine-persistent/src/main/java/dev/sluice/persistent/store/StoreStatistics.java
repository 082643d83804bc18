package dev.sluice.persistent.store;

/**
 * What a store has done since it was opened, and what it takes now. Bytes throughout unless the name says otherwise.
 *
 * @param diskSize all files of the store
 * @param liveDataSize an estimate of what would remain of it after a full compaction
 * @param documentsWritten number of documents and tombstones in committed batches
 * @param commits number of batches committed
 * @param syncs number of times that the store waited for the disk to have everything
 * @param userBytesWritten what callers put: keys, metadata and values
 * @param bytesWritten what was written to files for that: log, flushes and compactions
 * @param bytesRead what was read from files, by look-ups, cursors and compactions; 0 where it is not known
 * @param cacheSize of the block cache, 0 where there is none
 * @param cacheHits number of blocks found in the cache
 * @param cacheMisses number of blocks not found there
 * @param memorySize all memory outside the Java heap that the store knows of, the cache included
 * @param backgroundErrors number of failures met by work that no caller waited for
 * @param writable false after a failure, until {@link KvStore#recover} has succeeded
 */
public record StoreStatistics(
        long diskSize,
        long liveDataSize,
        long documentsWritten,
        long commits,
        long syncs,
        long userBytesWritten,
        long bytesWritten,
        long bytesRead,
        long cacheSize,
        long cacheHits,
        long cacheMisses,
        long memorySize,
        long backgroundErrors,
        boolean writable) {

    /** Bytes written to files for each byte that a caller put; 0 before the first. */
    public double writeAmplification() {
        return userBytesWritten == 0 ? 0 : (double) bytesWritten / userBytesWritten;
    }
}
