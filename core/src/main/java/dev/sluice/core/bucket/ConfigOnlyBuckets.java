package dev.sluice.core.bucket;

import dev.sluice.core.cluster.ClusterMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The buckets of which there is a cluster map and nothing else; as many again as there may be of the others. Any thread.
 */
final class ConfigOnlyBuckets {

    private final Map<String, ConfigOnlyBucket> buckets = new ConcurrentHashMap<>();

    @Nullable
    ConfigOnlyBucket get(String name) {
        return buckets.get(name);
    }

    /**
     * Gives a bucket a map, and makes it first where there is none.
     *
     * @return false where there are too many
     */
    synchronized boolean store(String name, ClusterMap map) {
        ConfigOnlyBucket bucket = buckets.get(name);
        if (bucket != null) {
            bucket.map(map);
        } else if (buckets.size() >= Buckets.COUNT_MAX) {
            return false;
        } else {
            buckets.put(name, new ConfigOnlyBucket(name, map));
        }
        return true;
    }

    /** What waits for a bucket of this name hears of it; false where nothing does. */
    synchronized boolean end(String name, @Nullable Bucket successor) {
        ConfigOnlyBucket bucket = buckets.remove(name);
        if (bucket != null) {
            bucket.end(successor);
        }
        return bucket != null;
    }
}
