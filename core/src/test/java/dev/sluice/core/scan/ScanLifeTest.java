package dev.sluice.core.scan;

import static dev.sluice.core.scan.ScanClient.CANCELLED;
import static dev.sluice.core.scan.ScanClient.COMPLETE;
import static dev.sluice.core.scan.ScanClient.MORE;
import static dev.sluice.core.scan.ScanClient.keys;
import static dev.sluice.core.scan.ScanClient.next;
import static dev.sluice.core.scan.ScanClient.open;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.bucket.Bucket;
import dev.sluice.core.datatype.CompressionMode;
import dev.sluice.core.datatype.DatatypeSettings;
import dev.sluice.core.datatype.SnappyCodec;
import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.Response;
import dev.sluice.core.fixture.TestServer;
import dev.sluice.core.fixture.WireClient;
import dev.sluice.core.limits.InflatedBudget;
import dev.sluice.core.limits.Limits;
import dev.sluice.engine.Datatype;
import dev.sluice.testkit.EngineDriver;
import dev.sluice.testkit.Fault;
import dev.sluice.testkit.FaultPlan;
import dev.sluice.testkit.Key;
import dev.sluice.testkit.Operation;
import dev.sluice.testkit.Store;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How long a scan lives, what a slow client of one costs, and that nothing of it stays behind. */
class ScanLifeTest {

    private static final int KIB = 1 << 10;
    private static final String KEYS = "{\"key_only\":true}";

    private TestServer server = new TestServer();

    private TestServer start(FaultPlan plan, long seed) {
        server = new TestServer(Limits.defaults(), seed, seed != 0);
        server.createBucket("default", plan);
        return server;
    }

    @AfterEach
    void close() {
        server.close();
    }

    private WireClient connect() {
        WireClient client = server.connect();
        client.call(Frame.hello(ScanClient.XERROR, ScanClient.JSON));
        return client;
    }

    private void store(int count, int valueBytes) {
        WireClient writer = server.connect();
        String value = "v".repeat(valueBytes);
        Frame[] frames = IntStream.range(0, count)
                .mapToObj(i -> Frame.of(0x11)
                        .key(String.format(Locale.ROOT, "k%06d", i))
                        .extras("0000000000000000")
                        .value(value))
                .toArray(Frame[]::new);
        writer.exchange(frames);
        assertThat(writer.status(Frame.noop())).isZero();
        writer.disconnect();
        server.pump();
    }

    private ScanRegistry registry() {
        Bucket bucket = server.bucket("default");
        return ScanRegistry.of(bucket, server.clock(), server.limits());
    }

    @Test
    void idleScan_isCancelledAfterItsLifetime() {
        start(FaultPlan.none(), 0);
        store(10, 1);
        WireClient client = connect();
        String id = open(client, KEYS);
        server.advance(Duration.ofSeconds(179));
        assertThat(keys(client.ask(next(id, 1, 0, 0)), MORE)).hasSize(1);
        server.advance(Duration.ofSeconds(179));
        assertThat(keys(client.ask(next(id, 1, 0, 0)), MORE))
                .as("it began anew")
                .hasSize(1);
        server.advance(Duration.ofSeconds(182));
        assertThat(client.status(next(id))).isEqualTo(0x01);
        assertThat(registry().open()).isZero();
    }

    @Test
    void slowScan_livesAsLongAsBytesLeave() {
        start(FaultPlan.none(), 0);
        store(200, 10 * KIB);
        WireClient client = connect();
        String id = open(client, "{}");
        client.window(100).send(next(id)).settle();
        ByteArrayOutputStream taken = new ByteArrayOutputStream();
        for (int i = 0; i < 10; i++) {
            server.advance(Duration.ofSeconds(170));
            taken.writeBytes(client.window(1).settle().take());
        }
        taken.writeBytes(client.readFreely().settle().take());
        assertThat(keys(Response.parse(taken.toByteArray()), COMPLETE)).hasSize(200);
    }

    @Test
    void scanOfAClientThatReadsNothing_expires_andSaysSoWhenItReadsAgain() {
        start(FaultPlan.none(), 0);
        store(200, 10 * KIB);
        WireClient client = connect();
        String id = open(client, "{}");
        client.window(100).send(next(id)).settle();
        server.advance(Duration.ofSeconds(185));
        assertThat(registry().open()).as("scans").isZero();
        assertThat(client.closed()).isFalse();
        List<Response> responses = Response.parse(client.readFreely().settle().take());
        assertThat(responses.get(responses.size() - 1).status()).isEqualTo(CANCELLED);
        assertThat(client.status(Frame.noop())).isZero();
    }

    @Test
    void slowClient_holdsOneSpoolAndNoTask() {
        start(FaultPlan.none(), 0);
        store(5000, KIB);
        WireClient client = connect();
        String id = open(client, "{}");
        client.window(0).send(next(id)).settle();
        server.advance(Duration.ofSeconds(30));
        assertThat(server.scheduler().readyCount()).as("tasks").isZero();
        assertThat(server.scheduler().scheduledCount()).as("scheduled").isZero();
        Limits limits = server.limits();
        assertThat(client.pendingBytesMax())
                .isLessThanOrEqualTo(limits.outboundHighBytes() + limits.spoolBytes() + KIB + 64);
        assertThat(server.directBytes()).isLessThanOrEqualTo(limits.outboundHighBytes() + 64 * KIB);
        WireClient other = connect();
        assertThat(other.status(Frame.get("k000000"))).isZero();
        assertThat(keys(Response.parse(client.readFreely().settle().take()), COMPLETE))
                .hasSize(5000)
                .doesNotHaveDuplicates()
                .isSorted();
        assertThat(server.directBytes()).isZero();
    }

    @Test
    void twoHundredStalledScanners_costAWatermarkEach_andHarmNobody() {
        // Enough quota for 200 scans, and documents that fill the watermark of each.
        server = new TestServer(
                dev.sluice.core.fixture.TestLimits.with("outboundHighBytes", 64 * KIB)
                        .and("outboundLowBytes", 32 * KIB)
                        .limits(),
                0,
                false);
        dev.sluice.testkit.NaiveEngineProvider provider = new dev.sluice.testkit.NaiveEngineProvider();
        server.createBucket(new dev.sluice.core.bucket.BucketSpec(
                dev.sluice.testkit.TestBucketConfiguration.of(provider).bucketName("default"),
                1L << 30,
                false,
                java.nio.file.Path.of("").toAbsolutePath(),
                provider));
        store(500, KIB);
        List<WireClient> clients = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            WireClient client = connect();
            String id = open(client, "{}");
            clients.add(client.window(0).send(next(id)));
        }
        server.settle();
        assertThat(server.scheduler().readyCount()).isZero();
        assertThat(server.directBytes()).isLessThanOrEqualTo(200L * (64 + 32) * KIB);
        WireClient other = connect();
        assertThat(other.status(Frame.get("k000001"))).isZero();
        for (WireClient client : clients.subList(0, 100)) {
            assertThat(keys(Response.parse(client.readFreely().settle().take()), COMPLETE))
                    .hasSize(500)
                    .doesNotHaveDuplicates();
        }
        clients.subList(100, 200).forEach(WireClient::disconnect);
        server.settle();
        assertThat(registry().open()).isZero();
        assertThat(server.directBytes()).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void disconnect_inMidScan_freesEverything_whereverItIs(long seed) {
        start(FaultPlan.seeded(seed, 40, Fault.LEGAL), seed);
        store(100, KIB);
        Random random = new Random(seed);
        for (int round = 0; round < 30; round++) {
            WireClient client = server.connect();
            client.send(Frame.hello(ScanClient.XERROR, ScanClient.JSON), ScanClient.create("{}"));
            if (random.nextBoolean()) {
                server.settle();
                List<Response> responses = Response.parse(client.take());
                String id = java.util.HexFormat.of().formatHex(responses.get(1).value());
                client.window(random.nextInt(20_000)).send(next(id, random.nextInt(50), 0, 0));
            }
            for (int i = random.nextInt(20); i > 0; i--) {
                server.step();
            }
            client.disconnect();
            server.settle();
        }
        // A scan outlives the connection that created it, if that was not continuing it.
        server.advance(Duration.ofSeconds(190));
        assertThat(registry().open()).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void interruptedReading_yieldsEachKeyOnce(long seed) {
        start(FaultPlan.seeded(seed, 30, Fault.LEGAL), seed);
        store(2000, 300);
        Random random = new Random(seed);
        WireClient client = connect();
        String id = open(client, "{}");
        List<String> found = new ArrayList<>();
        while (true) {
            ByteArrayOutputStream taken = new ByteArrayOutputStream();
            client.window(0).send(next(id, random.nextInt(700), 0, random.nextInt(200_000)));
            for (int i = 0; i < 20; i++) {
                taken.writeBytes(client.window(random.nextInt(40_000)).settle().take());
            }
            taken.writeBytes(client.readFreely().settle().take());
            List<Response> responses = Response.parse(taken.toByteArray());
            int last = responses.get(responses.size() - 1).status();
            found.addAll(keys(responses, last));
            if (last == COMPLETE) {
                break;
            }
            assertThat(last).isEqualTo(MORE);
        }
        assertThat(found).hasSize(2000).doesNotHaveDuplicates().isSorted();
    }

    @Test
    void destroyedBucket_endsScansAndTheirClients() {
        start(FaultPlan.none(), 0);
        store(500, KIB);
        Bucket bucket = server.bucket("default");
        for (int i = 0; i < 20; i++) {
            WireClient client = connect();
            String id = open(client, "{}");
            client.window(i % 2 == 0 ? 0 : 50_000).send(next(id));
        }
        server.settle();
        CompletableFuture<Void> destroyed = server.node().buckets().destroy("default", true);
        server.advance(Duration.ofSeconds(3));
        assertThat(destroyed).isCompleted();
        assertThat(bucket.userCount()).isZero();
        assertThat(server.directBytes()).isZero();
    }

    @Test
    void scanThatThrows_costsItsClientAnError_andGivesItsSlotBack() {
        start(FaultPlan.always(Fault.THROW).only(Operation.SCAN_NEXT), 0);
        store(5, 1);
        WireClient client = connect();
        String id = open(client, "{}");
        assertThat(client.status(next(id))).isEqualTo(0x84);
        assertThat(registry().open()).isZero();
        assertThat(client.status(next(id))).isEqualTo(0x01);
    }

    /** The request is read after the bucket has ended its scans, and before the connection has heard of that. */
    @Test
    void creationWhileItsBucketGoes_holdsNothingUp() {
        start(FaultPlan.none(), 0);
        WireClient client = connect();
        Bucket bucket = server.bucket("default");
        ScanRegistry registry = registry();
        client.send(ScanClient.create("{}"));
        CompletableFuture<Void> paused = server.node().buckets().pause("default");
        server.advance(Duration.ofSeconds(3));
        assertThat(paused).as("pause").isCompleted();
        assertThat(registry.takeSlot()).isFalse();
        assertThat(registry.open()).isZero();
        assertThat(registry.quiet()).isTrue();
        assertThat(bucket.userCount()).isZero();
    }

    /** One document of 20 MiB and a limit of 30 MiB for all that the server copies: one slow reader is in, the next is not. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void slowScanners_ofLargeDocuments_areBoundedTogether(boolean compressed) {
        start(FaultPlan.none(), 0);
        server.datatypes("default", new DatatypeSettings(CompressionMode.PASSIVE, 1.2, true));
        byte[] value = new byte[20 << 20];
        WireClient writer = server.greeted(0x0a);
        Frame set = Frame.set("k", "");
        assertThat(writer.status(
                        compressed
                                ? set.value(Objects.requireNonNull(SnappyCodec.deflate(value, 0, value.length)))
                                        .datatype(Datatype.SNAPPY)
                                : set.value(value)))
                .isZero();
        InflatedBudget budget = server.node().inflatedBudget();
        WireClient slow = connect();
        slow.window(1000).send(next(open(slow, "{}"))).settle();
        assertThat(budget.usedBytes()).isBetween((long) value.length, value.length + 100L);
        for (int i = 0; i < 5; i++) {
            WireClient client = connect();
            String id = open(client, "{}");
            assertThat(client.status(next(id))).isEqualTo(0x86);
            assertThat(client.status(next(id))).as("the scan is over").isEqualTo(0x01);
        }
        assertThat(keys(Response.parse(slow.readFreely().settle().take()), COMPLETE))
                .containsExactly("k");
        assertThat(budget.usedBytes()).isZero();
        WireClient leaving = connect();
        leaving.window(1000).send(next(open(leaving, "{}"), 1, 0, 0)).settle();
        assertThat(budget.usedBytes()).isPositive();
        leaving.disconnect();
        server.settle();
        assertThat(budget.usedBytes()).isZero();
        assertThat(registry().open())
                .as("a scan that rests waits for its client")
                .isEqualTo(1);
    }

    @Test
    void documentThatIsNotWhatItsDatatypeSays_endsTheScan_andIsNoFaultOfOurs() {
        start(FaultPlan.none(), 0);
        new EngineDriver(server.engine("default").inner(), server.scheduler(), 1)
                .store(0, Key.of("k"), Store.set("garbage").datatype(Datatype.SNAPPY));
        WireClient client = connect();
        String id = open(client, "{}");
        Response response = client.call(next(id));
        assertThat(response.status()).isEqualTo(0x84);
        assertThat(response.text()).contains("not what its datatype says");
        assertThat(registry().open()).isZero();
        String keys = open(client, KEYS);
        assertThat(keys(client.ask(next(keys)), COMPLETE)).containsExactly("k");
    }

    @Test
    void creationThatThrows_givesItsSlotBack() {
        start(FaultPlan.always(Fault.THROW_AFTER).only(Operation.OPEN_SCAN), 0);
        store(5, 1);
        WireClient client = connect();
        for (int i = 0; i < 100; i++) {
            assertThat(client.status(ScanClient.create("{}"))).isEqualTo(0x86);
        }
        assertThat(registry().open()).isZero();
    }
}
