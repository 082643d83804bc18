package dev.sluice.core.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.bucket.BucketSpec;
import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.Hex;
import dev.sluice.core.fixture.Response;
import dev.sluice.core.fixture.TestServer;
import dev.sluice.core.fixture.WireClient;
import dev.sluice.engine.EngineProvider;
import dev.sluice.engine.Status;
import dev.sluice.engine.VBucketState;
import dev.sluice.testkit.FaultPlan;
import dev.sluice.testkit.NaiveEngineProvider;
import dev.sluice.testkit.TestBucketConfiguration;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.xerial.snappy.Snappy;

/** GET_CLUSTER_CONFIG, SET_CLUSTER_CONFIG, buckets that are only a map, and the bodies of NOT_MY_VBUCKET. */
class ClusterConfigWireTest {

    private static final NodeAddresses ADDRESSES = new NodeAddresses(null, 11210, 0, 8091, 0, Map.of());

    private static final int XERROR = 0x07;
    private static final int SELECT_BUCKET = 0x08;
    private static final int JSON = 0x0b;
    private static final int SNAPPY = 0x0a;
    private static final int SNAPPY_EVERYWHERE = 0x13;
    private static final int DEDUPE = 0x1e;

    private TestServer server = new TestServer();

    @BeforeEach
    void open() {
        server = TestServer.naive(FaultPlan.everyFirstCall());
        server.node().addresses(ADDRESSES);
    }

    @AfterEach
    void close() {
        server.close();
    }

    private WireClient connect(int... features) {
        return server.greeted(features);
    }

    private static Frame getMap() {
        return Frame.of(0xb5);
    }

    private static String version(long epoch, long revision) {
        return String.format(Locale.ROOT, "%016x%016x", epoch, revision);
    }

    private static Frame getMap(MapVersion known) {
        return getMap().extras(version(known.epoch(), known.revision()));
    }

    private static Frame setMap(String bucket, long epoch, long revision, String json) {
        return Frame.of(0xb4).key(bucket).extras(version(epoch, revision)).value(json);
    }

    private static Frame select(String bucket) {
        return Frame.of(0x89).key(bucket);
    }

    private ClusterMap map() {
        return Objects.requireNonNull(server.bucket("default").map().current(), "map");
    }

    private static String text(ClusterMap map) {
        return new String(map.json(), StandardCharsets.UTF_8);
    }

    private void state(int vbucket, VBucketState state) {
        assertThat(server.connect().status(Frame.of(0x3d).vbucket(vbucket).extras("0" + (state.ordinal() + 1))))
                .isZero();
    }

    @Nested
    class Get {
        @Test
        void whoTakesSnappyEverywhere_isSentItCompressed() throws Exception {
            Response compressed = connect(JSON, SNAPPY_EVERYWHERE).call(getMap());
            assertThat(compressed.datatype()).isEqualTo(3);
            assertThat(compressed.value()).hasSizeLessThan(map().json().length);
            assertThat(Snappy.uncompress(compressed.value())).isEqualTo(map().json());

            Response plain = connect(JSON, SNAPPY).call(getMap());
            assertThat(plain.datatype()).as("values alone may be compressed").isEqualTo(1);
            assertThat(plain.value()).isEqualTo(map().json());
        }

        @Test
        void mapThatSnappyMakesNoShorter_isSentAsItIs() {
            assertThat(server.connect().status(setMap("", 1, 1, "{\"a\":1}"))).isZero();
            WireClient client = connect(JSON, SNAPPY_EVERYWHERE, SELECT_BUCKET);
            assertThat(client.call(getMap()).text()).isEqualTo("{\"a\":1}");
            assertThat(client.call(getMap()).datatype()).isEqualTo(1);
        }

        @Test
        void mapInNotMyVbucket_isNeverCompressed() {
            state(0, VBucketState.DEAD);
            Response response = connect(JSON, SNAPPY_EVERYWHERE).call(Frame.get("k"));
            assertThat(response.status()).isEqualTo(0x07);
            assertThat(response.datatype()).isEqualTo(1);
            assertThat(response.text()).isEqualTo(text(map()));
        }

        @Test
        void withABucket_isThatBucketsMap_inJson() {
            Response response = connect(JSON).call(getMap());
            assertThat(response.status()).isZero();
            assertThat(response.datatype()).isEqualTo(1);
            assertThat(response.text()).isEqualTo(text(map())).contains("\"name\":\"default\"");
            assertThat(response.extras()).isEmpty();
            assertThat(response.key()).isEmpty();
        }

        @Test
        void toAClientWithoutJson_isTheSameInRaw() {
            Response response = server.connect().call(getMap());
            assertThat(response.datatype()).isZero();
            assertThat(response.text()).isEqualTo(text(map()));
        }

        @Test
        void promises_whatTheTablesAndTheEngineHave() {
            assertThat(text(map()))
                    .contains("\"cccp\"")
                    .contains("\"durableWrite\"")
                    .contains("\"rangeScan\"");
        }

        @Test
        void withoutABucket_isTheMapWithoutABucket() {
            WireClient client = connect(SELECT_BUCKET, JSON);
            assertThat(client.call(getMap()).text())
                    .isEqualTo(
                            text(Objects.requireNonNull(server.node().cluster().global())))
                    .doesNotContain("nodeLocator");
        }

        @Test
        void beforeLogin_isRefused() {
            WireClient stranger = server.connect(0, false);
            assertThat(stranger.status(getMap())).isEqualTo(0x20);
            stranger.call(Frame.hello(XERROR));
            assertThat(stranger.status(getMap())).isEqualTo(0x24);
        }

        @Test
        void withTheVersionThatThereIs_isEmpty_andWithAnOlderOneIsTheMap() {
            WireClient client = connect(JSON);
            MapVersion now = map().version();
            client.expect(getMap(now), "81 b5 0000 00 00 0000 | 00000000 | 0000000a | 0000000000000000");
            assertThat(client.call(getMap(new MapVersion(now.epoch() + 1, 1))).value())
                    .as("a newer one")
                    .isEmpty();
            for (MapVersion older :
                    new MapVersion[] {new MapVersion(now.epoch() - 1, 999), new MapVersion(-1, 1), new MapVersion(1, 1)
                    }) {
                assertThat(client.call(getMap(older)).text()).as("" + older).isEqualTo(text(map()));
            }
        }

        @Test
        void withAVersionThatIsNone_isEinval() {
            WireClient client = connect(JSON);
            for (String extras : new String[] {version(1, 0), version(1, -1), version(0, 1), version(-2, 1)}) {
                assertThat(client.status(getMap().extras(extras))).as(extras).isEqualTo(0x04);
            }
            assertThat(client.status(getMap().extras("00000001"))).isEqualTo(0x04);
            assertThat(client.status(getMap().key("default"))).isEqualTo(0x04);
            assertThat(client.status(getMap().value("x"))).isEqualTo(0x04);
            assertThat(client.status(getMap().cas(1))).isEqualTo(0x04);
        }

        @Test
        void beforeThereIsAMap_isKeyEnoent() {
            try (TestServer young = TestServer.naive()) {
                WireClient client = young.connect();
                assertThat(client.status(getMap())).isEqualTo(0x01);
                client.call(select("@no bucket@"));
                assertThat(client.status(getMap())).isEqualTo(0x01);
            }
        }
    }

    @Nested
    class Set {
        @Test
        void ofABucket_replacesItsMap_whateverTheVersion() {
            WireClient client = connect(JSON);
            client.expect(
                    setMap("default", 1, 5, "{\"rev\":5}"),
                    "81 b4 0000 00 00 0000 | 00000000 | 0000000a | 0000000000000000");
            assertThat(client.call(getMap()).text()).isEqualTo("{\"rev\":5}");
            assertThat(client.call(getMap(new MapVersion(1, 5))).value()).isEmpty();
            assertThat(client.call(getMap(new MapVersion(1, 4))).text()).isEqualTo("{\"rev\":5}");
            assertThat(client.status(setMap("default", 1, 4, " {\"rev\":4}").datatype(1)))
                    .isZero();
            assertThat(client.call(getMap()).text()).isEqualTo(" {\"rev\":4}");
        }

        @Test
        void withoutAKey_isOfTheMapWithoutABucket() {
            WireClient client = connect(JSON);
            assertThat(client.status(setMap("", 1, 5, "{\"global\":1}"))).isZero();
            assertThat(client.call(getMap()).text()).as("a bucket's map").isEqualTo(text(map()));
            client.call(select("@no bucket@"));
            assertThat(client.call(getMap()).text()).isEqualTo("{\"global\":1}");
        }

        @Test
        void ofWhatIsNoJsonObject_isEinval() {
            WireClient client = connect(JSON);
            String large = "[" + "1,".repeat(40_000) + "1]";
            for (String json : new String[] {"[]", "1", "\"{}\"", "{", "{}{}", "x", " ", large, "{" + large}) {
                assertThat(client.status(setMap("default", 1, 5, json)))
                        .as(json.substring(0, Math.min(10, json.length())))
                        .isEqualTo(0x04);
            }
            assertThat(client.status(Frame.of(0xb4).key("default").extras(version(1, 1))))
                    .isEqualTo(0x04);
            assertThat(client.status(setMap("default", 1, 0, "{}"))).isEqualTo(0x04);
            assertThat(client.status(setMap("default", 0, 1, "{}"))).isEqualTo(0x04);
            assertThat(client.call(getMap()).text()).isEqualTo(text(map()));
        }

        @Test
        void ofALargeMap_isCheckedInTheBackground_andSentInPieces() {
            WireClient client = connect(JSON);
            String large = "{\"x\":\"" + "y".repeat(200_000) + "\"}";
            assertThat(client.status(setMap("default", 1, 5, large))).isZero();
            assertThat(client.call(getMap()).text()).isEqualTo(large);
            assertThat(client.status(setMap("default", 1, 6, "{\"x\":\"" + "y".repeat(1 << 20) + "\"}")))
                    .isEqualTo(0x03);
        }

        @Test
        void ofABucketThatIsCreated_isEtmpfail() {
            EngineProvider provider = new NaiveEngineProvider();
            CompletableFuture<Void> creation = server.node()
                    .buckets()
                    .create(new BucketSpec(
                            TestBucketConfiguration.of(provider).bucketName("young"),
                            1 << 20,
                            false,
                            Path.of("").toAbsolutePath(),
                            provider)); // The pools have not run.
            assertThat(server.node().buckets().storeMap("young", map())).isEqualTo(Status.TEMPORARY_FAILURE);
            server.pump();
            assertThat(creation).isCompleted();
            assertThat(server.node().buckets().storeMap("young", map())).isEqualTo(Status.SUCCESS);
        }
    }

    @Nested
    class ConfigOnly {
        private WireClient selected(int... features) {
            assertThat(server.connect().status(setMap("elsewhere", 3, 4, "{\"rev\":4}")))
                    .isZero();
            WireClient client = connect(features);
            assertThat(client.status(select("elsewhere"))).isZero();
            return client;
        }

        @Test
        void canBeSelected_andHasItsMap() {
            WireClient client = selected(XERROR, JSON);
            assertThat(client.call(getMap()).text()).isEqualTo("{\"rev\":4}");
            assertThat(client.call(getMap(new MapVersion(3, 4))).value()).isEmpty();
            assertThat(client.describe().bucket()).isEqualTo("elsewhere");
        }

        @Test
        void isInNoList() {
            WireClient client = selected();
            client.call(select("default"));
            assertThat(client.call(Frame.of(0x87)).text()).isEqualTo("default");
        }

        @Test
        void everythingElse_isEConfigOnly_orNotSupported() {
            WireClient client = selected(XERROR);
            for (Frame frame : new Frame[] {
                Frame.get("k"),
                Frame.noop(),
                Frame.of(0x10),
                Frame.of(0x87),
                Frame.of(0x20),
                Frame.of(0x30),
                Frame.of(0xb4)
            }) {
                assertThat(client.status(frame)).isEqualTo(0x0d);
            }
            assertThat(client.status(Frame.of(0x4c))).as("unknown opcode").isEqualTo(0x81);
            client.call(Frame.hello(JSON)); // Without SelectBucket the selection stays.
            assertThat(client.status(Frame.noop())).isEqualTo(0x83);
            assertThat(client.status(Frame.get("k"))).isEqualTo(0x83);
            assertThat(client.status(select("default"))).isZero();
            assertThat(client.status(Frame.noop())).isZero();
        }

        @Test
        void creation_putsABucketInItsPlace_underItsConnections_andItsMapStays() {
            WireClient client = selected(XERROR, JSON);
            server.createBucket("elsewhere", FaultPlan.none());
            assertThat(client.status(Frame.set("k", "v"))).isZero();
            assertThat(client.call(getMap()).text()).isEqualTo("{\"rev\":4}");
            assertThat(server.bucket("elsewhere").userCount()).isEqualTo(1);
            assertThat(server.node().buckets().configOnly("elsewhere")).isNull();
        }

        @Test
        void deletion_closesItsConnections() {
            WireClient client = selected(XERROR);
            assertThat(server.node().buckets().deleteConfigOnly("elsewhere")).isTrue();
            server.settle();
            assertThat(client.closed()).isTrue();
            assertThat(server.node().buckets().deleteConfigOnly("elsewhere")).isFalse();
            assertThat(server.connect().status(select("elsewhere"))).isEqualTo(0x01);
        }

        @Test
        void thereAreNotAnyNumberOfThem() {
            WireClient client = connect();
            for (int i = 0; i < 100; i++) {
                assertThat(client.status(setMap("b" + i, 1, 1, "{}"))).isZero();
            }
            assertThat(client.status(setMap("b100", 1, 1, "{}"))).isEqualTo(0x03);
            assertThat(client.status(setMap("b7", 1, 2, "{}"))).isZero();
        }
    }

    @Nested
    class NotMyVBucket {
        @Test
        void comesWithTheMap() {
            state(1, VBucketState.DEAD);
            Response response = connect(JSON).call(Frame.get("k").vbucket(1));
            assertThat(response.status()).isEqualTo(0x07);
            assertThat(response.datatype()).isEqualTo(1);
            assertThat(response.text()).isEqualTo(text(map()));
            Response raw = server.connect().call(Frame.get("k").vbucket(7));
            assertThat(raw.datatype()).isZero();
            assertThat(raw.text()).isEqualTo(text(map()));
        }

        @Test
        void comesWithTheMapEachTime_unlessTheClientAskedNot() {
            WireClient client = connect(JSON);
            client.call(Frame.get("k").vbucket(7));
            assertThat(client.call(Frame.get("k").vbucket(7)).value()).isNotEmpty();
            WireClient deduping = connect(JSON, DEDUPE);
            assertThat(deduping.call(Frame.get("k").vbucket(7)).value()).isNotEmpty();
            deduping.expect(
                    Frame.get("k").vbucket(7), "81 00 0000 00 00 0007 | 00000000 | 0000000a | 0000000000000000");
        }

        @Test
        void dedupe_countsWhatGetClusterConfigSent_andSelectBucketForgets() {
            WireClient client = connect(JSON, DEDUPE);
            client.call(getMap());
            assertThat(client.call(Frame.get("k").vbucket(7)).value()).isEmpty();
            server.bucket("default").map().manifestUid(5);
            assertThat(client.call(Frame.get("k").vbucket(7)).value())
                    .as("a new map")
                    .isNotEmpty();
            assertThat(client.call(Frame.get("k").vbucket(7)).value()).isEmpty();
            client.call(select("default"));
            assertThat(client.call(Frame.get("k").vbucket(7)).value()).isNotEmpty();
        }

        @Test
        void withoutAMap_isEmpty() {
            try (TestServer young = TestServer.naive()) {
                assertThat(young.connect().call(Frame.get("k").vbucket(7)).value())
                        .isEmpty();
            }
        }

        @Test
        void ofAQuietCommand_comesToo() {
            Response response = connect(JSON).call(Frame.of(0x09).key("k").vbucket(7));
            assertThat(response.status()).isEqualTo(0x07);
            assertThat(Hex.text(response.value())).isNotEmpty();
        }
    }
}
