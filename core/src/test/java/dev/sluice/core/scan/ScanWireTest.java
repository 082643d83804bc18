package dev.sluice.core.scan;

import static dev.sluice.core.scan.ScanClient.CANCELLED;
import static dev.sluice.core.scan.ScanClient.COMPLETE;
import static dev.sluice.core.scan.ScanClient.JSON;
import static dev.sluice.core.scan.ScanClient.MORE;
import static dev.sluice.core.scan.ScanClient.XERROR;
import static dev.sluice.core.scan.ScanClient.base64;
import static dev.sluice.core.scan.ScanClient.cancel;
import static dev.sluice.core.scan.ScanClient.keys;
import static dev.sluice.core.scan.ScanClient.next;
import static dev.sluice.core.scan.ScanClient.open;
import static dev.sluice.core.scan.ScanClient.range;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.Hex;
import dev.sluice.core.fixture.Response;
import dev.sluice.core.fixture.ScriptedEngine;
import dev.sluice.core.fixture.TestLimits;
import dev.sluice.core.fixture.TestServer;
import dev.sluice.core.fixture.WireClient;
import dev.sluice.engine.Status;
import dev.sluice.engine.VBucketState;
import dev.sluice.engine.VBuckets;
import dev.sluice.testkit.FaultPlan;
import dev.sluice.testkit.TestCookie;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** RANGE_SCAN_CREATE, CONTINUE and CANCEL in bytes: section 13 of the protocol. */
@ParameterizedClass
@ValueSource(booleans = {false, true})
class ScanWireTest {

    @Parameter
    boolean disturbed;

    private TestServer server = new TestServer();
    private WireClient client = server.connect();

    @BeforeEach
    void open_server() {
        server = new TestServer(TestLimits.with("spoolBytes", 64).limits(), 0, false);
        server.createBucket("default", disturbed ? FaultPlan.everyFirstCall() : FaultPlan.none());
        client = connect(XERROR, JSON);
    }

    @AfterEach
    void close_server() {
        server.close();
    }

    private WireClient connect(int... features) {
        WireClient connected = server.connect();
        connected.call(Frame.hello(features));
        return connected;
    }

    private void store(int count) {
        for (int i = 0; i < count; i++) {
            client.exchange(Frame.set(key(i), "value"));
        }
    }

    private static String key(int i) {
        return String.format(Locale.ROOT, "k%04d", i);
    }

    private static List<String> keyList(int from, int to) {
        return IntStream.range(from, to).mapToObj(ScanWireTest::key).toList();
    }

    @Nested
    class Create {
        @Test
        void malformedRequests_areEinval() {
            store(1);
            String longKey = base64("k".repeat(251));
            for (String bad : List.of(
                    "",
                    "x",
                    "[]",
                    "1",
                    "{",
                    "{} {}",
                    "{\"unknown\":1}",
                    "{\"collection\":0}",
                    "{\"collection\":\"xyz\"}",
                    "{\"collection\":\"\"}",
                    "{\"key_only\":1}",
                    "{\"name\":1}",
                    "{\"name\":\"" + "n".repeat(51) + "\"}",
                    "{\"name\":\"" + "\u00e4".repeat(26) + "\"}",
                    "{\"range\":[]}",
                    "{\"range\":{}}",
                    "{\"range\":{\"start\":\"YQ==\"}}",
                    "{\"range\":{\"end\":\"YQ==\"}}",
                    "{\"range\":{\"start\":1,\"end\":\"YQ==\"}}",
                    "{\"range\":{\"start\":\"?\",\"end\":\"YQ==\"}}",
                    "{\"range\":{\"start\":\"YQ==\",\"excl_start\":\"YQ==\",\"end\":\"Yg==\"}}",
                    "{\"range\":{\"start\":\"YQ==\",\"end\":\"Yg==\",\"excl_end\":\"Yg==\"}}",
                    "{\"range\":{\"start\":\"" + longKey + "\",\"end\":\"Yg==\"}}",
                    "{\"sampling\":{}}",
                    "{\"sampling\":1}",
                    "{\"sampling\":{\"samples\":-1}}",
                    "{\"sampling\":{\"samples\":1.5}}",
                    "{\"sampling\":{\"samples\":1,\"seed\":4294967296}}",
                    "{\"sampling\":{\"samples\":1,\"seed\":\"1\"}}",
                    "{\"sampling\":{\"samples\":1},\"range\":{\"start\":\"YQ==\",\"end\":\"Yg==\"}}",
                    "{\"snapshot_requirements\":{}}",
                    "{\"snapshot_requirements\":{\"vb_uuid\":1,\"seqno\":1}}",
                    "{\"snapshot_requirements\":{\"vb_uuid\":\"x\",\"seqno\":1}}",
                    "{\"snapshot_requirements\":{\"vb_uuid\":\"1\"}}",
                    "{\"snapshot_requirements\":{\"vb_uuid\":\"1\",\"seqno\":\"1\"}}",
                    "{\"snapshot_requirements\":{\"vb_uuid\":\"1\",\"seqno\":1,\"seqno_exists\":1}}",
                    "{\"snapshot_requirements\":{\"vb_uuid\":\"1\",\"seqno\":1,\"timeout_ms\":\"1\"}}",
                    "[".repeat(5000))) {
                Response response = client.call(ScanClient.create(bad));
                assertThat(response.status()).as(bad).isEqualTo(0x04);
                assertThat(response.text()).as(bad).startsWith("{\"error\":{\"context\":");
            }
            assertThat(client.status(ScanClient.create("{}").datatype(0)))
                    .as("not flagged as JSON")
                    .isEqualTo(0x04);
            assertThat(client.status(ScanClient.create("{" + " ".repeat(10_000) + "}")))
                    .isEqualTo(0x04);
        }

        @Test
        void includeXattrs_isNotSupported_whateverItSays() {
            store(1);
            assertThat(client.status(ScanClient.create("{\"include_xattrs\":false}")))
                    .isEqualTo(0x83);
        }

        @Test
        void emptyRange_isKeyEnoent() {
            assertThat(client.status(ScanClient.create("{}")))
                    .as("empty bucket")
                    .isEqualTo(0x01);
            store(3);
            assertThat(client.status(ScanClient.create(range("x", "y", true)))).isEqualTo(0x01);
            assertThat(client.status(ScanClient.create(range("k9", "k0", true))))
                    .as("start behind end")
                    .isEqualTo(0x01);
            assertThat(client.status(ScanClient.create("{\"collection\":\"8\"}")))
                    .as("a collection that is not there")
                    .isEqualTo(0x88);
        }

        @Test
        void vbucketElsewhere_isNotMyVbucket() {
            assertThat(client.status(ScanClient.create("{}").vbucket(9))).isEqualTo(0x07);
        }

        @Test
        void snapshotRequirements() {
            store(2); // seqnos 1 and 2
            String uuid = Long.toUnsignedString(0x18fae27693b40000L);
            assertThat(client.status(ScanClient.create(snapshot("1", 1, ""))))
                    .as("another history")
                    .isEqualTo(0xa8);
            assertThat(client.status(ScanClient.create(snapshot("0", 1, ""))))
                    .as("no history")
                    .isEqualTo(0xa8);
            connect(JSON).expectClose(ScanClient.create(snapshot("1", 1, "")));
            assertThat(client.status(ScanClient.create(snapshot(uuid, 2, "")))).isZero();
            assertThat(client.status(ScanClient.create(snapshot(uuid, 3, ""))))
                    .as("not reached")
                    .isEqualTo(0x86);
            assertThat(client.status(ScanClient.create(snapshot(uuid, 2, ",\"seqno_exists\":true"))))
                    .isZero();
            client.exchange(Frame.set(key(1), "again"));
            assertThat(client.status(ScanClient.create(snapshot(uuid, 2, ",\"seqno_exists\":true"))))
                    .as("was replaced")
                    .isEqualTo(0x05);
        }

        private String snapshot(String uuid, long seqno, String more) {
            return "{\"snapshot_requirements\":{\"vb_uuid\":\"" + uuid + "\",\"seqno\":" + seqno + more + "}}";
        }

        @Test
        void snapshotThatIsAwaited_comesOrTimesOut() {
            store(2);
            String uuid = Long.toUnsignedString(0x18fae27693b40000L);
            client.send(ScanClient.create(snapshot(uuid, 3, ",\"timeout_ms\":5000")))
                    .settle();
            assertThat(client.take()).isEmpty();
            server.connect().exchange(Frame.set(key(7), "v"));
            assertThat(Response.parse(client.settle().take()).get(0).status()).isZero();
            client.send(ScanClient.create(snapshot(uuid, 9, ",\"timeout_ms\":5000")))
                    .settle();
            server.advance(Duration.ofSeconds(4));
            assertThat(client.take()).isEmpty();
            server.advance(Duration.ofSeconds(2));
            assertThat(Response.parse(client.settle().take()).get(0).status()).isEqualTo(0x86);
        }

        @Test
        void scansBeyondTheSlots_areEbusy_untilOneEnds() {
            store(1);
            // 64 MiB of quota: a hundredth of it in pieces of 10 KiB is 65, of which four in five
            List<String> ids = new ArrayList<>();
            for (int i = 0; i < 52; i++) {
                ids.add(open(client, "{}"));
            }
            assertThat(client.status(ScanClient.create("{}"))).isEqualTo(0x85);
            assertThat(client.status(cancel(ids.get(0)))).isZero();
            open(client, "{}");
            assertThat(client.status(ScanClient.create("{}"))).isEqualTo(0x85);
            assertThat(keys(client.ask(next(ids.get(1))), COMPLETE)).hasSize(1);
            open(client, "{}");
            // and those that were refused or found nothing hold none
            for (int i = 0; i < 100; i++) {
                client.status(ScanClient.create(range("x", "y", true)));
            }
            assertThat(client.status(cancel(ids.get(2)))).isZero();
            open(client, "{}");
        }

        @Test
        void engineWithoutScans_isNotSupported() {
            server.createBucket("plain", new ScriptedEngine(cookie -> Status.NO_SUCH_KEY), false);
            client.call(Frame.of(0x89).key("plain"));
            assertThat(client.status(ScanClient.create("{}"))).isEqualTo(0x83);
            assertThat(client.status(cancel("00".repeat(16)))).isEqualTo(0x01);
        }
    }

    @Nested
    class Continue {
        @Test
        void records_ofKeys() {
            client.exchange(Frame.set("a", "1"), Frame.set("bc", "2"));
            String id = open(client, "{\"key_only\":true}");
            // flags 0: keys; a record is a length and a key
            client.expect(
                    next(id),
                    "81 db 0000 04 00 00a7 | 00000009 | 0000000a | 0000000000000000 | 00000000 | 01 'a' 02 'bc'");
        }

        @Test
        void records_ofDocuments() {
            client.exchange(Frame.of(0x01).key("a").extras("0000002a 00000000").value("{}"));
            String id = open(client, "{}");
            // flags 1: documents; flags, expiry, seqno, CAS, datatype, length and key, length and value
            client.expect(
                    next(id),
                    "81 db 0000 04 00 00a7 | 00000022 | 0000000a | 0000000000000000 | 00000001",
                    "0000002a 00000000 0000000000000001 18fae27693b40004 01 | 01 'a' | 02 '{}'");
            String again = open(client, "{}");
            WireClient raw = connect(XERROR);
            assertThat(raw.call(next(again)).value()[24])
                    .as("datatype for a client without JSON")
                    .isZero();
        }

        @Test
        void longKeysAndValues_haveLengthsOfSeveralBytes() {
            client.exchange(Frame.set("k".repeat(200), "v".repeat(20_000)));
            String id = open(client, "{}");
            Response response = client.ask(next(id)).get(0);
            assertThat(response.value()).hasSize(25 + 2 + 200 + 3 + 20_000);
            assertThat(java.util.Arrays.copyOfRange(response.value(), 25, 27)).isEqualTo(Hex.bytes("c8 01"));
        }

        @Test
        void bounds_inclusiveAndExclusive() {
            store(6);
            assertThat(scan("start", 1, "end", 4)).isEqualTo(keyList(1, 5));
            assertThat(scan("excl_start", 1, "end", 4)).isEqualTo(keyList(2, 5));
            assertThat(scan("start", 1, "excl_end", 4)).isEqualTo(keyList(1, 4));
            assertThat(scan("excl_start", 1, "excl_end", 4)).isEqualTo(keyList(2, 4));
        }

        private List<String> scan(String start, int from, String end, int to) {
            String json = "{\"key_only\":true,\"range\":{\"" + start + "\":\"" + base64(key(from)) + "\",\"" + end
                    + "\":\"" + base64(key(to)) + "\"}}";
            return keys(client.ask(next(open(client, json))), COMPLETE);
        }

        @Test
        void emptyStart_andEndOfOnes_areEverything() {
            store(6);
            String json = "{\"key_only\":true,\"range\":{\"start\":\"\",\"end\":\"/w==\"}}";
            assertThat(keys(client.ask(next(open(client, json))), COMPLETE)).isEqualTo(keyList(0, 6));
        }

        @Test
        void piecesAreCutAtTheSizeOfTheSpool_andNoRecordIsSplit() {
            store(100);
            String id = open(client, "{\"key_only\":true}");
            List<Response> responses = client.ask(next(id));
            assertThat(responses.size()).isGreaterThan(5);
            assertThat(keys(responses, COMPLETE)).isEqualTo(keyList(0, 100));
            for (Response response : responses) {
                assertThat(response.value().length).isLessThanOrEqualTo(64 + 6);
            }
        }

        @Test
        void itemLimit_ends_withMore_andEachKeyComesOnce() {
            store(10);
            String id = open(client, "{\"key_only\":true}");
            assertThat(keys(client.ask(next(id, 3, 0, 0)), MORE)).isEqualTo(keyList(0, 3));
            assertThat(keys(client.ask(next(id, 1, 0, 0)), MORE)).isEqualTo(keyList(3, 4));
            assertThat(keys(client.ask(next(id, 6, 0, 0)), MORE)).isEqualTo(keyList(4, 10));
            assertThat(keys(client.ask(next(id, 6, 0, 0)), COMPLETE)).isEmpty();
            assertThat(client.status(next(id))).as("the id is forgotten").isEqualTo(0x01);
        }

        @Test
        void byteLimit_isLookedAtBehindEachRecord() {
            store(10);
            String id = open(client, "{\"key_only\":true}");
            assertThat(keys(client.ask(next(id, 0, 0, 1)), MORE)).isEqualTo(keyList(0, 1));
            assertThat(keys(client.ask(next(id, 0, 0, 12)), MORE)).isEqualTo(keyList(1, 3));
            assertThat(keys(client.ask(next(id, 0, 0, 13)), MORE)).isEqualTo(keyList(3, 6));
        }

        @Test
        void timeLimit_letsOneRecordThroughAtLeast() {
            store(10);
            String id = open(client, "{\"key_only\":true}");
            assertThat(keys(client.ask(next(id, 0, 1000, 0)), COMPLETE))
                    .as("time stands still")
                    .hasSize(10);
            String slow = open(client, "{\"key_only\":true}");
            WireClient reader = connect(XERROR).send(next(slow, 0, 1, 0));
            server.step(); // It was read, and nothing was produced.
            server.clock().advance(Duration.ofMillis(2));
            List<Response> responses = Response.parse(reader.settle().take());
            assertThat(keys(responses, MORE)).isEqualTo(keyList(0, 1));
        }

        @Test
        void viewIsThatOfTheCreation() {
            store(3);
            String id = open(client, "{}");
            client.exchange(Frame.set("new", "v"), Frame.of(0x04).key(key(1)), Frame.set(key(2), "changed"));
            List<Response> responses = client.ask(next(id));
            assertThat(keys(responses, COMPLETE)).isEqualTo(keyList(0, 3));
        }

        @Test
        void sampling_isTheSameForTheSameSeed_andAboutAsManyAsAskedFor() {
            store(400);
            List<String> one = sample(100, 7);
            assertThat(one).isEqualTo(sample(100, 7)).isNotEqualTo(sample(100, 8));
            assertThat(one.size()).isBetween(60, 140);
            assertThat(one).doesNotHaveDuplicates().isSorted();
            assertThat(sample(400, 1)).hasSize(400);
            assertThat(sample(1_000_000, 1)).hasSize(400);
        }

        private List<String> sample(int samples, int seed) {
            String json = "{\"key_only\":true,\"sampling\":{\"samples\":" + samples + ",\"seed\":" + seed + "}}";
            return keys(client.ask(next(open(client, json))), COMPLETE);
        }

        @Test
        void unknownId_orAnotherVbucket_isKeyEnoent() {
            store(1);
            String id = open(client, "{}");
            assertThat(client.status(next("00".repeat(16)))).isEqualTo(0x01);
            assertThat(client.status(next(id).vbucket(1))).isEqualTo(0x01);
            assertThat(client.status(cancel(id).vbucket(1))).isEqualTo(0x01);
            assertThat(client.status(cancel(id))).isZero();
        }

        @Test
        void anotherConnection_mayGoOn() {
            store(4);
            String id = open(client, "{\"key_only\":true}");
            assertThat(keys(client.ask(next(id, 2, 0, 0)), MORE)).isEqualTo(keyList(0, 2));
            client.disconnect();
            WireClient other = connect(XERROR);
            assertThat(keys(other.ask(next(id)), COMPLETE)).isEqualTo(keyList(2, 4));
        }

        @Test
        void secondContinue_whileOneRuns_isEbusy() {
            store(100);
            String id = open(client, "{\"key_only\":true}");
            WireClient slow = connect(XERROR).window(0);
            slow.send(next(id));
            server.step();
            assertThat(client.status(next(id))).isEqualTo(0x85);
            assertThat(keys(Response.parse(slow.readFreely().settle().take()), COMPLETE))
                    .isEqualTo(keyList(0, 100));
        }

        @Test
        void vbucketThatGoesElsewhere_endsTheScan() {
            store(10);
            String id = open(client, "{\"key_only\":true}");
            client.exchange(next(id, 1, 0, 0));
            VBuckets vbuckets =
                    Objects.requireNonNull(server.engine("default").inner().capability(VBuckets.class));
            vbuckets.setState(new TestCookie(1), 0, VBucketState.REPLICA);
            assertThat(client.status(next(id))).isEqualTo(0x07);
            vbuckets.setState(new TestCookie(1), 0, VBucketState.ACTIVE);
            assertThat(client.status(next(id))).isEqualTo(0x01);
        }
    }

    @Nested
    class Cancel {
        @Test
        void cancel_answersSuccessOnce() {
            store(1);
            String id = open(client, "{}");
            client.expect(cancel(id), "81 dc 0000 00 00 0000 | 00000000 | 0000000a | 0000000000000000");
            client.expect(cancel(id), "81 dc 0000 00 00 0001 | 00000000 | 0000000a | 0000000000000000");
            assertThat(client.status(next(id))).isEqualTo(0x01);
        }

        @Test
        void cancel_whileContinuing_endsThatContinue() {
            for (int steps = 0; steps < 12; steps++) {
                store(100);
                String id = open(client, "{\"key_only\":true}");
                WireClient slow = connect(XERROR);
                slow.send(next(id));
                for (int i = 0; i < steps; i++) {
                    server.step();
                }
                client.send(cancel(id));
                List<Response> responses = Response.parse(slow.settle().take());
                int last = responses.get(responses.size() - 1).status();
                assertThat(last).as("after %d steps", steps).isIn(CANCELLED, COMPLETE, 0x01);
                assertThat(Response.parse(client.settle().take()).get(0).status())
                        .isIn(0, 0x01);
                assertThat(client.status(next(id))).isEqualTo(0x01);
                slow.disconnect();
            }
        }

        @Test
        void cancelledContinue_withoutXerror_closes() {
            store(100);
            String id = open(client, "{\"key_only\":true}");
            WireClient old = connect(JSON).window(0);
            old.send(next(id));
            server.step();
            assertThat(client.status(cancel(id))).isZero();
            old.readFreely().settle();
            assertThat(old.closed()).isTrue();
        }
    }
}
