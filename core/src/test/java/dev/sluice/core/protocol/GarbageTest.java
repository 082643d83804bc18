package dev.sluice.core.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.Hex;
import dev.sluice.core.fixture.Response;
import dev.sluice.core.fixture.Subdoc;
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

    /** Requests of the sub-document commands in which everything may be anything, for documents of every kind. */
    @Test
    void plausiblePathsAndSteps() {
        try (TestServer server = TestServer.naive()) {
            WireClient witness = server.connect();
            for (int seed = 0; seed < SEEDS; seed++) {
                Random random = new Random(seed);
                Frame[] frames = new Frame[2 + random.nextInt(8)];
                frames[0] = Frame.hello(0x06, 0x07, 0x0b);
                for (int i = 1; i < frames.length; i++) {
                    frames[i] = random.nextInt(4) == 0
                            ? Frame.set("k" + random.nextInt(3), text(random, "{[]}\":,0a\\ \u00e4"))
                            : step(random);
                }
                feed(server, Frame.join(frames), "seed " + seed);
            }
            assertThat(witness.status(Frame.noop())).isZero();
        }
    }

    private static String text(Random random, String alphabet) {
        String[] good = {"{}", "[1,2]", "{\"a\":{\"b\":[1,\"x\"]}}", "1", "\"${Mutation.CAS}\"", "\"${$document.CAS}\""
        };
        if (random.nextInt(3) > 0) {
            return good[random.nextInt(good.length)];
        }
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(20); i > 0; i--) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }

    private static String path(Random random) {
        String[] good = {
            "a", "a.b", "a.b[0]", "[0]", "[-1]", "_s", "_s.x", "$document", "$XTOC", "$vbucket.HLC", "", "u"
        };
        return random.nextInt(3) > 0 ? good[random.nextInt(good.length)] : text(random, "ab.[]0-1`_$\\\"\u00e4");
    }

    private static int pathFlags(Random random) {
        int[] good = {0, 0, 1, 4, 4, 5, 0x14, 0x24};
        return random.nextInt(8) == 0 ? random.nextInt(256) : good[random.nextInt(good.length)];
    }

    private static Frame step(Random random) {
        int[] opcodes = {0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xcb, 0xcc, 0xcd, 0xce, 0xcf, 0xd2, 0xd3, 0, 1, 4};
        int opcode = opcodes[random.nextInt(13)];
        Subdoc subdoc = Subdoc.single(opcode, pathFlags(random), path(random), text(random, "{[]}\":,0"));
        if (random.nextBoolean()) {
            boolean lookup = random.nextBoolean();
            subdoc = lookup ? Subdoc.lookup() : Subdoc.mutation();
            for (int i = random.nextInt(5); i >= 0; i--) {
                int one = random.nextInt(10) == 0 ? random.nextInt(256) : opcodes[random.nextInt(opcodes.length)];
                subdoc.step(one, pathFlags(random), path(random), lookup ? "" : text(random, "{[]}\":,0"));
            }
            if (random.nextInt(10) == 0) {
                subdoc.raw((byte) random.nextInt(256), (byte) random.nextInt(256));
            }
        }
        if (random.nextBoolean()) {
            subdoc.doc(random.nextInt(4) == 0 ? random.nextInt(256) : random.nextInt(2) * Subdoc.MKDOC);
        }
        if (random.nextInt(4) == 0) {
            subdoc.doc(Subdoc.ACCESS_DELETED | random.nextInt(8));
        }
        return subdoc.frame("k" + random.nextInt(3));
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
