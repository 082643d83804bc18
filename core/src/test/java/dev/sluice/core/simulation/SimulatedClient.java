package dev.sluice.core.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.Response;
import dev.sluice.core.fixture.Subdoc;
import dev.sluice.core.fixture.WireClient;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/**
 * A client with keys of its own, who knows what each of its requests must be answered: nobody else touches those keys, and
 * its commands run in order; or, where it has asked for unordered execution, it leaves a key alone until it was answered.
 * It also counts up a number that it shares with all others.
 */
final class SimulatedClient {

    static final String SHARED = "shared";

    /** A document with a number in it that all clients count up, by sub-document commands. */
    static final String SHARED_JSON = "shared-json";

    private record Expected(String key, int status, String value) {}

    private final WireClient wire;
    private final String prefix;
    private final Random random;
    private final Map<String, String> model = new HashMap<>();
    private final boolean unordered;
    private final Map<Integer, Expected> expected = new LinkedHashMap<>();
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private int opaque;
    private int increments;
    private int incrementsAnswered;
    private int counted;
    private int countedAnswered;

    SimulatedClient(WireClient wire, String prefix, Random random, boolean unordered) {
        this.wire = wire;
        this.prefix = prefix;
        this.random = random;
        this.unordered = unordered;
        int longest = 1 + random.nextInt(300);
        wire.fragments(left -> 1 + random.nextInt(longest));
        if (unordered) {
            boolean traced = random.nextBoolean();
            expect("", 0, traced ? "\u0000\u000e\u0000\u000f" : "\u0000\u000e");
            wire.send(
                    traced
                            ? Frame.hello(0x0e, 0x0f).opaque(opaque)
                            : Frame.hello(0x0e).opaque(opaque));
        }
    }

    WireClient wire() {
        return wire;
    }

    int increments() {
        return increments;
    }

    int incrementsAnswered() {
        return incrementsAnswered;
    }

    /** How often it has asked for the number in the shared document to be counted up. */
    int counted() {
        return counted;
    }

    int countedAnswered() {
        return countedAnswered;
    }

    /** Sends some requests in one piece. */
    void send() {
        Frame[] frames = new Frame[1 + random.nextInt(12)];
        for (int i = 0; i < frames.length; i++) {
            frames[i] = request().opaque(opaque);
        }
        wire.send(frames);
    }

    private void expect(String key, int status, String value) {
        expected.put(opaque, new Expected(key, status, value));
    }

    private boolean waitsFor(String key) {
        return expected.values().stream().anyMatch(answer -> answer.key().equals(key));
    }

    private Frame request() {
        opaque++;
        String key = prefix + random.nextInt(unordered ? 40 : 4);
        if (unordered && waitsFor(key)) {
            boolean explicit = random.nextBoolean(); // Nothing overtakes either of them.
            expect("", explicit ? 1 : 0, "");
            return explicit ? Frame.get(prefix + "nothing").framing("00") : Frame.noop();
        }
        String before = model.get(key);
        String value = "v" + random.nextInt(1000) + "x".repeat(random.nextInt(20) == 0 ? random.nextInt(80_000) : 3);
        switch (random.nextInt(15)) {
            case 0, 1 -> {
                model.put(key, value);
                expect(key, 0, "");
                return Frame.set(key, value);
            }
            case 2 -> {
                model.put(key, value);
                return Frame.of(0x11).key(key).extras("0000000000000000").value(value);
            }
            case 3 -> {
                expect(key, before == null ? 0 : 2, "");
                model.putIfAbsent(key, value);
                return Frame.of(0x02).key(key).extras("0000000000000000").value(value);
            }
            case 4 -> {
                expect(key, before == null ? 5 : 0, "");
                model.computeIfPresent(key, (k, old) -> old + "+");
                return Frame.of(0x0e).key(key).value("+");
            }
            case 5 -> {
                expect(key, model.remove(key) == null ? 1 : 0, "");
                return Frame.of(0x04).key(key);
            }
            case 6 -> {
                if (before != null) {
                    expect(key, 0, before);
                }
                return Frame.of(0x09).key(key);
            }
            case 7 -> {
                expect(key, before == null ? 1 : 0, before == null ? "" : before);
                return Frame.of(0x1d).key(key).extras("00000000");
            }
            case 8 -> {
                increments++;
                expect("", 0, "\u0000number");
                return Frame.of(0x05).key(SHARED).extras("0000000000000001 0000000000000001 00000000");
            }
            case 9 -> {
                expect("", 0, "");
                return Frame.noop();
            }
            case 10 -> {
                counted++;
                expect("", 0, "\u0000counted");
                return Subdoc.mutation()
                        .step(Subdoc.COUNTER, 0, "deep.n", "1")
                        .doc(Subdoc.MKDOC)
                        .frame(SHARED_JSON);
            }
            case 11 -> {
                model.put(key, value);
                expect(key, 0, "");
                return Subdoc.mutation()
                        .step(Subdoc.WHOLE_SET, 0, "", value)
                        .doc(Subdoc.MKDOC)
                        .frame(key);
            }
            case 12 -> {
                expect(key, before == null ? 1 : 0, before == null ? "" : record(before));
                return Subdoc.lookup().step(Subdoc.WHOLE_GET, 0, "", "").frame(key);
            }
            default -> {
                expect(key, before == null ? 1 : 0, before == null ? "" : before);
                return Frame.get(key);
            }
        }
    }

    /** What a look-up of the whole body answers, as a text like any other answer. */
    private static String record(String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        byte[] record = ByteBuffer.allocate(6 + bytes.length)
                .putShort((short) 0)
                .putInt(bytes.length)
                .put(bytes)
                .array();
        return new String(record, StandardCharsets.UTF_8);
    }

    /** Looks at what has come so far. */
    void check() {
        received.writeBytes(wire.take());
        byte[] bytes = received.toByteArray();
        int whole = 0;
        while (bytes.length - whole >= 24) {
            int body = ByteBuffer.wrap(bytes).getInt(whole + 8);
            if (bytes.length - whole - 24 < body) {
                break;
            }
            whole += 24 + body;
        }
        for (Response response : Response.parse(Arrays.copyOf(bytes, whole))) {
            if (!unordered) {
                assertThat(expected.keySet().stream().findFirst()).as("order").contains(response.opaque());
            }
            Expected next = expected.remove(response.opaque());
            assertThat(next).as("an answer too many: " + response).isNotNull();
            assertThat(response.status()).as("status of " + response.opaque()).isEqualTo(next.status());
            if (next.value().equals("\u0000number")) {
                incrementsAnswered++;
                assertThat(response.value()).hasSize(8);
            } else if (next.value().equals("\u0000counted")) {
                countedAnswered++;
                assertThat(Subdoc.done(response).get(0)).startsWith("0:0:");
            } else {
                assertThat(new String(response.value(), StandardCharsets.UTF_8)).isEqualTo(next.value());
            }
        }
        received.reset();
        received.write(bytes, whole, bytes.length - whole);
    }

    /** Whether everything was answered. */
    boolean satisfied() {
        return expected.isEmpty() && received.size() == 0;
    }
}
