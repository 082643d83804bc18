package dev.sluice.core.cluster;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The cluster map of one bucket: made by this node for itself, until a cluster manager stores another. Any thread.
 *
 * <p>A map is written when something changes, not when it is asked for, with one exception: new addresses of the node are
 * noticed at the next look, so that nobody has to know all buckets.
 *
 * <p>What is made does not follow the states of vbuckets. With one node there is no other that a client could ask instead;
 * and who takes a vbucket away from its only node is a cluster manager, who has a map of its own to store.
 */
public final class BucketMap {

    private static final long NO_MANIFEST = -1;

    private final ClusterMaps cluster;
    private final Runnable listener;
    private final AtomicReference<State> state;

    /** Everything at one moment; {@code made} was written from the rest of it. */
    private record State(
            @Nullable BucketFacts facts,
            long manifestUid,
            NodeAddresses addresses,
            @Nullable ClusterMap made,
            @Nullable ClusterMap stored) {

        State made(ClusterMap map) {
            return new State(facts, manifestUid, addresses, map, stored);
        }
    }

    /**
     * No map yet.
     *
     * @param changed told of every new map, on the thread that made it
     */
    public BucketMap(ClusterMaps cluster, Runnable changed) {
        this.cluster = cluster;
        this.listener = changed;
        this.state = new AtomicReference<>(new State(null, NO_MANIFEST, NodeAddresses.NONE, null, null));
    }

    /** The map for clients, or null where there is none yet. */
    public @Nullable ClusterMap current() {
        State now = get();
        if (!now.addresses.equals(cluster.addresses())) {
            now = change(before -> before);
        }
        return now.stored == null ? now.made : now.stored;
    }

    /** What the bucket is, from here on. */
    public void facts(BucketFacts facts) {
        change(before -> new State(facts, before.manifestUid, before.addresses, before.made, before.stored));
        listener.run();
    }

    /**
     * The bucket's collections have changed. Their uids grow; who comes late with an older one, as two have changed them at
     * about the same time, changes nothing.
     */
    public void manifestUid(long uid) {
        if (newer(uid, get().manifestUid)) {
            change(before -> newer(uid, before.manifestUid)
                    ? new State(before.facts, uid, before.addresses, before.made, before.stored)
                    : before);
            listener.run();
        }
    }

    private static boolean newer(long uid, long known) {
        return known == NO_MANIFEST || Long.compareUnsigned(uid, known) > 0;
    }

    /** A cluster manager's map takes the place of the one that this node makes. */
    public void store(ClusterMap map) {
        change(before -> new State(before.facts, before.manifestUid, before.addresses, before.made, map));
        listener.run();
    }

    private State get() {
        return Objects.requireNonNull(state.get(), "state");
    }

    /** The version is taken after the state was read that it follows: where another change comes first, both begin anew. */
    private State change(UnaryOperator<State> next) {
        while (true) {
            State before = get();
            State after = next.apply(before);
            NodeAddresses addresses = cluster.addresses();
            BucketFacts facts = after.facts;
            boolean moved = !addresses.equals(before.addresses);
            boolean differs = moved || !Objects.equals(facts, before.facts) || after.manifestUid != before.manifestUid;
            if (moved) {
                after = new State(facts, after.manifestUid, addresses, after.made, after.stored);
            }
            if (differs && facts != null && cluster.known()) {
                after = after.made(MapWriter.bucket(cluster.nextVersion(), addresses, facts, after.manifestUid));
            }
            if (state.compareAndSet(before, after)) {
                return after;
            }
        }
    }
}
