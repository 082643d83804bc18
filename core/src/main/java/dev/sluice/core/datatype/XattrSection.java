package dev.sluice.core.datatype;

import dev.sluice.engine.DocumentView;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The extended attributes in front of a body, in the bytes that they are stored in. Protocol: {@code protocol-kv} 2.4, {@code
 * protocol-subdoc} 8.
 *
 * <pre>
 *   u32 total                              bytes of all pairs; the body begins at 4 + total
 *   u32 pair | key | 00 | value | 00       pair = key + 1 + value + 1; once for each attribute
 *   ...
 *   body
 * </pre>
 *
 * <p>There is no object for a section and none for a pair: these functions walk over an array. All but {@link #check} and
 * {@link #bytes} expect a section that has passed {@link #check}, as everything stored has, and would go astray in another.
 *
 * <p><b>Thread.</b> Any.
 */
public final class XattrSection {

    /** The longest key, in bytes. */
    public static final int KEY_BYTES_MAX = 15;

    /** What the attributes of the system may take together, beside the value that users may have. */
    public static final int SYSTEM_BYTES_MAX = 1 << 20;

    /** Of a length, of a section's as well as of a pair's. */
    private static final int LENGTH_BYTES = 4;

    /** A pair has its length, two zeros, and at least one byte each of key and value. */
    private static final int PAIR_BYTES_MIN = LENGTH_BYTES + 4;

    /**
     * So many attributes may stand in one section. Checking costs memory and time for each: two million of them, which fit
     * into a value of 20 MiB, took 300 MiB and seconds. <em>Differs:</em> the reference server has no such bound.
     */
    static final int PAIRS_MAX = 100_000;

    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    /** Is shown one pair after the other. */
    @FunctionalInterface
    public interface Visitor {

        /** One attribute; false to see no more of them. */
        boolean pair(byte[] array, int keyOffset, int keyLength, int valueOffset, int valueLength);
    }

    private XattrSection() {}

    /**
     * Whether a value begins with a section that is whole: lengths add up, keys are legal and stand once, values are JSON
     * texts without a zero byte, and there are not too many of them. Takes time with the length.
     */
    public static boolean check(byte[] array, int offset, int length) {
        if (length < LENGTH_BYTES) {
            return false;
        }
        long total = length(array, offset);
        if (total > length - LENGTH_BYTES) {
            return false;
        }
        Set<String> keys = new HashSet<>();
        int pairs = 0;
        int position = offset + LENGTH_BYTES;
        int end = position + (int) total;
        while (position < end) {
            if (end - position < PAIR_BYTES_MIN || ++pairs > PAIRS_MAX) {
                return false;
            }
            long pair = length(array, position);
            if (pair > end - position - LENGTH_BYTES || !checkPair(array, position + LENGTH_BYTES, (int) pair, keys)) {
                return false;
            }
            position += LENGTH_BYTES + (int) pair;
        }
        return true;
    }

    private static boolean checkPair(byte[] array, int offset, int length, Set<String> keys) {
        if (length < PAIR_BYTES_MIN - LENGTH_BYTES || array[offset + length - 1] != 0) {
            return false;
        }
        int keyLength = keyLength(array, offset, Math.min(length - 1, KEY_BYTES_MAX + 1));
        int valueOffset = offset + keyLength + 1;
        int valueLength = length - keyLength - 2;
        if (valueLength < 1 || keyLength > KEY_BYTES_MAX) {
            return false;
        }
        for (int i = valueOffset; i < valueOffset + valueLength; i++) {
            if (array[i] == 0) {
                return false;
            }
        }
        String key = key(array, offset, keyLength);
        return key != null && keys.add(key) && JsonDetector.isJson(array, valueOffset, valueLength);
    }

    /** The key as a text, or null where it is none that an attribute may have. Virtual ones, with a $, are never stored. */
    private static @Nullable String key(byte[] array, int offset, int length) {
        if (!isLegalKey(array, offset, length) || array[offset] == '$') {
            return null;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(array, offset, length))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    /**
     * Whether an attribute may have a key of these bytes, as far as one can tell without decoding UTF-8: 1 to 15 bytes, the
     * first neither a control character nor punctuation, except that {@code _} and {@code $} mark attributes of the system
     * and virtual ones, which have more than that one byte. Protocol: {@code protocol-subdoc} 8.1.
     */
    public static boolean isLegalKey(byte[] array, int offset, int length) {
        if (length < 1 || length > KEY_BYTES_MAX) {
            return false;
        }
        for (int i = offset; i < offset + length; i++) {
            if (array[i] == 0) {
                return false;
            }
        }
        byte first = array[offset];
        if (first == '_' || first == '$') {
            return length > 1;
        }
        boolean letterOrDigit = (first >= 'a' && first <= 'z')
                || (first >= 'A' && first <= 'Z')
                || (first >= '0' && first <= '9')
                || first == ' ';
        return letterOrDigit || first < 0; // ASCII without control characters and punctuation; or the rest of Unicode.
    }

    /** How many bytes the section takes at the beginning of a value: where its body begins. */
    public static int bytes(byte[] array, int offset) {
        return LENGTH_BYTES + (int) length(array, offset);
    }

    /** Whether the section that a stored value claims to have is inside of the value. */
    public static boolean fits(DocumentView document) {
        return document.valueLength() >= LENGTH_BYTES
                && length(document.valueArray(), document.valueOffset()) <= document.valueLength() - LENGTH_BYTES;
    }

    /** What the attributes of the system take, with the length of a section that had no others; 0 where there are none. */
    public static int systemBytes(byte[] array, int offset) {
        int[] bytes = new int[1];
        walk(array, offset, (pairs, keyOffset, keyLength, valueOffset, valueLength) -> {
            if (pairs[keyOffset] == '_') {
                bytes[0] += LENGTH_BYTES + keyLength + valueLength + 2;
            }
            return true;
        });
        return bytes[0] == 0 ? 0 : bytes[0] + LENGTH_BYTES;
    }

    /** Shows each pair, in order. */
    public static void walk(byte[] array, int offset, Visitor visitor) {
        int position = offset + LENGTH_BYTES;
        int end = offset + bytes(array, offset);
        while (position < end) {
            int pair = (int) length(array, position);
            int keyOffset = position + LENGTH_BYTES;
            int keyLength = keyLength(array, keyOffset, pair);
            boolean more = visitor.pair(array, keyOffset, keyLength, keyOffset + keyLength + 1, pair - keyLength - 2);
            if (!more) {
                return;
            }
            position = keyOffset + pair;
        }
    }

    /**
     * A value with some of a section's attributes and another body.
     *
     * @param which which attributes to take over
     * @return the section, if there is anything in it, and then the body
     */
    public static byte[] rebuild(byte[] array, int offset, Xattrs which, byte[] body, int bodyOffset, int bodyLength) {
        int all = bytes(array, offset);
        int system = which == Xattrs.ALL || which == Xattrs.NONE ? 0 : systemBytes(array, offset);
        int section = switch (which) {
            case NONE -> 0;
            case SYSTEM -> system;
            case USER -> system == 0 ? all : all - system + LENGTH_BYTES;
            case ALL -> all;
        };
        if (section == LENGTH_BYTES) {
            section = 0; // A section without a pair is never stored.
        }
        byte[] value = new byte[Math.addExact(section, bodyLength)];
        if (section == all) {
            System.arraycopy(array, offset, value, 0, all);
        } else if (section > 0) {
            INTS.set(value, 0, section - LENGTH_BYTES);
            copyPairs(array, offset, which == Xattrs.SYSTEM, value);
        }
        System.arraycopy(body, bodyOffset, value, section, bodyLength);
        return value;
    }

    private static void copyPairs(byte[] array, int offset, boolean system, byte[] target) {
        int[] position = {LENGTH_BYTES};
        walk(array, offset, (pairs, keyOffset, keyLength, valueOffset, valueLength) -> {
            if ((pairs[keyOffset] == '_') == system) {
                int length = LENGTH_BYTES + keyLength + valueLength + 2;
                System.arraycopy(pairs, keyOffset - LENGTH_BYTES, target, position[0], length);
                position[0] += length;
            }
            return true;
        });
    }

    private static int keyLength(byte[] array, int offset, int lengthMax) {
        int length = 0;
        while (length < lengthMax && array[offset + length] != 0) {
            length++;
        }
        return length;
    }

    private static long length(byte[] array, int offset) {
        return (int) INTS.get(array, offset) & 0xffff_ffffL;
    }
}
