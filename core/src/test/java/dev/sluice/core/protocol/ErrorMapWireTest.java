package dev.sluice.core.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.Hex;
import dev.sluice.core.fixture.Response;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** GET_ERROR_MAP. Protocol: {@code protocol-kv} 4.4 and 4.5. */
class ErrorMapWireTest extends WireContract {

    private static final Set<String> ATTRIBUTES_OF_VERSION_1 = Set.of(
            "item-deleted",
            "item-locked",
            "item-only",
            "invalid-input",
            "fetch-config",
            "conn-state-invalidated",
            "auth",
            "special-handling",
            "support",
            "temp",
            "internal",
            "retry-now",
            "retry-later",
            "subdoc",
            "dcp",
            "success");

    private static Frame errorMap(String version) {
        return Frame.of(0xfe).value(Hex.bytes(version));
    }

    private static JsonNode parse(Response response) throws Exception {
        assertThat(response.status()).isZero();
        return new ObjectMapper().readTree(response.value());
    }

    @Test
    void version2_namesEveryStatusThatWeSend() throws Exception {
        JsonNode map = parse(client.call(errorMap("0002")));
        assertThat(map.get("version").asInt()).isEqualTo(2);
        assertThat(map.get("revision").asInt()).isEqualTo(9);
        JsonNode errors = map.get("errors");
        assertThat(errors.size()).isEqualTo(83);
        for (WireStatus status : WireStatus.values()) {
            JsonNode entry = errors.get(Integer.toHexString(status.code()));
            assertThat(entry).as(status.name()).isNotNull();
            assertThat(entry.get("attrs").size()).as("attributes of " + status).isPositive();
            assertThat(entry.get("desc").asText()).isNotBlank();
        }
        assertThat(errors.get("a0").get("name").asText()).isEqualTo("DurabilityInvalidLevel");
        assertThat(errors.get("30").get("attrs")).hasToString("[\"temp\",\"retry-later\",\"rate-limit\"]");
    }

    @Test
    void version1_hasOnlyTheAttributesOfItsTime() throws Exception {
        JsonNode map = parse(client.call(errorMap("0001")));
        assertThat(map.get("version").asInt()).isEqualTo(1);
        assertThat(map.get("revision").asInt()).isEqualTo(13);
        Set<String> used = new TreeSet<>();
        map.get("errors").forEach(entry -> entry.get("attrs").forEach(attribute -> used.add(attribute.asText())));
        assertThat(ATTRIBUTES_OF_VERSION_1).containsAll(used);
        assertThat(used).hasSize(ATTRIBUTES_OF_VERSION_1.size());
    }

    @Test
    void laterVersions_getTheNewestThereIs_andVersion0IsNone() {
        assertThat(client.call(errorMap("ffff")).value())
                .isEqualTo(client.call(errorMap("0002")).value());
        assertThat(client.status(errorMap("0000"))).isEqualTo(0x01);
    }

    @Test
    void whatIsMalformed_isEinval() {
        assertThat(client.status(errorMap("02"))).isEqualTo(0x04);
        assertThat(client.status(errorMap("000002"))).isEqualTo(0x04);
        assertThat(client.status(Frame.of(0xfe))).isEqualTo(0x04);
        assertThat(client.status(errorMap("0002").vbucket(1))).isEqualTo(0x04);
    }

    @Test
    void theMap_isServedBeforeALogin_andAsJsonToThoseWhoKnowIt() {
        assertThat(server.connect(0, false).call(errorMap("0002")).datatype()).isZero();
        assertThat(connect(JSON).call(errorMap("0002")).datatype()).isEqualTo(1);
    }
}
