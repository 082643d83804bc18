package dev.sluice.core.management;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.bucket.BucketException;
import dev.sluice.core.bucket.BucketException.Reason;
import dev.sluice.core.bucket.EngineFault;
import dev.sluice.core.fixture.AdministeredBuckets;
import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.Response;
import dev.sluice.core.fixture.RestlessEngineProvider;
import dev.sluice.core.fixture.TestLimits;
import dev.sluice.core.fixture.TestServer;
import dev.sluice.core.fixture.WireClient;
import dev.sluice.engine.EngineException;
import dev.sluice.engine.Status;
import dev.sluice.testkit.Fault;
import dev.sluice.testkit.FaultInjectingEngine;
import dev.sluice.testkit.FaultPlan;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** CREATE_BUCKET to RESUME_BUCKET, rule by rule. */
class BucketCommandsWireTest {

    private static final int SUCCESS = 0x00;
    private static final int KEY_ENOENT = 0x01;
    private static final int KEY_EEXISTS = 0x02;
    private static final int E2BIG = 0x03;
    private static final int EINVAL = 0x04;
    private static final int NOT_STORED = 0x05;
    private static final int PAUSED = 0x50;
    private static final int CANCELLED = 0x51;
    private static final int NOT_SUPPORTED = 0x83;
    private static final int EINTERNAL = 0x84;
    private static final int ETMPFAIL = 0x86;

    private static final String NAIVE = "{\"engine\":\"naive\",\"quota\":1048576}";
    private static final String RESTLESS = "{\"engine\":\"restless\",\"quota\":1048576}";

    private TestServer server = new TestServer();
    private RestlessEngineProvider restless = new RestlessEngineProvider();
    private AdministeredBuckets around = AdministeredBuckets.of(server, restless);
    private WireClient client = server.connect();

    @BeforeEach
    void open() {
        server = new TestServer();
        restless = new RestlessEngineProvider();
        around = AdministeredBuckets.of(server, restless);
        client = admin();
    }

    @AfterEach
    void close() {
        server.close();
    }

    /** A connection that understands XERROR and JSON. */
    private WireClient admin() {
        WireClient connected = server.connect();
        assertThat(connected.status(Frame.hello(0x07, 0x0b))).isZero();
        return connected;
    }

    private static Frame create(String name, String body) {
        return Frame.of(0x85).key(name).value(body);
    }

    private static Frame delete(String name) {
        return Frame.of(0x86).key(name);
    }

    private static Frame pause(String name) {
        return Frame.of(0x8a).key(name);
    }

    private static Frame resume(String name) {
        return Frame.of(0x8b).key(name);
    }

    private static Frame select(String name) {
        return Frame.of(0x89).key(name);
    }

    private WireClient selecting(String name) {
        WireClient connected = admin();
        assertThat(connected.status(select(name))).isZero();
        return connected;
    }

    private static @Nullable Reason refusal(CompletableFuture<?> operation) {
        assertThat(operation).isCompletedExceptionally();
        return operation
                .handle((done, failure) -> failure instanceof BucketException refused ? refused.reason() : null)
                .join();
    }

    private String list() {
        return server.connect().call(Frame.of(0x87)).text();
    }

    @Nested
    class Create {
        @Test
        void created_isAnsweredWithoutABody_andServes() {
            client.expect(create("a", NAIVE), "81 85 0000 00 00 0000 | 00000000 | 0000000a | 0000000000000000");
            assertThat(list()).isEqualTo("a");
            WireClient user = selecting("a");
            assertThat(user.status(Frame.set("k", "v"))).isZero();
            assertThat(user.call(Frame.get("k")).text()).isEqualTo("v");
        }

        @Test
        void created_isWrittenDown() {
            client.call(create("a", NAIVE));
            assertThat(around.saved()).containsOnlyKeys("a");
            assertThat(around.saved().get("a").bucket()).containsEntry("engine", "naive");
            assertThat(around.saved().get("a").file()).isNull();
        }

        @Test
        void theOriginalsString_makesAMemoryBucket() {
            String string = "/usr/lib/ep.so\0bucket_type=ephemeral;max_size=8m;max_vbuckets=8;dcp_enable_noop=true";
            assertThat(client.status(create("a", string))).isZero();
            assertThat(server.bucket("a").spec().configuration().engineType()).isEqualTo("memory");
            assertThat(server.bucket("a").spec().configuration().vbucketCount()).isEqualTo(8);
            assertThat(server.bucket("a").account().quotaBytes()).isEqualTo(8 << 20);
        }

        @Test
        void anEngineThatIsNotInstalled_isEinval_andSaysSo() {
            Response response = client.call(create("a", "ep\0"));
            assertThat(response.status()).isEqualTo(EINVAL);
            assertThat(response.text()).contains("persistent").contains("memory");
        }

        @Test
        void modules() {
            assertThat(client.status(create("a", "nobucket\0"))).isEqualTo(NOT_SUPPORTED);
            for (String module : List.of("ep.so.1", "epx", "", "ewouldblock_engine", "nothing.so")) {
                assertThat(client.status(create("a", module + "\0bucket_type=ephemeral")))
                        .as(module)
                        .isEqualTo(EINVAL);
            }
            assertThat(list()).isEmpty();
        }

        @Test
        void everyMistake_isNamed() {
            String string = "ep\0bucket_type=ephemeral;max_size=much;compresion_mode=off;xattr_enabled=maybe";
            Response response = client.call(create("a", string));
            assertThat(response.status()).isEqualTo(EINVAL);
            assertThat(response.text())
                    .contains("max_size: \\\"much\\\"")
                    .contains("compresion_mode: unknown parameter")
                    .contains("did you mean \\\"compression_mode\\\"")
                    .contains("xattr_enabled");
        }

        @Test
        void bodiesThatSayNothing_areEinval() {
            for (String body : List.of("{", "{}", "{\"engine\":\"nothing\"}", "{\"engine\":\"naive\",\"quota\":1}")) {
                assertThat(client.status(create("a", body))).as(body).isEqualTo(EINVAL);
            }
            assertThat(client.status(Frame.of(0x85).key("a").value(new byte[] {'{', (byte) 0xff})))
                    .isEqualTo(EINVAL);
        }

        @Test
        void names() {
            for (String name : List.of("a b", "a/b", "ü", "x".repeat(101), "a:b", "@no bucket@")) {
                assertThat(client.status(create(name, NAIVE))).as(name).isEqualTo(EINVAL);
            }
            for (String name : List.of(".", "..", "%41", "A-z_0.9%", "x".repeat(100))) {
                assertThat(client.status(create(name, NAIVE))).as(name).isZero();
            }
        }

        @Test
        void aNameThatIsTaken_isKeyEexists_evenWithoutRoomForIt() {
            client.call(create("a", NAIVE));
            assertThat(client.status(create("a", NAIVE))).isEqualTo(KEY_EEXISTS);
            assertThat(client.status(create("a", "{\"engine\":\"naive\",\"quota\":1099511627776}")))
                    .isEqualTo(KEY_EEXISTS);
        }

        @Test
        void aNameThatIsBeingTaken_isEtmpfail() {
            List<Integer> meanwhile = new ArrayList<>();
            restless.beforeCreation = () -> {
                WireClient other = server.connect();
                other.send(create("a", NAIVE), delete("a"), pause("a"), resume("a"));
                server.loop(0).runAll();
                Response.parse(other.take()).forEach(response -> meanwhile.add(response.status()));
            };
            assertThat(client.status(create("a", RESTLESS))).isZero();
            assertThat(meanwhile).containsExactly(ETMPFAIL, ETMPFAIL, KEY_EEXISTS, KEY_EEXISTS);
        }

        @Test
        void anEngineThatCannotOpen_isNotStored_andLeavesNothing() {
            restless.creationFailure = new EngineException("the disk is of wood");
            Response response = client.call(create("a", RESTLESS));
            assertThat(response.status()).isEqualTo(NOT_STORED);
            assertThat(response.text()).contains("the disk is of wood");
            assertThat(around.saved()).isEmpty();
            restless.creationFailure = null;
            assertThat(client.status(create("a", RESTLESS))).isZero();
        }

        @Test
        void moreThanTheBudget_isEinval_andABucketThatGoesMakesRoom() {
            long half = AdministeredBuckets.BUDGET_BYTES / 2;
            assertThat(client.status(create("a", "{\"engine\":\"naive\",\"quota\":" + half + "}")))
                    .isZero();
            assertThat(client.status(create("b", "{\"engine\":\"naive\",\"quota\":" + half + "}")))
                    .isZero();
            Response response = client.call(create("c", NAIVE));
            assertThat(response.status()).isEqualTo(EINVAL);
            assertThat(response.text()).contains("256MiB");
            client.call(delete("a"));
            assertThat(client.status(create("c", NAIVE))).isZero();
        }

        @Test
        void bucketsWithoutAQuota_shareWhatTheOthersLeave() {
            long budget = AdministeredBuckets.BUDGET_BYTES;
            client.call(create("a", "{\"engine\":\"memory\"}"));
            assertThat(server.bucket("a").account().quotaBytes()).isEqualTo(budget);
            client.call(create("b", "{\"engine\":\"memory\"}"));
            assertThat(server.bucket("a").account().quotaBytes()).isEqualTo(budget / 2);
            assertThat(server.bucket("b").account().quotaBytes()).isEqualTo(budget / 2);
            client.call(delete("a"));
            assertThat(server.bucket("b").account().quotaBytes()).isEqualTo(budget);
        }

        /** With 90 MiB of 128 it would be above its low watermark, and evict. */
        @Test
        void aBucketThatHoldsMoreThanItsNewShare_isNotEmptiedForAnother() {
            client.call(create("a", "{\"engine\":\"memory\",\"vbuckets\":1}"));
            for (long mib : List.of(200L, 90L)) {
                server.bucket("a").account().charge(mib << 20);
                Response response = client.call(create("b", "{\"engine\":\"memory\"}"));
                assertThat(response.status()).isEqualTo(EINVAL);
                assertThat(response.text()).contains("bucket a has no quota of its own");
                server.bucket("a").account().charge(-(mib << 20));
            }
            server.bucket("a").account().charge(89L << 20);
            assertThat(client.status(create("b", "{\"engine\":\"memory\",\"vbuckets\":1}")))
                    .isZero();
            server.bucket("a").account().charge(-(89L << 20));
        }

        @Test
        void aPausedBucket_isNotEmptiedForAnother() {
            client.call(create("a", "{\"engine\":\"restless\"}"));
            server.bucket("a").account().charge(200L << 20);
            assertThat(client.status(pause("a"))).isZero();
            Response response = client.call(create("b", "{\"engine\":\"memory\"}"));
            assertThat(response.status()).isEqualTo(EINVAL);
            assertThat(client.status(resume("a"))).isZero();
            server.bucket("a").account().charge(-(200L << 20));
        }

        /** Nothing is taken from it, whatever it holds. */
        @Test
        void aBucketThatIsFull_doesNotKeepOthersFromBeingChanged() {
            client.call(create("full", "{\"engine\":\"memory\",\"vbuckets\":1}"));
            client.call(create("b", NAIVE));
            server.bucket("full").account().charge(250L << 20);
            WireClient user = selecting("b");
            assertThat(user.status(
                            Frame.of(0x82).extras("00000006").key("max_size").value("1048576")))
                    .isZero();
            server.bucket("full").account().charge(-(250L << 20));
        }

        @ParameterizedTest
        @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
        void bucketsThatAreCreatedAtTheSameTime_getNoMoreThanTheBudget(long seed) {
            try (TestServer shuffled =
                    new TestServer(TestLimits.with("loops", 2).limits(), seed, true)) {
                AdministeredBuckets unused = AdministeredBuckets.of(shuffled);
                for (int i = 0; i < 4; i++) {
                    shuffled.connect(i % 2, true).send(create("b" + i, "{\"engine\":\"naive\"}"));
                }
                shuffled.pump();
                for (int i = 0; i < 4; i++) {
                    assertThat(shuffled.bucket("b" + i).account().quotaBytes())
                            .isEqualTo(AdministeredBuckets.BUDGET_BYTES / 4);
                    assertThat(shuffled.bucket("b" + i).spec().quotaBytes())
                            .isEqualTo(AdministeredBuckets.BUDGET_BYTES / 4);
                }
            }
        }

        @Test
        void anEngineThatThrowsWhenItsQuotaChanges_harmsNobodyElse() {
            restless.quotaListener = bytes -> {
                throw new IllegalStateException("fault of a plugin");
            };
            client.call(create("throwing", "{\"engine\":\"restless\"}"));
            assertThat(client.status(create("a", "{\"engine\":\"naive\"}"))).isZero();
            assertThat(client.status(delete("a"))).isZero();
            assertThat(server.bucket("throwing").account().quotaBytes()).isEqualTo(AdministeredBuckets.BUDGET_BYTES);
            assertThat(server.bucket("throwing").faults().count(EngineFault.BACKGROUND_EXCEPTION))
                    .isPositive();
        }

        @Test
        void theHundredAndFirstBucket_isE2big() {
            for (int i = 0; i < 100; i++) {
                assertThat(client.status(create("b" + i, NAIVE))).isZero();
            }
            assertThat(client.status(create("one-too-many", NAIVE))).isEqualTo(E2BIG);
            client.call(delete("b7"));
            assertThat(client.status(create("one-too-many", NAIVE))).isZero();
        }

        @Test
        void whatCannotBeWrittenDown_isNotCreated() {
            around.failToSave(true);
            Response response = client.call(create("a", NAIVE));
            assertThat(response.status()).isEqualTo(EINTERNAL);
            assertThat(response.text()).contains("No space left");
            server.advance(Duration.ofSeconds(1));
            assertThat(list()).isEmpty();
            assertThat(around.deleted()).containsExactly(Path.of("/data/a"));
            around.failToSave(false);
            assertThat(client.status(create("a", NAIVE))).isZero();
        }

        @Test
        void withoutAnAdministration_isNotSupported() {
            try (TestServer bare = new TestServer()) {
                assertThat(bare.connect().status(create("a", NAIVE))).isEqualTo(NOT_SUPPORTED);
                assertThat(bare.connect().status(delete("a"))).isEqualTo(NOT_SUPPORTED);
            }
        }
    }

    /** The file is read again, with these objects in it. */
    @Nested
    class Reload {
        private List<String> reload(Map<String, Map<String, @Nullable Object>> file) {
            CompletableFuture<List<String>> done =
                    Objects.requireNonNull(server.node().bucketAdministration()).reload(file);
            server.pump();
            return done.join();
        }

        private Map<String, @Nullable Object> naive(long mib) {
            return Map.of("engine", "naive", "quota", mib << 20);
        }

        @Test
        void aBucketForWhichThereWasNoRoom_isTriedAgainByTheNextReload() {
            assertThat(reload(Map.of("a", naive(200), "b", naive(50)))).isEmpty();
            assertThat(reload(Map.of("a", naive(200), "b", naive(100))))
                    .singleElement()
                    .asString()
                    .contains("256MiB");
            assertThat(server.bucket("b").account().quotaBytes()).isEqualTo(50L << 20);
            client.call(delete("a"));
            assertThat(reload(Map.of("a", naive(200), "b", naive(100)))).isEmpty();
            assertThat(server.bucket("b").account().quotaBytes()).isEqualTo(100L << 20);
            assertThat(server.node().buckets().exists("a"))
                    .as("the file says of it what it said when it was deleted")
                    .isFalse();
        }

        @Test
        void whatHasBeenFollowed_isNotFollowedAgain() {
            assertThat(reload(Map.of("a", naive(10)))).isEmpty();
            WireClient user = selecting("a");
            assertThat(user.status(
                            Frame.of(0x82).extras("00000006").key("max_size").value("20m")))
                    .isZero();
            assertThat(reload(Map.of("a", naive(10)))).isEmpty();
            assertThat(server.bucket("a").account().quotaBytes()).isEqualTo(20L << 20);
        }
    }

    @Nested
    class Delete {
        @Test
        void deleted_isGone_writtenDown_andSoAreItsFiles() {
            client.call(create("Bucket", NAIVE));
            client.expect(delete("Bucket"), "81 86 0000 00 00 0000 | 00000000 | 0000000a | 0000000000000000");
            assertThat(list()).isEmpty();
            assertThat(around.saved()).isEmpty();
            assertThat(around.deleted()).containsExactly(Path.of("/data/+bucket"));
            assertThat(client.status(create("Bucket", NAIVE))).isZero();
        }

        /** Whatever ends the server between two of these steps, the next start knows what is left to do. */
        @Test
        void whatIsWrittenDown_knowsWhetherFilesAreLeft() {
            client.call(create("a", NAIVE));
            client.call(delete("a"));
            assertThat(around.steps())
                    .containsExactly("saved: a", "saved: a deleted, files left", "deleted: /data/a", "saved: ");
        }

        @Test
        void filesThatCannotBeRemoved_areAnError_andNoBucketFindsThem() {
            client.call(create("a", NAIVE));
            around.failToDelete(true);
            Response response = client.call(delete("a"));
            assertThat(response.status()).isEqualTo(EINTERNAL);
            assertThat(response.text()).contains("files of bucket a").contains("Directory not empty");
            assertThat(list()).isEmpty();
            assertThat(client.status(create("a", NAIVE))).isEqualTo(EINTERNAL);
            around.failToDelete(false);
            assertThat(client.status(create("a", NAIVE))).isZero();
            assertThat(around.steps())
                    .containsExactly(
                            "saved: a", "saved: a deleted, files left", "deleted: /data/a", "saved: ", "saved: a");
        }

        @Test
        void connectionsOfTheBucket_areClosed_theRequestersMovesToNoBucket() {
            client.call(create("a", NAIVE));
            client.call(select("a"));
            WireClient other = selecting("a");
            assertThat(client.status(delete("a"))).isZero();
            assertThat(other.closed()).isTrue();
            assertThat(client.closed()).isFalse();
            assertThat(client.status(Frame.get("k"))).isEqualTo(0x08);
        }

        @Test
        void unknown_isKeyEnoent() {
            assertThat(client.status(delete("a"))).isEqualTo(KEY_ENOENT);
        }

        @Test
        void values() {
            for (String bad :
                    List.of("x", "[]", "1", "{\"force\":1}", "{\"type\":\"memory\"}", "{\"forc\":true}", "{} {}")) {
                assertThat(client.status(delete("a").value(bad))).as(bad).isEqualTo(EINVAL);
            }
            client.call(create("a", NAIVE));
            for (String type : List.of("ClusterConfigOnly", "EWouldBlock", "No Bucket")) {
                assertThat(client.status(delete("a").value("{\"type\":\"" + type + "\"}")))
                        .as(type)
                        .isEqualTo(KEY_EEXISTS);
            }
            assertThat(client.status(delete("b").value("{\"type\":\"EWouldBlock\"}")))
                    .isEqualTo(KEY_ENOENT);
            assertThat(client.status(delete("a").value("{\"force\":true,\"type\":\"Couchbase\"}")))
                    .isZero();
        }

        @Test
        void aNameWithAClusterMapAlone_isDeleted_unlessAnotherTypeIsMeant() {
            Frame store = Frame.of(0xb4)
                    .key("map")
                    .extras("0000000000000001 0000000000000001")
                    .value("{\"rev\":1,\"revEpoch\":1,\"name\":\"map\"}");
            assertThat(client.status(store)).isZero();
            assertThat(client.status(pause("map"))).isEqualTo(NOT_SUPPORTED);
            assertThat(client.status(delete("map").value("{\"type\":\"Couchbase\"}")))
                    .isEqualTo(KEY_EEXISTS);
            assertThat(client.status(delete("map").value("{\"type\":\"ClusterConfigOnly\"}")))
                    .isZero();
            assertThat(client.status(delete("map"))).isEqualTo(KEY_ENOENT);
            assertThat(client.status(store)).isZero();
            assertThat(client.status(create("map", NAIVE))).isZero();
            assertThat(client.status(delete("map"))).isZero();
        }

        @Test
        void aPausedBucket_canBeDeleted() {
            client.call(create("a", NAIVE));
            client.call(pause("a"));
            assertThat(client.status(delete("a"))).isZero();
        }

        @Test
        void whatCannotBeWrittenDown_isGoneAllTheSame_andSaysSo() {
            client.call(create("a", NAIVE));
            around.failToSave(true);
            assertThat(client.status(delete("a"))).isEqualTo(EINTERNAL);
            assertThat(list()).isEmpty();
            assertThat(around.deleted()).isEmpty();
        }
    }

    @Nested
    class Pausing {
        @BeforeEach
        void bucket() {
            assertThat(client.status(create("a", RESTLESS))).isZero();
        }

        @Test
        void paused_serveNobody_untilTheyAreResumed() {
            WireClient user = selecting("a");
            user.call(Frame.set("k", "v"));
            client.expect(pause("a"), "81 8a 0000 00 00 0000 | 00000000 | 0000000a | 0000000000000000");
            assertThat(user.closed()).isTrue();
            assertThat(list()).isEmpty();
            assertThat(client.status(select("a"))).isEqualTo(KEY_ENOENT);
            assertThat(client.status(create("a", NAIVE))).isEqualTo(KEY_EEXISTS);
            client.expect(resume("a"), "81 8b 0000 00 00 0000 | 00000000 | 0000000a | 0000000000000000");
            assertThat(selecting("a").call(Frame.get("k")).text()).isEqualTo("v");
            assertThat(restless.pauses).isEqualTo(1);
            assertThat(restless.resumes).isEqualTo(1);
        }

        @Test
        void pausedAlready_isBucketPaused() {
            client.call(pause("a"));
            assertThat(client.status(pause("a"))).isEqualTo(PAUSED);
        }

        @Test
        void unknown_isKeyEnoent() {
            assertThat(client.status(pause("b"))).isEqualTo(KEY_ENOENT);
            assertThat(client.status(resume("b"))).isEqualTo(KEY_ENOENT);
            assertThat(client.status(pause(""))).isEqualTo(KEY_ENOENT);
        }

        @Test
        void onesOwnBucket_isEinval() {
            WireClient user = selecting("a");
            assertThat(user.status(pause("a"))).isEqualTo(EINVAL);
            assertThat(user.status(Frame.noop())).isZero();
        }

        @Test
        void anEngineThatCannotPause_isNotSupported() {
            restless.pause = null;
            client.call(create("b", RESTLESS));
            assertThat(client.status(pause("b"))).isEqualTo(NOT_SUPPORTED);
            assertThat(client.status(select("b"))).isZero();
        }

        @Test
        void anEngineThatFails_leavesTheBucketReady() {
            restless.pause = cancellation -> Status.TEMPORARY_FAILURE;
            assertThat(client.status(pause("a"))).isEqualTo(ETMPFAIL);
            assertThat(client.status(select("a"))).isZero();
            restless.pause = cancellation -> {
                throw new IllegalStateException("the test says so");
            };
            client.call(select("@no bucket@"));
            assertThat(client.status(pause("a"))).isEqualTo(ETMPFAIL);
            assertThat(client.status(select("a"))).isZero();
        }

        @Test
        void anEngineThatDoesNotResume_leavesTheBucketPaused() {
            client.call(pause("a"));
            restless.resumed = Status.TEMPORARY_FAILURE;
            assertThat(client.status(resume("a"))).isEqualTo(ETMPFAIL);
            assertThat(client.status(pause("a"))).isEqualTo(PAUSED);
            restless.resumed = Status.SUCCESS;
            assertThat(client.status(resume("a"))).isZero();
        }

        @Test
        void resumeOfABucketThatServes_isKeyEexists() {
            assertThat(client.status(resume("a"))).isEqualTo(KEY_EEXISTS);
        }

        @Test
        void resumeMeanwhile_callsThePauseOff() {
            WireClient other = admin();
            restless.pause = cancellation -> {
                server.node().buckets().resume("a").join();
                assertThat(cancellation.cancelled()).isTrue();
                return Status.CANCELLED;
            };
            assertThat(client.status(pause("a"))).isEqualTo(CANCELLED);
            assertThat(other.status(select("a"))).isZero();
            assertThat(restless.resumes).isZero();
        }

        @Test
        void resumeMeanwhile_wakesAnEngineThatCameToRestAllTheSame() {
            List<String> told = new ArrayList<>();
            restless.pause = cancellation -> {
                cancellation.onCancel(() -> told.add("called off"));
                server.node().buckets().resume("a").join();
                return Status.SUCCESS;
            };
            assertThat(client.status(pause("a"))).isEqualTo(CANCELLED);
            assertThat(client.status(select("a"))).isZero();
            assertThat(restless.resumes).isEqualTo(1);
            assertThat(told).containsExactly("called off");
        }

        @Test
        void resumeMeanwhile_whileConnectionsLeave_isHeardAtOnce() {
            WireClient other = admin();
            client.send(pause("a"));
            other.send(resume("a"));
            server.settle();
            List<Response> answers = new ArrayList<>(Response.parse(client.take()));
            answers.addAll(Response.parse(other.take()));
            assertThat(answers).extracting(Response::status).contains(SUCCESS);
            server.advance(Duration.ofSeconds(1));
            assertThat(client.closed()).isFalse();
        }

        @Test
        void duringAPause_aSecondOneIsBucketPaused_andADeletionHasToWait() {
            List<Reason> refusals = new ArrayList<>();
            restless.pause = cancellation -> {
                refusals.add(refusal(server.node().buckets().pause("a")));
                refusals.add(refusal(server.node().buckets().destroy("a", false)));
                return Status.SUCCESS;
            };
            assertThat(client.status(pause("a"))).isZero();
            assertThat(refusals).containsExactly(Reason.PAUSED, Reason.BUSY);
        }

        @Test
        void scans_endWithThePause_andBeginAnewAfterIt() {
            WireClient user = selecting("a");
            user.call(Frame.set("k", "v"));
            Frame scan = Frame.of(0xda).datatype(1).value("{\"range\":{\"start\":\"AA==\",\"end\":\"/w==\"}}");
            assertThat(user.status(scan)).isZero();
            assertThat(client.status(pause("a"))).isZero();
            assertThat(client.status(resume("a"))).isZero();
            assertThat(selecting("a").status(scan)).isZero();
        }

        @Test
        void blockedCommands_doNotHoldAPauseUp() {
            server.createBucket("silent", FaultPlan.always(Fault.NOTIFY_NEVER));
            List<WireClient> clients = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                WireClient blocked = selecting("silent");
                blocked.send(Frame.get("k"));
                clients.add(blocked);
            }
            server.pump();
            FaultInjectingEngine engine = server.engine("silent");
            assertThat(engine.silentCount()).isEqualTo(50);
            assertThat(client.status(pause("silent"))).isZero();
            assertThat(clients).allMatch(WireClient::closed);
            assertThat(client.status(resume("silent"))).isZero();
            engine.notifySilent(Status.SUCCESS);
            server.pump();
            assertThat(client.status(select("silent"))).isZero();
        }
    }

    @Nested
    class Validate {
        private String validate(String body) {
            Response response = client.call(Frame.of(0x8c).value(body));
            assertThat(response.status()).isZero();
            assertThat(response.datatype()).isEqualTo(1);
            return response.text();
        }

        @Test
        void everyParameter_hasItsValueOrItsMistake_andNothingIsCreated() {
            assertThat(validate("ep\0max_size=1k;max_ttl=x;nonsense=1"))
                    .contains("\"max_size\":{")
                    .contains("\"value\":1024")
                    .contains("\"max_ttl\":{")
                    .contains("\"error\":\"invalid_arguments\"")
                    .contains("\"nonsense\":{")
                    .contains("\"error\":\"unsupported\"");
            assertThat(list()).isEmpty();
        }

        @Test
        void anObject_hasItsMistakes() {
            assertThat(validate(NAIVE)).isEqualTo("{\"errors\":[]}");
            assertThat(validate("{\"engine\":\"naive\",\"quota\":1}")).contains("quota");
        }

        @Test
        void anotherModule_isEinval() {
            assertThat(client.status(Frame.of(0x8c).value("some\0"))).isEqualTo(EINVAL);
        }
    }
}
