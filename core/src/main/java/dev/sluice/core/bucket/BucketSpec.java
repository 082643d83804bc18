package dev.sluice.core.bucket;

import dev.sluice.core.collections.CollectionsSpec;
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
 * @param dataDirectory where the bucket's files are: the server's own, and in a directory of their own the engine's
 * @param provider makes the engine
 * @param collections which collections it begins with, and how long documents live at most
 */
public record BucketSpec(
        BucketConfiguration configuration,
        long quotaBytes,
        boolean flushAllowed,
        WritePolicy writes,
        Path dataDirectory,
        EngineProvider provider,
        CollectionsSpec collections) {

    /** A bucket that asks nothing special of writes, with the default collection alone. */
    public BucketSpec(
            BucketConfiguration configuration,
            long quotaBytes,
            boolean flushAllowed,
            Path dataDirectory,
            EngineProvider provider) {
        this(
                configuration,
                quotaBytes,
                flushAllowed,
                WritePolicy.DEFAULT,
                dataDirectory,
                provider,
                CollectionsSpec.NONE);
    }

    /** This bucket with another policy. */
    public BucketSpec with(WritePolicy policy) {
        return new BucketSpec(configuration, quotaBytes, flushAllowed, policy, dataDirectory, provider, collections);
    }

    /** This bucket with other collections. */
    public BucketSpec with(CollectionsSpec others) {
        return new BucketSpec(configuration, quotaBytes, flushAllowed, writes, dataDirectory, provider, others);
    }

    public String name() {
        return configuration.bucketName();
    }
}
