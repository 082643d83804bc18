package dev.sluice.server.config;

import dev.sluice.core.administration.BucketPlan;
import dev.sluice.core.auth.Users;
import dev.sluice.core.bucket.BucketSpec;
import dev.sluice.core.cluster.NodeAddresses;
import dev.sluice.core.engine.EngineCatalog;
import dev.sluice.core.limits.Limits;
import dev.sluice.server.tls.HandshakeLimits;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the server starts from: checked, complete, and immutable.
 *
 * @param transport how sockets are served
 * @param listeners where to listen, in the order of the file
 * @param mgmt where the management interface listens
 * @param external how the server is reached from another network; null where the file does not say
 * @param threads how many threads of each kind
 * @param limits every bound
 * @param handshakes bounds of TLS handshakes
 * @param buckets what to create at start, in the order of the file
 * @param catalog the engines that there are
 * @param effective the configuration with all defaults filled in, as JSON values, for operators to look at
 * @param runTime what it takes to create and delete buckets later
 * @param users who can log in
 * @param source where all this was read
 */
public record ServerConfiguration(
        TransportKind transport,
        List<ListenerConfiguration> listeners,
        ManagementConfiguration mgmt,
        NodeAddresses.@Nullable Alternate external,
        ThreadCounts threads,
        Limits limits,
        HandshakeLimits handshakes,
        List<Bucket> buckets,
        EngineCatalog catalog,
        Map<String, Object> effective,
        RunTimeBuckets runTime,
        Users users,
        ConfigurationSource source) {

    public ServerConfiguration {
        listeners = List.copyOf(listeners);
        buckets = List.copyOf(buckets);
    }

    /** As {@link #effective()}, with these buckets in place of those of the start. */
    public Map<String, Object> effective(List<BucketSpec> present) {
        return EffectiveSettings.with(effective, present);
    }

    /** Which keys of the file say something else in another configuration, except for buckets and users. */
    public Set<String> unlike(ServerConfiguration other) {
        return EffectiveSettings.differences(this, other);
    }

    /**
     * A bucket to create at start.
     *
     * @param plan how
     * @param optional whether the server starts without it where it cannot be created
     */
    public record Bucket(BucketPlan plan, boolean optional) {

        /** As it is to be created, its quota included. */
        public BucketSpec spec() {
            return plan.spec();
        }
    }
}
