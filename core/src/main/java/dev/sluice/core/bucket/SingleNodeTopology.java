package dev.sluice.core.bucket;

import dev.sluice.engine.Topology;
import java.util.List;

/** The topology of a bucket that nobody configured one for: this node has everything. It never changes. */
enum SingleNodeTopology implements Topology, Topology.View {
    INSTANCE;

    @Override
    public View current() {
        return this;
    }

    @Override
    public void onChange(Listener listener) {}

    @Override
    public long epoch() {
        return 1;
    }

    @Override
    public long revision() {
        return 1;
    }

    @Override
    public List<String> nodes() {
        return List.of("this");
    }

    @Override
    public int self() {
        return 0;
    }

    @Override
    public int[] chain(int vbucket) {
        return new int[] {0};
    }
}
