package dev.sluice.core.cluster;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who has a vbucket, in the words of a cluster manager: one chain of node names, or two while it moves. Protocol: the value
 * of SET_VBUCKET, {@code protocol-kv} 9, {@code durability} 4.
 *
 * @param chains the current one and then the proposed one. In each the active node comes first and the replicas follow;
 *     null stands for a replica without a node
 */
public record VBucketChains(List<List<@Nullable String>> chains) {

    /** An active node and three replicas. */
    private static final int NODES_MAX = 4;

    private static final int CHAINS_MAX = 2;
    private static final Set<String> STATES = Set.of("active", "replica", "pending", "dead");

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /**
     * Reads a JSON object.
     *
     * @return null where it says nothing about chains
     * @throws IllegalArgumentException with a sentence for the client
     */
    public static @Nullable VBucketChains parse(byte[] array, int offset, int length) {
        JsonNode root = tree(array, offset, length);
        if (!root.isObject()) {
            throw new IllegalArgumentException("Value is no JSON object");
        }
        for (Iterator<String> names = root.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            switch (name) {
                case "topology" -> {}
                case "expected_next_state" -> expectState(root.get(name));
                default ->
                    throw new IllegalArgumentException(
                            "Value has an unknown member (expected: topology, expected_next_state)");
            }
        }
        JsonNode topology = root.get("topology");
        return topology == null || topology.isNull() ? null : new VBucketChains(chains(topology));
    }

    private static JsonNode tree(byte[] array, int offset, int length) {
        try {
            return JSON.readTree(array, offset, length);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("Value is no JSON", e);
        } catch (IOException e) {
            throw new IllegalStateException("reading an array cannot fail", e);
        }
    }

    /** A hint of the manager's, for engines that could prepare for it; nobody does. */
    private static void expectState(JsonNode state) {
        if (!state.isTextual() || !STATES.contains(state.textValue())) {
            throw new IllegalArgumentException(
                    "expected_next_state is no state (expected: active, replica, pending, dead)");
        }
    }

    private static List<List<@Nullable String>> chains(JsonNode topology) {
        if (!topology.isArray() || topology.isEmpty() || topology.size() > CHAINS_MAX) {
            throw new IllegalArgumentException("topology has another form (expected: an array of 1 or 2 chains)");
        }
        List<List<@Nullable String>> chains = new ArrayList<>();
        for (JsonNode chain : topology) {
            chains.add(chain(chain));
        }
        return List.copyOf(chains);
    }

    private static List<@Nullable String> chain(JsonNode chain) {
        if (!chain.isArray() || chain.isEmpty() || chain.size() > NODES_MAX) {
            throw new IllegalArgumentException("A chain has another form (expected: an array of 1 to 4 nodes)");
        }
        List<@Nullable String> names = new ArrayList<>();
        for (JsonNode node : chain) {
            String name = node.textValue();
            if (name == null && (names.isEmpty() || !node.isNull())) {
                throw new IllegalArgumentException(
                        "A chain has an entry that is no node's name (only replicas may be null)");
            }
            if (name != null && names.contains(name)) {
                throw new IllegalArgumentException("A chain names a node twice");
            }
            names.add(name);
        }
        return names;
    }
}
