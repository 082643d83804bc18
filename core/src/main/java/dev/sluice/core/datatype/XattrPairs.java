package dev.sluice.core.datatype;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The extended attributes of one document, to be changed one by one and written as a section again. Attributes keep their
 * order, new ones come last. See {@link XattrSection} for the layout.
 *
 * <p><b>Thread.</b> One at a time. <b>Ownership.</b> Refers to the arrays that it was given, which must not change.
 */
public final class XattrPairs {

    private static final int LENGTH_BYTES = 4;
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    /** One attribute: slices of arrays that never change. */
    private static final class Pair {

        private final byte[] keyArray;
        private final int keyOffset;
        private final int keyLength;
        private final byte[] value;
        private final int valueOffset;
        private final int valueLength;

        Pair(byte[] keyArray, int keyOffset, int keyLength, byte[] value, int valueOffset, int valueLength) {
            this.keyArray = keyArray;
            this.keyOffset = keyOffset;
            this.keyLength = keyLength;
            this.value = value;
            this.valueOffset = valueOffset;
            this.valueLength = valueLength;
        }

        boolean isSystem() {
            return keyArray[keyOffset] == '_';
        }

        boolean hasKey(byte[] array, int offset, int length) {
            return Arrays.equals(keyArray, keyOffset, keyOffset + keyLength, array, offset, offset + length);
        }

        int bytes() {
            return LENGTH_BYTES + keyLength + valueLength + 2;
        }
    }

    private final List<Pair> pairs = new ArrayList<>();

    /** No attributes. */
    public XattrPairs() {}

    /** Those of a value that begins with a section. */
    public XattrPairs(byte[] array, int offset) {
        XattrSection.walk(array, offset, (bytes, keyOffset, keyLength, valueOffset, valueLength) -> {
            pairs.add(new Pair(bytes, keyOffset, keyLength, bytes, valueOffset, valueLength));
            return true;
        });
    }

    /** Gives an attribute another value, or adds it. */
    public void put(byte[] key, int offset, int length, byte[] value, int valueOffset, int valueLength) {
        int index = indexOf(key, offset, length);
        Pair pair = new Pair(key, offset, length, value, valueOffset, valueLength);
        if (index < 0) {
            pairs.add(pair);
        } else {
            pairs.set(index, pair);
        }
    }

    /** Takes an attribute away, if it is there. */
    public void remove(byte[] key, int offset, int length) {
        pairs.removeIf(pair -> pair.hasKey(key, offset, length));
    }

    /** Takes all attributes of users away. */
    public void removeUsers() {
        pairs.removeIf(pair -> !pair.isSystem());
    }

    private int indexOf(byte[] key, int offset, int length) {
        for (int i = 0; i < pairs.size(); i++) {
            if (pairs.get(i).hasKey(key, offset, length)) {
                return i;
            }
        }
        return -1;
    }

    /** The length of the section in bytes: 0 where there is no attribute, as there is no section then. */
    public int bytes() {
        long bytes = 0;
        for (Pair pair : pairs) {
            bytes += pair.bytes();
        }
        return bytes == 0 ? 0 : Math.toIntExact(LENGTH_BYTES + bytes);
    }

    /** As {@link #bytes()}, of the system's attributes alone. */
    public int systemBytes() {
        long bytes = 0;
        for (Pair pair : pairs) {
            bytes += pair.isSystem() ? pair.bytes() : 0;
        }
        return bytes == 0 ? 0 : Math.toIntExact(LENGTH_BYTES + bytes);
    }

    /** Writes the section, {@link #bytes()} long, to the beginning of an array. */
    public void writeTo(byte[] target) {
        if (pairs.isEmpty()) {
            return;
        }
        INTS.set(target, 0, bytes() - LENGTH_BYTES);
        int position = LENGTH_BYTES;
        for (Pair pair : pairs) {
            INTS.set(target, position, pair.bytes() - LENGTH_BYTES);
            position += LENGTH_BYTES;
            System.arraycopy(pair.keyArray, pair.keyOffset, target, position, pair.keyLength);
            position += pair.keyLength;
            target[position++] = 0;
            System.arraycopy(pair.value, pair.valueOffset, target, position, pair.valueLength);
            position += pair.valueLength;
            target[position++] = 0;
        }
    }

    /**
     * Writes one attribute as the JSON object that a path beginning with its key is looked up in.
     *
     * @return {@code {"key":value}}, or {@code {}} where there is none of this key
     */
    public byte[] asObject(byte[] key, int offset, int length) {
        int index = indexOf(key, offset, length);
        return index < 0 ? new byte[] {'{', '}'} : object(key, offset, length, pairs.get(index));
    }

    private static byte[] object(byte[] key, int offset, int length, Pair pair) {
        byte[] object = new byte[Math.addExact(length + 5, pair.valueLength)];
        object[0] = '{';
        object[1] = '"';
        System.arraycopy(key, offset, object, 2, length);
        object[length + 2] = '"';
        object[length + 3] = ':';
        System.arraycopy(pair.value, pair.valueOffset, object, length + 4, pair.valueLength);
        object[object.length - 1] = '}';
        return object;
    }

    /** The keys as a JSON array of strings. */
    public String keysAsJson(boolean withSystem) {
        StringBuilder json = new StringBuilder("[");
        for (Pair pair : pairs) {
            if (withSystem || !pair.isSystem()) {
                json.append(json.length() > 1 ? ",\"" : "\"");
                String key = new String(pair.keyArray, pair.keyOffset, pair.keyLength, StandardCharsets.UTF_8);
                for (int i = 0; i < key.length(); i++) {
                    appendEscaped(json, key.charAt(i));
                }
                json.append('"');
            }
        }
        return json.append(']').toString();
    }

    private static void appendEscaped(StringBuilder json, char c) {
        if (c < ' ') {
            json.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
        } else if (c == '"' || c == '\\') {
            json.append('\\').append(c);
        } else {
            json.append(c);
        }
    }
}
