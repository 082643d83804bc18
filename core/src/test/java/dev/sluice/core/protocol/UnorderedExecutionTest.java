package dev.sluice.core.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.bucket.EngineFault;
import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.Response;
import dev.sluice.core.fixture.ScriptedEngine;
import dev.sluice.core.fixture.TestServer;
import dev.sluice.core.fixture.WireClient;
import dev.sluice.engine.BlockedCookie;
import dev.sluice.engine.Cookie;
import dev.sluice.engine.DocumentFilter;
import dev.sluice.engine.DocumentKey;
import dev.sluice.engine.DocumentView;
import dev.sluice.engine.Status;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** HELLO's UnorderedExecution: who may overtake whom. Protocol: {@code protocol-kv} 1.4 and 16.1. */
class UnorderedExecutionTest {

    private static final int UNORDERED = 0x0e;
    private static final int TRACING = 0x0f;

    /** Keys that begin with {@code slow} wait until the test lets them go; all others are missing at once. */
    private final Map<String, BlockedCookie> waiting = new LinkedHashMap<>();

    private final TestServer server = new TestServer();

    private final ScriptedEngine engine = new ScriptedEngine(cookie -> Status.NO_SUCH_KEY) {
        @Override
        public Status get(Cookie cookie, int vbucket, DocumentKey key, DocumentFilter filter, DocumentView out) {
            byte[] bytes = new byte[key.length()];
            key.copyTo(bytes, 0);
            String name = new String(bytes, StandardCharsets.UTF_8);
            if (name.startsWith("slow") && cookie.attachment() == null) {
                cookie.attach(name);
                waiting.put(name, cookie.block());
                return Status.WOULD_BLOCK;
            }
            return Status.NO_SUCH_KEY;
        }
    };

    private WireClient connect(int... features) {
        if (server.node().buckets().ready("default") == null) {
            server.createBucket("default", engine, false);
        }
        WireClient client = server.connect();
        if (features.length > 0) {
            client.call(Frame.hello(features));
        }
        return client;
    }

    private void letGo(String key) {
        BlockedCookie handle = waiting.remove(key);
        assertThat(handle).as("waits: " + key).isNotNull();
        handle.notifyIoComplete(Status.SUCCESS);
        server.settle();
    }

    private static Frame get(String key, int opaque) {
        return Frame.get(key).opaque(opaque);
    }

    private static List<Integer> opaques(byte[] answers) {
        return Response.parse(answers).stream().map(Response::opaque).toList();
    }

    @AfterEach
    void nothingIsLeft() {
        for (EngineFault fault : EngineFault.values()) {
            assertThat(server.faults(fault)).as(fault.name()).isZero();
        }
        server.close();
    }

    @Test
    void withoutTheFeature_nothingOvertakes() {
        WireClient client = connect();
        assertThat(client.exchange(get("slow1", 1), get("k", 2))).isEmpty();
        letGo("slow1");
        assertThat(opaques(client.take())).containsExactly(1, 2);
    }

    @Test
    void commands_overtakeThoseThatWait_andAnswersComeAsTheyAreThere() {
        WireClient client = connect(UNORDERED);
        assertThat(opaques(client.exchange(get("slow1", 1), get("slow2", 2), get("k", 3))))
                .containsExactly(3);
        letGo("slow2");
        assertThat(opaques(client.take())).containsExactly(2);
        assertThat(opaques(client.exchange(get("k", 4)))).containsExactly(4);
        letGo("slow1");
        assertThat(opaques(client.take())).containsExactly(1);
    }

    @Test
    void aCommandOfAnotherKind_waitsForAllBefore_andHoldsUpAllBehind() {
        for (Frame barrier : new Frame[] {
            Frame.noop(),
            Frame.of(0x10).key("settings"),
            Frame.of(0x09).key("k"),
            get("k", 9).framing("00")
        }) {
            WireClient client = connect(UNORDERED);
            assertThat(client.exchange(get("slow1", 1), get("slow2", 2), barrier.opaque(9), get("k", 3)))
                    .isEmpty();
            letGo("slow2");
            assertThat(opaques(client.take())).containsExactly(2);
            letGo("slow1");
            List<Integer> rest = opaques(client.take());
            assertThat(rest.get(0)).isEqualTo(1);
            assertThat(rest.get(rest.size() - 1)).isEqualTo(3);
        }
    }

    @Test
    void aBarrierThatWaitsItself_isOvertakenByNobody() {
        WireClient client = connect(UNORDERED);
        assertThat(client.exchange(get("slow1", 1).framing("00"), get("k", 2))).isEmpty();
        letGo("slow1");
        assertThat(opaques(client.take())).containsExactly(1, 2);
    }

    @Test
    void atMost32_areInFlight() {
        WireClient client = connect(UNORDERED);
        List<Frame> frames = new ArrayList<>();
        for (int i = 1; i <= 40; i++) {
            frames.add(get("slow" + i, i));
        }
        assertThat(client.exchange(frames.toArray(new Frame[0]))).isEmpty();
        assertThat(waiting).hasSize(32);
        assertThat(client.describe().commandsInFlight()).isEqualTo(32);
        for (int i = 1; i <= 40; i++) {
            letGo("slow" + i);
        }
        assertThat(opaques(client.take())).hasSize(40);
        assertThat(client.describe().command()).isEqualTo("IDLE");
    }

    @Test
    void selectBucket_behindACommandThatWaits_isNotRefused() {
        server.createBucket("other", new ScriptedEngine(cookie -> Status.NO_SUCH_KEY), false);
        WireClient client = connect(UNORDERED);
        assertThat(client.exchange(get("slow1", 1), Frame.of(0x89).key("other").opaque(2)))
                .isEmpty();
        letGo("slow1");
        assertThat(Response.parse(client.take()).stream().map(Response::status)).containsExactly(1, 0);
    }

    @Test
    void disconnect_cancelsAllThatWait() {
        WireClient client = connect(UNORDERED);
        client.exchange(get("slow1", 1), get("slow2", 2), get("slow3", 3));
        client.disconnect();
        server.settle();
        assertThat(waiting.values()).hasSize(3).allMatch(BlockedCookie::cancelled);
    }

    @Test
    void garbageBehindCommandsThatWait_closes() {
        WireClient client = connect(UNORDERED);
        client.exchange(get("slow1", 1), get("slow2", 2));
        client.exchange(new byte[] {0x16, 3, 1});
        assertThat(client.closed()).isTrue();
        assertThat(waiting.values()).allMatch(BlockedCookie::cancelled);
    }

    @Test
    void tracing_tellsTheTimeOfEachCommand_butNeverInStat() {
        WireClient client = connect(UNORDERED, TRACING);
        client.exchange(get("slow1", 1));
        server.clock().advanceNanos(250_000_000);
        letGo("slow1");
        Response slow = Response.parse(client.take()).get(0);
        assertThat(slow.magic()).isEqualTo(0x18);
        assertThat(slow.framing()).startsWith(0x02).hasSize(3);
        int encoded = (slow.framing()[1] & 0xff) << 8 | (slow.framing()[2] & 0xff);
        assertThat(Math.pow(encoded, 1.74) / 2).isBetween(249_000.0, 251_000.0);

        assertThat(client.call(get("k", 2)).framing()).containsExactly(0x02, 0, 0);
        assertThat(client.call(Frame.of(0x00)).status())
                .as("a validator's failure")
                .isEqualTo(0x04);
        assertThat(client.ask(Frame.of(0x10).key("settings"))).allMatch(item -> item.magic() == 0x81);
        assertThat(client.ask(Frame.of(0x10).key("no such group"))).allMatch(item -> item.magic() == 0x18);
    }

    @Test
    void serverDuration_isAsTheProtocolHasIt() {
        connect();
        assertThat(ServerDuration.encode(0)).isZero();
        assertThat(ServerDuration.encode(1)).isEqualTo(1);
        assertThat(ServerDuration.encode(1023)).isEqualTo((int) Math.round(Math.pow(2046, 1 / 1.74)));
        assertThat(ServerDuration.encode(1024)).isGreaterThanOrEqualTo(ServerDuration.encode(1023));
        assertThat(ServerDuration.encode(120_125_042)).isEqualTo(0xffff);
        assertThat(ServerDuration.encode(Long.MAX_VALUE)).isEqualTo(0xffff);
    }
}
