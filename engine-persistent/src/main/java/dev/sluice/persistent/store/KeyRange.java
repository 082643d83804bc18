package dev.sluice.persistent.store;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which keys of a vbucket.
 *
 * @param firstCollection unsigned; the first that is seen
 * @param fromKey in the first collection, the first key that is seen; empty for all
 * @param lastCollection unsigned; the last that is seen
 * @param toKey in the last collection, the first key that is not seen; null for no end
 */
@SuppressWarnings("ArrayRecordComponent") // equals compares contents
public record KeyRange(int firstCollection, byte[] fromKey, int lastCollection, byte @Nullable [] toKey) {

    private static final byte[] NOTHING = new byte[0];

    private static final KeyRange ALL = new KeyRange(0, NOTHING, -1, null);

    public KeyRange {
        Objects.requireNonNull(fromKey, "fromKey");
    }

    /** All keys of all collections. */
    public static KeyRange all() {
        return ALL;
    }

    /** All keys of one collection. */
    public static KeyRange collection(int collection) {
        return new KeyRange(collection, NOTHING, collection, null);
    }

    /** The keys of a collection from one, inclusive, to another, exclusive, or to the end with null. */
    public static KeyRange of(int collection, byte[] fromKey, byte @Nullable [] toKey) {
        return new KeyRange(collection, fromKey, collection, toKey);
    }

    /** From a key of any collection, inclusive, to the end of the vbucket: how an interrupted walk is taken up again. */
    public static KeyRange from(int collection, byte[] fromKey) {
        return new KeyRange(collection, fromKey, -1, null);
    }

    /** The key right after this one in order, to exclude it where a range starts, or include it where one ends. */
    public static byte[] after(byte[] key) {
        return Arrays.copyOf(key, key.length + 1);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof KeyRange that
                && firstCollection == that.firstCollection
                && lastCollection == that.lastCollection
                && Arrays.equals(fromKey, that.fromKey)
                && Arrays.equals(toKey, that.toKey);
    }

    @Override
    public int hashCode() {
        return Objects.hash(firstCollection, Arrays.hashCode(fromKey), lastCollection, Arrays.hashCode(toKey));
    }
}
