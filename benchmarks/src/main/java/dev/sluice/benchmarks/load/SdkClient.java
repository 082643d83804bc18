package dev.sluice.benchmarks.load;

import com.couchbase.client.core.env.SeedNode;
import com.couchbase.client.core.error.DocumentNotFoundException;
import com.couchbase.client.java.Cluster;
import com.couchbase.client.java.ClusterOptions;
import com.couchbase.client.java.env.ClusterEnvironment;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** The Java SDK: a new cluster, a bucket, a get. Its threads are those of one environment, which stays. */
final class SdkClient implements ServerStart.Client {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final ClusterEnvironment environment = ClusterEnvironment.builder()
            .timeoutConfig(timeouts -> timeouts.kvTimeout(PATIENCE).connectTimeout(PATIENCE))
            .build();

    @Override
    public void firstGet(InetSocketAddress address) throws IOException {
        SeedNode seed = SeedNode.create(
                address.getAddress().getHostAddress(), Optional.of(address.getPort()), Optional.empty());
        Cluster cluster = Cluster.connect(
                Set.of(seed),
                ClusterOptions.clusterOptions("Administrator", "password").environment(environment));
        try {
            cluster.bucket("default").defaultCollection().get("missing");
            throw new IOException("a document that nobody has stored");
        } catch (DocumentNotFoundException e) {
            // The answer.
        } finally {
            cluster.disconnect();
        }
    }
}
