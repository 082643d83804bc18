package dev.sluice.core.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.Hex;
import dev.sluice.core.fixture.Response;
import dev.sluice.core.fixture.TestLimits;
import dev.sluice.core.fixture.TestServer;
import dev.sluice.core.fixture.WireClient;
import dev.sluice.testkit.FaultPlan;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.xerial.snappy.Snappy;

/** Cluster maps that the server sends by itself. */
class NotificationTest {

    private static final NodeAddresses ADDRESSES = new NodeAddresses(null, 11210, 0, 8091, 0, Map.of());
    private static final int SELECT_BUCKET = 0x08;
    private static final int JSON = 0x0b;
    private static final int DUPLEX = 0x0c;
    private static final int FULL = 0x0d;
    private static final int BRIEF = 0x1f;

    private TestServer server = open(new TestServer());

    private static TestServer open(TestServer server) {
        server.createBucket("default", FaultPlan.none());
        server.node().addresses(ADDRESSES);
        return server;
    }

    @AfterEach
    void close() {
        server.close();
    }

    private WireClient connect(int... features) {
        return server.greeted(features);
    }

    /** A change of the bucket's map. */
    private void change(long manifestUid) {
        server.bucket("default").map().manifestUid(manifestUid);
    }

    private ClusterMap map() {
        return Objects.requireNonNull(server.bucket("default").map().current(), "map");
    }

    private List<Response> heard(WireClient client) {
        return Response.parse(client.settle().take());
    }

    private static MapVersion version(Response notification) {
        assertThat(notification.magic()).isEqualTo(0x82);
        assertThat(notification.opcode()).isEqualTo(0x01);
        ByteBuffer extras = ByteBuffer.wrap(notification.extras());
        assertThat(extras.remaining()).isEqualTo(16);
        return new MapVersion(extras.getLong(), extras.getLong());
    }

    private static void assertQuiet(WireClient client) {
        assertThat(Hex.text(client.settle().take())).isEmpty();
    }

    @Test
    void hello_grantsOneFormOfNotification_theBriefOne() {
        assertThat(Hex.text(
                        server.connect().call(Frame.hello(DUPLEX, FULL, BRIEF)).value()))
                .isEqualTo("000c001f");
        assertThat(Hex.text(server.connect().call(Frame.hello(DUPLEX, FULL)).value()))
                .isEqualTo("000c000d");
        assertThat(Hex.text(server.connect().call(Frame.hello(0x1d, 0x1e)).value()))
                .isEqualTo("001d001e");
    }

    @Test
    void full_isVersionNameAndMap() {
        WireClient client = connect(DUPLEX, FULL, JSON);
        change(1);
        Response notification = heard(client).get(0);
        assertThat(version(notification)).isEqualTo(map().version());
        assertThat(notification.keyText()).isEqualTo("default");
        assertThat(notification.value()).isEqualTo(map().json());
        assertThat(notification.datatype()).isEqualTo(1);
        assertThat(notification.status()).isZero();
        assertThat(notification.opaque()).isZero();
        assertThat(notification.cas()).isZero();
    }

    @Test
    void full_isCompressed_forWhoTakesThatEverywhere() throws Exception {
        WireClient client = connect(DUPLEX, FULL, JSON, 0x13);
        change(1);
        byte[] frame = client.settle().take();
        assertThat(frame[5]).as("datatype").isEqualTo((byte) 3);
        int map = 24 + 16 + "default".length();
        assertThat(Snappy.uncompress(Arrays.copyOfRange(frame, map, frame.length)))
                .startsWith('{')
                .endsWith('}');
    }

    @Test
    void brief_isVersionAndName() {
        WireClient client = connect(DUPLEX, BRIEF, JSON);
        assertThat(server.connect()
                        .status(Frame.of(0xb4)
                                .key("default")
                                .extras("00000000000000ff 00000000000001ff")
                                .value("{\"rev\":511}")))
                .isZero();
        assertThat(Hex.text(client.settle().take()))
                .isEqualTo(
                        Hex.text(
                                Hex.bytes(
                                        "82 01 0007 10 00 0000 | 00000017 | 00000000 | 0000000000000000 | 00000000000000ff 00000000000001ff 'default'")));
    }

    @Test
    void onlyWhoAskedForIt_andWorksOnThatBucket_isNotified() {
        server.createBucket("another", FaultPlan.none());
        WireClient silent = connect(DUPLEX, JSON);
        WireClient elsewhere = connect(DUPLEX, FULL, JSON);
        elsewhere.call(Frame.of(0x89).key("another"));
        WireClient nowhere = connect(DUPLEX, FULL, SELECT_BUCKET);
        WireClient renegotiated = connect(DUPLEX, FULL);
        renegotiated.call(Frame.hello(JSON));
        WireClient here = connect(DUPLEX, FULL, JSON);
        change(1);
        assertThat(heard(here)).hasSize(1);
        assertQuiet(silent);
        assertQuiet(elsewhere);
        assertQuiet(nowhere);
        assertQuiet(renegotiated);
    }

    @Test
    void theMapWithoutABucket_goesToAllWhoAskedForMaps() {
        WireClient here = connect(DUPLEX, FULL, JSON);
        WireClient nowhere = connect(DUPLEX, BRIEF, SELECT_BUCKET);
        server.connect()
                .call(Frame.of(0xb4).extras("7fffffffffffffff 0000000000000001").value("{\"global\":1}"));
        Response brief = heard(nowhere).get(0);
        assertThat(brief.keyText()).isEmpty();
        assertThat(brief.value()).isEmpty();
        assertThat(heard(here)).singleElement().satisfies(full -> {
            assertThat(full.keyText()).isEmpty();
            assertThat(full.text()).isEqualTo("{\"global\":1}");
        });
        server.node().addresses(new NodeAddresses("h", 11210, 0, 8091, 0, Map.of()));
        assertThat(heard(here))
                .as("every map has changed; the one without a bucket is a manager's")
                .singleElement()
                .satisfies(full -> assertThat(full.text()).contains("\"hostname\":\"h\""));
    }

    @Test
    void whatTheClientHas_itIsNotToldAgain() {
        WireClient client = connect(DUPLEX, FULL, JSON);
        client.call(Frame.of(0xb5));
        server.bucket("default").map().store(map());
        assertQuiet(client);
        WireClient old = connect(DUPLEX, FULL, JSON);
        old.call(Frame.of(0xb5));
        server.connect()
                .call(Frame.of(0xb4)
                        .key("default")
                        .extras("0000000000000001 0000000000000001")
                        .value("{\"older\":1}"));
        assertQuiet(old);
        // Once the bucket is selected anew, nothing counts as sent.
        old.call(Frame.of(0x89).key("default"));
        server.connect()
                .call(Frame.of(0xb4)
                        .key("default")
                        .extras("0000000000000001 0000000000000001")
                        .value("{\"older\":2}"));
        assertThat(heard(old))
                .singleElement()
                .satisfies(n -> assertThat(n.text()).isEqualTo("{\"older\":2}"));
    }

    @Test
    void aClientsAnswer_isForNobody() {
        WireClient client = connect(DUPLEX, FULL, JSON);
        change(1);
        heard(client);
        client.expectSilence(Frame.of(0x01).magic(0x83));
        assertThat(client.status(Frame.noop())).isZero();
    }

    @Test
    void aClientThatDoesNotRead_hasOneNotificationWaiting_andGetsTheNewestThen() {
        WireClient client = connect(DUPLEX, FULL, JSON);
        client.window(0);
        change(1);
        server.settle();
        long one = client.pendingBytes();
        assertThat(one).isPositive();
        for (int i = 2; i <= 1000; i++) {
            change(i);
            if (i % 10 == 0) {
                server.settle();
            }
        }
        server.advance(Duration.ofSeconds(3));
        assertThat(client.pendingBytes()).isEqualTo(one);
        client.readFreely();
        server.advance(Duration.ofSeconds(1));
        List<Response> notifications = Response.parse(client.take());
        assertThat(notifications).hasSize(2);
        assertThat(version(notifications.get(1))).isEqualTo(map().version());
        assertThat(notifications.get(1).text()).contains("\"collectionsManifestUid\":\"3e8\"");
    }

    @Test
    void behindALargeAnswer_aNotificationWaits_andComesWhole() {
        WireClient writer = server.connect();
        String value = "v".repeat(300_000);
        writer.call(Frame.set("k", value));
        WireClient client = connect(DUPLEX, FULL, JSON);
        client.window(1000);
        client.send(Frame.get("k"));
        server.settle();
        change(1);
        server.settle();
        client.readFreely();
        server.settle();
        List<Response> frames = Response.parse(client.take());
        assertThat(frames).hasSize(2);
        assertThat(frames.get(0).text()).isEqualTo(value);
        assertThat(version(frames.get(1))).isEqualTo(map().version());
    }

    @Test
    void aLargeMap_comesWhole_betweenAnswers() {
        WireClient client = connect(DUPLEX, FULL, JSON);
        String large = "{\"x\":\"" + "y".repeat(200_000) + "\"}";
        client.window(10);
        server.bucket("default")
                .map()
                .store(new ClusterMap(new MapVersion(Long.MAX_VALUE, 1), large.getBytes(StandardCharsets.UTF_8)));
        client.send(Frame.noop(), Frame.noop());
        server.settle();
        client.readFreely();
        server.settle();
        List<Response> frames = Response.parse(client.take());
        assertThat(frames).hasSize(3);
        assertThat(frames.stream().filter(frame -> frame.magic() == 0x82))
                .singleElement()
                .satisfies(frame -> assertThat(frame.text()).isEqualTo(large));
    }

    @Test
    void aBucketThatIsOnlyAMap_notifiesToo() {
        Frame first = Frame.of(0xb4)
                .key("elsewhere")
                .extras("0000000000000001 0000000000000001")
                .value("{\"rev\":1}");
        server.connect().call(first);
        WireClient client = connect(DUPLEX, FULL, JSON);
        client.call(Frame.of(0x89).key("elsewhere"));
        server.connect().call(first.extras("0000000000000001 0000000000000002"));
        assertThat(heard(client)).singleElement().satisfies(n -> {
            assertThat(n.keyText()).isEqualTo("elsewhere");
            assertThat(version(n)).isEqualTo(new MapVersion(1, 2));
        });
    }

    /**
     * Clients that read fast, slowly, or select again, while maps change and commands run: no answer is lost, versions that
     * a client hears of between two selections only rise, and in the end each has heard of the last.
     */
    @Test
    void underAnyOrder_versionsRise_andEverybodyHearsOfTheLast() {
        for (long seed = 1; seed <= 20; seed++) {
            try (TestServer shuffled = new TestServer(
                    TestLimits.with("loops", 2)
                            .and("outboundHighBytes", 4096)
                            .and("outboundLowBytes", 4096)
                            .limits(),
                    seed,
                    true)) {
                run(open(shuffled), new Random(seed));
            } catch (Throwable e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    private static void run(TestServer server, Random random) {
        List<Listener> listeners = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            WireClient client = server.connect(i % 2, true);
            assertThat(client.status(Frame.hello(DUPLEX, i % 3 == 0 ? BRIEF : FULL, JSON)))
                    .isZero();
            listeners.add(new Listener(client));
        }
        BucketMap map = server.bucket("default").map();
        for (int i = 1; i <= 200; i++) {
            Listener listener = listeners.get(random.nextInt(listeners.size()));
            switch (random.nextInt(8)) {
                case 0 -> map.manifestUid(i);
                case 1 -> listener.client.window(random.nextInt(3000));
                case 2 -> listener.client.readFreely();
                case 3 -> listener.ask(Frame.of(0x89).key("default"));
                case 4 -> listener.ask(Frame.of(0xb5));
                case 5 -> server.advance(Duration.ofMillis(random.nextInt(1500)));
                default -> listener.ask(Frame.noop());
            }
            for (int step = random.nextInt(6); step > 0; step--) {
                server.step();
            }
        }
        listeners.forEach(listener -> listener.client.readFreely());
        server.settle();
        map.manifestUid(1_000_000);
        server.advance(Duration.ofSeconds(2));
        MapVersion last = Objects.requireNonNull(map.current()).version();
        for (Listener listener : listeners) {
            listener.check();
            assertThat(listener.heard).isEqualTo(last);
            assertThat(listener.answers).isEqualTo(listener.requests);
        }
    }

    /** A client, and what it has heard. */
    private static final class Listener {
        private final WireClient client;
        private int requests;
        private int answers;
        private MapVersion heard = MapVersion.NONE;

        Listener(WireClient client) {
            this.client = client;
        }

        void ask(Frame frame) {
            requests++;
            client.send(frame);
        }

        void check() {
            for (Response frame : Response.parse(client.take())) {
                if (frame.magic() != 0x82) {
                    assertThat(frame.status()).isZero();
                    answers++;
                    if (frame.opcode() == 0x89) {
                        heard = MapVersion.NONE;
                    }
                } else {
                    MapVersion version = version(frame);
                    assertThat(version.newerThan(heard)).as("rises").isTrue();
                    heard = version;
                }
            }
        }
    }
}
