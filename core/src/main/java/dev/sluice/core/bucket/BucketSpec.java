package dev.sluice.core.bucket;

import dev.sluice.engine.BucketConfiguration;
import dev.sluice.engine.EngineProvider;
import java.nio.file.Path;

/**
 * Everything needed to create a bucket, checked.
 *
 * @param configuration what the engine gets to see
 * @param quotaBytes how much memory the bucket may use
 * @param flushAllowed whether clients may drop all documents with FLUSH
 * @param writes what it asks of writes
 * @param dataDirectory where its engine may keep files
 * @param provider makes the engine
 */
public record BucketSpec(
        BucketConfiguration configuration,
        long quotaBytes,
        boolean flushAllowed,
        WritePolicy writes,
        Path dataDirectory,
        EngineProvider provider) {

    /** A bucket that asks nothing special of writes. */
    public BucketSpec(
            BucketConfiguration configuration,
            long quotaBytes,
            boolean flushAllowed,
            Path dataDirectory,
            EngineProvider provider) {
        this(configuration, quotaBytes, flushAllowed, WritePolicy.DEFAULT, dataDirectory, provider);
    }

    /** This bucket with another policy. */
    public BucketSpec with(WritePolicy policy) {
        return new BucketSpec(configuration, quotaBytes, flushAllowed, policy, dataDirectory, provider);
    }

    public String name() {
        return configuration.bucketName();
    }

    /** The same bucket with another quota. */
    public BucketSpec withQuota(long bytes) {
        return new BucketSpec(configuration, bytes, flushAllowed, writes, dataDirectory, provider);
    }
}
