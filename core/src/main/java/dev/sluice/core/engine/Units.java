package dev.sluice.core.engine;

import java.util.OptionalLong;

/**
 * Sizes and lengths of time as people write them.
 *
 * <p>A size is a whole number of bytes, alone or with one of the binary units KiB, MiB, GiB and TiB: {@code 4096}, {@code
 * 64MiB}. Decimal units are refused rather than guessed at: half of the world means 1000 by "MB" and half 1024. A length
 * of time is a whole number with ms, s, m, h or d: {@code 500ms}, {@code 10s}, {@code 7d}. One blank may stand between
 * number and unit.
 */
public final class Units {

    /** What is right for a size, for messages. */
    public static final String SIZE_EXPECTED =
            "a size: bytes as a number, or a text like \"64MiB\" (KiB, MiB, GiB, TiB)";

    /** What is right for a length of time, for messages. */
    public static final String DURATION_EXPECTED = "a length of time: a text like \"10s\" (ms, s, m, h, d)";

    /** What {@link #parseSize} takes, as a regular expression that JSON Schema understands too. */
    public static final String SIZE_PATTERN = "^[0-9]+( ?[KMGT]iB)?$";

    /** What {@link #parseDuration} takes, likewise. */
    public static final String DURATION_PATTERN = "^[0-9]+ ?(ms|s|m|h|d)$";

    private static final String[] SIZE_UNITS = {"TiB", "GiB", "MiB", "KiB"};
    private static final long[] SIZE_FACTORS = {1L << 40, 1L << 30, 1L << 20, 1L << 10};

    // "ms" stands before the units that it ends in.
    private static final String[] DURATION_UNITS = {"ms", "d", "h", "m", "s"};
    private static final long[] DURATION_FACTORS = {1L, 86_400_000L, 3_600_000L, 60_000L, 1_000L};

    private Units() {}

    /** Bytes; empty where the text is no size, or more than a long holds. */
    public static OptionalLong parseSize(String text) {
        for (int i = 0; i < SIZE_UNITS.length; i++) {
            if (text.endsWith(SIZE_UNITS[i])) {
                return parse(text, SIZE_UNITS[i], SIZE_FACTORS[i]);
            }
        }
        return parse(text, "", 1);
    }

    /** Milliseconds; empty where the text is no length of time, or more than a long holds. */
    public static OptionalLong parseDuration(String text) {
        for (int i = 0; i < DURATION_UNITS.length; i++) {
            if (text.endsWith(DURATION_UNITS[i])) {
                return parse(text, DURATION_UNITS[i], DURATION_FACTORS[i]);
            }
        }
        return OptionalLong.empty();
    }

    /** The shortest text that {@link #parseSize} reads back to the same number. */
    public static String formatSize(long bytes) {
        for (int i = 0; i < SIZE_UNITS.length; i++) {
            if (bytes >= SIZE_FACTORS[i] && bytes % SIZE_FACTORS[i] == 0) {
                return bytes / SIZE_FACTORS[i] + SIZE_UNITS[i];
            }
        }
        return Long.toString(bytes);
    }

    /** The text in the largest unit that {@link #parseDuration} reads back to the same number. */
    public static String formatDuration(long ms) {
        for (int i = 1; i < DURATION_UNITS.length; i++) {
            if (ms >= DURATION_FACTORS[i] && ms % DURATION_FACTORS[i] == 0) {
                return ms / DURATION_FACTORS[i] + DURATION_UNITS[i];
            }
        }
        return ms + "ms";
    }

    private static OptionalLong parse(String text, String unit, long factor) {
        String number = text.substring(0, text.length() - unit.length());
        if (!unit.isEmpty() && number.endsWith(" ")) {
            number = number.substring(0, number.length() - 1);
        }
        if (number.isEmpty() || !number.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(Math.multiplyExact(Long.parseLong(number), factor));
        } catch (NumberFormatException | ArithmeticException e) {
            return OptionalLong.empty();
        }
    }
}
