package dev.sluice.core.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.Response;
import dev.sluice.core.fixture.ScriptedEngine;
import dev.sluice.core.fixture.TestLimits;
import dev.sluice.core.fixture.TestServer;
import dev.sluice.core.fixture.WireClient;
import dev.sluice.core.limits.Limits;
import dev.sluice.core.statistics.ServerCounter;
import dev.sluice.engine.Statistic;
import dev.sluice.engine.Status;
import dev.sluice.testkit.Fault;
import dev.sluice.testkit.FaultPlan;
import dev.sluice.testkit.Operation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a client costs that does not read, reads slowly, sends too much, or keeps the loop busy. */
class BackPressureTest {

    private static final int KIB = 1 << 10;
    private static final int MIB = 1 << 20;

    private TestServer server = new TestServer();

    private TestServer open(Limits limits, FaultPlan plan) {
        server = new TestServer(limits, 0, false);
        server.createBucket("default", plan);
        return server;
    }

    private TestServer open() {
        return open(Limits.defaults(), FaultPlan.none());
    }

    @AfterEach
    void close() {
        server.close();
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 31);
        }
        return bytes;
    }

    private void store(String key, byte[] value) {
        WireClient writer = server.connect();
        assertThat(writer.status(
                        Frame.of(0x01).key(key).extras("0000000000000000").value(value)))
                .isZero();
        writer.disconnect();
        server.pump();
    }

    // ---- a client that does not read --------------------------------------------------------------------------------

    @Test
    void largeValue_toAClientThatDoesNotRead_costsOnePiece() {
        open();
        byte[] value = bytes(20 * MIB);
        store("k", value);
        WireClient client = server.connect().window(0);
        client.exchange(Frame.get("k"), Frame.noop());
        assertThat(server.directBytes()).isLessThanOrEqualTo(server.limits().copyBytesMax() + 16 * KIB);
        assertThat(client.isRead()).isFalse();
        for (int i = 0; i < 100; i++) {
            client.window(100 * KIB).settle();
            assertThat(server.directBytes())
                    .isLessThanOrEqualTo(2L * server.limits().copyBytesMax());
        }
        List<Response> responses = Response.parse(client.readFreely().settle().take());
        assertThat(responses).hasSize(2);
        assertThat(responses.get(0).value()).isEqualTo(value);
        assertThat(client.isRead()).isTrue();
    }

    @Test
    void pipelinedRequests_ofAClientThatDoesNotRead_wait() {
        open();
        byte[] value = bytes(32 * KIB);
        store("k", value);
        WireClient client = server.connect().window(0);
        int requests = 500;
        for (int i = 0; i < requests; i++) {
            client.send(Frame.get("k").opaque(i));
        }
        server.settle();
        long high = server.limits().outboundHighBytes();
        int answer = 24 + 4 + value.length;
        assertThat(client.isRead()).as("is read").isFalse();
        assertThat(client.pendingBytesMax()).isBetween(high, high + answer + 16 * KIB);
        assertThat(server.directBytes()).isLessThanOrEqualTo(high + answer + 64 * KIB);
        // down to the low watermark, and not by one answer, it goes on
        long commands = client.describe().commands();
        client.window(2L * answer).settle();
        assertThat(client.describe().commands()).as("above the low watermark").isEqualTo(commands);
        client.window(high - server.limits().outboundLowBytes()).settle();
        assertThat(client.describe().commands()).as("below it").isGreaterThan(commands);
        List<Response> responses = Response.parse(client.readFreely().settle().take());
        assertThat(responses.stream().map(Response::opaque).toList())
                .isEqualTo(IntStream.range(0, requests).boxed().toList());
        assertThat(client.isRead()).isTrue();
        assertThat(server.directBytes()).isZero();
    }

    @Test
    void manySmallAnswers_toAClientThatDoesNotRead_doNotTakeAChunkEach() {
        open(
                TestLimits.with("outboundHighBytes", 256 * KIB)
                        .and("outboundLowBytes", 64 * KIB)
                        .limits(),
                FaultPlan.none());
        WireClient client = server.connect().window(0);
        for (int i = 0; i < 20_000; i++) {
            client.send(Frame.noop()); // a turn each
            server.pump();
        }
        assertThat(client.isRead()).isFalse();
        assertThat(server.directBytes()).isLessThanOrEqualTo(server.limits().outboundHighBytes() + 64 * KIB);
        assertThat(Response.parse(client.readFreely().settle().take())).hasSize(20_000);
    }

    @Test
    void stalledClient_harmsNobodyElseOnItsLoop() {
        open();
        store("k", bytes(MIB));
        for (int i = 0; i < 50; i++) {
            server.connect().window(0).send(Frame.get("k"), Frame.get("k"));
        }
        WireClient other = server.connect();
        for (int i = 0; i < 100; i++) {
            assertThat(other.status(Frame.noop())).isZero();
        }
        assertThat(server.directBytes()).isLessThanOrEqualTo(50L * 128 * KIB);
    }

    @Test
    void stalledClient_isCutAfterSixMinutes() {
        open();
        store("k", bytes(MIB));
        WireClient client = server.connect().window(10);
        client.exchange(Frame.get("k"));
        server.advance(Duration.ofSeconds(359));
        assertThat(client.closed()).isFalse();
        server.advance(Duration.ofSeconds(3));
        assertThat(client.closed()).isTrue();
        assertThat(server.counter(ServerCounter.STALLED_CONNECTIONS)).isEqualTo(1);
        assertThat(server.directBytes()).isZero();
    }

    @Test
    void clientThatReadsALittleNowAndThen_isNotCut() {
        open();
        store("k", bytes(MIB));
        WireClient client = server.connect().window(10);
        client.send(Frame.get("k")).settle();
        for (int i = 0; i < 10; i++) {
            server.advance(Duration.ofMinutes(5));
            client.window(1).settle();
        }
        assertThat(client.closed()).isFalse();
        assertThat(Response.parse(
                        concat(client.take(), client.readFreely().settle().take())))
                .hasSize(1);
    }

    private static byte[] concat(byte[] a, byte[] b) {
        byte[] both = java.util.Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    @Test
    void idleClient_isNeverCut_andHoldsNothing() {
        open();
        WireClient client = server.connect();
        client.exchange(Frame.set("k", "v"), Frame.get("k"));
        server.advance(Duration.ofHours(1));
        assertThat(client.closed()).isFalse();
        assertThat(server.directBytes()).as("outbound").isZero();
        assertThat(server.node().inboundBudget().usedBytes()).as("inbound").isZero();
        assertThat(client.status(Frame.get("k"))).isZero();
    }

    @Test
    void slowReaderOfManyStatistics_costsOneSpool() {
        server = new TestServer();
        int lines = 120_000;
        int[] produced = {0};
        ScriptedEngine engine = new ScriptedEngine(cookie -> Status.NO_SUCH_KEY).statistics((group, argument) -> {
            Iterator<Integer> numbers = IntStream.range(0, lines).iterator();
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return numbers.hasNext();
                }

                @Override
                public Statistic next() {
                    produced[0]++;
                    return Statistic.of("line_" + numbers.next(), 7);
                }
            };
        });
        server.createBucket("default", engine, false);
        WireClient client = server.connect().window(0);
        client.exchange(Frame.of(0x10).key("many"));
        server.advance(Duration.ofSeconds(30));
        int producedAtFirst = produced[0];
        assertThat(server.directBytes()).isLessThanOrEqualTo(server.limits().outboundHighBytes() + 128 * KIB);
        assertThat(server.scheduler().readyCount()).as("tasks").isZero();
        assertThat(producedAtFirst).isLessThan(lines);
        WireClient other = server.connect();
        assertThat(other.status(Frame.get("k"))).isEqualTo(0x01);
        List<Response> responses =
                new ArrayList<>(Response.parse(client.readFreely().settle().take()));
        assertThat(responses).hasSize(lines + 1);
        assertThat(responses.get(lines - 1).keyText()).isEqualTo("line_" + (lines - 1));
        assertThat(responses.get(lines).key()).isEmpty();
        assertThat(server.directBytes()).isZero();
    }

    // ---- a client that sends too much -------------------------------------------------------------------------------

    @Test
    void busyClient_yieldsToOthersAfterSomeCommands() {
        open();
        WireClient busy = server.connect();
        busy.send(Frame.join(Stream.generate(Frame::noop).limit(2000).toArray(Frame[]::new)));
        WireClient other = server.connect().send(Frame.noop());
        while (other.takenBytes() == 0) {
            assertThat(server.step()).isTrue();
        }
        assertThat(busy.describe().commands())
                .isLessThanOrEqualTo(2L * server.limits().commandsPerTurn());
        server.settle();
        assertThat(busy.describe().commands()).isEqualTo(2000);
        assertThat(server.counter(ServerCounter.CONN_YIELDS)).isGreaterThanOrEqualTo(90);
    }

    @Test
    void slowCommands_yieldByTime() {
        server = new TestServer(TestLimits.with("commandsPerTurn", 1_000_000).limits(), 0, false);
        ScriptedEngine engine = new ScriptedEngine(cookie -> {
            server.clock().advance(Duration.ofMillis(5));
            return Status.NO_SUCH_KEY;
        });
        server.createBucket("default", engine, false);
        WireClient busy = server.connect();
        for (int i = 0; i < 100; i++) {
            busy.send(Frame.get("k"));
        }
        WireClient other = server.connect().send(Frame.noop());
        while (other.takenBytes() == 0) {
            assertThat(server.step()).isTrue();
        }
        assertThat(busy.describe().commands()).isLessThanOrEqualTo(20);
        assertThat(Response.parse(busy.settle().take())).hasSize(100);
    }

    @Test
    void commandsBehindABlockedOne_areNotReadWithoutBound() {
        open(Limits.defaults(), FaultPlan.script(Fault.NOTIFY_NEVER).only(Operation.GET));
        WireClient client = server.connect();
        client.exchange(Frame.get("k"));
        for (int i = 0; i < 100; i++) {
            client.send(Frame.of(0x01).key("k").extras("0000000000000000").value(bytes(MIB)));
        }
        server.settle();
        assertThat(client.isRead()).isFalse();
        assertThat(client.unreadBytes()).isGreaterThan(99L * MIB);
        assertThat(server.node().inboundBudget().usedBytes()).isLessThan(MIB);
        server.engine("default").notifySilent(Status.SUCCESS);
        assertThat(Response.parse(client.settle().take())).hasSize(101);
    }

    @Test
    void unfinishedFrames_beyondTheBudget_areAnsweredAndThrownAway() {
        open(TestLimits.with("inboundBytesMax", 4 * MIB).limits(), FaultPlan.none());
        List<WireClient> hoarders = new ArrayList<>();
        byte[] frame = Frame.of(0x01)
                .key("k")
                .extras("0000000000000000")
                .value(bytes(2 * MIB))
                .opaque(99)
                .bytes();
        for (int i = 0; i < 10; i++) {
            hoarders.add(server.connect().send(java.util.Arrays.copyOf(frame, frame.length - 1)));
        }
        server.settle();
        assertThat(server.node().inboundBudget().usedBytes()).isLessThanOrEqualTo(4 * MIB);
        List<WireClient> refused =
                hoarders.stream().filter(c -> c.takenBytes() > 0).toList();
        assertThat(refused).hasSizeBetween(8, 10);
        assertThat(server.counter(ServerCounter.INBOUND_LIMIT_HITS)).isEqualTo(refused.size());
        WireClient small = server.connect();
        assertThat(small.status(Frame.set("s", "v"))).as("others go on").isZero();
        for (WireClient hoarder : hoarders) {
            // the last byte of the frame, and another request
            hoarder.send(new byte[] {frame[frame.length - 1]}).send(Frame.noop().opaque(100));
            List<Response> responses = Response.parse(hoarder.settle().take());
            assertThat(responses.stream().map(Response::opaque).toList()).containsExactly(99, 100);
            assertThat(responses.get(0).status()).isEqualTo(refused.contains(hoarder) ? 0x86 : 0);
            assertThat(responses.get(1).status()).isZero();
        }
        assertThat(server.node().inboundBudget().usedBytes()).isZero();
    }

    @Test
    void refusedFrame_withOthersBehindItInOnePiece_isSkippedExactly() {
        for (int piece : new int[] {1, 7, 100, 1000, 16 * KIB}) {
            open(TestLimits.with("inboundBytesMax", 512 * KIB).limits(), FaultPlan.none());
            WireClient client = server.connect().fragments(left -> Math.min(left, piece));
            byte[] value = new byte[600 * KIB];
            if (piece < 100) {
                client.fragments(left -> left > 1000 && left < 610 * KIB ? 500 : Math.min(left, piece));
            }
            client.send(
                    Frame.noop().opaque(1),
                    Frame.of(0x01)
                            .key("k")
                            .extras("0000000000000000")
                            .value(value)
                            .opaque(2),
                    Frame.noop().opaque(3),
                    Frame.get("k").opaque(4));
            List<Response> responses = Response.parse(client.settle().take());
            assertThat(responses.stream().map(Response::opaque).toList()).containsExactly(1, 2, 3, 4);
            assertThat(responses.stream().map(Response::status).toList()).containsExactly(0, 0x86, 0, 1);
            server.close();
        }
    }

    @Test
    void announcedLength_costsNothingBeforeBytesCome() {
        open();
        byte[] frame = Frame.of(0x01)
                .key("k")
                .extras("0000000000000000")
                .value(bytes(20 * MIB))
                .bytes();
        for (int i = 0; i < 1000; i++) {
            server.connect().send(java.util.Arrays.copyOf(frame, 100));
        }
        server.settle();
        assertThat(server.node().inboundBudget().usedBytes()).isLessThanOrEqualTo(1000 * 512);
    }
}
