package dev.sluice.core.cookie;

import dev.sluice.core.bucket.Buckets;
import dev.sluice.core.bucket.Pools;
import dev.sluice.core.cluster.ClusterMaps;
import dev.sluice.core.cluster.NetworkInterface;
import dev.sluice.core.cluster.NodeAddresses;
import dev.sluice.core.limits.Limits;
import dev.sluice.core.statistics.ServerCounters;
import dev.sluice.engine.EngineClock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongPredicate;
import java.util.function.Supplier;

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

    ServerCounters counters();

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
