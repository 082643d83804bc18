package dev.sluice.core.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.bucket.BucketSpec;
import dev.sluice.core.bucket.IngressLimit;
import dev.sluice.core.cluster.NodeAddresses;
import dev.sluice.core.collections.CollectionsSpec;
import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.Hex;
import dev.sluice.core.fixture.Response;
import dev.sluice.core.fixture.WireClient;
import dev.sluice.engine.VBucketState;
import dev.sluice.engine.VBuckets;
import dev.sluice.testkit.FaultInjectingProvider;
import dev.sluice.testkit.NaiveEngineProvider;
import dev.sluice.testkit.TestBucketConfiguration;
import dev.sluice.testkit.TestCookie;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Keys with the id of their collection, and the commands about collections, in bytes. */
class CollectionWireTest extends WireContract {

    private static final int COLLECTIONS = 0x12;

    private static final int SET_MANIFEST = 0xb9;
    private static final int GET_MANIFEST = 0xba;
    private static final int GET_ID = 0xbb;
    private static final int GET_SCOPE_ID = 0xbc;

    private static final int EINVAL = 0x04;
    private static final int NOT_MY_VBUCKET = 0x07;
    private static final int ERANGE = 0x22;
    private static final int UNKNOWN_COLLECTION = 0x88;
    private static final int CANNOT_APPLY = 0x8a;
    private static final int UNKNOWN_SCOPE = 0x8c;

    private static final String UNKNOWN_TEXT =
            "{\"error\":{\"context\":\"The collection or scope is not in the manifest of the bucket\"},"
                    + "\"manifest_uid\":\"1\"}";

    private WireClient named = client;

    /** {@code inv.hotel} has id 8, {@code inv.car} 9 with at most ten seconds for a document, {@code inv.bus} a with any. */
    @BeforeEach
    void openWithCollections() {
        server.close();
        server = new dev.sluice.core.fixture.TestServer(server.limits(), 0, false);
        Map<String, Long> collections = new LinkedHashMap<>();
        collections.put("hotel", -1L);
        collections.put("car", 10L);
        collections.put("bus", 0L);
        create("default", new CollectionsSpec(100, Map.of("inv", collections)));
        client = server.connect();
        named = connect(COLLECTIONS, XERROR, JSON);
    }

    private void create(String name, CollectionsSpec spec) {
        FaultInjectingProvider provider = new FaultInjectingProvider(new NaiveEngineProvider(), disturbance.plan());
        server.createBucket(new BucketSpec(
                        TestBucketConfiguration.of(provider).bucketName(name).valueSizeBytesMax(1 << 16),
                        64L << 20,
                        true,
                        server.directory().resolve(name),
                        provider)
                .with(spec));
    }

    private static Frame set(int collection, String key, String value) {
        return Frame.set("", value).key(collection, key);
    }

    private static Frame set(int collection, String key, long expiry) {
        return Frame.set("", "v")
                .key(collection, key)
                .extras("00000000 " + String.format(java.util.Locale.ROOT, "%08x", expiry));
    }

    private static Frame get(int collection, String key) {
        return Frame.get("").key(collection, key);
    }

    private static String manifest(String uid, String collections) {
        return "{\"uid\":\"" + uid + "\",\"scopes\":[{\"uid\":\"0\",\"name\":\"_default\",\"collections\":["
                + "{\"uid\":\"0\",\"name\":\"_default\"}]},{\"uid\":\"8\",\"name\":\"inv\",\"collections\":["
                + collections + "]}]}";
    }

    private static Frame setManifest(String json) {
        return Frame.of(SET_MANIFEST).value(json);
    }

    @Nested
    class Prefix {
        @Test
        void hello_grantsCollections() {
            client.expect(
                    Frame.hello(COLLECTIONS), "81 1f 0000 00 00 0000 | 00000002 | 0000000a | 0000000000000000 | 0012");
        }

        @Test
        void equalKeysOfTwoCollections_areTwoDocuments_andTheDefaultOneIsShared() {
            assertThat(named.status(set(8, "k", "hotel"))).isZero();
            assertThat(named.status(set(0, "k", "plain"))).isZero();
            assertThat(named.call(get(8, "k")).text()).isEqualTo("hotel");
            assertThat(named.call(get(0, "k")).text()).isEqualTo("plain");
            assertThat(client.call(Frame.get("k")).text()).isEqualTo("plain");
            assertThat(named.status(get(9, "k"))).isEqualTo(1);
        }

        /**
         * <pre>
         *   81 0c 0002 04 ... | 00000007 | ... | 00000000 | 08 'k' | 'v'
         *         key: prefix and one byte
         * </pre>
         */
        @Test
        void answersWithAKey_haveThePrefix_whereTheConnectionHasCollections() {
            named.call(set(8, "k", "v"));
            Response response = named.call(Frame.of(0x0c).key(8, "k"));
            assertThat(response.key()).isEqualTo(new byte[] {8, 'k'});
            named.call(set(0, "k", "v"));
            assertThat(named.call(Frame.of(0x0c).key(0, "k")).key()).isEqualTo(new byte[] {0, 'k'});
            assertThat(client.call(Frame.of(0x0c).key("k")).key()).isEqualTo(new byte[] {'k'});
        }

        @Test
        void longIds_areReadAndWritten() {
            String json = manifest(
                    "2",
                    "{\"uid\":\"8\",\"name\":\"hotel\"},{\"uid\":\"555\",\"name\":\"a\"},"
                            + "{\"uid\":\"ffffffff\",\"name\":\"b\"}");
            assertThat(named.status(setManifest(json))).isZero();
            for (String prefix : List.of("d50a", "ffffffff0f")) {
                byte[] key = Hex.bytes(prefix + " 'k'");
                assertThat(named.status(Frame.set("", "v").key(key))).isZero();
                assertThat(named.call(Frame.of(0x0c).key(key)).key()).isEqualTo(key);
            }
            assertThat(named.status(Frame.get("").key(Hex.bytes("9601 'k'"))))
                    .as("another id of two bytes")
                    .isEqualTo(UNKNOWN_COLLECTION);
        }

        @Test
        void keysThatBreakARule_areEinval() {
            for (String bad : List.of(
                    "'k'", // too short
                    "00", // nothing behind
                    "08",
                    "80", // not ended
                    "8080",
                    "ffffffffff",
                    "8800 'k'", // longer than need be
                    "8000 'k'",
                    "ffffffff8f00 'k'", // six bytes
                    "ffffffff1f 'k'", // more than 32 bits
                    "01 'k'", // reserved
                    "07 'k'",
                    "8801", // an id of two bytes and nothing behind
                    "00" + "61".repeat(251),
                    "08" + "61".repeat(247),
                    "8801" + "61".repeat(247))) {
                Response response = named.call(Frame.get("").key(Hex.bytes(bad)));
                assertThat(response.status()).as(bad).isEqualTo(EINVAL);
                assertThat(response.text()).as(bad).contains("\"context\"").doesNotContain("manifest_uid");
            }
            assertThat(named.status(Frame.set("", "v").key(Hex.bytes("00" + "61".repeat(250)))))
                    .isZero();
            assertThat(named.status(Frame.set("", "v").key(Hex.bytes("08" + "61".repeat(246)))))
                    .isZero();
            assertThat(client.status(Frame.set("a".repeat(251), "v")))
                    .as("no collections")
                    .isEqualTo(EINVAL);
        }

        @Test
        void framingExtras_goFirst() {
            assertThat(named.status(Frame.get("").key(0x55, "k").framing("e0"))).isEqualTo(0x80);
        }

        @Test
        void everyDocumentCommand_takesThePrefix() {
            assertThat(named.status(Frame.of(0x02)
                            .key(8, "a")
                            .extras("00000000 00000000")
                            .value("1")))
                    .as("add")
                    .isZero();
            assertThat(named.status(Frame.of(0x03)
                            .key(8, "a")
                            .extras("00000000 00000000")
                            .value("2")))
                    .as("replace")
                    .isZero();
            assertThat(named.call(Frame.of(0x05).key(8, "a").extras("0000000000000005 0000000000000000 00000000"))
                            .value())
                    .as("increment")
                    .endsWith(7);
            assertThat(named.status(Frame.of(0x0e).key(8, "a").value("0")))
                    .as("append")
                    .isZero();
            assertThat(named.status(Frame.of(0x0f).key(8, "a").value("1")))
                    .as("prepend")
                    .isZero();
            assertThat(named.status(Frame.of(0x1c).key(8, "a").extras("00000010")))
                    .as("touch")
                    .isZero();
            assertThat(named.call(Frame.of(0x1d).key(8, "a").extras("00000010")).text())
                    .as("gat")
                    .isEqualTo("170");
            Response locked = named.call(Frame.of(0x94).key(8, "a"));
            assertThat(locked.status()).as("get locked").isZero();
            assertThat(named.status(Frame.of(0x95).key(8, "a").cas(locked.cas())))
                    .as("unlock")
                    .isZero();
            assertThat(named.status(Frame.of(0x04).key(8, "a"))).as("delete").isZero();
            assertThat(named.status(get(8, "a"))).isEqualTo(1);
        }
    }

    @Nested
    class Unknown {
        /**
         * <pre>
         *   81 00 0000 00 01 0088 | ... {"error":{"context":"…"},"manifest_uid":"1"}
         *               |  UNKNOWN_COLLECTION
         *               datatype JSON, as it was negotiated
         * </pre>
         */
        @Test
        void anIdThatIsNotThere_isAnsweredWithTheManifestsUid() {
            Response response = named.call(get(0x55, "k"));
            assertThat(response.status()).isEqualTo(UNKNOWN_COLLECTION);
            assertThat(response.datatype()).isEqualTo(1);
            assertThat(response.text()).isEqualTo(UNKNOWN_TEXT);
            assertThat(named.status(set(0x55, "k", "v"))).isEqualTo(UNKNOWN_COLLECTION);
        }

        @Test
        void quietCommands_areAnsweredToo() {
            assertThat(named.status(Frame.of(0x09).key(0x55, "k"))).isEqualTo(UNKNOWN_COLLECTION);
            assertThat(named.status(Frame.of(0x11).key(0x55, "k").extras("00000000 00000000")))
                    .isEqualTo(UNKNOWN_COLLECTION);
        }

        @Test
        void aVBucketThatIsNotHere_goesFirst() {
            assertThat(named.status(get(0x55, "k").vbucket(4))).isEqualTo(NOT_MY_VBUCKET);
            VBuckets vbuckets =
                    Objects.requireNonNull(server.engine("default").inner().capability(VBuckets.class));
            vbuckets.setState(new TestCookie(1), 1, VBucketState.DEAD);
            vbuckets.delete(new TestCookie(1), 1);
            assertThat(named.status(get(0x55, "k").vbucket(1))).isEqualTo(NOT_MY_VBUCKET);
        }

        @Test
        void itGoesBeforeTheLimitOfAFullBucket_soThatClientsAskForItAnew() {
            server.node().buckets().ingressLimit("default", IngressLimit.BUCKET_SIZE);
            assertThat(named.status(set(0x55, "k", "v"))).isEqualTo(UNKNOWN_COLLECTION);
            assertThat(named.status(set(3, "k", "v"))).as("a reserved id").isEqualTo(EINVAL);
            assertThat(named.status(set(8, "k", "v"))).isEqualTo(0x35);
        }

        @Test
        void withoutABucket_thatIsSaidFirst() {
            WireClient nowhere = connect(COLLECTIONS, XERROR, SELECT_BUCKET);
            assertThat(nowhere.status(get(0x55, "k"))).isEqualTo(0x08);
            assertThat(nowhere.status(get(1, "k"))).isEqualTo(EINVAL);
            assertThat(nowhere.status(Frame.of(GET_MANIFEST))).isEqualTo(0x08);
        }

        @Test
        void theDefaultCollection_canBeDropped_andDoesNotReturn() {
            named.call(set(0, "k", "v"));
            String without = "{\"uid\":\"2\",\"scopes\":[{\"uid\":\"0\",\"name\":\"_default\",\"collections\":[]}]}";
            assertThat(named.status(setManifest(without))).isZero();
            assertThat(named.status(get(0, "k"))).isEqualTo(UNKNOWN_COLLECTION);
            assertThat(client.status(Frame.get("k"))).as("has no word for it").isEqualTo(EINVAL);
            assertThat(connect(XERROR).status(Frame.get("k"))).isEqualTo(UNKNOWN_COLLECTION);
            Response again = named.call(setManifest(manifest("3", "")));
            assertThat(again.status()).isEqualTo(EINVAL);
            assertThat(again.text()).contains("the default collection: there again");
        }
    }

    @Nested
    class Commands {
        @Test
        void getManifest_isJson() {
            Response response = named.call(Frame.of(GET_MANIFEST));
            assertThat(response.datatype()).isEqualTo(1);
            assertThat(response.text())
                    .isEqualTo(manifest(
                            "1",
                            "{\"uid\":\"8\",\"name\":\"hotel\"},{\"uid\":\"9\",\"name\":\"car\",\"maxTTL\":10},"
                                    + "{\"uid\":\"a\",\"name\":\"bus\",\"maxTTL\":0}"));
            assertThat(client.call(Frame.of(GET_MANIFEST)).datatype()).isZero();
        }

        /**
         * <pre>
         *   81 bb 0000 0c ... | 0000000c | ... | 0000000000000001 00000008
         *              extras                    manifest uid     collection id
         * </pre>
         */
        @Test
        void getId_takesThePathFromKeyOrValue() {
            String answer =
                    "81 bb 0000 0c 00 0000 | 0000000c | 0000000a | 0000000000000000 | 0000000000000001 00000008";
            named.expect(Frame.of(GET_ID).value("inv.hotel"), answer);
            named.expect(Frame.of(GET_ID).key("inv.hotel"), answer);
            client.expect(Frame.of(GET_ID).value("inv.hotel"), answer);
            for (String path : List.of(".", "_default.", "._default", "_default._default")) {
                assertThat(named.call(Frame.of(GET_ID).value(path)).extras())
                        .as(path)
                        .isEqualTo(Hex.bytes("0000000000000001 00000000"));
            }
        }

        @Test
        void getScopeId_takesScopesAndCollections() {
            for (String path : List.of("inv", "inv.", "inv.hotel", "inv.unknown")) {
                named.expect(
                        Frame.of(GET_SCOPE_ID).value(path),
                        "81 bc 0000 0c 00 0000 | 0000000c | 0000000a | 0000000000000000 | 0000000000000001 00000008");
            }
            assertThat(named.call(Frame.of(GET_SCOPE_ID).value(".")).extras()).endsWith(0, 0, 0, 0);
        }

        @Test
        void unknownNames_areAnsweredWithTheManifestsUid() {
            Response collection = named.call(Frame.of(GET_ID).value("inv.unknown"));
            assertThat(collection.status()).isEqualTo(UNKNOWN_COLLECTION);
            assertThat(collection.text()).isEqualTo(UNKNOWN_TEXT);
            assertThat(named.status(Frame.of(GET_ID).value("unknown.hotel"))).isEqualTo(UNKNOWN_SCOPE);
            Response scope = named.call(Frame.of(GET_SCOPE_ID).value("unknown"));
            assertThat(scope.status()).isEqualTo(UNKNOWN_SCOPE);
            assertThat(scope.text()).isEqualTo(UNKNOWN_TEXT);
            assertThat(client.status(Frame.of(GET_ID).value("inv.unknown"))).isEqualTo(EINVAL);
        }

        @Test
        void badPaths_areEinval() {
            for (String path : List.of("inv", "a.b.c", "inv.$x", "$inv.hotel", "inv.ho tel", "x".repeat(600) + ".y")) {
                assertThat(named.status(Frame.of(GET_ID).value(path))).as(path).isEqualTo(EINVAL);
            }
            for (String path : List.of("a.b.c", "$inv", "inv.$x")) {
                assertThat(named.status(Frame.of(GET_SCOPE_ID).value(path)))
                        .as(path)
                        .isEqualTo(EINVAL);
            }
            assertThat(named.status(Frame.of(GET_ID))).isEqualTo(EINVAL);
            assertThat(named.status(Frame.of(GET_ID).key("inv.hotel").value("inv.hotel")))
                    .isEqualTo(EINVAL);
        }

        @Test
        void aVBucketInTheHeader_isEinval() {
            assertThat(named.status(Frame.of(GET_MANIFEST).vbucket(1))).isEqualTo(EINVAL);
            assertThat(named.status(Frame.of(GET_ID).value("inv.hotel").vbucket(1)))
                    .isEqualTo(EINVAL);
            assertThat(named.status(Frame.of(GET_SCOPE_ID).value("inv").vbucket(1)))
                    .isEqualTo(EINVAL);
            assertThat(named.status(setManifest("{}").vbucket(1))).isEqualTo(EINVAL);
        }

        @Test
        void setManifest_makesAndDrops_atOnce() {
            named.call(set(8, "k", "v"));
            assertThat(named.status(setManifest(manifest("2", "{\"uid\":\"b\",\"name\":\"train\"}"))))
                    .isZero();
            assertThat(named.status(get(8, "k"))).isEqualTo(UNKNOWN_COLLECTION);
            assertThat(named.status(set(0x0b, "k", "v"))).isZero();
            assertThat(named.call(Frame.of(GET_ID).value("inv.train")).extras())
                    .isEqualTo(Hex.bytes("0000000000000002 0000000b"));
            assertThat(named.status(Frame.of(GET_ID).value("inv.hotel"))).isEqualTo(UNKNOWN_COLLECTION);
        }

        @Test
        void setManifest_refusesWithTheStatusOfTheRule() {
            Response invalid = named.call(setManifest(manifest("2", "{\"uid\":\"7\",\"name\":\"a\"}")));
            assertThat(invalid.status()).isEqualTo(EINVAL);
            assertThat(invalid.text())
                    .contains("scopes[1].collections[0].uid: 7 (expected: 0, or 8 and above, as 1 to 7 are reserved)");
            assertThat(named.status(setManifest("{"))).isEqualTo(EINVAL);
            assertThat(named.status(setManifest(manifest("1", "")))).isEqualTo(CANNOT_APPLY);
            assertThat(named.status(setManifest(manifest("2", "{\"uid\":\"8\",\"name\":\"other\"}"))))
                    .isEqualTo(CANNOT_APPLY);
            assertThat(client.status(setManifest(manifest("1", ""))))
                    .as("EINTERNAL")
                    .isEqualTo(0x84);
            named.call(setManifest(manifest("5", "")));
            assertThat(named.status(setManifest(manifest("4", "")))).isEqualTo(ERANGE);
            assertThat(named.status(setManifest(manifest("5", ""))))
                    .as("the same again")
                    .isZero();
        }
    }

    @Nested
    class MaxTtl {
        private void expiresAfter(int collection, String key, long seconds) {
            server.advance(Duration.ofSeconds(seconds - 1));
            assertThat(named.status(get(collection, key))).as("a second before").isZero();
            server.advance(Duration.ofSeconds(1));
            assertThat(named.status(get(collection, key))).isEqualTo(1);
        }

        @Test
        void noExpiry_becomesTheLimit() {
            named.call(set(9, "k", 0));
            expiresAfter(9, "k", 10);
            named.call(set(8, "k", 0));
            expiresAfter(8, "k", 100);
        }

        @Test
        void aLaterOne_isCut_anEarlierOneIsNot() {
            named.call(set(9, "late", 50));
            named.call(set(9, "early", 5));
            expiresAfter(9, "early", 5);
            expiresAfter(9, "late", 5);
        }

        @Test
        void aCollectionWithNoLimit_hasNoneWhateverTheBucketSays() {
            named.call(set(0x0a, "k", 0));
            server.advance(Duration.ofSeconds(200));
            assertThat(named.status(get(0x0a, "k"))).isZero();
        }

        @Test
        void touch_gat_andCounters_areLimitedToo() {
            named.call(set(9, "touched", 5));
            named.call(set(9, "got", 5));
            named.call(Frame.of(0x1c).key(9, "touched").extras("00000000"));
            named.call(Frame.of(0x1d).key(9, "got").extras("00000000"));
            named.call(Frame.of(0x05).key(9, "counter").extras("0000000000000001 0000000000000000 00000000"));
            server.advance(Duration.ofSeconds(9));
            for (String key : List.of("touched", "got", "counter")) {
                assertThat(named.status(get(9, key))).as(key).isZero();
            }
            server.advance(Duration.ofSeconds(1));
            for (String key : List.of("touched", "got", "counter")) {
                assertThat(named.status(get(9, key))).as(key).isEqualTo(1);
            }
        }

        @Test
        void preserveTtl_keepsWhatIsThere_evenBeyondALimitThatCameLater() {
            named.call(set(0x0a, "k", 50));
            String json =
                    manifest("2", "{\"uid\":\"8\",\"name\":\"hotel\"},{\"uid\":\"a\",\"name\":\"bus\",\"maxTTL\":5}");
            assertThat(named.status(setManifest(json))).isZero();
            assertThat(named.status(set(0x0a, "k", 0).framing("50"))).isZero();
            expiresAfter(0x0a, "k", 50);
        }
    }

    @Nested
    class Scans {
        private static final String IN_HOTEL =
                "{\"collection\":\"8\",\"key_only\":true,\"range\":" + "{\"start\":\"AA==\",\"end\":\"/w==\"}}";

        private Response createScan(String json) {
            return named.call(Frame.of(0xda).value(json).datatype(1));
        }

        @Test
        void aScanSeesItsCollection_withoutPrefixes() {
            named.call(set(8, "k", "v"));
            named.call(set(0, "other", "v"));
            Response scan = createScan(IN_HOTEL);
            assertThat(scan.status()).isZero();
            Response part = named.call(
                    Frame.of(0xdb).extras(java.util.HexFormat.of().formatHex(scan.value()) + "00000000".repeat(3)));
            assertThat(part.status()).isEqualTo(0xa7);
            assertThat(part.value()).isEqualTo(new byte[] {1, 'k'});
        }

        @Test
        void unknownCollections_areRefused() {
            assertThat(createScan(IN_HOTEL.replace("\"8\"", "\"55\"")).text()).isEqualTo(UNKNOWN_TEXT);
            assertThat(createScan(IN_HOTEL.replace("\"8\"", "\"7\"")).status()).isEqualTo(EINVAL);
            assertThat(createScan(IN_HOTEL.replace("\"8\"", "\"0x8\"")).status())
                    .isEqualTo(EINVAL);
            assertThat(createScan(IN_HOTEL.replace("\"8\"", "\"+8\"")).status()).isEqualTo(EINVAL);
            Frame elsewhere = Frame.of(0xda)
                    .value(IN_HOTEL.replace("\"8\"", "\"55\""))
                    .datatype(1)
                    .vbucket(9);
            assertThat(named.status(elsewhere)).isEqualTo(NOT_MY_VBUCKET);
        }

        @Test
        void aScanEnds_whenItsCollectionIsDropped() {
            named.call(set(8, "a", "v"));
            named.call(set(8, "b", "v"));
            Response scan = createScan(IN_HOTEL);
            String one = java.util.HexFormat.of().formatHex(scan.value()) + "00000001 00000000 00000000";
            assertThat(named.status(Frame.of(0xdb).extras(one))).isEqualTo(0xa6);
            assertThat(named.status(setManifest(manifest("2", "")))).isZero();
            assertThat(named.status(Frame.of(0xdb).extras(one))).isEqualTo(UNKNOWN_COLLECTION);
            assertThat(named.status(Frame.of(0xdb).extras(one))).as("forgotten").isEqualTo(1);
        }
    }

    @Nested
    class Statistics {
        private Map<String, String> stat(String group) {
            Map<String, String> items = new LinkedHashMap<>();
            for (Response response : named.ask(Frame.of(0x10).key(group))) {
                assertThat(response.status()).as(group).isZero();
                items.put(response.keyText(), response.text());
            }
            return items;
        }

        private void work() {
            named.call(set(8, "a", "v"));
            named.call(set(8, "b", "v"));
            named.call(get(8, "a"));
            named.call(get(8, "missing"));
            named.call(Frame.of(0x04).key(8, "b"));
            named.call(set(0, "c", "v"));
        }

        @Test
        void collections_haveCountsOfTheirOwn() {
            work();
            Map<String, String> all = stat("collections");
            assertThat(all)
                    .containsEntry("manifest_uid", "1")
                    .containsEntry("0x8:0x8:name", "hotel")
                    .containsEntry("0x8:0x8:scope_name", "inv")
                    .containsEntry("0x8:0x8:items", "1")
                    .containsEntry("0x8:0x8:ops_store", "2")
                    .containsEntry("0x8:0x8:ops_get", "1")
                    .containsEntry("0x8:0x8:ops_delete", "1")
                    .containsEntry("0x0:0x0:items", "1")
                    .containsEntry("0x0:0x0:ops_store", "1")
                    .containsEntry("0x8:0x9:maxTTL", "10")
                    .containsEntry("0x8:0xa:items", "0")
                    .containsKeys("0x8:0x8:collections_mem_used", "0x8:0x8:data_size")
                    .doesNotContainKey("0x8:0x8:maxTTL");
            assertThat(stat("collections inv.hotel"))
                    .containsEntry("0x8:0x8:name", "hotel")
                    .doesNotContainKey("0x0:0x0:name");
            assertThat(stat("collections-byid 0x8")).isEqualTo(stat("collections inv.hotel"));
        }

        @Test
        void scopes_areSums() {
            work();
            assertThat(stat("scopes"))
                    .containsEntry("manifest_uid", "1")
                    .containsEntry("0x8:name", "inv")
                    .containsEntry("0x8:collections", "3")
                    .containsEntry("0x8:items", "1")
                    .containsEntry("0x8:ops_store", "2")
                    .containsEntry("0x0:items", "1");
            assertThat(stat("scopes inv")).doesNotContainKey("0x0:name");
            assertThat(stat("scopes-byid 0x8")).isEqualTo(stat("scopes inv"));
        }

        @Test
        void details_areByVBucket() {
            work();
            assertThat(stat("collections-details 0"))
                    .containsEntry("vb_0:manifest_uid", "1")
                    .containsEntry("vb_0:0x8:0x8:items", "1")
                    .containsEntry("vb_0:0x8:0x8:high_seqno", "3")
                    .doesNotContainKey("vb_1:manifest_uid");
            assertThat(stat("collections-details")).containsEntry("vb_3:0x8:0x8:items", "0");
            assertThat(stat("scopes-details 0")).containsEntry("vb_0:0x8:items", "1");
        }

        @Test
        void manifest_isItsJson() {
            assertThat(stat("manifest").get("manifest"))
                    .isEqualTo(named.call(Frame.of(GET_MANIFEST)).text());
        }

        @Test
        void reset_beginsAnewAtZero() {
            work();
            named.ask(Frame.of(0x10).key("reset"));
            assertThat(stat("collections"))
                    .containsEntry("0x8:0x8:ops_store", "0")
                    .containsEntry("0x8:0x8:items", "1");
        }

        @Test
        void unknownNames_areSaid() {
            assertThat(named.call(Frame.of(0x10).key("collections inv.x")).text())
                    .isEqualTo(UNKNOWN_TEXT);
            assertThat(named.status(Frame.of(0x10).key("collections x.y"))).isEqualTo(UNKNOWN_SCOPE);
            assertThat(named.status(Frame.of(0x10).key("collections-byid 0x55")))
                    .isEqualTo(UNKNOWN_COLLECTION);
            assertThat(named.status(Frame.of(0x10).key("scopes x"))).isEqualTo(UNKNOWN_SCOPE);
            assertThat(named.status(Frame.of(0x10).key("scopes-byid 0x55"))).isEqualTo(UNKNOWN_SCOPE);
            assertThat(named.status(Frame.of(0x10).key("scopes-byid 8"))).isEqualTo(EINVAL);
            assertThat(named.status(Frame.of(0x10).key("collections-details x")))
                    .isEqualTo(EINVAL);
            assertThat(named.status(Frame.of(0x10).key("collections-details 9")))
                    .isEqualTo(NOT_MY_VBUCKET);
        }
    }

    /** Commands on metadata that say of which collection they are in ways of their own. */
    @Nested
    class Metadata {
        @Test
        void observe_hasThePrefixInEachKey() {
            named.call(set(8, "k", "v"));
            Response response = named.call(Frame.of(0x92).value(Hex.bytes("0000 0002 08 'k' 0000 0002 00 'k'")));
            assertThat(response.status()).isZero();
            // vbucket, length, key with its prefix, state (found, or 80: not there), CAS
            assertThat(response.value()).startsWith(Hex.bytes("0000 0002 08 'k'"));
            assertThat(response.value()).endsWith(Hex.bytes("0000 0002 00 'k' 80 0000000000000000"));
            assertThat(named.status(Frame.of(0x92).value(Hex.bytes("0000 0002 55 'k'"))))
                    .isEqualTo(UNKNOWN_COLLECTION);
            assertThat(named.status(Frame.of(0x92).value(Hex.bytes("0009 0002 55 'k'"))))
                    .isEqualTo(NOT_MY_VBUCKET);
            assertThat(named.status(Frame.of(0x92).value(Hex.bytes("0000 0002 07 'k'"))))
                    .isEqualTo(EINVAL);
        }

        @Test
        void getRandomKey_isOfItsCollection() {
            named.call(set(8, "k", "v"));
            assertThat(named.call(Frame.of(0xb6).extras("00000008")).key()).isEqualTo(new byte[] {8, 'k'});
            assertThat(named.status(Frame.of(0xb6).extras("00000009"))).isEqualTo(1);
            assertThat(named.status(Frame.of(0xb6).extras("00000055"))).isEqualTo(UNKNOWN_COLLECTION);
        }

        @Test
        void getAllVbSeqnos_areOfTheVbucketOrOfACollection() {
            client.call(Frame.set("plain", "v"));
            named.call(set(8, "k", "v"));
            assertThat(named.call(Frame.of(0x48)).value()).startsWith(Hex.bytes("0000 0000000000000002"));
            assertThat(named.call(Frame.of(0x48).extras("00000001 00000008")).value())
                    .startsWith(Hex.bytes("0000 0000000000000002 0001 0000000000000000"));
            assertThat(named.call(Frame.of(0x48).extras("00000001 00000009")).value())
                    .startsWith(Hex.bytes("0000 0000000000000000"));
            assertThat(client.call(Frame.of(0x48)).value())
                    .as("the default collection's")
                    .startsWith(Hex.bytes("0000 0000000000000001"));
            assertThat(named.status(Frame.of(0x48).extras("00000001 00000055"))).isEqualTo(UNKNOWN_COLLECTION);
        }

        /** Extras of SET_WITH_META: flags, expiry, revision, CAS. */
        @Test
        void setWithMeta_isLimitedLikeAnyOther() {
            Frame withMeta = Frame.of(0xa2)
                    .key(9, "k")
                    .extras("00000000 00000000 0000000000000005 1234567800000000")
                    .value("v");
            assertThat(named.status(withMeta)).isZero();
            server.advance(Duration.ofSeconds(9));
            assertThat(named.status(get(9, "k"))).isZero();
            server.advance(Duration.ofSeconds(1));
            assertThat(named.status(get(9, "k"))).isEqualTo(1);
            assertThat(named.status(Frame.of(0xa0).key(0x55, "k"))).isEqualTo(UNKNOWN_COLLECTION);
        }

        @Test
        void keyStatistics_takeAPathOrAnId() {
            named.call(set(8, "k", "v"));
            for (String stat : List.of("key k 0 inv.hotel", "key-byid k 0 0x8")) {
                assertThat(named.ask(Frame.of(0x10).key(stat)))
                        .as(stat)
                        .extracting(Response::keyText)
                        .contains("key_cas");
            }
            assertThat(named.status(Frame.of(0x10).key("key k 0"))).isEqualTo(1);
            assertThat(named.status(Frame.of(0x10).key("key k 0 inv.x"))).isEqualTo(UNKNOWN_COLLECTION);
            assertThat(named.status(Frame.of(0x10).key("key k 0 x.y"))).isEqualTo(UNKNOWN_SCOPE);
            assertThat(named.status(Frame.of(0x10).key("key-byid k 0 0x55"))).isEqualTo(UNKNOWN_COLLECTION);
        }

        /** Who knows neither the collections nor the map of today learns of the one by asking for the other. */
        @Test
        void aVbucketThatIsNotHere_isAnsweredWithTheMap_whateverTheCollection() {
            server.node().addresses(new NodeAddresses(null, 11210, 0, 8091, 0, Map.of()));
            for (int collection : new int[] {0, 0x55}) {
                Response response = named.call(get(collection, "k").vbucket(4));
                assertThat(response.status()).isEqualTo(NOT_MY_VBUCKET);
                assertThat(response.text()).contains("vBucketServerMap");
            }
        }

        @Test
        void theClusterMap_namesTheManifest() {
            server.node().addresses(new NodeAddresses(null, 11210, 0, 8091, 0, Map.of()));
            assertThat(named.call(Frame.of(0xb5)).text()).contains("\"collectionsManifestUid\":\"1\"");
            named.call(setManifest(manifest("2a", "")));
            assertThat(named.call(Frame.of(0xb5)).text()).contains("\"collectionsManifestUid\":\"2a\"");
        }
    }

    @Nested
    class Persistence {
        @Test
        void aManifestThatWasSet_isThereAfterTheBucketIsMadeAgain() {
            assertThat(named.status(setManifest(manifest("7", "{\"uid\":\"20\",\"name\":\"late\"}"))))
                    .isZero();
            var gone = server.node().buckets().destroy("default", false);
            server.advance(Duration.ofSeconds(1));
            assertThat(gone).isCompleted();
            create("default", CollectionsSpec.NONE);
            WireClient again = connect(COLLECTIONS, XERROR, JSON);
            assertThat(again.call(Frame.of(GET_ID).value("inv.late")).extras())
                    .isEqualTo(Hex.bytes("0000000000000007 00000020"));
            assertThat(again.status(set(0x20, "k", "v"))).isZero();
        }
    }
}
