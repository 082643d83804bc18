package dev.sluice.core.cluster;

import dev.sluice.engine.EngineClock;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What the maps of all buckets have in common: the addresses of this node, their versions, and the map for connections that
 * have no bucket. Any thread.
 *
 * <p><b>Versions.</b> Clients throw away what is not newer than what they have, also across a restart of the server, and
 * across the deletion of a bucket and its return. So the revision is one counter for all maps that this node makes, and
 * the epoch is when the node started, in milliseconds since 1970: seconds would give two starts within one the same epoch
 * and the same revisions. It fits in the 53 bits that a number in JSON may have anywhere. If the wall clock was set
 * back between two starts, clients that stayed keep the map of the former until they connect anew. Rejected: keeping the
 * epoch in a file, as a server without persistent buckets would write nothing else.
 *
 * <p>A map that a cluster manager stores brings its own version. Whoever has seen a map of ours, clients and connections
 * alike, takes the stored one only if its epoch is higher.
 */
public final class ClusterMaps {

    private static final long NANOS_PER_MS = 1_000_000L;

    private final long epoch;
    private final AtomicLong revisions = new AtomicLong();
    private volatile NodeAddresses addresses = NodeAddresses.NONE;
    private volatile @Nullable ClusterMap made;
    private volatile @Nullable ClusterMap stored;
    private volatile Listener listener = everyMap -> {};

    public ClusterMaps(EngineClock clock) {
        this.epoch = Math.max(1, clock.wallNanos() / NANOS_PER_MS);
    }

    /** A version above all that were given out. */
    MapVersion nextVersion() {
        return new MapVersion(epoch, revisions.incrementAndGet());
    }

    /** Told of each change of the map without a bucket. */
    public void onChange(Listener changed) {
        listener = changed;
    }

    /** Where clients find this node from now on. No map is made before this is known. */
    public void addresses(NodeAddresses known) {
        addresses = known;
        made = MapWriter.global(nextVersion(), known);
        listener.changed(true);
    }

    public NodeAddresses addresses() {
        return addresses;
    }

    /** Whether {@link #addresses()} says anything yet. */
    boolean known() {
        return !Objects.equals(addresses, NodeAddresses.NONE);
    }

    /** The map for connections without a bucket, or null where there is none yet. */
    public @Nullable ClusterMap global() {
        ClusterMap given = stored;
        return given == null ? made : given;
    }

    /** A cluster manager's map takes the place of the one that this node makes. */
    public void store(ClusterMap map) {
        stored = map;
        listener.changed(false);
    }

    /** Hears of changes, on the thread that makes them. */
    @FunctionalInterface
    public interface Listener {

        /**
         * The map without a bucket has changed.
         *
         * @param everyMap whether the map of every bucket has, too
         */
        void changed(boolean everyMap);
    }
}
