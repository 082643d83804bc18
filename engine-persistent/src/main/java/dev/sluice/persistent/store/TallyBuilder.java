package dev.sluice.persistent.store;

import java.util.HashMap;
import java.util.Map;

/**
 * A {@link Tally} while it changes; for stores.
 *
 * <p><b>Thread.</b> One at a time.
 */
public final class TallyBuilder {

    private final Map<Integer, long[]> collections = new HashMap<>();
    private long documents;
    private long tombstones;

    public TallyBuilder(Tally start) {
        documents = start.documents();
        tombstones = start.tombstones();
        start.collections()
                .forEach((id, counts) -> collections.put(id, new long[] {counts.documents(), counts.tombstones()}));
    }

    /** One more document, or tombstone if it is deleted. */
    public void added(int collection, boolean deleted) {
        change(collection, deleted, 1);
    }

    /** One less. */
    public void removed(int collection, boolean deleted) {
        change(collection, deleted, -1);
    }

    /** Nothing is left of any collection. */
    public void clear() {
        collections.clear();
        documents = 0;
        tombstones = 0;
    }

    private void change(int collection, boolean deleted, int difference) {
        long[] counts = collections.computeIfAbsent(collection, id -> new long[2]);
        counts[deleted ? 1 : 0] += difference;
        if (deleted) {
            tombstones += difference;
        } else {
            documents += difference;
        }
        if (counts[0] == 0 && counts[1] == 0) {
            collections.remove(collection);
        }
    }

    /** As it is now. */
    public Tally build() {
        Map<Integer, Tally.Counts> counts = new HashMap<>();
        collections.forEach((id, pair) -> counts.put(id, new Tally.Counts(pair[0], pair[1])));
        return new Tally(documents, tombstones, counts);
    }
}
