package dev.sluice.engine;

import dev.sluice.engine.annotation.Evolving;

/**
 * What of a document outlives it: the extended attributes whose key begins with {@code _}. For engines that make a tombstone
 * by themselves, as they do of what has expired; what clients delete reaches them with these attributes as its value.
 *
 * <pre>
 *   u32 total                              bytes of all pairs
 *   u32 pair | key | 00 | value | 00       pair = key + 1 + value + 1; once for each attribute
 *   body
 * </pre>
 *
 * <p><b>Thread.</b> Any. Protocol: {@code protocol-subdoc} 8.2 and 9.
 */
@Evolving
public final class SystemXattrs {

    private static final byte[] NONE = new byte[0];
    private static final int LENGTH_BYTES = 4;

    private SystemXattrs() {}

    /**
     * The value of the tombstone of a document: a fresh array with the system's attributes alone, whose datatype is {@link
     * Datatype#XATTR}; or an empty one, whose datatype is {@link Datatype#RAW}, where there are none. The server never stores
     * attributes compressed; of a value that is, or whose section makes no sense, nothing is kept.
     *
     * @param datatype of the document's value
     */
    public static byte[] of(byte datatype, byte[] array, int offset, int length) {
        if ((datatype & (Datatype.XATTR | Datatype.SNAPPY)) != Datatype.XATTR) {
            return NONE;
        }
        long kept = walk(array, offset, length, NONE);
        if (kept <= 0) {
            return NONE;
        }
        byte[] section = new byte[LENGTH_BYTES + (int) kept];
        write(section, 0, (int) kept);
        walk(array, offset, length, section);
        return section;
    }

    /**
     * Goes through the pairs, and copies those of the system if there is room for them.
     *
     * @return how many bytes they have, or -1 where the section is none
     */
    private static long walk(byte[] array, int offset, int length, byte[] target) {
        if (length < LENGTH_BYTES || read(array, offset) > length - LENGTH_BYTES) {
            return -1;
        }
        int position = offset + LENGTH_BYTES;
        int end = position + (int) read(array, offset);
        int kept = 0;
        while (position < end) {
            if (end - position < LENGTH_BYTES + 1 || read(array, position) > end - position - LENGTH_BYTES) {
                return -1;
            }
            int pair = LENGTH_BYTES + (int) read(array, position);
            if (pair > LENGTH_BYTES && array[position + LENGTH_BYTES] == '_') {
                if (target.length > 0) {
                    System.arraycopy(array, position, target, LENGTH_BYTES + kept, pair);
                }
                kept += pair;
            }
            position += pair;
        }
        return kept;
    }

    private static long read(byte[] array, int at) {
        return (array[at] & 0xffL) << 24
                | (array[at + 1] & 0xffL) << 16
                | (array[at + 2] & 0xffL) << 8
                | (array[at + 3] & 0xffL);
    }

    private static void write(byte[] array, int at, int number) {
        array[at] = (byte) (number >>> 24);
        array[at + 1] = (byte) (number >>> 16);
        array[at + 2] = (byte) (number >>> 8);
        array[at + 3] = (byte) number;
    }
}
