package dev.sluice.core.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is in a map, member by member, against what clients look for. */
class MapWriterTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final MapVersion VERSION = new MapVersion(1_800_000_000_123L, 7);
    private static final BucketFacts TRAVEL =
            new BucketFacts("travel", "5a0e7c2f9b1d4e3c8f6a1b2c3d4e5f60", 4, false, List.of("cccp", "xattr"));

    private static NodeAddresses ports(int kv, int kvTls, int mgmt, int mgmtTls) {
        return new NodeAddresses(null, kv, kvTls, mgmt, mgmtTls, Map.of());
    }

    private static String text(ClusterMap map) {
        return new String(map.json(), StandardCharsets.UTF_8);
    }

    private static String bucket(NodeAddresses node, BucketFacts facts, long manifestUid) {
        return text(MapWriter.bucket(VERSION, node, facts, manifestUid));
    }

    private static JsonNode tree(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError(text, e);
        }
    }

    @Test
    void aBucketsMap_isThis() {
        assertThat(bucket(ports(12000, 0, 8091, 0), TRAVEL, 0x1a)).isEqualTo("""
                {"rev":7,"revEpoch":1800000000123,"name":"travel","uuid":"5a0e7c2f9b1d4e3c8f6a1b2c3d4e5f60",\
                "nodeLocator":"vbucket","bucketType":"membase","collectionsManifestUid":"1a",\
                "nodes":[{"hostname":"$HOST:8091","ports":{"direct":12000}}],\
                "nodesExt":[{"thisNode":true,"services":{"kv":12000,"mgmt":8091}}],\
                "bucketCapabilitiesVer":"","bucketCapabilities":["cccp","xattr"],\
                "clusterCapabilitiesVer":[1,0],"clusterCapabilities":{},"prod":"server",\
                "vBucketServerMap":{"hashAlgorithm":"CRC","numReplicas":0,"serverList":["$HOST:12000"],\
                "vBucketMap":[[0],[0],[0],[0]]}}""");
    }

    @Test
    void theMapWithoutABucket_isThis() {
        assertThat(text(MapWriter.global(VERSION, ports(12000, 0, 8091, 0)))).isEqualTo("""
                {"rev":7,"revEpoch":1800000000123,\
                "nodesExt":[{"thisNode":true,"services":{"kv":12000,"mgmt":8091}}],\
                "clusterCapabilitiesVer":[1,0],"clusterCapabilities":{},"prod":"server"}""");
    }

    @Test
    void revAndRevEpoch_areTheFirstTextsOfThoseNames() {
        String text = bucket(ports(1, 2, 3, 4), TRAVEL, 5);
        assertThat(text).startsWith("{\"rev\":7,\"revEpoch\":1800000000123,");
        assertThat(text.indexOf("\"rev\"")).isEqualTo(text.lastIndexOf("\"rev\""));
    }

    @Test
    void version_isANumberThatEveryParserCanHold() {
        assertThat(VERSION.epoch()).isLessThan(1L << 53);
        assertThat(new ClusterMaps(new dev.sluice.testkit.ManualClock())
                        .nextVersion()
                        .epoch())
                .isBetween(1L, 1L << 53);
    }

    @Test
    void anEphemeralBucket_saysSo() {
        BucketFacts facts = new BucketFacts("b", "u", 1, true, List.of());
        assertThat(tree(bucket(ports(1, 0, 2, 0), facts, -1)).path("bucketType").asText())
                .isEqualTo("ephemeral");
    }

    @Test
    void collectionsManifestUid_isHexText_andAbsentWithoutCollections() {
        JsonNode with = tree(bucket(ports(1, 0, 2, 0), TRAVEL, 255));
        assertThat(with.path("collectionsManifestUid").isTextual()).isTrue();
        assertThat(with.path("collectionsManifestUid").asText()).isEqualTo("ff");
        assertThat(tree(bucket(ports(1, 0, 2, 0), TRAVEL, 0))
                        .path("collectionsManifestUid")
                        .asText())
                .isEqualTo("0");
        assertThat(tree(bucket(ports(1, 0, 2, 0), TRAVEL, -1)).has("collectionsManifestUid"))
                .isFalse();
    }

    @Test
    void onlyPortsThatThereAre_areServices_butMgmtAlways() {
        JsonNode all = tree(bucket(ports(1, 2, 3, 4), TRAVEL, -1)).at("/nodesExt/0/services");
        assertThat(all.toString()).isEqualTo("{\"kv\":1,\"kvSSL\":2,\"mgmt\":3,\"mgmtSSL\":4}");
        JsonNode kvAlone = tree(bucket(ports(1, 0, 0, 0), TRAVEL, -1)).at("/nodesExt/0/services");
        assertThat(kvAlone.toString()).isEqualTo("{\"kv\":1,\"mgmt\":8091}");
        JsonNode tlsAlone = tree(bucket(ports(0, 2, 3, 0), TRAVEL, -1));
        assertThat(tlsAlone.at("/nodesExt/0/services").toString()).isEqualTo("{\"kvSSL\":2,\"mgmt\":3}");
        assertThat(tlsAlone.at("/nodes/0/ports/direct").asInt()).isEqualTo(2);
    }

    @Test
    void aNodeWithAHost_namesIt_andIpv6InBracketsOnlyBeforeAPort() {
        NodeAddresses node = new NodeAddresses("fd00::1", 1, 0, 2, 0, Map.of());
        JsonNode map = tree(bucket(node, TRAVEL, -1));
        assertThat(map.at("/nodesExt/0/hostname").asText()).isEqualTo("fd00::1");
        assertThat(map.at("/nodesExt/0/thisNode").asBoolean()).isTrue();
        assertThat(map.at("/nodes/0/hostname").asText()).isEqualTo("[fd00::1]:2");
        assertThat(map.at("/vBucketServerMap/serverList/0").asText()).isEqualTo("[fd00::1]:1");
        NodeAddresses named = new NodeAddresses("db.example.com", 1, 0, 2, 0, Map.of());
        assertThat(tree(bucket(named, TRAVEL, -1)).at("/nodes/0/hostname").asText())
                .isEqualTo("db.example.com:2");
    }

    @Test
    void alternateAddresses_haveThePortsThatWereGiven_orNone() {
        NodeAddresses.Alternate ports = new NodeAddresses.Alternate("pub.example.com", 31000, 31001, 0, 0);
        NodeAddresses.Alternate same = new NodeAddresses.Alternate("pub.example.com", 0, 0, 0, 0);
        JsonNode given = tree(bucket(new NodeAddresses(null, 1, 0, 2, 0, Map.of("external", ports)), TRAVEL, -1));
        assertThat(given.at("/nodesExt/0/alternateAddresses").toString())
                .isEqualTo(
                        "{\"external\":{\"hostname\":\"pub.example.com\",\"ports\":{\"kv\":31000,\"kvSSL\":31001}}}");
        JsonNode without = tree(bucket(new NodeAddresses(null, 1, 0, 2, 0, Map.of("external", same)), TRAVEL, -1));
        assertThat(without.at("/nodesExt/0/alternateAddresses").toString())
                .isEqualTo("{\"external\":{\"hostname\":\"pub.example.com\"}}");
    }

    @Test
    void everyVbucket_isOnTheOneNode() {
        for (int vbuckets : new int[] {1, 64, 1024}) {
            BucketFacts facts = new BucketFacts("b", "u", vbuckets, false, List.of());
            JsonNode map = tree(bucket(ports(1, 0, 2, 0), facts, -1)).at("/vBucketServerMap/vBucketMap");
            assertThat(map)
                    .hasSize(vbuckets)
                    .allSatisfy(chain -> assertThat(chain.toString()).isEqualTo("[0]"));
        }
    }

    @Test
    void aMapWithoutABucket_hasNoMemberByWhichClientsKnowABucketsMap() {
        JsonNode map = tree(text(MapWriter.global(VERSION, ports(1, 2, 3, 4))));
        for (String member : List.of("nodeLocator", "name", "uuid", "nodes", "vBucketServerMap", "bucketType")) {
            assertThat(map.has(member)).as(member).isFalse();
        }
    }
}
