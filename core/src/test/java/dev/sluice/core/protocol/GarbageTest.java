package dev.sluice.core.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.Hex;
import dev.sluice.core.fixture.Response;
import dev.sluice.core.fixture.TestServer;
import dev.sluice.core.fixture.WireClient;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever comes, the answer is frames, or silence, or the end of that connection. */
class GarbageTest {

    private static final int SEEDS = Integer.getInteger("sluice.garbage.seeds", 2000);

    /** Sends, and looks at what becomes of it and of the others. */
    private static void feed(TestServer server, byte[] bytes, String what) {
        WireClient client = server.connect(0, bytes.length % 5 != 0);
        client.fragments(left -> Math.max(1, left / 2)).send(bytes).settle();
        try {
            Response.parse(client.take());
        } catch (AssertionError e) {
            throw new AssertionError(what + ": answers to " + Hex.text(bytes), e);
        }
        client.disconnect();
        server.pump();
        assertThat(server.counter(dev.sluice.core.statistics.ServerCounter.INTERNAL_ERRORS))
                .as(what + ": " + Hex.text(bytes))
                .isZero();
    }

    @Test
    void randomBytes() {
        try (TestServer server = TestServer.naive()) {
            WireClient witness = server.connect();
            for (int seed = 0; seed < SEEDS; seed++) {
                Random random = new Random(seed);
                byte[] bytes = new byte[1 + random.nextInt(200)];
                random.nextBytes(bytes);
                if (random.nextBoolean()) {
                    bytes[0] = (byte) 0x80;
                }
                feed(server, bytes, "seed " + seed);
            }
            assertThat(witness.status(Frame.noop())).isZero();
        }
    }

    /** Headers that hold together, around random contents: these reach the validators and the executors. */
    @Test
    void plausibleFrames() {
        try (TestServer server = TestServer.naive()) {
            WireClient witness = server.connect();
            for (int seed = 0; seed < SEEDS; seed++) {
                Random random = new Random(seed);
                Frame[] frames = new Frame[1 + random.nextInt(8)];
                for (int i = 0; i < frames.length; i++) {
                    frames[i] = plausible(random);
                }
                feed(server, Frame.join(frames), "seed " + seed);
            }
            assertThat(witness.status(Frame.noop())).isZero();
        }
    }

    private static Frame plausible(Random random) {
        int opcode = random.nextInt(4) == 0 ? random.nextInt(256) : random.nextInt(0x20);
        if (random.nextInt(10) == 0) {
            opcode = 0xda + random.nextInt(3);
        }
        Frame frame = Frame.of(opcode).vbucket(random.nextInt(8) == 0 ? random.nextInt(65536) : 0);
        int[] lengths = {0, 0, 4, 8, 16, 20, 28, random.nextInt(256)};
        byte[] extras = new byte[lengths[random.nextInt(lengths.length)]];
        random.nextBytes(extras);
        frame.extras(java.util.HexFormat.of().formatHex(extras));
        if (random.nextInt(4) != 0) {
            frame.key("k".repeat(1 + random.nextInt(random.nextInt(20) == 0 ? 255 : 3)));
        }
        if (random.nextBoolean()) {
            byte[] value = new byte[random.nextInt(60)];
            random.nextBytes(value);
            frame.value(value);
        }
        if (random.nextInt(8) == 0) {
            frame.datatype(random.nextInt(16)).cas(random.nextLong());
        }
        if (random.nextInt(6) == 0) {
            byte[] framing = new byte[random.nextInt(20)];
            random.nextBytes(framing);
            frame.framing(java.util.HexFormat.of().formatHex(framing));
        }
        return frame;
    }

    /** The corpus with some of its bytes changed. */
    @Test
    void mutatedConversations() {
        byte[] corpus = Frame.join(Corpus.frames().toArray(Frame[]::new));
        try (TestServer server = TestServer.naive()) {
            WireClient witness = server.connect();
            for (int seed = 0; seed < SEEDS / 20; seed++) {
                Random random = new Random(seed);
                byte[] bytes = corpus.clone();
                for (int i = 1 + random.nextInt(10); i > 0; i--) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
                }
                feed(server, bytes, "seed " + seed);
            }
            assertThat(witness.status(Frame.noop())).isZero();
        }
    }

    /** JSON of range scans, changed a byte at a time. */
    @Test
    void mutatedScanRequests() {
        List<String> texts = List.of(
                "{\"collection\":\"0\",\"key_only\":true,\"range\":{\"start\":\"YQ==\",\"excl_end\":\"eg==\"},\"name\":\"n\"}",
                "{\"sampling\":{\"samples\":10,\"seed\":4},\"snapshot_requirements\":{\"vb_uuid\":\"1\",\"seqno\":1,"
                        + "\"seqno_exists\":true,\"timeout_ms\":10}}");
        try (TestServer server = TestServer.naive()) {
            WireClient client = server.connect();
            client.call(Frame.hello(0x07, 0x0b));
            client.call(Frame.set("k", "v"));
            for (int seed = 0; seed < SEEDS; seed++) {
                Random random = new Random(seed);
                byte[] value = texts.get(seed % 2).getBytes(java.nio.charset.StandardCharsets.UTF_8);
                for (int i = 1 + random.nextInt(3); i > 0; i--) {
                    value[random.nextInt(value.length)] = (byte) random.nextInt(256);
                }
                List<Response> responses =
                        client.ask(Frame.of(0xda).value(value).datatype(1));
                server.advance(java.time.Duration.ofMillis(11));
                assertThat(client.closed()).as("seed " + seed).isFalse();
                assertThat(responses.size() + Response.parse(client.take()).size())
                        .isEqualTo(1);
            }
        }
    }
}
