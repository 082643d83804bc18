package dev.sluice.core.administration;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One bucket parameter of the original.
 *
 * @param name its name there
 * @param kind what values it takes
 * @param words for CHOICE: what may be said
 * @param key the bucket's key here that means the same, or null where nothing here does
 * @param conversion from a checked value to what the key takes
 */
record Parameter(
        String name,
        Kind kind,
        List<String> words,
        @Nullable String key,
        Function<Object, Object> conversion) {

    /** What a value may look like. Protocol: {@code protocol-kv} 10.2. */
    enum Kind {
        /** Bytes, or with one of the suffixes k, m, g and t. */
        SIZE("bytes, as a number that k, m, g or t may follow"),
        /** A number, perhaps below zero. */
        WHOLE("a whole number"),
        FLAG("true, false, on or off"),
        DECIMAL("a decimal number"),
        TEXT("a text"),
        CHOICE("a word");

        private final String expected;

        Kind(String expected) {
            this.expected = expected;
        }
    }

    private static final Pattern WHOLE = Pattern.compile("-?[0-9]{1,18}");
    private static final Pattern SIZE = Pattern.compile("[0-9]{1,18}[kKmMgGtT]?");
    private static final Pattern DECIMAL = Pattern.compile("[0-9]{1,18}(\\.[0-9]{1,18})?");

    /** Known, and without a meaning here. */
    static Parameter ignored(String name, Kind kind) {
        return new Parameter(name, kind, List.of(), null, value -> value);
    }

    static Parameter ignoredChoice(String name, String... words) {
        return new Parameter(name, Kind.CHOICE, List.of(words), null, value -> value);
    }

    static Parameter mapped(String name, Kind kind, String key) {
        return new Parameter(name, kind, List.of(), key, value -> value);
    }

    /** Seconds there, a length of time here. */
    static Parameter seconds(String name, String key) {
        return new Parameter(name, Kind.WHOLE, List.of(), key, value -> value + "s");
    }

    static Parameter choice(String name, String key, List<String> words, Function<Object, Object> conversion) {
        return new Parameter(name, Kind.CHOICE, words, key, conversion);
    }

    /** What would be right, for messages. */
    String expected() {
        return kind == Kind.CHOICE ? String.join(" or ", words) : kind.expected;
    }

    /** The value as Long, Double, Boolean or String; null where the text is none that this takes. */
    @Nullable
    Object parse(String text) {
        return switch (kind) {
            case SIZE -> size(text);
            case WHOLE -> WHOLE.matcher(text).matches() ? Long.valueOf(text) : null;
            case FLAG -> flag(text);
            case DECIMAL -> DECIMAL.matcher(text).matches() ? (Object) new BigDecimal(text).doubleValue() : null;
            case TEXT -> text;
            case CHOICE -> words.contains(text) ? text : null;
        };
    }

    private static @Nullable Object flag(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true", "on" -> (Object) true;
            case "false", "off" -> (Object) false;
            default -> null;
        };
    }

    private static @Nullable Object size(String text) {
        if (!SIZE.matcher(text).matches()) {
            return null;
        }
        char last = text.charAt(text.length() - 1);
        int power = "kmgt".indexOf(Character.toLowerCase(last)) + 1;
        String digits = power == 0 ? text : text.substring(0, text.length() - 1);
        long number = Long.parseLong(digits);
        long factor = 1L << (10 * power);
        return number > Long.MAX_VALUE / factor ? null : (Object) (number * factor);
    }
}
