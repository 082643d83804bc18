package dev.sluice.core.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.Response;
import dev.sluice.core.fixture.WireClient;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** STAT: one frame for each item, and one with neither key nor value. */
class StatWireTest extends WireContract {

    private static final String END = "81 10 0000 00 00 0000 | 00000000 | 0000000a | 0000000000000000";

    private static Map<String, String> items(List<Response> responses) {
        Map<String, String> items = new LinkedHashMap<>();
        for (Response response : responses.subList(0, responses.size() - 1)) {
            assertThat(response.status()).isZero();
            assertThat(response.magic()).isEqualTo(0x81);
            assertThat(response.opaque()).isEqualTo(Frame.OPAQUE);
            assertThat(response.key().length + response.value().length).isPositive();
            assertThat(items.put(response.keyText(), response.text()))
                    .as("twice: " + response.keyText())
                    .isNull();
        }
        Response last = responses.get(responses.size() - 1);
        assertThat(last.key()).isEmpty();
        assertThat(last.value()).isEmpty();
        return items;
    }

    @Test
    void general_countsWhatWasDone() {
        store("k", "v");
        client.exchange(Frame.get("k"), Frame.get("x"));
        Map<String, String> items = items(client.ask(Frame.of(0x10)));
        assertThat(items).containsEntry("cmd_set", "1").containsEntry("cmd_get", "2");
        assertThat(items).containsEntry("get_hits", "1").containsEntry("get_misses", "1");
        assertThat(items).containsEntry("bucket", "default").containsEntry("documents", "1");
        assertThat(items).containsEntry("internal_errors", "0").containsEntry("engine_fault_exception", "0");
        assertThat(items).containsKeys("uptime", "time", "version", "curr_connections", "threads");
    }

    @Test
    void settings_areOneItemWithoutAName() {
        server.node().settings(() -> "{\"threads\":4}");
        client.expect(
                Frame.of(0x10).key("settings"),
                "81 10 0000 00 00 0000 | 0000000d | 0000000a | 0000000000000000 | '{\"threads\":4}'",
                END);
    }

    @Test
    void connections_areOneItemEach() {
        WireClient other = server.connect();
        List<Response> responses = client.ask(Frame.of(0x10).key("connections"));
        long open = server.node().counters().connections();
        assertThat(responses).hasSize((int) open + 1);
        assertThat(responses.get(0).key()).isEmpty();
        assertThat(responses.get(0).text()).startsWith("{\"id\":").contains("\"bucket\":\"default\"");
        assertThat(other.closed()).isFalse();
    }

    @Test
    void connections_ofOneId_andOfOneself() {
        WireClient other = server.connect();
        long id = other.describe().id();
        List<Response> named = client.ask(Frame.of(0x10).key("connections " + id));
        assertThat(named).hasSize(2);
        assertThat(named.get(0).text()).startsWith("{\"id\":" + id + ",");
        List<Response> self = other.ask(Frame.of(0x10).key("connections self"));
        assertThat(self).hasSize(2);
        assertThat(self.get(0).text()).startsWith("{\"id\":" + id + ",");
        assertThat(client.status(Frame.of(0x10).key("connections somebody"))).isEqualTo(0x04);
    }

    @Test
    void reset_zeroesTheCounters() {
        client.exchange(Frame.get("x"));
        client.expect(Frame.of(0x10).key("reset"), END);
        assertThat(items(client.ask(Frame.of(0x10))))
                .containsEntry("cmd_get", "0")
                .containsEntry("get_misses", "0");
        client.expect(Frame.of(0x10).key("reset timings"), END);
    }

    @Test
    void badArgument_isEinval_andSaysWhy() {
        Response response = client.call(Frame.of(0x10).key("reset everything"));
        assertThat(response.status()).isEqualTo(0x04);
        assertThat(response.text()).contains("\"context\":\"reset: ");
    }

    @Test
    void unknownGroup_isKeyEnoent() {
        client.expect(Frame.of(0x10).key("nonsense"), "81 10 0000 00 00 0001 | 00000000 | 0000000a | 0000000000000000");
    }

    @Test
    void commandsBehindStat_wait() {
        client.expect(
                Frame.join(Frame.of(0x10).key("settings"), Frame.noop()),
                "81 10 0000 00 00 0000 | 00000002 | 0000000a | 0000000000000000 | '{}'",
                END,
                "81 0a 0000 00 00 0000 | 00000000 | 0000000a | 0000000000000000");
    }

    @Test
    void withoutABucket_settingsAndConnectionsWork() {
        client.call(Frame.of(0x89).key("@no bucket@"));
        assertThat(client.ask(Frame.of(0x10).key("settings"))).hasSize(2);
        assertThat(client.ask(Frame.of(0x10).key("connections")).size()).isGreaterThan(1);
    }
}
