package dev.sluice.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnitsTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "4096, 4096",
        "1KiB, 1024",
        "64MiB, 67108864",
        "64 MiB, 67108864",
        "1GiB, 1073741824",
        "2TiB, 2199023255552",
        "8388607TiB, 9223370937343148032"
    })
    void size_isRead(String text, long bytes) {
        assertThat(Units.parseSize(text)).hasValue(bytes);
        assertThat(Pattern.matches(Units.SIZE_PATTERN, text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "MiB", "-1", "1MB", "1M", "1mib", "1.5GiB", "64  MiB", " 1", "1 ", "0x10", "٣"})
    void noSize_isRefused(String text) {
        assertThat(Units.parseSize(text)).isEmpty();
        assertThat(Pattern.matches(Units.SIZE_PATTERN, text)).isFalse();
    }

    @Test
    void sizeBeyondALong_isRefused() {
        assertThat(Units.parseSize("8388608TiB")).isEmpty();
        assertThat(Units.parseSize("9223372036854775808")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"500ms, 500", "10s, 10000", "10 s, 10000", "5m, 300000", "1h, 3600000", "7d, 604800000", "0s, 0"})
    void duration_isRead(String text, long ms) {
        assertThat(Units.parseDuration(text)).hasValue(ms);
        assertThat(Pattern.matches(Units.DURATION_PATTERN, text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "s", "10", "-1s", "1.5s", "10sec", "1M", "10us", "1h30m"})
    void noDuration_isRefused(String text) {
        assertThat(Units.parseDuration(text)).isEmpty();
        assertThat(Pattern.matches(Units.DURATION_PATTERN, text)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1023, 1023", "1024, 1KiB", "1536, 1536", "67108864, 64MiB", "1099511627776, 1TiB"})
    void formattedSize_isReadBack(long bytes, String text) {
        assertThat(Units.formatSize(bytes)).isEqualTo(text);
        assertThat(Units.parseSize(text)).isEqualTo(OptionalLong.of(bytes));
    }

    @ParameterizedTest
    @CsvSource({"0, 0ms", "1500, 1500ms", "90000, 90s", "120000, 2m", "3600000, 1h", "86400000, 1d"})
    void formattedDuration_isReadBack(long ms, String text) {
        assertThat(Units.formatDuration(ms)).isEqualTo(text);
        assertThat(Units.parseDuration(text)).isEqualTo(OptionalLong.of(ms));
    }
}
