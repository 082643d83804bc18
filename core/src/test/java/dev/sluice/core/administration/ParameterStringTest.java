package dev.sluice.core.administration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The grammar of the original's configuration string. */
class ParameterStringTest {

    /** Backslashes and semicolons as they are; a blank at either end of an expected value is written as an underscore. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "a=1|{a=1}",
                "a=1;b=2|{a=1, b=2}",
                "a=1;b=2;|{a=1, b=2}",
                "\" a = 1 ; b = 2 \"|{a=1, b=2}",
                "\"a=\t1\r\n;b=2\"|{a=1, b=2}",
                "a=b c|{a=b c}",
                "a=1;a=2|{a=2}",
                "a=|{a=}",
                "a|{a=}",
                "a;b=1|{a=, b=1}",
                "a=b=c|{a=b=c}",
                "a=b\\;c;d=e|{a=b;c, d=e}",
                "a=b\\=c|{a=b=c}",
                "a\\=b=c|{a=b=c}",
                "a=b\\\\;c=d|{a=b\\, c=d}",
                "a=\\xyz|{a=xyz}",
                "\"a=\\ b\\ ;c=d\"|{a=_b_, c=d}",
                "a=b\\|{a=b\\}",
                "a=1;;b=2|{a=1}",
                "=1;b=2|{}",
                "\";a=1\"|{}",
                "\"\"|{}",
                "\"   \"|{}"
            })
    void table(String text, String expected) {
        assertThat(ParameterString.parse(text)).hasToString(expected.replace('_', ' '));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void whateverIsEscaped_comesBack(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 2000; i++) {
            String key = "k" + text(random);
            String value = text(random);
            String written = " " + escaped(key) + " = " + escaped(value) + " ; rest=1";
            assertThat(ParameterString.parse(written)).as(written).isEqualTo(Map.of(key, value, "rest", "1"));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void whateverComes_isParsed_andGivesKeysThatAreNotEmpty(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 5000; i++) {
            assertThat(ParameterString.parse(text(random)).keySet()).doesNotContain("");
        }
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(12); i > 0; i--) {
            text.append("=;\\ \tab1\0ü".charAt(random.nextInt(10)));
        }
        return text.toString();
    }

    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder();
        text.chars().forEach(c -> escaped.append('\\').append((char) c));
        return escaped.toString();
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1, 1",
        "1k, 1024",
        "1K, 1024",
        "3m, 3145728",
        "1G, 1073741824",
        "1t, 1099511627776",
        "9007199254740991, 9007199254740991",
        "-1, ",
        "k, ",
        "1kk, ",
        "1.5k, ",
        "1 k, ",
        "999999999999999999t, ",
        "ten, "
    })
    void sizes(String text, Long expected) {
        assertThat(Parameter.ignored("p", Parameter.Kind.SIZE).parse(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"true, true", "TRUE, true", "on, true", "Off, false", "false, false", "1, ", "yes, ", "'', "})
    void flags(String text, Boolean expected) {
        assertThat(Parameter.ignored("p", Parameter.Kind.FLAG).parse(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"0.75, 0.75", "1, 1.0", "12.5, 12.5", ".5, ", "1e3, ", "-1, ", "NaN, ", "1., ", "0x1p3, "})
    void decimals(String text, Double expected) {
        assertThat(Parameter.ignored("p", Parameter.Kind.DECIMAL).parse(text)).isEqualTo(expected);
    }

    @Test
    void aTextOfAMillionEscapes_takesNoTime() {
        assertThat(ParameterString.parse("a=" + "\\;".repeat(1 << 20)).get("a")).hasSize(1 << 20);
    }
}
