package dev.sluice.engine;

import dev.sluice.engine.annotation.Evolving;
import java.util.Arrays;

/**
 * The ids of the collections that a bucket has. Immutable, and cheap to ask: a question about the default collection is one
 * comparison, about another as a rule two, and nothing is allocated. Any thread.
 *
 * <p>Ids are unsigned numbers of 32 bits in an {@code int}; 0 is the default collection, which may have been dropped like
 * any other.
 */
@Evolving
public final class CollectionSet {

    /** Every id there can be: what an engine serves that has not been told otherwise. */
    public static final CollectionSet ALL = new CollectionSet(new int[0], true, true);

    /** The default collection and no other. */
    public static final CollectionSet DEFAULT_ONLY = of(0);

    /** Spreads ids, which are given out one after the other, over the table: 2^32 divided by the golden ratio. */
    private static final int SPREAD = 0x9E3779B9;

    /** Ascending as unsigned numbers. */
    private final int[] ids;

    /** Open addressing, at most half full; 0 is a free place, as the default collection is known by a field. */
    private final int[] table;

    private final int shift;
    private final boolean hasDefault;
    private final boolean all;

    private CollectionSet(int[] ids, boolean hasDefault, boolean all) {
        this.ids = ids;
        this.hasDefault = hasDefault;
        this.all = all;
        int bits = Math.max(1, Integer.SIZE - Integer.numberOfLeadingZeros(2 * ids.length));
        this.shift = Integer.SIZE - bits;
        this.table = new int[1 << bits];
        for (int id : ids) {
            if (id != 0) {
                table[placeOf(id)] = id;
            }
        }
    }

    /** The set of these ids; one that comes twice is in it once. */
    public static CollectionSet of(int... ids) {
        int[] sorted = Arrays.stream(ids)
                .mapToLong(Integer::toUnsignedLong)
                .sorted()
                .distinct()
                .mapToInt(id -> (int) id)
                .toArray();
        return new CollectionSet(sorted, sorted.length > 0 && sorted[0] == 0, false);
    }

    public boolean contains(int id) {
        if (id == 0) {
            return hasDefault;
        }
        return all || table[placeOf(id)] == id;
    }

    /** Whether this is {@link #ALL}, whose ids nobody can list. */
    public boolean isAll() {
        return all;
    }

    /** A copy of the ids, ascending as unsigned numbers; none for {@link #ALL}. */
    public int[] ids() {
        return ids.clone();
    }

    /** Where an id stands, or would. */
    private int placeOf(int id) {
        int place = (id * SPREAD) >>> shift;
        while (table[place] != 0 && table[place] != id) {
            place = (place + 1) & (table.length - 1);
        }
        return place;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CollectionSet that && all == that.all && Arrays.equals(ids, that.ids);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(ids);
    }

    /** The ids in hexadecimal. */
    @Override
    public String toString() {
        return all
                ? "all"
                : Arrays.stream(ids).mapToObj(Integer::toHexString).toList().toString();
    }
}
