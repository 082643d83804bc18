package dev.sluice.memory.table;

import dev.sluice.engine.DocumentKey;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The newest version of each key of a vbucket: a hash table that any thread reads without a lock while one writer at a time
 * changes and grows it.
 *
 * <h2>What it must do</h2>
 *
 * <p>Memcached clients know no vbuckets and put everything into vbucket 0, so one table may hold many millions of documents,
 * and it is read by all event loops at once. No call may wait for another or do more than a few microseconds of work, so the
 * table can neither be locked for readers nor be copied when it is full. And it has about ten bytes for each document, so it
 * can neither be half empty nor keep a node, a hash, or a second table to move to.
 *
 * <h2>How</h2>
 *
 * <p><b>Bags.</b> Documents live in bags of about {@value #DOCUMENTS_PER_BAG}. Within a bag there is no order and no
 * probing: a reader compares eight tags (bytes of the hash) at a time and looks at the documents whose tags agree, which is
 * a wrong one in about every sixth look-up. Entries of a bag are filled from the front and never move, and its arrays have at
 * most eight free entries, so that nine of ten are in use at any time.
 *
 * <p><b>Linear hashing</b> [1]. The number of bags grows one by one: when the bags are too full on average, the next in turn
 * is split in two by one more bit of the hash. There is no moment at which the table grows; each split costs the hashing of
 * one bag's documents. Bags that have been split in the present round hold half as many documents as those whose turn is
 * still to come, which costs time but no memory, since the arrays of a bag fit its content. When much was removed, the last
 * bag is merged into the one it came from ({@link #shrink}).
 *
 * <pre>
 *  pages: [ * ][ * ]...          PAGE_LENGTH references to bags each, so that growing never copies far
 *           |
 *  page:  [ * ][ * ][ * ]...     bag i at pages[i / PAGE_LENGTH][i % PAGE_LENGTH]
 *           |
 *  bag:   [ * ][doc][doc][doc]...[   ]                one Object[]: entry 0 the marks, then capacity documents
 *           |
 *  marks: [tag][tag][tag]...[ 0 ] [state][state]...   one byte[]: capacity tags (0: free), then capacity states
 *
 *  state:   bits 0-1 recency, bit 6 the document can expire, bit 7 it is a tombstone
 * </pre>
 *
 * <h2>Why a reader never misses</h2>
 *
 * <p>Everything that a writer does to a bag in place keeps what is in it: it puts a new version into an entry, or fills a
 * free entry (first the document, then its tag). All else, growing, splitting, merging and removing, builds new arrays,
 * and leaves the old ones as they are. A reader that finds the key, finds a version that was the newest at some moment since
 * it loaded the bag. A reader that does not, asks whether the bag is still in its place and the number of bags is still the
 * same; if so, the key was not there when it began; if not, it looks again. A split publishes the new bag first, then the
 * number, and takes the moved documents out of the old bag last; a merge fills the bag that stays first. In between both
 * bags have the documents, so whichever number a reader saw leads it to them, or to a bag that was replaced, or, after a
 * merge, to nothing at all, and then it looks again. A reader can be made to look again only by a writer that got something
 * done. The proof needs each bag to be in one place once: no bag object is used again, an empty one neither.
 *
 * <p>Readers load the number of bags first, and the pages after it; the writer stores them in the opposite order.
 *
 * <h2>Recency</h2>
 *
 * <p>A hit raises the recency of its entry to the most there is, and most hits find it there and write nothing. A sweep in
 * search of memory lowers it, and takes what it finds at nothing: CLOCK with two bits [2]. The bits are in the bag and not in
 * the document since the document never changes, and beside them are the two facts that sweeps ask for, so that a sweep
 * reads one byte for each document that does not concern it. Readers change recency by compare-and-set, so they never undo
 * what the writer says; a lost change of recency hurts nobody.
 *
 * <h2>Rejected</h2>
 *
 * <p>Open addressing in one array: it grows all at once, or needs the old array beside the new one for the time of a slow
 * migration (the old design of memcached), 12 to 19 bytes for each document at the wrong moment. Chains of nodes: 24 bytes a
 * node. Extendible hashing: its directory doubles at once. A version counter that readers check: not needed if entries never
 * move.
 *
 * <ol>
 *   <li>W. Litwin, "Linear Hashing: A New Tool for File and Table Addressing", VLDB 1980.
 *   <li>F. J. Corbató, "A Paging Experiment with the Multics System", 1968; with counters: A. J. Smith, "Sequentiality and
 *       Prefetching in Database Systems", 1978.
 * </ol>
 *
 * <p><b>Thread.</b> {@link #find} and the static look at bags: any. All that changes: one at a time, under the vbucket's lock.
 */
public final class DocumentTable {

    /** A bag that is searched in full on each miss must be small; one whose overhead should not show must be large. */
    public static final int DOCUMENTS_PER_BAG = 40;

    /** Below this average bags are merged: far enough from the other limit that the two never take turns. */
    private static final int DOCUMENTS_PER_BAG_MIN = 10;

    private static final int PAGE_SHIFT = 8;
    private static final int PAGE_LENGTH = 1 << PAGE_SHIFT;

    /** One comparison of tags takes this many. Capacities are multiples of it. */
    private static final int STEP = Long.BYTES;

    private static final int RECENCY_MASK = 0x03;
    private static final int RECENCY_NEW = 1;
    private static final int RECENCY_USED = 3;

    /** State of an entry whose document can expire. */
    public static final int EXPIRING = 0x40;

    /** State of an entry that holds a tombstone. */
    public static final int TOMBSTONE = 0x80;

    private static final long LOW_BITS = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;

    private static final VarHandle REFERENCES = MethodHandles.arrayElementVarHandle(Object[].class);
    private static final VarHandle BYTES = MethodHandles.arrayElementVarHandle(byte[].class);

    private static final byte[] NO_MARKS = new byte[0];

    /** What a look at a bag that is no more shows. Never in a table: there, even empty bags need an identity of their own. */
    private static final Object[] NO_BAG = {NO_MARKS};

    private static final long FIXED_BYTES = HeapLayout.object(5 * Integer.BYTES + 2 * Long.BYTES, 2);

    private final int documentsPerBag;
    private final int documentsPerBagMin;

    // Written before bagCount and read after it.
    private @Nullable Object[] pages = {new Object[PAGE_LENGTH]};
    private volatile int bagCount = 1;

    // The writer's own.
    private int size;
    private long bagBytes;
    private long pageBytes = HeapLayout.referenceArray(1) + HeapLayout.referenceArray(PAGE_LENGTH);

    // Where the writer found the key that it looked for last.
    private Object[] locatedBag = NO_BAG;
    private int locatedSlot = -1;

    public DocumentTable() {
        this(DOCUMENTS_PER_BAG, DOCUMENTS_PER_BAG_MIN);
    }

    /** With limits of its own, for tests that want a split or a merge from each change. */
    public DocumentTable(int documentsPerBag, int documentsPerBagMin) {
        this.documentsPerBag = documentsPerBag;
        this.documentsPerBagMin = documentsPerBagMin;
        publish(0, null, newBag(0));
    }

    /**
     * The newest version of a key, tombstones included, or null. Allocates nothing.
     *
     * @param used whether this counts as a use of the document
     */
    public byte @Nullable [] find(DocumentKey key, boolean used) {
        int hash = key.hash();
        long pattern = (tag(hash) & 0xffL) * LOW_BITS;
        while (true) {
            int count = bagCount;
            int index = indexOf(hash, count);
            Object[] bag = bag(index);
            if (bag != null) {
                int slot = search(bag, key, pattern);
                if (slot >= 0) {
                    byte[] document = (byte[]) REFERENCES.getAcquire(bag, 1 + slot);
                    if (used) {
                        raiseRecency(bag, slot);
                    }
                    return document;
                }
                // The tags were read plainly: keep those reads before the two that prove them.
                VarHandle.loadLoadFence();
                if (bagCount == count && bag(index) == bag) {
                    return null;
                }
            }
            Thread.onSpinWait();
        }
    }

    /** The slot that holds the key, or -1. */
    private static int search(Object[] bag, DocumentKey key, long pattern) {
        byte[] marks = marks(bag);
        int capacity = capacity(bag);
        for (int base = 0; base < capacity; base += STEP) {
            // A byte of the difference is 0 where the tag agrees. The trick may also report the neighbour of such a
            // byte; a
            // document is looked at before it is believed.
            long difference = Words.at(marks, base) ^ pattern;
            long candidates = (difference - LOW_BITS) & ~difference & HIGH_BITS;
            while (candidates != 0) {
                VarHandle.loadLoadFence(); // the document was stored before its tag
                int slot = base + (Long.numberOfTrailingZeros(candidates) >>> 3);
                byte[] document = (byte[]) REFERENCES.getAcquire(bag, 1 + slot);
                if (document != null && Documents.hasKey(document, key)) {
                    return slot;
                }
                candidates &= candidates - 1;
            }
        }
        return -1;
    }

    private static void raiseRecency(Object[] bag, int slot) {
        byte[] marks = marks(bag);
        int at = capacity(bag) + slot;
        byte state = (byte) BYTES.getOpaque(marks, at);
        if ((state & RECENCY_MASK) != RECENCY_USED) {
            BYTES.compareAndSet(marks, at, state, (byte) (state | RECENCY_USED));
        }
    }

    /**
     * Looks a key up for the writer and remembers where it is, for {@link #replace} or {@link #remove}, until the next call
     * that changes something.
     */
    public byte @Nullable [] locate(DocumentKey key) {
        Object[] bag = currentBag(indexOf(key.hash(), bagCount));
        int slot = search(bag, key, (tag(key.hash()) & 0xffL) * LOW_BITS);
        locatedBag = bag;
        locatedSlot = slot;
        return slot < 0 ? null : document(bag, slot);
    }

    /** Puts a new version in the place of the one that was located. */
    public void replace(byte[] document) {
        assert locatedSlot >= 0;
        byte[] marks = marks(locatedBag);
        BYTES.setRelease(marks, capacity(locatedBag) + locatedSlot, initialState(document, RECENCY_USED));
        REFERENCES.setRelease(locatedBag, 1 + locatedSlot, document);
    }

    /** Adds a key that is not there. */
    public void insert(int hash, byte[] document) {
        int index = indexOf(hash, bagCount);
        Object[] bag = currentBag(index);
        int slot = used(bag);
        if (slot == capacity(bag)) {
            Object[] larger = copyOf(bag, slot, slot + STEP);
            fill(larger, slot, hash, document);
            publish(index, bag, larger);
        } else {
            fill(bag, slot, hash, document);
        }
        size++;
        if (size > (long) bagCount * documentsPerBag) {
            split();
        }
    }

    /** Puts the same version, with its value or without, in the place of the one that was located. Its recency stays. */
    public void exchange(byte[] document) {
        assert locatedSlot >= 0;
        REFERENCES.setRelease(locatedBag, 1 + locatedSlot, document);
    }

    /** Takes the located version out of memory. */
    public void remove() {
        assert locatedSlot >= 0;
        Object[] bag = locatedBag;
        int hash = Documents.hash(document(bag, locatedSlot));
        int used = used(bag);
        Object[] smaller = newBag(used - 1);
        for (int slot = 0, target = 0; slot < used; slot++) {
            if (slot != locatedSlot) {
                move(bag, slot, smaller, target++);
            }
        }
        publish(indexOf(hash, bagCount), bag, smaller);
        locatedSlot = -1;
        size--;
    }

    /**
     * Merges two bags if there are too many for what is left. Not part of {@link #remove}, because a sweep that removes as
     * it goes would miss what is moved to a bag behind it.
     *
     * @return whether there may be more to merge
     */
    public boolean shrink() {
        if (bagCount == 1 || size >= (long) bagCount * documentsPerBagMin) {
            return false;
        }
        merge();
        return true;
    }

    /** Splits the bag whose turn it is. The new one becomes the last. */
    private void split() {
        int target = bagCount;
        int bit = Integer.highestOneBit(target);
        int source = target - bit;
        Object[] bag = currentBag(source);
        int used = used(bag);
        int moving = 0;
        long[] moves = new long[(used + Long.SIZE - 1) / Long.SIZE];
        for (int slot = 0; slot < used; slot++) {
            if ((Documents.hash(document(bag, slot)) & bit) != 0) {
                moves[slot / Long.SIZE] |= 1L << slot;
                moving++;
            }
        }
        Object[] stay = newBag(used - moving);
        Object[] go = newBag(moving);
        for (int slot = 0, stayed = 0, gone = 0; slot < used; slot++) {
            if ((moves[slot / Long.SIZE] & (1L << slot)) == 0) {
                move(bag, slot, stay, stayed++);
            } else {
                move(bag, slot, go, gone++);
            }
        }
        makeRoomFor(target);
        publish(target, null, go);
        bagCount = target + 1;
        publish(source, bag, stay);
    }

    /** Merges the last bag into the one that it was split from. */
    private void merge() {
        int last = bagCount - 1;
        int target = last - Integer.highestOneBit(last);
        Object[] from = currentBag(last);
        Object[] to = currentBag(target);
        int fromUsed = used(from);
        int toUsed = used(to);
        if (fromUsed > 0) {
            Object[] merged = copyOf(to, toUsed, toUsed + fromUsed);
            for (int slot = 0; slot < fromUsed; slot++) {
                move(from, slot, merged, toUsed + slot);
            }
            publish(target, to, merged);
        }
        bagCount = last;
        // A reader that saw the old number and finds nothing here looks again.
        bagBytes -= heapBytes(from);
        REFERENCES.setRelease(page(last >>> PAGE_SHIFT), last & (PAGE_LENGTH - 1), null);
        if ((last & (PAGE_LENGTH - 1)) == 0) {
            pages[last >>> PAGE_SHIFT] = null;
            pageBytes -= HeapLayout.referenceArray(PAGE_LENGTH);
        }
    }

    private void makeRoomFor(int index) {
        int pageIndex = index >>> PAGE_SHIFT;
        if (pageIndex == pages.length) {
            pageBytes -= HeapLayout.referenceArray(pages.length);
            pages = Arrays.copyOf(pages, pageIndex + Math.max(1, pageIndex / 4));
            pageBytes += HeapLayout.referenceArray(pages.length);
        }
        if (pages[pageIndex] == null) {
            REFERENCES.setRelease(pages, pageIndex, new Object[PAGE_LENGTH]);
            pageBytes += HeapLayout.referenceArray(PAGE_LENGTH);
        }
    }

    private void publish(int index, Object @Nullable [] replaced, Object[] bag) {
        bagBytes += heapBytes(bag) - (replaced == null ? 0 : heapBytes(replaced));
        REFERENCES.setRelease(page(index >>> PAGE_SHIFT), index & (PAGE_LENGTH - 1), bag);
    }

    /** How many bags there are. Bags change their numbers only when the table shrinks. */
    public int bagCount() {
        return bagCount;
    }

    /** How many keys there are, tombstones included. The writer's. */
    public int size() {
        return size;
    }

    /** What the table takes on the heap, without the documents. The writer's. */
    public long heapBytes() {
        return FIXED_BYTES + pageBytes + bagBytes;
    }

    /** A bag as it is now, to look at with the static methods; empty if there is none of that number any more. */
    public Object[] bagOrEmpty(int index) {
        Object[] bag = index < bagCount ? bag(index) : null;
        return bag == null ? NO_BAG : bag;
    }

    /** How many entries a bag has room for. Those in use come first. */
    public static int capacity(Object[] bag) {
        return bag.length - 1;
    }

    /** The document in an entry, or null. */
    public static byte @Nullable [] documentAt(Object[] bag, int slot) {
        return (byte[]) REFERENCES.getAcquire(bag, 1 + slot);
    }

    /** What is known of an entry's document: {@link #EXPIRING}, {@link #TOMBSTONE}. */
    public static int state(Object[] bag, int slot) {
        return (byte) BYTES.getOpaque(marks(bag), capacity(bag) + slot) & 0xff;
    }

    /** Lowers the recency of an entry by one; false if it was at nothing. */
    public static boolean lowerRecency(Object[] bag, int slot) {
        byte[] marks = marks(bag);
        int at = capacity(bag) + slot;
        byte state = (byte) BYTES.getOpaque(marks, at);
        if ((state & RECENCY_MASK) == 0) {
            return false;
        }
        BYTES.compareAndSet(marks, at, state, (byte) (state - 1));
        return true;
    }

    private static int indexOf(int hash, int count) {
        int bit = Integer.highestOneBit(count);
        int index = hash & ((bit << 1) - 1);
        return index < count ? index : index & (bit - 1);
    }

    /** The top bits of the hash, which no number of bags that fits a heap uses; 0 stands for a free entry. */
    private static byte tag(int hash) {
        int tag = hash >>> 24;
        return (byte) (tag == 0 ? 1 : tag);
    }

    private static byte initialState(byte[] document, int recency) {
        if (Documents.deleted(document)) {
            return (byte) (RECENCY_NEW | TOMBSTONE);
        }
        return (byte) (Documents.expiring(document) ? recency | EXPIRING : recency);
    }

    private static void fill(Object[] bag, int slot, int hash, byte[] document) {
        byte[] marks = marks(bag);
        REFERENCES.setRelease(bag, 1 + slot, document);
        marks[capacity(bag) + slot] = initialState(document, RECENCY_NEW);
        BYTES.setRelease(marks, slot, tag(hash));
    }

    /** Copies an entry to a bag that nobody else knows yet. */
    private static void move(Object[] from, int slot, Object[] to, int target) {
        byte[] source = marks(from);
        byte[] marks = marks(to);
        to[1 + target] = from[1 + slot];
        marks[target] = source[slot];
        marks[capacity(to) + target] = source[capacity(from) + slot];
    }

    /** A bag for this many documents, with less than eight to spare. */
    private static Object[] newBag(int documents) {
        int capacity = (documents + STEP - 1) & -STEP;
        Object[] bag = new Object[1 + capacity];
        bag[0] = capacity == 0 ? NO_MARKS : new byte[2 * capacity];
        return bag;
    }

    private static Object[] copyOf(Object[] bag, int used, int documents) {
        Object[] copy = newBag(documents);
        System.arraycopy(bag, 1, copy, 1, used);
        System.arraycopy(marks(bag), 0, marks(copy), 0, used);
        System.arraycopy(marks(bag), capacity(bag), marks(copy), capacity(copy), used);
        return copy;
    }

    /** How many entries are in use. Free ones are at the end, less than eight or a fresh eight. */
    private static int used(Object[] bag) {
        int capacity = capacity(bag);
        if (capacity == 0) {
            return 0;
        }
        return capacity - Long.numberOfLeadingZeros(Words.at(marks(bag), capacity - STEP)) / Byte.SIZE;
    }

    private static long heapBytes(Object[] bag) {
        int capacity = capacity(bag);
        return HeapLayout.referenceArray(1 + capacity) + (capacity == 0 ? 0 : HeapLayout.byteArray(2 * capacity));
    }

    private static byte[] marks(Object[] bag) {
        return (byte[]) bag[0];
    }

    private static byte[] document(Object[] bag, int slot) {
        return (byte[]) bag[1 + slot];
    }

    private Object[] currentBag(int index) {
        return Objects.requireNonNull(bag(index), "only readers see bags go");
    }

    private Object @Nullable [] bag(int index) {
        Object[] page = (Object[]) REFERENCES.getAcquire(pages, index >>> PAGE_SHIFT);
        return page == null ? null : (Object[]) REFERENCES.getAcquire(page, index & (PAGE_LENGTH - 1));
    }

    private @Nullable Object[] page(int index) {
        return (Object[]) Objects.requireNonNull(pages[index]);
    }
}
