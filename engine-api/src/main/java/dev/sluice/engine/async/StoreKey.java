package dev.sluice.engine.async;

import dev.sluice.engine.DocumentKey;
import java.util.Arrays;

/**
 * A document's key as the store has it, so that one range of keys is one collection of one vbucket. Big endian.
 *
 * <pre>
 *  0        2                 6
 * +--------+-----------------+--------------+
 * | vbucket| collection      | key ...      |
 * +--------+-----------------+--------------+
 * </pre>
 */
final class StoreKey implements Comparable<StoreKey> {
    private static final int PREFIX_LENGTH = 6;

    private final byte[] bytes;
    private final int hash;

    private StoreKey(byte[] bytes) {
        this.bytes = bytes;
        this.hash = Arrays.hashCode(bytes);
    }

    static StoreKey of(int vbucket, DocumentKey key) {
        byte[] bytes = prefixed(vbucket, key.collection(), key.length());
        key.copyTo(bytes, PREFIX_LENGTH);
        return new StoreKey(bytes);
    }

    static StoreKey of(int vbucket, int collection, byte[] key) {
        byte[] bytes = prefixed(vbucket, collection, key.length);
        System.arraycopy(key, 0, bytes, PREFIX_LENGTH, key.length);
        return new StoreKey(bytes);
    }

    /** A key that a store has handed out. */
    static StoreKey of(byte[] bytes) {
        return new StoreKey(bytes);
    }

    /** The end of a collection's range, exclusive. */
    static StoreKey endOf(int vbucket, int collection) {
        byte[] bytes = prefixed(vbucket, collection, 0);
        for (int i = PREFIX_LENGTH - 1; i >= 0; i--) {
            if (++bytes[i] != 0) {
                return new StoreKey(bytes);
            }
        }
        throw new IllegalArgumentException("vbucket: 65535 has no key behind its last collection");
    }

    private static byte[] prefixed(int vbucket, int collection, int keyLength) {
        byte[] bytes = new byte[PREFIX_LENGTH + keyLength];
        bytes[0] = (byte) (vbucket >>> 8);
        bytes[1] = (byte) vbucket;
        bytes[2] = (byte) (collection >>> 24);
        bytes[3] = (byte) (collection >>> 16);
        bytes[4] = (byte) (collection >>> 8);
        bytes[5] = (byte) collection;
        return bytes;
    }

    /** Shared, not copied. */
    byte[] bytes() {
        return bytes;
    }

    int documentKeyOffset() {
        return PREFIX_LENGTH;
    }

    int documentKeyLength() {
        return bytes.length - PREFIX_LENGTH;
    }

    /** The first key that is greater. */
    StoreKey next() {
        return new StoreKey(Arrays.copyOf(bytes, bytes.length + 1));
    }

    @Override
    public int compareTo(StoreKey other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof StoreKey that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
