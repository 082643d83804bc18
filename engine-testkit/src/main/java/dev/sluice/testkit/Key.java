package dev.sluice.testkit;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A key of a test: a collection and bytes of its own. */
public final class Key {
    private final int collection;
    private final byte[] bytes;

    private Key(int collection, byte[] bytes) {
        this.collection = collection;
        this.bytes = bytes;
    }

    /** A key of the default collection, UTF-8. */
    public static Key of(String text) {
        return of(0, text.getBytes(StandardCharsets.UTF_8));
    }

    /** A key of a collection, UTF-8. */
    public static Key of(int collection, String text) {
        return of(collection, text.getBytes(StandardCharsets.UTF_8));
    }

    public static Key of(int collection, byte[] bytes) {
        return new Key(collection, bytes.clone());
    }

    public int collection() {
        return collection;
    }

    /** A copy of the key's bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Key that && collection == that.collection && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return 31 * collection + Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return "Key[" + collection + ", " + new String(bytes, StandardCharsets.ISO_8859_1) + "]";
    }
}
