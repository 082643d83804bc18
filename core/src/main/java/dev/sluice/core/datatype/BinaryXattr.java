package dev.sluice.core.datatype;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Bytes in an extended attribute, which holds nothing but JSON: a string that says so. Protocol: {@code protocol-subdoc} 8.4.
 *
 * <pre>
 *   "cb-content-base64-encoded:AAEC/w=="
 * </pre>
 *
 * <p><b>Thread.</b> Any.
 */
public final class BinaryXattr {

    private static final byte[] MARK = "cb-content-base64-encoded:".getBytes(StandardCharsets.US_ASCII);

    private BinaryXattr() {}

    /** The string, quotes included, that stands for some bytes. */
    public static byte[] encode(byte[] array, int offset, int length) {
        byte[] text = Base64.getEncoder().encode(Arrays.copyOfRange(array, offset, offset + length));
        byte[] string = new byte[MARK.length + text.length + 2];
        string[0] = '"';
        System.arraycopy(MARK, 0, string, 1, MARK.length);
        System.arraycopy(text, 0, string, 1 + MARK.length, text.length);
        string[string.length - 1] = '"';
        return string;
    }

    /** The bytes that a JSON text stands for, or null where it is no such string. */
    public static byte @Nullable [] decode(byte[] array, int offset, int length) {
        int text = offset + 1 + MARK.length;
        int end = offset + length - 1;
        boolean marked = length >= MARK.length + 2
                && array[offset] == '"'
                && array[end] == '"'
                && Arrays.equals(array, offset + 1, text, MARK, 0, MARK.length);
        return marked ? bytes(array, text, end) : null;
    }

    /** Whether each string in a JSON text that says it stands for bytes really does. */
    public static boolean soundIn(byte[] array, int offset, int length) {
        int end = offset + length;
        for (int at = offset; at <= end - MARK.length; at++) {
            if (array[at] == MARK[0] && Arrays.equals(array, at, at + MARK.length, MARK, 0, MARK.length)) {
                int text = at + MARK.length;
                int quote = text;
                while (quote < end && array[quote] != '"') {
                    quote++;
                }
                if (bytes(array, text, quote) == null) {
                    return false;
                }
                at = quote;
            }
        }
        return true;
    }

    /** Decodes; a slash may be escaped, as anywhere in JSON. */
    private static byte @Nullable [] bytes(byte[] array, int from, int to) {
        byte[] text = new byte[to - from];
        int length = 0;
        for (int i = from; i < to; i++) {
            boolean escape = array[i] == '\\' && i + 1 < to && array[i + 1] == '/';
            if (!escape) {
                text[length++] = array[i];
            }
        }
        try {
            return Base64.getDecoder().decode(Arrays.copyOf(text, length));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
