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

    private Map<String, String> group(String key) {
        return items(client.ask(Frame.of(0x10).key(key)));
    }

    @Test
    void general_hasWhatTestHarnessesLookFor() {
        assertThat(group(""))
                .containsEntry("ep_warmup_thread", "complete")
                .containsEntry("ep_degraded_mode", "0")
                .containsEntry("vb_active_num", "4")
                .containsEntry("vb_replica_num", "0")
                .containsKeys("mem_used", "ep_max_size", "memcached_version", "cmd_total_ops");
    }

    @Test
    void vbucketGroups_comeFromTheCapability_whereTheEngineHasNone() {
        assertThat(group("vbucket")).hasSize(4).containsEntry("vb_3", "active");
        assertThat(group("vbucket 2")).hasSize(1).containsEntry("vb_2", "active");
        assertThat(group("prev-vbucket")).hasSize(4);
        store("k", "v");
        assertThat(group("vbucket-seqno 0"))
                .containsEntry("vb_0:high_seqno", "1")
                .containsEntry("vb_0:uuid", Long.toString(0x18fae27693b40000L));
        assertThat(group("failovers 0")).containsEntry("vb_0:num_entries", "1").containsEntry("vb_0:0:seq", "0");
        assertThat(group("vbucket-durability-state 0")).containsEntry("vb_0", "active");
    }

    @Test
    void vbucketArguments_outsideOfTheMapAreNotMyVbucket_andOthersEinval() {
        for (String name : List.of("vbucket", "vbucket-seqno", "failovers", "vbucket-details", "hash")) {
            assertThat(client.status(Frame.of(0x10).key(name + " 4"))).as(name).isEqualTo(0x07);
            assertThat(client.status(Frame.of(0x10).key(name + " -1"))).as(name).isEqualTo(0x07);
            assertThat(client.status(Frame.of(0x10).key(name + " x"))).as(name).isEqualTo(0x04);
        }
    }

    @Test
    void responses_countByStatus_andAreZeroedByReset() {
        client.exchange(Frame.get("x"), Frame.get("y"), Frame.noop());
        String json = client.ask(Frame.of(0x10).key("responses")).get(0).text();
        assertThat(json).contains("\"0\":1").contains("\"1\":2");
        client.call(Frame.of(0x10).key("reset"));
        assertThat(client.ask(Frame.of(0x10).key("responses")).get(0).text()).doesNotContain("\"1\"");
    }

    @Test
    void bucketDetails_ofAllAndOfOne() {
        server.createBucket("second", dev.sluice.testkit.FaultPlan.none());
        assertThat(group("bucket_details").get("bucket details"))
                .contains("\"name\":\"default\"")
                .contains("\"name\":\"second\"")
                .contains("\"state\":\"ready\"");
        assertThat(group("bucket_details second").get("second")).contains("\"clients\":0");
        assertThat(client.status(Frame.of(0x10).key("bucket_details third"))).isEqualTo(0x01);
    }

    @Test
    void connections_byAddressAndByLoop() {
        server.connect();
        assertThat(group("client_connection_details").values())
                .anySatisfy(json -> assertThat(json).contains("\"current\":"));
        assertThat(group("worker_thread_info")).containsEntry("0", "{\"connections\":2}");
        assertThat(group("worker_thread_info aggregate")).containsEntry("aggregate", "{\"connections\":2}");
        assertThat(client.status(Frame.of(0x10).key("worker_thread_info x"))).isEqualTo(0x04);
    }

    @Test
    void groupsThatAnyEngineHas() {
        assertThat(group("warmup")).containsEntry("ep_warmup_thread", "complete");
        assertThat(group("memory")).containsKeys("mem_used", "ep_max_size");
        assertThat(group("config")).containsEntry("ep_max_vbuckets", "4");
        assertThat(group("info").get("info")).contains("\"engine\":");
        assertThat(group("range-scans")).containsEntry("total_scans", "0");
        assertThat(group("clocks")).containsKeys("clock_fine_overhead_ns", "clock_measurement_period_ns");
        assertThat(group("threads").values())
                .anySatisfy(json -> assertThat(json).contains("\"state\":\"RUNNABLE\""));
    }

    @Test
    void rangeScans_areListed() {
        store("k", "v");
        client.call(Frame.of(0x1f).key("x").value(new byte[] {0, 0x0b}));
        Frame scan = Frame.of(0xda).datatype(1).value("{\"range\":{\"start\":\"AA==\",\"end\":\"/w==\"}}");
        assertThat(client.status(scan)).isZero();
        assertThat(group("range-scans")).containsEntry("total_scans", "1").hasSize(2);
    }

    @Test
    void timings_areByOpcode_andZeroedApart() {
        client.exchange(Frame.get("x"), Frame.get("y"));
        assertThat(group("timings").get("opcode_00")).contains("\"total\":2");
        assertThat(group("stat-timings").get("stat")).contains("\"total\":1");
        client.expect(Frame.of(0x10).key("reset timings"), END);
        assertThat(group("timings")).doesNotContainKey("opcode_00");
    }

    @Test
    void commandTimer_isAHistogram() {
        client.exchange(Frame.get("x"), Frame.get("y"));
        WireClient other = connect(JSON);
        Response response = client.call(Frame.of(0xf3).extras("00"));
        assertThat(response.status()).isZero();
        assertThat(response.datatype()).isZero();
        assertThat(response.text())
                .startsWith("{\"total\":2,")
                .contains("\"max_trackable_value\":60000000")
                .contains("100.0]]");
        for (String name : List.of("", "default", "/all/")) {
            Response same = other.call(Frame.of(0xf3).extras("00").key(name));
            assertThat(same.datatype()).isEqualTo(1);
            assertThat(same.text()).as(name).startsWith("{\"total\":2,");
        }
        assertThat(other.call(Frame.of(0xf3).extras("01")).text())
                .startsWith("{\"total\":0,\"bucketsLow\":0,\"data\":[]");
        assertThat(other.status(Frame.of(0xf3).extras("00").key("other"))).isEqualTo(0x83);
    }

    @Test
    void ofCommandsThatAreSentTogether_someAreMeasured_andAllThatWait() {
        Frame[] frames = new Frame[20];
        java.util.Arrays.setAll(frames, i -> Frame.get("x"));
        client.exchange(frames);
        String json = client.call(Frame.of(0xf3).extras("00")).text();
        int total = Integer.parseInt(json.substring(json.indexOf(':') + 1, json.indexOf(',')));
        if (disturbance == Disturbance.NONE) {
            assertThat(total).isEqualTo(4 + 2);
        } else if (disturbance == Disturbance.NOTIFIES_LATE) {
            assertThat(total).isEqualTo(20);
        }
    }

    @Test
    void commandTimer_withoutABucket_isOfCommandsWithoutOne() {
        client.call(Frame.of(0x89).key("@no bucket@"));
        client.exchange(Frame.noop(), Frame.noop());
        assertThat(client.call(Frame.of(0xf3).extras("0a")).text()).startsWith("{\"total\":2,");
        assertThat(client.call(Frame.of(0xf3).extras("0a").key("@no bucket@")).text())
                .startsWith("{\"total\":2,");
        client.expectClose(Frame.of(0x10).key("responses"));
    }
}
