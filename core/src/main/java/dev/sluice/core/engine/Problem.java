package dev.sluice.core.engine;

import java.util.Collection;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One mistake that a person made: where, what is there, and what should be.
 *
 * @param path where: the JSON path of a value ({@code $.buckets.mine.vbuckets}), or a file
 * @param found what is there
 * @param expected what would be right
 * @param suggestion the known name that was probably meant, or null
 */
public record Problem(
        String path,
        String found,
        String expected,
        @Nullable String suggestion) {

    private static final int FOUND_CHARS_MAX = 80;
    private static final int JOINED_MAX = 100;

    public Problem(String path, String found, String expected) {
        this(path, found, expected, null);
    }

    /**
     * Some sentences as one, for an answer: all of them where there are not too many. A text of a megabyte can have a mistake
     * in every second byte.
     */
    public static String joined(Collection<?> sentences) {
        String joined =
                sentences.stream().limit(JOINED_MAX).map(String::valueOf).collect(Collectors.joining("; "));
        int more = sentences.size() - JOINED_MAX;
        return more > 0 ? joined + "; and " + more + " more" : joined;
    }

    /** The path of a member of the object at {@code path}; names that are not plain words are quoted. */
    public static String member(String path, String name) {
        boolean plain = !name.isEmpty() && name.chars().allMatch(c -> c == '_' || c == '$' || isAsciiLetterOrDigit(c));
        return plain
                ? path + "." + name
                : path + "['" + name.replace("\\", "\\\\").replace("'", "\\'") + "']";
    }

    /** The path of an element of the array at {@code path}. */
    public static String element(String path, int index) {
        return path + "[" + index + "]";
    }

    /** A JSON value as a message shows it: scalars as they are, the others by what they are. */
    public static String describe(@Nullable Object value) {
        if (value instanceof String text) {
            String shown = text.length() > FOUND_CHARS_MAX ? text.substring(0, FOUND_CHARS_MAX) + "…" : text;
            return "\"" + shown + "\"";
        }
        if (value instanceof Map) {
            return "an object";
        }
        if (value instanceof Collection) {
            return "an array";
        }
        return String.valueOf(value);
    }

    private static boolean isAsciiLetterOrDigit(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    @Override
    public String toString() {
        String meant = suggestion == null ? "" : ", did you mean \"" + suggestion + "\"?";
        return path + ": " + found + " (expected: " + expected + ")" + meant;
    }
}
