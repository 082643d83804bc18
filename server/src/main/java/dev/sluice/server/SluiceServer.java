package dev.sluice.server;

import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Stage;
import dev.sluice.core.Node;
import dev.sluice.core.administration.BucketAdministration;
import dev.sluice.core.administration.BucketPlan;
import dev.sluice.core.administration.QuotaBudget;
import dev.sluice.core.bucket.Bucket;
import dev.sluice.core.bucket.BucketSpec;
import dev.sluice.core.cluster.NetworkInterface;
import dev.sluice.core.cluster.NodeAddresses;
import dev.sluice.core.datatype.SnappyCodec;
import dev.sluice.core.engine.Units;
import dev.sluice.engine.HeapDocumentKey;
import dev.sluice.server.config.ListenerConfiguration;
import dev.sluice.server.config.RunTimeBuckets;
import dev.sluice.server.config.ServerConfiguration;
import dev.sluice.server.frontend.EventLoops;
import dev.sluice.server.frontend.Listeners;
import dev.sluice.server.mgmt.ManagementService;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running server. Buckets come first and listeners last, so that whoever can connect finds what the configuration
 * promises; stopping goes the other way round.
 */
public final class SluiceServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SluiceServer.class);

    /** What closing the engines may take, after the connections have had twice the time for commands in flight. */
    private static final long STOP_GRACE_NANOS = TimeUnit.SECONDS.toNanos(40);

    /** The name under which clients look for the addresses of another network. */
    private static final String EXTERNAL_NETWORK = "external";

    private static final long LOOPS_TIMEOUT_MS = 2_000;

    private final ServerConfiguration configuration;
    private final WorkerPools pools;
    private final EventLoops loops;
    private final Node node;
    private final Listeners listeners;
    private final ManagementService management;
    private final Map<String, BucketSpec> served = new LinkedHashMap<>();
    private volatile @Nullable RunningConfiguration running;
    private @Nullable Closeable dataLock;
    private boolean closed;

    private SluiceServer(ServerConfiguration configuration) {
        this.configuration = configuration;
        Injector injector = Guice.createInjector(Stage.DEVELOPMENT, new ServerModule(configuration));
        pools = injector.getInstance(WorkerPools.class);
        loops = injector.getInstance(EventLoops.class);
        node = injector.getInstance(Node.class);
        listeners = injector.getInstance(Listeners.class);
        management = injector.getInstance(ManagementService.class);
        warmUp();
    }

    /**
     * Starts a server; it serves when this returns.
     *
     * <p><b>Ownership.</b> The configuration's engine catalog is the server's from here on and closed with it.
     *
     * @throws StartException when a bucket cannot be created or an address cannot be had; nothing stays behind
     */
    public static SluiceServer start(ServerConfiguration configuration) throws StartException {
        SluiceServer server = new SluiceServer(configuration);
        try {
            server.dataLock = configuration.runTime().lock();
            configuration.runTime().finishDeletions();
            server.administer(server.createBuckets());
            server.loops.tick(server.node);
            for (ListenerConfiguration listener : configuration.listeners()) {
                server.listeners.open(listener);
            }
            server.openManagement();
            server.node.addresses(server.nodeAddresses());
            server.node.interfaces(server.listeners.interfaces());
            server.listeners.accept();
        } catch (IOException e) {
            server.close();
            throw new StartException(String.valueOf(e.getMessage()), e);
        } catch (StartException | RuntimeException e) {
            server.close();
            throw e;
        }
        return server;
    }

    /**
     * Begins what the first client would have to wait for, beside the rest of the start: keys are hashed with a random seed
     * that the system is asked for, SDKs log in by SCRAM, and ask for Snappy at once.
     */
    private void warmUp() {
        node.pools().nonIo().execute(() -> {
            HeapDocumentKey unused = new HeapDocumentKey();
            node.authentication().warmUp();
        });
        node.pools().auxIo().execute(SnappyCodec::load);
    }

    /** All buckets are created at the same time: each may take long to load. */
    private List<BucketPlan> createBuckets() throws StartException {
        List<BucketPlan> created = new ArrayList<>();
        Map<ServerConfiguration.Bucket, CompletableFuture<Void>> creations = new LinkedHashMap<>();
        for (ServerConfiguration.Bucket bucket : configuration.buckets()) {
            creations.put(bucket, node.buckets().create(bucket.spec()));
        }
        StartException failure = null;
        for (Map.Entry<ServerConfiguration.Bucket, CompletableFuture<Void>> creation : creations.entrySet()) {
            BucketSpec spec = creation.getKey().spec();
            try {
                creation.getValue().join();
                served.put(spec.name(), spec);
                created.add(creation.getKey().plan());
            } catch (CompletionException e) {
                Throwable cause = e.getCause() == null ? e : e.getCause();
                if (creation.getKey().optional()) {
                    LOG.warn("bucket not available: bucket={} reason={}", spec.name(), cause.getMessage());
                } else if (failure == null) {
                    failure = new StartException(String.valueOf(cause.getMessage()), cause);
                } else {
                    failure.addSuppressed(cause);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
        return created;
    }

    /** From here on buckets come and go as clients wish. */
    private void administer(List<BucketPlan> created) {
        RunTimeBuckets runTime = configuration.runTime();
        BucketAdministration administration = new BucketAdministration(
                node.buckets(),
                node.pools().auxIo(),
                runTime,
                runTime,
                QuotaBudget.of(runTime.heapBytes()),
                created,
                runTime.file(),
                runTime.changes());
        RunningConfiguration running = new RunningConfiguration(
                configuration, administration, node.authentication()::replace, listeners::replaceTls);
        this.running = running;
        node.administered(administration, running);
        node.settings(() -> JsonText.of(configuration.effective(
                node.buckets().all().stream().map(Bucket::spec).toList())));
    }

    /** A port that nobody has asked for may be taken: any other does as well, since clients learn it from the map. */
    private void openManagement() throws IOException {
        for (ListenerConfiguration listener : configuration.mgmt().listeners()) {
            try {
                listeners.open(listener, NetworkInterface.MGMT, management);
            } catch (IOException e) {
                if (configuration.mgmt().configured()) {
                    throw e;
                }
                listeners.open(listener.atAnyPort(), NetworkInterface.MGMT, management);
                List<InetSocketAddress> open = listeners.addresses(NetworkInterface.MGMT);
                LOG.warn(
                        "management port taken, another one is used: wanted={} used={}",
                        listener.addressText(),
                        ListenerConfiguration.text(open.get(open.size() - 1)));
            }
        }
    }

    private NodeAddresses nodeAddresses() {
        NodeAddresses.Alternate external = configuration.external();
        return new NodeAddresses(
                null,
                listeners.port(NetworkInterface.MCBP, false),
                listeners.port(NetworkInterface.MCBP, true),
                listeners.port(NetworkInterface.MGMT, false),
                listeners.port(NetworkInterface.MGMT, true),
                external == null ? Map.of() : Map.of(EXTERNAL_NETWORK, external));
    }

    /**
     * Reads again what can change while the server runs: the configuration file with its buckets, and the certificates and
     * keys of listeners. What is not fit for use leaves what was there in force. Waits for disks.
     *
     * @return what is wrong, one line each; empty where nothing is
     */
    public List<String> reload() {
        RunningConfiguration configured = running;
        List<String> mistakes =
                configured == null ? List.of() : configured.reload().join();
        mistakes.forEach(mistake -> LOG.warn("not reloaded, the old one stays in force: {}", mistake));
        return mistakes;
    }

    /** Where the management interface listens, with the real ports, in the order of the configuration. */
    public List<InetSocketAddress> managementAddresses() {
        return listeners.addresses(NetworkInterface.MGMT);
    }

    /** Where the server listens, with the real ports, in the order of the configuration. */
    public List<InetSocketAddress> addresses() {
        return listeners.addresses();
    }

    /** The ports of {@link #addresses()}. */
    public List<Integer> ports() {
        return addresses().stream().map(InetSocketAddress::getPort).toList();
    }

    /** What runs here, for tests and tools in the same process. */
    public Node node() {
        return node;
    }

    /** One line that says what is served and where: {@code Sluice 0.1.0 ready: 127.0.0.1:11210, buckets: default (…), management: …}. */
    public String readyLine() {
        String where = addresses().stream().map(ListenerConfiguration::text).collect(Collectors.joining(", "));
        String what = served.values().stream().map(SluiceServer::describe).collect(Collectors.joining(", "));
        String management =
                managementAddresses().stream().map(ListenerConfiguration::text).collect(Collectors.joining(", "));
        return "Sluice " + Version.text() + " ready: " + where + ", buckets: " + (what.isEmpty() ? "none" : what)
                + (management.isEmpty() ? "" : ", management: " + management);
    }

    private static String describe(BucketSpec spec) {
        return spec.name() + " (" + spec.configuration().engineType() + ", " + Units.formatSize(spec.quotaBytes())
                + ", " + spec.configuration().vbucketCount() + " vbuckets)";
    }

    /**
     * Stops: accepts no more, finishes or cancels what is in flight within the configured time, closes engines, ends all
     * threads. Returns when that is done, in bounded time. Idempotent.
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        listeners.close();
        awaitNode();
        loops.stop(LOOPS_TIMEOUT_MS).awaitUninterruptibly(2 * LOOPS_TIMEOUT_MS);
        pools.stop();
        closeLock();
        configuration.catalog().close();
    }

    /** After the last thread that could write. */
    private void closeLock() {
        try {
            if (dataLock != null) {
                dataLock.close();
            }
        } catch (IOException e) {
            LOG.warn("data directory cannot be unlocked before the process ends", e);
        }
    }

    private void awaitNode() {
        long timeoutNanos = 2 * configuration.limits().stopNanosMax() + STOP_GRACE_NANOS;
        try {
            node.stop().get(timeoutNanos, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            LOG.error(
                    "stopping took too long and is cut short: seconds={}",
                    TimeUnit.NANOSECONDS.toSeconds(timeoutNanos));
        } catch (ExecutionException e) {
            LOG.error("stopping failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
