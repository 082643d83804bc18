package dev.sluice.core.bucket;

import dev.sluice.core.collections.CollectionsSpec;
import dev.sluice.core.datatype.DatatypeSettings;
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
 * @param datatypes what becomes of compressed values and of extended attributes that are stored from here on
 * @param dataDirectory where the bucket's files are: the server's own, and in a directory of their own the engine's
 * @param provider makes the engine
 * @param collections which collections it begins with, and how long documents live at most
 */
public record BucketSpec(
        BucketConfiguration configuration,
        long quotaBytes,
        boolean flushAllowed,
        WritePolicy writes,
        DatatypeSettings datatypes,
        Path dataDirectory,
        EngineProvider provider,
        CollectionsSpec collections) {

    /** A bucket that asks nothing special of writes, does the usual with values, and has the default collection alone. */
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
                DatatypeSettings.DEFAULT,
                dataDirectory,
                provider,
                CollectionsSpec.NONE);
    }

    /** This bucket with another policy. */
    public BucketSpec with(WritePolicy policy) {
        return new BucketSpec(
                configuration, quotaBytes, flushAllowed, policy, datatypes, dataDirectory, provider, collections);
    }

    /** This bucket with other rules for compressed values and extended attributes. */
    public BucketSpec with(DatatypeSettings settings) {
        return new BucketSpec(
                configuration, quotaBytes, flushAllowed, writes, settings, dataDirectory, provider, collections);
    }

    /** This bucket with other collections. */
    public BucketSpec with(CollectionsSpec others) {
        return new BucketSpec(
                configuration, quotaBytes, flushAllowed, writes, datatypes, dataDirectory, provider, others);
    }

    public String name() {
        return configuration.bucketName();
    }

    /** The same bucket with another quota. */
    public BucketSpec withQuota(long bytes) {
        return new BucketSpec(
                configuration, bytes, flushAllowed, writes, datatypes, dataDirectory, provider, collections);
    }
}
