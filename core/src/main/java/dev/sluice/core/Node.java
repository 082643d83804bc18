package dev.sluice.core;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.core.administration.BucketAdministration;
import dev.sluice.core.administration.Configuration;
import dev.sluice.core.auth.Authentication;
import dev.sluice.core.bucket.Buckets;
import dev.sluice.core.bucket.Pools;
import dev.sluice.core.cluster.ClusterMaps;
import dev.sluice.core.cluster.NetworkInterface;
import dev.sluice.core.cluster.NodeAddresses;
import dev.sluice.core.connection.Connection;
import dev.sluice.core.connection.ConnectionDescription;
import dev.sluice.core.connection.ConnectionHost;
import dev.sluice.core.connection.SpareArrays;
import dev.sluice.core.limits.InboundBudget;
import dev.sluice.core.limits.InflatedBudget;
import dev.sluice.core.limits.Limits;
import dev.sluice.core.protocol.ServedCapabilities;
import dev.sluice.core.statistics.CommandTimings;
import dev.sluice.core.statistics.ServerCounters;
import dev.sluice.core.transport.Loop;
import dev.sluice.core.transport.Transport;
import dev.sluice.engine.EngineClock;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A whole server without sockets: buckets, connections, limits. A frontend opens connections here and feeds them.
 *
 * <p>Each loop has its own set of connections, which only that loop touches; what concerns all of them is asked of every
 * loop in turn.
 */
public final class Node implements ConnectionHost {

    /** New connections begin in the bucket of this name, if there is one. */
    public static final String DEFAULT_BUCKET = "default";

    private static final Logger LOG = LoggerFactory.getLogger(Node.class);
    private static final long POLL_NANOS = 10_000_000L;

    /** Loaded when it is first needed: Jackson's data binding is a tenth of a start, and few servers need it here. */
    private static final class Json {

        static final ObjectMapper MAPPER = new ObjectMapper();

        private Json() {}
    }

    private final String version;
    private final Limits limits;
    private final EngineClock clock;
    private final Pools pools;
    private final long startWallSeconds;
    private final ClusterMaps cluster;
    private final Buckets buckets;
    private final ServerCounters counters = new ServerCounters();
    private final CommandTimings timings;
    private final InboundBudget inboundBudget;
    private final InflatedBudget inflatedBudget;
    private final Authentication authentication;
    private final AtomicLong connectionIds = new AtomicLong();
    private final AtomicReferenceArray<@Nullable LoopConnections> loops;
    private volatile Supplier<String> settings = () -> "{}";
    private volatile @Nullable BucketAdministration bucketAdministration;
    private volatile @Nullable Configuration configuration;
    private volatile List<NetworkInterface> interfaces = List.of();
    private volatile boolean stopping;

    /** The connections of one loop and what they share; set and arrays are confined to it. */
    private record LoopConnections(Loop loop, Set<Connection> connections, SpareArrays spareArrays) {}

    /**
     * A server with no bucket and no connection.
     *
     * @param version what clients hear from VERSION
     * @param limits every bound
     * @param clock the only time there is
     * @param pools background threads
     */
    public Node(String version, Limits limits, EngineClock clock, Pools pools) {
        this(version, limits, clock, pools, SecureRandom::new);
    }

    /**
     * As the other, with random numbers of the caller's.
     *
     * @param random asked when somebody first logs in
     */
    public Node(String version, Limits limits, EngineClock clock, Pools pools, Supplier<RandomGenerator> random) {
        this.version = version;
        this.limits = limits;
        this.clock = clock;
        this.pools = pools;
        this.startWallSeconds = clock.wallSeconds();
        this.cluster = new ClusterMaps(clock);
        this.buckets = new Buckets(clock, pools, limits.loops(), cluster, ServedCapabilities::of);
        this.timings = new CommandTimings(limits.loops());
        this.inboundBudget = new InboundBudget(limits.inboundBytesMax());
        this.inflatedBudget = new InflatedBudget(limits.inboundBytesMax());
        this.authentication = new Authentication(clock, pools.nonIo(), limits.loginsComputedMax(), counters, random);
        this.loops = new AtomicReferenceArray<>(limits.loops());
        cluster.onChange(
                everyMap -> onEveryConnection(everyMap ? Connection::everyMapChanged : Connection::globalMapChanged));
    }

    /**
     * Opens a connection. On its loop.
     *
     * @param authenticated whether the listener asks for no login
     * @return null where the server has too many connections or is stopping: close the socket at once
     */
    public @Nullable Connection open(Transport transport, Loop loop, boolean authenticated) {
        return open(transport, loop, authenticated, null);
    }

    /**
     * As {@link #open(Transport, Loop, boolean)}, for a client that has shown a certificate.
     *
     * @param certifiedUser whom it names, who is logged in by that; null for nobody
     */
    public @Nullable Connection open(
            Transport transport, Loop loop, boolean authenticated, @Nullable String certifiedUser) {
        assert loop.inLoop();
        Set<Connection> connections =
                at(loop).connections(); // Known before the look at stopping: stop() does it the other way.
        if (stopping || !counters.openConnection(limits.connectionsMax())) {
            return null;
        }
        Connection connection = new Connection(
                connectionIds.incrementAndGet(),
                this,
                transport,
                loop,
                authenticated || certifiedUser != null ? buckets.ready(DEFAULT_BUCKET) : null,
                authenticated,
                certifiedUser);
        connections.add(connection);
        return connection;
    }

    private LoopConnections at(Loop loop) {
        LoopConnections here = loops.get(loop.index());
        if (here == null) {
            here = new LoopConnections(loop, new LinkedHashSet<>(), new SpareArrays());
            loops.set(loop.index(), here);
        }
        return here;
    }

    @Override
    public SpareArrays spareArrays(Loop loop) {
        return at(loop).spareArrays();
    }

    @Override
    public void connectionClosed(Connection connection) {
        at(connection.loop()).connections().remove(connection);
        counters.closeConnection();
    }

    /** A second has passed. On each loop; that of index 0 also passes it on to the buckets. */
    public void tick(Loop loop) {
        assert loop.inLoop();
        long now = clock.nanoTime();
        for (Connection connection : List.copyOf(at(loop).connections())) {
            connection.tick(now);
        }
        if (loop.index() == 0) {
            try {
                pools.nonIo().execute(buckets::tick);
            } catch (RejectedExecutionException e) {
                // The server is stopping, and its buckets with it.
            }
        }
    }

    /** Where clients find this node, for cluster maps: set when the listeners are open, before anybody is let in. */
    public void addresses(NodeAddresses known) {
        cluster.addresses(known);
    }

    @Override
    public ClusterMaps cluster() {
        return cluster;
    }

    @Override
    public NodeAddresses addresses() {
        return cluster.addresses();
    }

    /** Where the server listens, for IFCONFIG: set when the listeners are open. */
    public void interfaces(List<NetworkInterface> open) {
        interfaces = List.copyOf(open);
    }

    @Override
    public List<NetworkInterface> interfaces() {
        return interfaces;
    }

    /** Where STAT settings comes from: one JSON text. */
    public void settings(Supplier<String> json) {
        settings = json;
    }

    /** What changes the buckets from now on, and the configuration file. Before that, neither changes. */
    public void administered(BucketAdministration administration, Configuration file) {
        bucketAdministration = administration;
        configuration = file;
    }

    /**
     * Stops: opens no connection any more, lets each finish what it has received, cuts those that take longer than {@link
     * Limits#stopNanosMax}, and closes the buckets. Any thread.
     *
     * @return completes when all of that is done
     */
    public CompletableFuture<Void> stop() {
        stopping = true;
        onEveryConnection(Connection::stop);
        CompletableFuture<Void> gone = new CompletableFuture<>();
        awaitConnections(clock.nanoTime(), false, gone);
        return gone.thenCompose(nothing -> buckets.close());
    }

    private void awaitConnections(long since, boolean cut, CompletableFuture<Void> gone) {
        if (counters.connections() == 0) {
            gone.complete(null);
            return;
        }
        long waited = clock.nanoTime() - since;
        boolean cutNow = !cut && waited > limits.stopNanosMax();
        if (cutNow) {
            onEveryConnection(Connection::stopNow);
        }
        if (waited > 2 * limits.stopNanosMax()) {
            gone.complete(null); // A loop hangs; the process must end all the same.
            return;
        }
        pools.nonIo().schedule(() -> awaitConnections(since, cut || cutNow, gone), POLL_NANOS);
    }

    private void onEveryConnection(Consumer<Connection> action) {
        for (int i = 0; i < loops.length(); i++) {
            LoopConnections here = loops.get(i);
            if (here != null) {
                try {
                    here.loop().execute(() -> List.copyOf(here.connections()).forEach(action));
                } catch (RejectedExecutionException e) {
                    LOG.debug("loop has ended: index={}", i);
                }
            }
        }
    }

    @Override
    public CompletableFuture<List<Supplier<String>>> describeConnections(LongPredicate which) {
        return ask(here -> describe(here.connections(), which))
                .thenApply(parts -> parts.stream().flatMap(List::stream).toList());
    }

    @Override
    public <T> CompletableFuture<List<T>> askLoops(IntFunction<T> question) {
        return ask(here -> question.apply(here.loop().index()));
    }

    @Override
    public CompletableFuture<List<Map<String, Long>>> connectionsByAddress() {
        return ask(here -> {
            Map<String, Long> counts = new HashMap<>();
            here.connections().forEach(connection -> counts.merge(connection.peerHost(), 1L, Long::sum));
            return counts;
        });
    }

    @Override
    public CompletableFuture<Map<Integer, Long>> connectionsByLoop() {
        return ask(here ->
                        Map.entry(here.loop().index(), (long) here.connections().size()))
                .thenApply(counts -> {
                    Map<Integer, Long> byLoop = new TreeMap<>();
                    counts.forEach(count -> byLoop.put(count.getKey(), count.getValue()));
                    return byLoop;
                });
    }

    private <T> CompletableFuture<List<T>> ask(Function<LoopConnections, T> question) {
        List<CompletableFuture<T>> parts = new ArrayList<>();
        for (int i = 0; i < loops.length(); i++) {
            LoopConnections here = loops.get(i);
            if (here != null) {
                CompletableFuture<T> part = new CompletableFuture<>();
                parts.add(part);
                here.loop().execute(() -> {
                    try {
                        part.complete(question.apply(here));
                    } catch (Throwable e) { // Or nobody would ever be answered.
                        part.completeExceptionally(e);
                    }
                });
            }
        }
        return CompletableFuture.allOf(parts.toArray(new CompletableFuture<?>[0]))
                .thenApply(
                        nothing -> parts.stream().map(CompletableFuture::join).toList());
    }

    /** On the loop the numbers are read; to make JSON of them takes longer, and is left to who wants it. */
    private static List<Supplier<String>> describe(Set<Connection> connections, LongPredicate which) {
        List<Supplier<String>> lines = new ArrayList<>();
        for (Connection connection : connections) {
            if (which.test(connection.connectionId())) {
                ConnectionDescription description = connection.describe();
                lines.add(() -> json(description));
            }
        }
        return lines;
    }

    private static String json(ConnectionDescription description) {
        try {
            return Json.MAPPER.writeValueAsString(description);
        } catch (JsonProcessingException e) {
            throw new AssertionError("a record of numbers and texts is always JSON", e);
        }
    }

    @Override
    public Buckets buckets() {
        return buckets;
    }

    @Override
    public Authentication authentication() {
        return authentication;
    }

    @Override
    public String version() {
        return version;
    }

    @Override
    public Limits limits() {
        return limits;
    }

    @Override
    public EngineClock clock() {
        return clock;
    }

    @Override
    public long startWallSeconds() {
        return startWallSeconds;
    }

    @Override
    public Pools pools() {
        return pools;
    }

    @Override
    public CommandTimings timings() {
        return timings;
    }

    @Override
    public ServerCounters counters() {
        return counters;
    }

    @Override
    public InboundBudget inboundBudget() {
        return inboundBudget;
    }

    @Override
    public @Nullable BucketAdministration bucketAdministration() {
        return bucketAdministration;
    }

    @Override
    public @Nullable Configuration configuration() {
        return configuration;
    }

    @Override
    public InflatedBudget inflatedBudget() {
        return inflatedBudget;
    }

    @Override
    public String settingsJson() {
        return settings.get();
    }
}
