package dev.sluice.engine;

import dev.sluice.engine.annotation.Stable;

/**
 * A document's key as the server lends it to an engine: a flyweight over bytes that belong to somebody else.
 *
 * <p><b>Ownership.</b> Valid for the call that it was passed to, and not a nanosecond longer: the server points the same
 * object at the next command's bytes. Keep {@link #toByteArray()} or {@link #copyTo} of it, never the object.
 *
 * <p><b>Thread.</b> That of the call.
 *
 * <p>{@code equals} and {@code hashCode} are those of {@link Object}; compare with {@link #contentEquals}.
 */
@Stable
public interface DocumentKey {

    /** The longest key of the default collection, in bytes. Protocol: keys are 1 to 250 bytes. */
    int LENGTH_MAX = 250;

    /** The collection that the key lives in, unsigned; 0 is the default collection. */
    int collection();

    /** How many bytes the key has, 1 to {@link #LENGTH_MAX}; the collection is not among them. */
    int length();

    /** The byte at an index from 0 to {@link #length()} - 1. */
    byte byteAt(int index);

    /**
     * A well-mixed hash of collection and key, seeded once for each process so that a stranger cannot aim at one slot of
     * a hash table. Two keys of equal content and collection have equal hashes, in this process only: never store it.
     */
    int hash();

    /** Whether the key (collection aside) has just these bytes. */
    boolean contentEquals(byte[] array, int offset, int length);

    /** Copies all bytes of the key to {@code target[offset..]}. */
    void copyTo(byte[] target, int offset);

    /** A fresh copy of the key's bytes, the collection aside. */
    default byte[] toByteArray() {
        byte[] copy = new byte[length()];
        copyTo(copy, 0);
        return copy;
    }
}
