package dev.sluice.core.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.Hex;
import dev.sluice.core.fixture.Response;
import dev.sluice.core.fixture.TestLimits;
import dev.sluice.core.fixture.TestServer;
import dev.sluice.core.fixture.WireClient;
import dev.sluice.testkit.FaultInjectingProvider;
import dev.sluice.testkit.FaultPlan;
import dev.sluice.testkit.NaiveEngineProvider;
import java.io.ByteArrayOutputStream;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same conversation in other pieces, at another pace, and over a disturbed engine, has the same answers. */
class FragmentationTest {

    private static final byte[] REQUESTS = Frame.join(Corpus.frames().toArray(Frame[]::new));
    private static final byte[] ANSWERS = converse(FaultPlan.none(), 20, client -> client.send(REQUESTS));

    private interface Sending {
        void send(WireClient client);
    }

    private static byte[] converse(FaultPlan plan, int commandsPerTurn, Sending sending) {
        try (TestServer server = new TestServer(
                TestLimits.with("commandsPerTurn", commandsPerTurn).limits(), 1, false)) {
            server.createBucket("default", new FaultInjectingProvider(new NaiveEngineProvider(), plan), true);
            WireClient client = server.connect();
            sending.send(client);
            server.settle();
            assertThat(client.closed()).as("closed").isFalse();
            return client.take();
        }
    }

    private static void assertSame(byte[] answers, String how) {
        if (!java.util.Arrays.equals(answers, ANSWERS)) {
            assertThat(Hex.text(answers)).as(how).isEqualTo(Hex.text(ANSWERS));
        }
    }

    private static Sending inPieces(IntUnaryOperator sizes) {
        return client -> client.fragments(sizes).send(REQUESTS);
    }

    @Test
    void corpus_isAnsweredToItsEnd() {
        var answers = Response.parse(ANSWERS);
        Response last = answers.get(answers.size() - 1);
        assertThat(last.opcode()).isEqualTo(0x0a);
        assertThat(answers.size()).isGreaterThan(150);
        assertThat(answers.stream().map(Response::status).distinct().count()).isGreaterThan(12);
    }

    @Test
    void byteByByte() {
        assertSame(converse(FaultPlan.none(), 20, inPieces(left -> 1)), "byte by byte");
    }

    @Test
    void requestByRequest_andAnswerByAnswer() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        converse(FaultPlan.none(), 20, client -> {
            for (Frame frame : Corpus.frames()) {
                all.writeBytes(client.exchange(frame));
            }
        });
        assertSame(all.toByteArray(), "request by request");
    }

    /** On a few frames of every shape: key alone, extras and value, framing extras, quiet, refused, long. */
    @Test
    void everySplitInTwo() {
        byte[] few = Frame.join(
                Frame.set("key", "value"),
                Frame.of(0x09).key("missing"),
                Frame.of(0x0d).key("key"),
                Frame.set("key", "[1,2]").framing("50 00"),
                Frame.of(0x05).key("n").extras("0000000000000001 0000000000000002 00000000"),
                Frame.of(0x11).key("key").extras("0000000000000000").cas(7),
                Frame.of(0x64),
                Frame.hello(0x04, 0x07),
                Frame.of(0x0e).key("key").value("x".repeat(100)),
                Frame.noop());
        byte[] expected = converse(FaultPlan.none(), 20, client -> client.send(few));
        for (int split = 1; split < few.length; split++) {
            byte[] head = java.util.Arrays.copyOf(few, split);
            byte[] tail = java.util.Arrays.copyOfRange(few, split, few.length);
            for (FaultPlan plan : new FaultPlan[] {FaultPlan.none(), FaultPlan.everyFirstCall()}) {
                byte[] answers = converse(plan, 20, client -> client.send(head).send(tail));
                assertThat(Hex.text(answers)).as("split at " + split).isEqualTo(Hex.text(expected));
            }
            byte[] apart = converse(FaultPlan.none(), 20, client -> {
                client.send(head).settle();
                client.send(tail);
            });
            assertThat(Hex.text(apart))
                    .as("split at " + split + " with a pause")
                    .isEqualTo(Hex.text(expected));
        }
    }

    @Test
    void randomPieces() {
        for (long seed = 0; seed < 40; seed++) {
            Random random = new Random(seed);
            int longest = 1 + random.nextInt(200);
            int perTurn = 1 + random.nextInt(30);
            assertSame(
                    converse(FaultPlan.none(), perTurn, inPieces(left -> 1 + random.nextInt(longest))), "seed " + seed);
        }
    }

    @ParameterizedTest
    @EnumSource(Disturbance.class)
    void overADisturbedEngine(Disturbance disturbance) {
        assertSame(converse(disturbance.plan(), 20, client -> client.send(REQUESTS)), disturbance + " in one piece");
        assertSame(converse(disturbance.plan(), 1, inPieces(left -> 1)), disturbance + " byte by byte");
        for (long seed = 0; seed < 3; seed++) {
            Random random = new Random(seed);
            assertSame(
                    converse(disturbance.plan(), 1 + random.nextInt(30), inPieces(left -> 1 + random.nextInt(100))),
                    disturbance + " seed " + seed);
        }
    }

    @Test
    void slowReader_getsTheSameBytes() {
        for (int window : new int[] {7, 1000}) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            converse(FaultPlan.none(), 20, client -> {
                client.window(0).send(REQUESTS);
                while (all.size() < ANSWERS.length) {
                    all.writeBytes(client.window(window).settle().take());
                }
            });
            assertSame(all.toByteArray(), window + " bytes at a time");
        }
    }
}
