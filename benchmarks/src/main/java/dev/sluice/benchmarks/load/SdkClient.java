package dev.sluice.benchmarks.load;

import com.couchbase.client.core.env.SeedNode;
import com.couchbase.client.core.error.DocumentNotFoundException;
import com.couchbase.client.core.service.ServiceType;
import com.couchbase.client.java.Bucket;
import com.couchbase.client.java.Cluster;
import com.couchbase.client.java.ClusterOptions;
import com.couchbase.client.java.diagnostics.WaitUntilReadyOptions;
import com.couchbase.client.java.env.ClusterEnvironment;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * The Java SDK: a new environment with its threads, a new cluster, a bucket, a get. Only its code is warm.
 *
 * <p>It waits for the bucket's KV connection before the get. Version 3.12.1 may lose a request that it tries again in the moment
 * when it knows the bucket's map and has not opened the node of it: its timer fails with "Node not found for request", and the
 * get times out.
 */
final class SdkClient implements ServerStart.Client {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Override
    public void firstGet(InetSocketAddress address) throws IOException {
        SeedNode seed = SeedNode.create(
                address.getAddress().getHostAddress(), Optional.of(address.getPort()), Optional.empty());
        ClusterEnvironment environment = ClusterEnvironment.builder()
                .timeoutConfig(timeouts -> timeouts.kvTimeout(PATIENCE).connectTimeout(PATIENCE))
                .build();
        try {
            Cluster cluster = Cluster.connect(
                    Set.of(seed),
                    ClusterOptions.clusterOptions("Administrator", "password").environment(environment));
            try {
                Bucket bucket = cluster.bucket("default");
                bucket.waitUntilReady(
                        PATIENCE, WaitUntilReadyOptions.waitUntilReadyOptions().serviceTypes(ServiceType.KV));
                bucket.defaultCollection().get("missing");
                throw new IOException("a document that nobody has stored");
            } catch (DocumentNotFoundException e) {
                // The answer.
            } finally {
                cluster.disconnect();
            }
        } finally {
            environment.shutdown();
        }
    }
}
