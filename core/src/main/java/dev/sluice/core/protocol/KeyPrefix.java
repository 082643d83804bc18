package dev.sluice.core.protocol;

import dev.sluice.engine.DocumentKey;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * The id of a collection before a document's key, as unsigned LEB128: seven bits a byte, the lowest first, the top bit set on
 * all but the last. Read in place; nothing is allocated. Protocol: {@code protocol-kv} 1.6 and 2.1.
 *
 * <pre>
 *   00           the default collection
 *   08           collection 8
 *   d5 0a        collection 0x555
 *   ff ff ff ff 0f
 * </pre>
 */
final class KeyPrefix {

    /** The longest prefix, and with it the longest key in a header: no document's key is longer than 251 with its prefix. */
    static final int KEY_LENGTH_MAX = 1 + DocumentKey.LENGTH_MAX;

    /** The longest key in a collection other than the default one. */
    private static final int NAMED_KEY_LENGTH_MAX = 246;

    private static final int PREFIX_BYTES_MAX = 5;
    private static final int FIRST_ID = 8;

    // What read answers in place of a prefix.
    private static final int TOO_SHORT = -1;
    private static final int UNTERMINATED = -2;
    private static final int NOT_CANONICAL = -3;
    private static final int RESERVED = -4;
    private static final int NO_KEY = -5;
    private static final int TOO_LONG = -6;

    private KeyPrefix() {}

    /**
     * Reads the prefix of a key of a header.
     *
     * @return id and length, for {@link #collection} and {@link #length}; below 0 where the key breaks a rule, for {@link
     *     #sentence}
     */
    static long read(byte[] array, int offset, int keyLength) {
        if (keyLength < 2) {
            return TOO_SHORT;
        }
        int first = array[offset];
        if (first == 0) {
            // The default collection: nearly all there is.
            return keyLength - 1 > DocumentKey.LENGTH_MAX ? TOO_LONG : 1;
        }
        long id = first & 0x7f;
        int length = 1;
        for (int last = first; last < 0; length++) {
            if (length == keyLength) {
                return UNTERMINATED;
            }
            if (length == PREFIX_BYTES_MAX) {
                return NOT_CANONICAL; // More than 32 bits.
            }
            last = array[offset + length];
            id |= (last & 0x7fL) << (7 * length);
            if (last == 0) {
                return NOT_CANONICAL; // The byte adds nothing.
            }
        }
        if (id >>> Integer.SIZE != 0) {
            return NOT_CANONICAL;
        }
        if (id < FIRST_ID) {
            return RESERVED;
        }
        if (length == keyLength) {
            return NO_KEY;
        }
        if (keyLength - length > NAMED_KEY_LENGTH_MAX) {
            return TOO_LONG;
        }
        return id << Byte.SIZE | length;
    }

    /** The collection's id, of an answer of {@link #read} that is not below 0. */
    static int collection(long prefix) {
        return (int) (prefix >>> Byte.SIZE);
    }

    /** How many bytes the prefix has, likewise. */
    static int length(long prefix) {
        return (int) (prefix & 0xff);
    }

    /** Which rule a key breaks, of an answer of {@link #read} that is below 0. */
    static String sentence(long failure) {
        return switch ((int) failure) {
            case TOO_SHORT -> "Key is too short (expected: at least a collection's id and one byte)";
            case UNTERMINATED -> "Key ends within its collection's id";
            case NOT_CANONICAL -> "Collection's id is not the shortest LEB128 of a number of 32 bits";
            case RESERVED -> "Collection's id is 1 to 7 (expected: 0, or 8 and above)";
            case NO_KEY -> "Key has nothing behind its collection's id";
            case TOO_LONG -> "Key is too long (expected: at most 250 bytes, and 246 in named collections)";
            default -> throw new AssertionError("no failure: " + failure);
        };
    }

    /** How many bytes {@link #write} writes. */
    static int lengthOf(int collection) {
        return (Integer.SIZE - Integer.numberOfLeadingZeros(collection | 1) + 6) / 7;
    }

    /** The prefix as an array of its own; for answers off the hot path. */
    static byte[] of(int collection) {
        byte[] prefix = new byte[lengthOf(collection)];
        write(Unpooled.wrappedBuffer(prefix).writerIndex(0), collection);
        return prefix;
    }

    static void write(ByteBuf out, int collection) {
        int rest = collection;
        while ((rest & ~0x7f) != 0) {
            out.writeByte((rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.writeByte(rest);
    }
}
