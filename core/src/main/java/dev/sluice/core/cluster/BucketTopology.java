package dev.sluice.core.cluster;

import dev.sluice.engine.Topology;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The topology of one bucket: this node has everything, unless SET_VBUCKET has named a chain for a vbucket. Any thread.
 *
 * <p>Versions come from the same counter as those of the maps that the node makes.
 */
public final class BucketTopology implements Topology {

    private static final String THIS_NODE = "this";
    private static final int[] ALONE = {0};
    private static final int[] NONE = {};
    private static final int NOBODY = -1;

    private final ClusterMaps cluster;
    private final Executor background;
    private final AtomicReference<Placement> current;
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private final AtomicBoolean announced = new AtomicBoolean();
    private final Object telling = new Object();

    /** @param background where listeners are told */
    public BucketTopology(ClusterMaps cluster, int vbuckets, Executor background) {
        this.cluster = cluster;
        this.background = background;
        this.current = new AtomicReference<>(
                new Placement(cluster.nextVersion(), List.of(THIS_NODE), new @Nullable Chains[vbuckets]));
    }

    @Override
    public View current() {
        return get();
    }

    private Placement get() {
        return Objects.requireNonNull(current.get(), "current");
    }

    @Override
    public void onChange(Listener listener) {
        listeners.add(listener);
    }

    /**
     * A cluster manager has said who has a vbucket; the first of each chain is this node.
     *
     * @param chains null where nothing was said, which is this node alone
     */
    public void place(int vbucket, @Nullable VBucketChains chains) {
        while (true) {
            Placement before = get();
            if (chains == null && before.chains[vbucket] == null) {
                return;
            }
            if (current.compareAndSet(before, before.with(cluster.nextVersion(), vbucket, chains))) {
                announce();
                return;
            }
        }
    }

    /** However many changes come before the task runs, one task tells of the last. */
    private void announce() {
        if (!listeners.isEmpty() && announced.compareAndSet(false, true)) {
            try {
                background.execute(this::tell);
            } catch (RejectedExecutionException e) {
                announced.set(false); // The bucket is going.
            }
        }
    }

    private void tell() {
        synchronized (telling) { // In order of revision: a second task waits for the first.
            announced.set(false);
            View view = current();
            listeners.forEach(listener -> listener.changed(view));
        }
    }

    /** The chains of one vbucket, as indexes of nodes. */
    private static final class Chains {

        private final int[] now;
        private final int[] proposed;

        Chains(int[] now, int[] proposed) {
            this.now = now;
            this.proposed = proposed;
        }
    }

    /** One state of the topology; immutable. */
    private static final class Placement implements View {

        private final MapVersion version;
        private final List<String> nodes;
        /** Null for a vbucket that this node alone has. */
        private final @Nullable Chains[] chains;

        Placement(MapVersion version, List<String> nodes, @Nullable Chains[] chains) {
            this.version = version;
            this.nodes = nodes;
            this.chains = chains;
        }

        Placement with(MapVersion newer, int vbucket, @Nullable VBucketChains named) {
            @Nullable Chains[] changed = chains.clone();
            if (named == null) {
                changed[vbucket] = null;
                return new Placement(newer, nodes, changed);
            }
            List<String> names = new ArrayList<>(nodes);
            List<List<@Nullable String>> lists = named.chains();
            names.set(0, Objects.requireNonNull(lists.get(0).get(0), "the active node"));
            int[] now = indexes(names, lists.get(0));
            changed[vbucket] = new Chains(now, lists.size() == 1 ? NONE : indexes(names, lists.get(1)));
            return new Placement(newer, List.copyOf(names), changed);
        }

        /** Names that are new are added. */
        private static int[] indexes(List<String> names, List<@Nullable String> chain) {
            int[] indexes = new int[chain.size()];
            for (int i = 0; i < indexes.length; i++) {
                String name = chain.get(i);
                if (name == null) {
                    indexes[i] = NOBODY;
                } else {
                    if (!names.contains(name)) {
                        names.add(name);
                    }
                    indexes[i] = names.indexOf(name);
                }
            }
            return indexes;
        }

        @Override
        public long epoch() {
            return version.epoch();
        }

        @Override
        public long revision() {
            return version.revision();
        }

        @Override
        public List<String> nodes() {
            return nodes;
        }

        @Override
        public int self() {
            return 0;
        }

        @Override
        public int[] chain(int vbucket) {
            Chains named = chains[vbucket];
            int[] chain = named == null ? ALONE : named.now;
            return Arrays.copyOf(chain, chain.length);
        }

        @Override
        public int[] proposedChain(int vbucket) {
            Chains named = chains[vbucket];
            int[] chain = named == null ? NONE : named.proposed;
            return Arrays.copyOf(chain, chain.length);
        }
    }
}
