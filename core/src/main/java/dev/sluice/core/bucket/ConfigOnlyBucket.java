package dev.sluice.core.bucket;

import dev.sluice.core.cluster.ClusterMap;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A bucket of which this node has nothing but the cluster map, so that clients that ask here find the nodes that serve it.
 * It can be selected, and hardly anything else. Any thread. Protocol: {@code protocol-kv} 3.1 step 5, 11.2.
 *
 * <p>It ends when it is deleted, or when a bucket of its name is created: its connections then go over to that one.
 */
public final class ConfigOnlyBucket {

    private final String name;
    private final Set<BucketUser> users = ConcurrentHashMap.newKeySet();
    private volatile ClusterMap map;
    private volatile @Nullable Bucket successor;
    private volatile boolean ended;

    ConfigOnlyBucket(String name, ClusterMap map) {
        this.name = name;
        this.map = map;
    }

    public String name() {
        return name;
    }

    public ClusterMap map() {
        return map;
    }

    /** The bucket that has taken its place; null where there is none. */
    public @Nullable Bucket successor() {
        return successor;
    }

    /**
     * Makes a connection a user.
     *
     * @return false where it has ended
     */
    public boolean join(BucketUser user) {
        users.add(user); // Before the look: end() does it the other way round.
        if (!ended) {
            return true;
        }
        leave(user);
        return false;
    }

    public void leave(BucketUser user) {
        users.remove(user);
    }

    void map(ClusterMap newer) {
        map = newer;
        users.forEach(BucketUser::clusterMapChanged);
    }

    /** @param bucket what takes its place; null where it is deleted */
    void end(@Nullable Bucket bucket) {
        successor = bucket;
        ended = true;
        users.forEach(user -> user.configOnlyBucketEnded(this));
    }
}
