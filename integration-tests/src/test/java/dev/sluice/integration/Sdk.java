package dev.sluice.integration;

import com.couchbase.client.core.env.SeedNode;
import com.couchbase.client.java.Cluster;
import com.couchbase.client.java.ClusterOptions;
import com.couchbase.client.java.env.ClusterEnvironment;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** A Couchbase SDK's cluster on a server of ours, with everything that it runs on; close it, and all of that is gone. */
final class Sdk implements AutoCloseable {

    /** Who may log in where no users are configured, and with what password. */
    static final String USER = "Administrator";

    static final String PASSWORD = "password";

    /** How long operations may take whose success a test waits for. */
    static final Duration PATIENCE = Duration.ofSeconds(20);

    private final ClusterEnvironment environment;
    private final Cluster cluster;

    private Sdk(ClusterEnvironment environment, Cluster cluster) {
        this.environment = environment;
        this.cluster = cluster;
    }

    /** Connects to the KV port; waits for nothing. */
    static Sdk connect(int port) {
        return connect(port, USER, PASSWORD, settings -> {});
    }

    static Sdk connect(int port, String user, String password, Consumer<ClusterEnvironment.Builder> settings) {
        ClusterEnvironment.Builder builder = ClusterEnvironment.builder()
                .timeoutConfig(timeouts -> timeouts.kvTimeout(PATIENCE)
                        .kvDurableTimeout(PATIENCE)
                        .kvScanTimeout(PATIENCE.multipliedBy(2))
                        .connectTimeout(PATIENCE));
        settings.accept(builder);
        ClusterEnvironment environment = builder.build();
        try {
            SeedNode seed = SeedNode.create("127.0.0.1", Optional.of(port), Optional.empty());
            return new Sdk(
                    environment,
                    Cluster.connect(
                            Set.of(seed),
                            ClusterOptions.clusterOptions(user, password).environment(environment)));
        } catch (Throwable e) {
            environment.shutdown();
            throw e;
        }
    }

    Cluster cluster() {
        return cluster;
    }

    @Override
    public void close() {
        cluster.disconnect();
        environment.shutdown();
    }
}
