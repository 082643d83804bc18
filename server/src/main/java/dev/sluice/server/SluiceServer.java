package dev.sluice.server;

import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Stage;
import dev.sluice.core.Node;
import dev.sluice.core.administration.BucketAdministration;
import dev.sluice.core.administration.BucketPlan;
import dev.sluice.core.administration.QuotaBudget;
import dev.sluice.core.bucket.BucketSpec;
import dev.sluice.core.engine.Units;
import dev.sluice.engine.HeapDocumentKey;
import dev.sluice.server.config.ListenerConfiguration;
import dev.sluice.server.config.RunTimeBuckets;
import dev.sluice.server.config.ServerConfiguration;
import dev.sluice.server.frontend.EventLoops;
import dev.sluice.server.frontend.Listeners;
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

    private static final long LOOPS_TIMEOUT_MS = 2_000;

    private final ServerConfiguration configuration;
    private final WorkerPools pools;
    private final EventLoops loops;
    private final Node node;
    private final Listeners listeners;
    private final Map<String, BucketSpec> served = new LinkedHashMap<>();
    private boolean closed;

    private SluiceServer(ServerConfiguration configuration) {
        this.configuration = configuration;
        warmUp();
        Injector injector = Guice.createInjector(Stage.DEVELOPMENT, new ServerModule(configuration));
        pools = injector.getInstance(WorkerPools.class);
        loops = injector.getInstance(EventLoops.class);
        node = injector.getInstance(Node.class);
        listeners = injector.getInstance(Listeners.class);
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
            configuration.runTime().deleteLeftovers();
            server.administer(server.createBuckets());
            server.loops.tick(server.node);
            for (ListenerConfiguration listener : configuration.listeners()) {
                server.listeners.open(listener);
            }
        } catch (IOException e) {
            server.close();
            throw new StartException(String.valueOf(e.getMessage()), e);
        } catch (StartException | RuntimeException e) {
            server.close();
            throw e;
        }
        return server;
    }

    /** Keys are hashed with a random seed; the system is asked for it here and not when the first client connects. */
    private static void warmUp() {
        HeapDocumentKey unused = new HeapDocumentKey();
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
        node.administered(administration, new RunningConfiguration(configuration, administration));
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

    /** One line that says what is served and where: {@code Sluice 0.1.0 ready: 127.0.0.1:11210, buckets: default (…)}. */
    public String readyLine() {
        String where = addresses().stream().map(ListenerConfiguration::text).collect(Collectors.joining(", "));
        String what = served.values().stream().map(SluiceServer::describe).collect(Collectors.joining(", "));
        return "Sluice " + Version.text() + " ready: " + where + ", buckets: " + (what.isEmpty() ? "none" : what);
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
        configuration.catalog().close();
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
