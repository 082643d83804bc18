package dev.sluice.memory.table;

import dev.sluice.engine.CollectionSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The collections of one vbucket: which of them there are, and what each has here. The default collection, which as a rule
 * is all there is, has its tally in a field; the others' are made when the first document comes and stand in a small table,
 * so that a collection without documents takes nothing in a thousand vbuckets.
 *
 * <p><b>Thread.</b> Changed under the vbucket's lock. {@link #serves} and {@link #find} may be asked without it: the set is
 * one volatile reference, and the table is never changed once others can see it but replaced by a longer one.
 */
public final class CollectionTallies {

    private static final int SPREAD = 0x9E3779B9;

    private final CollectionTally defaultTally = new CollectionTally(0);

    private volatile CollectionSet existing;

    /** Open addressing, at most half full. Places are filled with a volatile write of the table behind them. */
    private volatile @Nullable CollectionTally[] table = new CollectionTally[2];

    private int size;
    private int droppedLiveCount;
    private int droppedVersionCount;

    public CollectionTallies(CollectionSet existing) {
        this.existing = existing;
    }

    /** Whether there is such a collection. Any thread. */
    public boolean serves(int collection) {
        return existing.contains(collection);
    }

    public CollectionSet existing() {
        return existing;
    }

    /** What a collection has here, or null where it never had anything. Any thread. */
    @Nullable
    public CollectionTally find(int collection) {
        if (collection == 0) {
            return defaultTally;
        }
        @Nullable CollectionTally[] present = table;
        for (int place = placeOf(collection, present.length); ; place = (place + 1) & (present.length - 1)) {
            CollectionTally tally = present[place];
            if (tally == null || tally.collection == collection) {
                return tally;
            }
        }
    }

    /** Counts a version of a document that comes (1) or leaves (-1). */
    public void count(byte[] document, long heapBytes, int sign) {
        CollectionTally tally = obtain(Documents.collection(document));
        boolean deleted = Documents.deleted(document);
        tally.count(deleted, heapBytes, sign);
        if (tally.dropped()) {
            assert sign < 0 : "a write landed in a collection that is gone";
            droppedVersionCount--;
            droppedLiveCount -= deleted ? 0 : 1;
            if (tally.versionCount() == 0 && tally.collection != 0) {
                forget(tally);
            }
        }
    }

    /** A document has this sequence number, which is the highest of its collection. */
    public void changed(byte[] document, long seqno) {
        obtain(Documents.collection(document)).highSeqno(seqno);
    }

    /**
     * Sets which collections there are.
     *
     * @return whether documents of some that are gone are to be removed
     */
    public boolean existing(CollectionSet next) {
        existing = next;
        dropUnless(next, defaultTally);
        for (CollectionTally tally : table) {
            if (tally != null) {
                dropUnless(next, tally);
            }
        }
        return droppedVersionCount > 0;
    }

    private void dropUnless(CollectionSet next, CollectionTally tally) {
        if (!tally.dropped() && !next.contains(tally.collection)) {
            tally.drop();
            droppedLiveCount += tally.liveCount();
            droppedVersionCount += tally.versionCount();
        }
    }

    /**
     * Gives up what is counted of collections that are gone, where nobody is going to count it down.
     *
     * @return how many live documents that were
     */
    public int forgetDropped() {
        int forgotten = droppedLiveCount;
        droppedLiveCount = 0;
        droppedVersionCount = 0;
        if (defaultTally.dropped()) {
            defaultTally.clear();
        }
        rebuild((int) Arrays.stream(table)
                .filter(tally -> tally != null && !tally.dropped())
                .count());
        return forgotten;
    }

    /** All tallies that there are; none is dropped where {@link #forgetDropped} was called. */
    public List<CollectionTally> all() {
        List<CollectionTally> all = new ArrayList<>();
        all.add(defaultTally);
        for (CollectionTally tally : table) {
            if (tally != null) {
                all.add(tally);
            }
        }
        return all;
    }

    /** What a collection has, from a time before this object; its highest sequence number too. */
    public void restore(int collection, int live, int versions, long bytes, long highSeqno) {
        CollectionTally tally = obtain(collection);
        tally.restore(live, versions, bytes);
        tally.highSeqno(highSeqno);
    }

    /** How many live documents wait for their removal, their collection being gone. */
    public int droppedLiveCount() {
        return droppedLiveCount;
    }

    /** As {@link #droppedLiveCount()}, tombstones included. */
    public int droppedVersionCount() {
        return droppedVersionCount;
    }

    /** All documents are gone at once. What a collection's last change was stays known. */
    public void clear() {
        droppedLiveCount = 0;
        droppedVersionCount = 0;
        defaultTally.clear();
        @Nullable CollectionTally[] present = table;
        int kept = 0;
        for (CollectionTally tally : present) {
            if (tally != null) {
                tally.clear();
                kept += tally.dropped() ? 0 : 1;
            }
        }
        if (kept < size) {
            rebuild(kept);
        }
    }

    /** What the table and the tallies in it take; the default collection's is the vbucket's own. */
    public long heapBytes() {
        return HeapLayout.referenceArray(table.length) + size * CollectionTally.HEAP_BYTES;
    }

    private CollectionTally obtain(int collection) {
        CollectionTally tally = find(collection);
        if (tally == null) {
            tally = new CollectionTally(collection);
            @Nullable CollectionTally[] present = table;
            @Nullable
            CollectionTally[] next =
                    2 * (size + 1) > present.length ? rehashed(present, 2 * present.length) : present.clone();
            place(next, tally);
            size++;
            table = next;
        }
        return tally;
    }

    private void forget(CollectionTally gone) {
        @Nullable CollectionTally[] next = new CollectionTally[table.length];
        for (CollectionTally tally : table) {
            if (tally != null && tally != gone) {
                place(next, tally);
            }
        }
        size--;
        table = next;
    }

    /** Leaves out what is dropped. */
    private void rebuild(int kept) {
        int length = 2;
        while (length < 2 * kept) {
            length *= 2;
        }
        @Nullable CollectionTally[] next = new CollectionTally[length];
        Arrays.stream(table)
                .filter(tally -> tally != null && !tally.dropped())
                .forEach(tally -> place(next, java.util.Objects.requireNonNull(tally)));
        size = kept;
        table = next;
    }

    private static @Nullable CollectionTally[] rehashed(@Nullable CollectionTally[] present, int length) {
        @Nullable CollectionTally[] next = new CollectionTally[length];
        for (CollectionTally tally : present) {
            if (tally != null) {
                place(next, tally);
            }
        }
        return next;
    }

    private static void place(@Nullable CollectionTally[] target, CollectionTally tally) {
        int place = placeOf(tally.collection, target.length);
        while (target[place] != null) {
            place = (place + 1) & (target.length - 1);
        }
        target[place] = tally;
    }

    private static int placeOf(int collection, int length) {
        return ((collection * SPREAD) >>> 16) & (length - 1);
    }
}
