package dev.sluice.core.datatype;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.fixture.Hex;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class XattrSectionTest {

    /** total, then pair length, key, 00, value, 00; behind it the body. */
    @Test
    void layout() {
        byte[] value = XattrBytes.of("_s", "1", "user", "\"x\"").body("body");
        assertThat(Hex.text(value))
                .isEqualTo(Hex.text(
                        Hex.bytes("00000016 | 00000005 '_s' 00 '1' 00 | 00000009 'user' 00 '\"x\"' 00 | 'body'")));
        assertThat(XattrSection.check(value, 0, value.length)).isTrue();
        assertThat(XattrSection.bytes(value, 0)).isEqualTo(value.length - 4);
        assertThat(XattrSection.systemBytes(value, 0)).isEqualTo(4 + 9);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '"',
            value = {
                "no length; 0000",
                "total beyond the value; 00000001",
                "total of 4 GiB; ffffffff 00000005 'k' 00 '1' 00",
                "half a pair length; 00000003 000000",
                "pair beyond the section; 00000008 00000005 'k' 00 '1' 00",
                "pair of 4 GiB; 00000008 ffffffff 'k' 00 '1' 00",
                "pair shorter than its key; 00000008 00000004 'kkkk'",
                "no zero behind the value; 00000009 00000005 'k' 00 '11' 01",
                "no zero behind the key; 00000008 00000004 'k111'",
                "empty key; 00000008 00000004 00 '11' 00",
                "empty value; 00000008 00000004 'kk' 00 00",
                "zero inside of the value; 0000000a 00000006 'k' 00 '1' 00 '2' 00",
                "value that is no JSON; 00000008 00000004 'k' 00 'x' 00",
                "key of 16 bytes; 00000017 00000013 '0123456789abcdef' 00 '1' 00",
                "virtual key; 00000009 00000005 '$d' 00 '1' 00",
                "key of one underscore; 00000008 00000004 '_' 00 '1' 00",
                "punctuation first; 00000009 00000005 '.d' 00 '1' 00",
                "control character first; 00000009 00000005 01 'd' 00 '1' 00",
                "no UTF-8; 00000009 00000005 'd' ff 00 '1' 00",
                "key twice; 00000010 00000004 'k' 00 '1' 00 00000004 'k' 00 '2' 00"
            })
    void malformed(String what, String bytes) {
        byte[] value = Hex.bytes(bytes);
        assertThat(XattrSection.check(value, 0, value.length)).as(what).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"k", "0123456789abcde", "_k", "Käse", "日本語", "0", "k.x", "k_"})
    void legalKeys(String key) {
        byte[] value = XattrBytes.of(key, "{\"a\":[1,2]}").body("");
        assertThat(XattrSection.check(value, 0, value.length)).isTrue();
    }

    /** Each costs memory and time, which nobody has paid for. */
    @Test
    void tooManyAttributes_areRefused() {
        for (int count : new int[] {XattrSection.PAIRS_MAX, XattrSection.PAIRS_MAX + 1}) {
            String[] pairs = new String[2 * count];
            for (int i = 0; i < count; i++) {
                pairs[2 * i] = Integer.toString(i, 36);
                pairs[2 * i + 1] = "1";
            }
            byte[] value = XattrBytes.of(pairs).body("");
            assertThat(XattrSection.check(value, 0, value.length)).isEqualTo(count == XattrSection.PAIRS_MAX);
        }
    }

    @Test
    void anEmptySection_isWellFormed_andNeverRebuilt() {
        byte[] value = XattrBytes.of().body("body");
        assertThat(XattrSection.check(value, 0, value.length)).isTrue();
        for (Xattrs which : Xattrs.values()) {
            assertThat(XattrSection.rebuild(value, 0, which, value, 4, 4))
                    .asString()
                    .isEqualTo("body");
        }
    }

    /** Against a map, for sections made at random: what is there, what is whose, and what is left of it. */
    @Test
    void aNaiveModel_agrees() {
        for (int seed = 0; seed < 3_000; seed++) {
            Random random = new Random(seed);
            Map<String, String> model = new LinkedHashMap<>();
            for (int i = random.nextInt(6); i > 0; i--) {
                String key = (random.nextBoolean() ? "_" : "") + "key" + random.nextInt(8);
                model.put(key, "\"" + "v".repeat(random.nextInt(20)) + "\"");
            }
            byte[] body = new byte[random.nextInt(20)];
            random.nextBytes(body);
            byte[] value = bytes(model, body);
            byte[] shifted = new byte[value.length + 3];
            System.arraycopy(value, 0, shifted, 3, value.length);

            assertThat(XattrSection.check(shifted, 3, value.length))
                    .as("seed " + seed)
                    .isTrue();
            assertThat(read(shifted, 3)).as("seed " + seed).isEqualTo(model);
            int bodyAt = 3 + XattrSection.bytes(shifted, 3);
            assertThat(Arrays.copyOfRange(shifted, bodyAt, shifted.length)).isEqualTo(body);
            for (Xattrs which : Xattrs.values()) {
                Map<String, String> left = new LinkedHashMap<>(model);
                left.keySet().removeIf(key -> switch (which) {
                    case NONE -> true;
                    case USER -> key.startsWith("_");
                    case SYSTEM -> !key.startsWith("_");
                    case ALL -> false;
                });
                byte[] expected = left.isEmpty() ? body : bytes(left, body);
                assertThat(XattrSection.rebuild(shifted, 3, which, shifted, bodyAt, body.length))
                        .as("seed " + seed + " " + which)
                        .isEqualTo(expected);
                if (which == Xattrs.SYSTEM) {
                    assertThat(XattrSection.systemBytes(shifted, 3))
                            .as("seed " + seed)
                            .isEqualTo(left.isEmpty() ? 0 : expected.length - body.length);
                }
            }
        }
    }

    /** Whatever is wrong with a section, the check says so and throws nothing, and what it lets through can be walked. */
    @Test
    void mutatedSections_areRefused_orWalked() {
        int accepted = 0;
        for (int seed = 0; seed < 20_000; seed++) {
            Random random = new Random(seed);
            byte[] value = XattrBytes.of("_s", "1", "user", "\"x\"", "u2", "[]").body("body");
            for (int i = 1 + random.nextInt(2); i > 0; i--) {
                value[random.nextInt(value.length)] =
                        (byte) (random.nextBoolean() ? random.nextInt(12) : random.nextInt());
            }
            int length = random.nextInt(4) == 0 ? random.nextInt(value.length + 1) : value.length;
            byte[] exact = Arrays.copyOf(value, length);
            if (XattrSection.check(exact, 0, length)) {
                accepted++;
                read(exact, 0);
                XattrSection.rebuild(exact, 0, Xattrs.SYSTEM, exact, 0, 0);
            }
        }
        assertThat(accepted).as("mutations that do no harm").isBetween(100, 10_000);
    }

    private static byte[] bytes(Map<String, String> pairs, byte[] body) {
        List<String> flat = new ArrayList<>();
        pairs.forEach((key, value) -> {
            flat.add(key);
            flat.add(value);
        });
        return XattrBytes.of(flat.toArray(new String[0])).body(body);
    }

    private static Map<String, String> read(byte[] array, int offset) {
        Map<String, String> pairs = new LinkedHashMap<>();
        XattrSection.walk(array, offset, (bytes, keyOffset, keyLength, valueOffset, valueLength) -> {
            pairs.put(
                    new String(bytes, keyOffset, keyLength, StandardCharsets.UTF_8),
                    new String(bytes, valueOffset, valueLength, StandardCharsets.UTF_8));
            return true;
        });
        return pairs;
    }
}
