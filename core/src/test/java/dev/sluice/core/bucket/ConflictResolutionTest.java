package dev.sluice.core.bucket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.Hex;
import dev.sluice.core.fixture.Response;
import dev.sluice.core.fixture.TestServer;
import dev.sluice.core.fixture.WireClient;
import dev.sluice.engine.Datatype;
import dev.sluice.engine.DocumentView;
import dev.sluice.engine.DurabilityLevel;
import dev.sluice.testkit.NaiveEngineProvider;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which version stays: against a model that writes the fields one behind the other and compares the texts. */
class ConflictResolutionTest {

    private static final int STEPS = 4_000;
    private static final long SEED = 20_261_121L;

    /** Few values, so that ties are frequent, and the ends of the ranges. */
    private static final long[] NUMBERS = {1, 2, 3, Long.MAX_VALUE, Long.MIN_VALUE, -2};

    private static final long[] SMALL = {0, 1, 0x7fffffffL, 0x80000000L, 0xffffffffL};

    /** A version as the model knows it; numbers as unsigned texts of one length. */
    private record Version(long revSeqno, long cas, long expiry, long flags, boolean deleted) {

        String text(ConflictResolution mode, boolean deletion) {
            List<Long> fields = mode == ConflictResolution.SEQNO ? List.of(revSeqno, cas) : List.of(cas, revSeqno);
            String text = padded(fields.get(0)) + padded(fields.get(1));
            return deletion ? text : text + padded(expiry) + padded(flags);
        }

        private static String padded(long number) {
            String digits = new BigInteger(Long.toUnsignedString(number)).toString();
            return "0".repeat(20 - digits.length()) + digits;
        }
    }

    private static Version random(Random random, boolean deleted) {
        // A document that expires would be another question; expiry 0 of a tombstone is the server's clock.
        long expiry = deleted ? 1 + random.nextInt(3) : SMALL[random.nextInt(2) == 0 ? 0 : 4];
        return new Version(
                NUMBERS[random.nextInt(NUMBERS.length)],
                NUMBERS[random.nextInt(NUMBERS.length)],
                expiry,
                SMALL[random.nextInt(SMALL.length)],
                deleted);
    }

    private static Frame frame(String key, Version version, int options) {
        HexFormat hex = HexFormat.of();
        return Frame.of(version.deleted ? 0xa8 : 0xa2)
                .key(key)
                .extras(hex.toHexDigits((int) version.flags)
                        + hex.toHexDigits((int) version.expiry)
                        + hex.toHexDigits(version.revSeqno)
                        + hex.toHexDigits(version.cas)
                        + hex.toHexDigits(options));
    }

    @ParameterizedTest
    @EnumSource(ConflictResolution.class)
    void randomVersions_endAsInTheModel(ConflictResolution mode) {
        Random random = new Random(SEED);
        Map<String, Version> model = new HashMap<>();
        try (TestServer server = new TestServer()) {
            server.createBucket("default", new NaiveEngineProvider(), new WritePolicy(mode, DurabilityLevel.NONE));
            WireClient client = server.connect();
            int lost = 0;
            for (int step = 0; step < STEPS; step++) {
                String key = "key " + random.nextInt(5);
                Version version = random(random, random.nextInt(3) == 0);
                int forceAccept = mode == ConflictResolution.LWW ? 0x02 : 0;
                int status = client.status(frame(key, version, forceAccept));
                Version before = model.get(key);
                boolean wins = before == null
                        || version.text(mode, version.deleted).compareTo(before.text(mode, version.deleted)) > 0;
                assertThat(status)
                        .as("seed %d step %d: %s after %s", SEED, step, version, before)
                        .isEqualTo(wins ? 0 : 0x02);
                if (wins) {
                    model.put(key, version);
                } else {
                    lost++;
                }
                if (random.nextInt(8) == 0) { // or the greatest would stay for ever
                    Version anew = random(random, random.nextBoolean());
                    assertThat(client.status(frame(key, anew, forceAccept | 0x08)))
                            .isZero();
                    model.put(key, anew);
                }
            }
            assertThat(lost).isBetween(STEPS / 10, STEPS * 9 / 10);
            model.forEach((key, version) -> {
                Response meta = client.call(Frame.of(0xa0).key(key));
                assertThat(meta.cas()).isEqualTo(version.cas);
                assertThat(Hex.number(meta.extras(), 0, 4)).isEqualTo(version.deleted ? 1 : 0);
                assertThat(Hex.number(meta.extras(), 4, 4)).isEqualTo(version.flags);
                assertThat(Hex.number(meta.extras(), 8, 4)).isEqualTo(version.expiry);
                assertThat(Hex.number(meta.extras(), 12, 8)).isEqualTo(version.revSeqno);
            });
        }
    }

    @ParameterizedTest
    @EnumSource(ConflictResolution.class)
    void equalVersions_areDecidedByXattrs(ConflictResolution mode) {
        DocumentView plain = new DocumentView().cas(5).revSeqno(5);
        DocumentView withXattrs = new DocumentView().cas(5).revSeqno(5).datatype(Datatype.XATTR);
        assertThat(mode.replaces(plain, withXattrs)).isTrue();
        assertThat(mode.replaces(withXattrs, plain)).isFalse();
        assertThat(mode.replaces(withXattrs, withXattrs)).isFalse();
        withXattrs.deleted(true);
        assertThat(mode.replaces(plain, withXattrs)).as("a deletion").isFalse();
    }

    @Test
    void modes_differInWhatComesFirst() {
        DocumentView often = new DocumentView().cas(1).revSeqno(2);
        DocumentView lately = new DocumentView().cas(2).revSeqno(1);
        assertThat(ConflictResolution.SEQNO.replaces(lately, often)).isTrue();
        assertThat(ConflictResolution.SEQNO.replaces(often, lately)).isFalse();
        assertThat(ConflictResolution.LWW.replaces(lately, often)).isFalse();
        assertThat(ConflictResolution.LWW.replaces(often, lately)).isTrue();
    }
}
