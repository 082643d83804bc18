package dev.sluice.core.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.engine.Topology;
import dev.sluice.testkit.ManualClock;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BucketTopologyTest {

    private final ClusterMaps cluster = new ClusterMaps(new ManualClock());
    private final Deque<Runnable> background = new ArrayDeque<>();
    private final BucketTopology topology = new BucketTopology(cluster, 4, background::add);

    private static @Nullable VBucketChains parse(String json) {
        byte[] bytes = ("xx" + json + "yy").getBytes(StandardCharsets.UTF_8);
        return VBucketChains.parse(bytes, 2, bytes.length - 4);
    }

    private static VBucketChains chains(String json) {
        return Objects.requireNonNull(parse("{\"topology\":" + json + "}"));
    }

    @Test
    void nobodySaidAnything_thisNodeHasEverything() {
        Topology.View view = topology.current();
        assertThat(view.nodes()).containsExactly("this");
        assertThat(view.self()).isZero();
        assertThat(view.chain(3)).containsExactly(0);
        assertThat(view.proposedChain(3)).isEmpty();
        assertThat(view.epoch()).isPositive();
        assertThat(view.revision()).isPositive();
    }

    @Test
    void aChain_isOfIndexes_andNobodyIsMinusOne() {
        topology.place(1, chains("[[\"n_0\",\"n_1\",null],[\"n_2\",\"n_1\"]]"));
        Topology.View view = topology.current();
        assertThat(view.nodes()).containsExactly("n_0", "n_1", "n_2");
        assertThat(view.chain(1)).containsExactly(0, 1, -1);
        assertThat(view.proposedChain(1)).containsExactly(2, 1);
        assertThat(view.chain(2)).containsExactly(0);
        topology.place(1, null);
        assertThat(topology.current().chain(1)).containsExactly(0);
        assertThat(view.chain(1)).as("a view does not change").containsExactly(0, 1, -1);
    }

    @Test
    void listeners_hearInOrderOfRevision_ofTheLastView_onABackgroundThread() {
        List<Long> revisions = new ArrayList<>();
        topology.onChange(view -> revisions.add(view.revision()));
        topology.place(0, chains("[[\"a\"]]"));
        topology.place(1, chains("[[\"a\"]]"));
        assertThat(revisions).isEmpty();
        background.removeFirst().run();
        assertThat(background).isEmpty();
        assertThat(revisions).containsExactly(topology.current().revision());
        topology.place(2, chains("[[\"a\",null]]"));
        background.removeFirst().run();
        assertThat(revisions).hasSize(2).isSorted();
    }

    @Test
    void nothingNew_isNoChange() {
        long before = topology.current().revision();
        topology.place(0, null);
        assertThat(topology.current().revision()).isEqualTo(before);
    }

    @Test
    void objectsWithoutATopology_sayNothing() {
        assertThat(parse("{}")).isNull();
        assertThat(parse("{\"topology\":null,\"expected_next_state\":\"replica\"}"))
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "null",
                "1",
                "{",
                "{}}",
                "",
                "{\"topology\":[]}",
                "{\"topology\":{}}",
                "{\"topology\":\"n_0\"}",
                "{\"topology\":[[]]}",
                "{\"topology\":[\"n_0\"]}",
                "{\"topology\":[[null]]}",
                "{\"topology\":[[null,\"n_0\"]]}",
                "{\"topology\":[[\"n_0\",1]]}",
                "{\"topology\":[[\"n_0\",\"n_0\"]]}",
                "{\"topology\":[[\"a\",\"b\",\"c\",\"d\",\"e\"]]}",
                "{\"topology\":[[\"a\"],[\"b\"],[\"c\"]]}",
                "{\"topology\":[[\"a\"],[]]}",
                "{\"topology\":[[\"a\"]],\"topology\":[[\"b\"]]}",
                "{\"expected_next_state\":\"alive\"}",
                "{\"expected_next_state\":1}",
                "{\"toplogy\":[[\"a\"]]}",
                "{\"use_snapshot\":\"x\"}",
            })
    void whatIsNoTopology_isRefused(String json) {
        assertThatThrownBy(() -> parse(json)).isInstanceOf(IllegalArgumentException.class);
    }
}
