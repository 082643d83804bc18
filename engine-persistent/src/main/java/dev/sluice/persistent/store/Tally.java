package dev.sluice.persistent.store;

import java.util.Map;

/**
 * How much of what is stored in a vbucket.
 *
 * @param documents that are not deleted, in all collections
 * @param tombstones in all collections
 * @param collections the same for each collection that has any of either, by its id
 */
public record Tally(long documents, long tombstones, Map<Integer, Counts> collections) {

    /** Of nothing. */
    public static final Tally EMPTY = new Tally(0, 0, Map.of());

    public Tally {
        collections = Map.copyOf(collections);
    }

    /** Those of a collection, zeros where it has none. */
    public Counts collection(int collection) {
        return collections.getOrDefault(collection, Counts.NONE);
    }

    /**
     * Of one collection.
     *
     * @param documents that are not deleted
     * @param tombstones that are kept
     */
    public record Counts(long documents, long tombstones) {

        /** Neither. */
        public static final Counts NONE = new Counts(0, 0);
    }
}
