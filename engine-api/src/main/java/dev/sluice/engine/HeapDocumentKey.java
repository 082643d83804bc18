package dev.sluice.engine;

import dev.sluice.engine.annotation.Stable;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;

/**
 * A {@link DocumentKey} over a slice of a byte array. It can be pointed at another slice, so that one object serves all
 * commands of a connection.
 *
 * <p>The hash takes eight bytes a step and ends with a full avalanche. It is seeded, not keyed cryptographically: enough
 * that keys cannot be chosen offline to collide, at the price of a multiplication for each eight bytes.
 *
 * <p><b>Thread.</b> Confined to its owner's. <b>Ownership.</b> {@link #wrap} shares the array and does not copy.
 */
@Stable
public final class HeapDocumentKey implements DocumentKey {

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long SEED = new SecureRandom().nextLong() | 1;
    private static final long PRIME_1 = 0x9E3779B97F4A7C15L; // 2^64 / golden ratio
    private static final long PRIME_2 = 0xC2B2AE3D27D4EB4FL; // xxHash64's second prime

    private byte[] array = new byte[0];
    private int offset;
    private int length;
    private int collection;
    private int hash;
    private boolean hashed;

    /** A key of no bytes; point it at some before use. */
    public HeapDocumentKey() {}

    /** A key of the default collection over a copy of the text's UTF-8 bytes; for tests and tools. */
    public static HeapDocumentKey of(String text) {
        return of(0, text.getBytes(StandardCharsets.UTF_8));
    }

    /** A key over all of {@code bytes}, which are shared and must not change. */
    public static HeapDocumentKey of(int collection, byte[] bytes) {
        return new HeapDocumentKey().wrap(collection, bytes, 0, bytes.length);
    }

    /** A key of its own, over copied bytes: what to keep when a borrowed key must outlive the call. */
    public static HeapDocumentKey copyOf(DocumentKey key) {
        return of(key.collection(), key.toByteArray());
    }

    /** Points this key at a slice; the array is shared. Answers this. */
    public HeapDocumentKey wrap(int collection, byte[] array, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, array.length);
        this.collection = collection;
        this.array = array;
        this.offset = offset;
        this.length = length;
        this.hashed = false;
        return this;
    }

    @Override
    public int collection() {
        return collection;
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public byte byteAt(int index) {
        return array[offset + Objects.checkIndex(index, length)];
    }

    @Override
    public int hash() {
        if (!hashed) {
            hash = hash(collection, array, offset, length);
            hashed = true;
        }
        return hash;
    }

    /** The hash that a key of these bytes in this collection has in this process; see {@link DocumentKey#hash()}. */
    public static int hash(int collection, byte[] array, int offset, int length) {
        long h = SEED ^ (collection * PRIME_2) ^ length;
        int position = offset;
        int end = offset + length;
        for (; position + 8 <= end; position += 8) {
            h = Long.rotateLeft(h ^ ((long) LONGS.get(array, position) * PRIME_2), 31) * PRIME_1;
        }
        if (position < end) {
            long tail = 0;
            for (int shift = 0; position < end; position++, shift += 8) {
                tail |= (array[position] & 0xffL) << shift;
            }
            h = Long.rotateLeft(h ^ (tail * PRIME_2), 31) * PRIME_1;
        }
        h ^= h >>> 32;
        h *= PRIME_2;
        return (int) (h ^ (h >>> 29));
    }

    @Override
    public boolean contentEquals(byte[] other, int otherOffset, int otherLength) {
        return length == otherLength
                && Arrays.equals(array, offset, offset + length, other, otherOffset, otherOffset + otherLength);
    }

    @Override
    public void copyTo(byte[] target, int targetOffset) {
        System.arraycopy(array, offset, target, targetOffset, length);
    }

    /** The key's length and hash; never its bytes, which may be somebody's secret. */
    @Override
    public String toString() {
        return "DocumentKey[collection=" + Integer.toUnsignedString(collection) + ", length=" + length + ", hash="
                + HexFormat.of().toHexDigits(hash()) + "]";
    }
}
