package dev.sluice.integration;

import com.couchbase.client.core.cnc.Event;
import com.couchbase.client.core.env.Authenticator;
import com.couchbase.client.core.env.PasswordAuthenticator;
import com.couchbase.client.java.Cluster;
import com.couchbase.client.java.ClusterOptions;
import com.couchbase.client.java.env.ClusterEnvironment;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
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
    private final List<Event> events;

    private Sdk(ClusterEnvironment environment, Cluster cluster, List<Event> events) {
        this.environment = environment;
        this.cluster = cluster;
        this.events = events;
    }

    /** Connects to the KV port; waits for nothing. */
    static Sdk connect(int port) {
        return connect(port, USER, PASSWORD, settings -> {});
    }

    static Sdk connect(int port, String user, String password, Consumer<ClusterEnvironment.Builder> settings) {
        return connect("couchbase", port, PasswordAuthenticator.create(user, password), settings);
    }

    /**
     * Connects to the KV port with TLS; waits for nothing.
     *
     * @param authority whose certificates are trusted
     */
    static Sdk connectTls(
            int port, Authenticator login, X509Certificate authority, Consumer<ClusterEnvironment.Builder> settings) {
        return connect("couchbases", port, login, builder -> {
            builder.securityConfig(security -> security.enableTls(true).trustCertificates(List.of(authority)));
            settings.accept(builder);
        });
    }

    private static Sdk connect(
            String scheme, int port, Authenticator login, Consumer<ClusterEnvironment.Builder> settings) {
        ClusterEnvironment.Builder builder = ClusterEnvironment.builder()
                .timeoutConfig(timeouts -> timeouts.kvTimeout(PATIENCE)
                        .kvDurableTimeout(PATIENCE)
                        .kvScanTimeout(PATIENCE.multipliedBy(2))
                        .connectTimeout(PATIENCE));
        settings.accept(builder);
        ClusterEnvironment environment = builder.build();
        List<Event> events = new CopyOnWriteArrayList<>();
        environment.eventBus().subscribe(events::add);
        try {
            Cluster cluster = Cluster.connect(
                    scheme + "://127.0.0.1:" + port + "=kv",
                    ClusterOptions.clusterOptions(login).environment(environment));
            return new Sdk(environment, cluster, events);
        } catch (Throwable e) {
            environment.shutdown();
            throw e;
        }
    }

    /** What it has told of itself up to now; where connections fail, this is where it says why. */
    List<Event> events() {
        return events;
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
