package dev.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a running server tells of where it is. */
@ExtendWith(ServerChecks.class)
class ClusterMapTest {

    private static final byte[] NOTHING = new byte[0];

    private static JsonNode map(SluiceServer server) throws Exception {
        try (BinaryClient client = new BinaryClient(server.ports().get(0))) {
            return new ObjectMapper()
                    .readTree(client.call(BinaryClient.frame(0xb5, 1, NOTHING, "", NOTHING))
                            .value());
        }
    }

    @Test
    void theMap_hasTheRealPorts() throws Exception {
        try (SluiceServer server = TestServers.start("")) {
            JsonNode map = map(server);
            assertThat(map.at("/name").asText()).isEqualTo("default");
            assertThat(map.at("/bucketType").asText()).isEqualTo("ephemeral");
            JsonNode services = map.at("/nodesExt/0/services");
            assertThat(services.at("/kv").asInt()).isEqualTo(server.ports().get(0));
            assertThat(services.at("/mgmt").asInt())
                    .isEqualTo(server.managementAddresses().get(0).getPort());
            assertThat(services).hasSize(2);
            assertThat(map.at("/nodesExt/0").has("alternateAddresses")).isFalse();
            assertThat(map.at("/vBucketServerMap/vBucketMap")).hasSize(128);
        }
    }

    @Test
    void theAddressOfAnotherNetwork_isInTheMap() throws Exception {
        String external = "\"external\": {\"hostname\": \"db.example.com\", \"kv\": 31210, \"mgmt\": 31091}";
        try (SluiceServer server = TestServers.start(external)) {
            assertThat(map(server).at("/nodesExt/0/alternateAddresses/external").toString())
                    .isEqualTo("{\"hostname\":\"db.example.com\",\"ports\":{\"kv\":31210,\"mgmt\":31091}}");
        }
    }
}
