package dev.sluice.core.cookie;

import dev.sluice.core.administration.BucketAdministration;
import dev.sluice.core.administration.Configuration;
import dev.sluice.core.auth.Authentication;
import dev.sluice.core.bucket.Buckets;
import dev.sluice.core.bucket.Pools;
import dev.sluice.core.cluster.ClusterMaps;
import dev.sluice.core.cluster.NetworkInterface;
import dev.sluice.core.cluster.NodeAddresses;
import dev.sluice.core.limits.InflatedBudget;
import dev.sluice.core.limits.Limits;
import dev.sluice.core.statistics.CommandTimings;
import dev.sluice.core.statistics.ServerCounters;
import dev.sluice.engine.EngineClock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What commands may ask of the server that they run in. Any thread. */
public interface NodeServices {

    /** The server's version, as clients get it. */
    String version();

    Limits limits();

    EngineClock clock();

    /** When the server started, in seconds since 1970 UTC. */
    long startWallSeconds();

    Pools pools();

    Buckets buckets();

    /** The users, and what can be done about them: {@link Authentication#reload()} reads them anew. */
    Authentication authentication();

    ServerCounters counters();

    /** Creates and deletes buckets; null where they are what they were at the start. */
    @Nullable
    BucketAdministration bucketAdministration();

    /** The configuration file; null where there is none. */
    @Nullable
    Configuration configuration();

    /** How long commands took that worked on no bucket. */
    CommandTimings timings();

    /**
     * Asks every event loop something, on that loop.
     *
     * @param question gets the loop's index
     * @return completes with what they said, in no order; loops that never had a connection are not asked
     */
    <T> CompletableFuture<List<T>> askLoops(IntFunction<T> question);

    /** How many connections there are from each address, for every loop. */
    CompletableFuture<List<Map<String, Long>>> connectionsByAddress();

    /** How many connections each loop has, by its index. */
    CompletableFuture<Map<Integer, Long>> connectionsByLoop();

    /** The memory for large values that are inflated between connection and engine. */
    InflatedBudget inflatedBudget();

    /** The settings in force, as one JSON text. */
    String settingsJson();

    /** Where clients find this node; {@link NodeAddresses#NONE} before the listeners are open. */
    NodeAddresses addresses();

    /** The map without a bucket, and what the maps of all buckets have in common. */
    ClusterMaps cluster();

    /** Where the server listens; nothing before the listeners are open. */
    List<NetworkInterface> interfaces();

    /** One JSON text for each connection whose id passes, gathered on the loops that own them. */
    CompletableFuture<List<Supplier<String>>> describeConnections(LongPredicate which);
}
