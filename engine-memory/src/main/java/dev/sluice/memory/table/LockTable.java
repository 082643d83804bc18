package dev.sluice.memory.table;

import org.jspecify.annotations.Nullable;

/**
 * Which documents of a vbucket are locked. A side table, since nearly no document ever is.
 *
 * <p>A lock belongs to one version of a document: it is found by the version's reference, and ends with the version, at its
 * time, or when it is given up. The document keeps the CAS that it had before; the lock has one of its own. Entries whose
 * time has passed count as absent and are dropped when the table is next tidied.
 *
 * <p><b>Thread.</b> {@link #find} may be called by any: chains are immutable and replaced as a whole. All else under the
 * vbucket's lock.
 */
public final class LockTable {

    /** One lock. Immutable. */
    public static final class Entry {
        private final int hash;
        private final byte[] document;
        private final @Nullable Entry next;
        public final long cas;
        public final long endNanos;

        Entry(int hash, byte[] document, long cas, long endNanos, @Nullable Entry next) {
            this.hash = hash;
            this.document = document;
            this.cas = cas;
            this.endNanos = endNanos;
            this.next = next;
        }
    }

    private static final int CHAINS_MIN = 16;
    private static final long ENTRY_BYTES = HeapLayout.object(Integer.BYTES + 2 * Long.BYTES, 2);
    private static final @Nullable Entry[] NO_CHAINS = new Entry[0];

    // Replaced as a whole on each change of a chain's head, so that readers need one volatile read. Locks are few.
    private volatile @Nullable Entry[] chains = NO_CHAINS;
    private int count;

    /** Whether there is nothing to find. Any thread. */
    public boolean isEmpty() {
        return chains.length == 0;
    }

    /** The lock on this very version, if its time has not passed. */
    @Nullable
    public Entry find(int hash, byte[] document, long nowNanos) {
        @Nullable Entry[] present = chains;
        if (present.length == 0) {
            return null;
        }
        for (Entry entry = present[hash & (present.length - 1)]; entry != null; entry = entry.next) {
            if (entry.document == document) {
                return entry.endNanos - nowNanos > 0 ? entry : null;
            }
        }
        return null;
    }

    /** Locks a version that is not locked. */
    public void add(int hash, byte[] document, long cas, long endNanos, long nowNanos) {
        remove(hash, document); // what may be left of a lock whose time has passed
        if (count >= chains.length) {
            rehash(nowNanos);
        }
        @Nullable Entry[] changed = chains;
        int index = hash & (changed.length - 1);
        changed[index] = new Entry(hash, document, cas, endNanos, changed[index]);
        count++;
        chains = changed; // a volatile write publishes the new head
    }

    /** Ends the lock on a version, if there is one. */
    public void remove(int hash, byte[] document) {
        @Nullable Entry[] changed = chains;
        if (count == 0) {
            return;
        }
        int index = hash & (changed.length - 1);
        Entry kept = null;
        boolean found = false;
        for (Entry entry = changed[index]; entry != null; entry = entry.next) {
            if (entry.document == document) {
                found = true;
            } else {
                kept = new Entry(entry.hash, entry.document, entry.cas, entry.endNanos, kept);
            }
        }
        if (found) {
            changed[index] = kept;
            count--;
            chains = count == 0 ? NO_CHAINS : changed;
        }
    }

    /** Drops locks whose time has passed. */
    public void tidy(long nowNanos) {
        if (count > 0) {
            rehash(nowNanos);
            if (count == 0) {
                chains = NO_CHAINS;
            }
        }
    }

    private void rehash(long nowNanos) {
        @Nullable Entry[] old = chains;
        int kept = 0;
        for (Entry head : old) {
            for (Entry entry = head; entry != null; entry = entry.next) {
                if (entry.endNanos - nowNanos > 0) {
                    kept++;
                }
            }
        }
        int length = Math.max(CHAINS_MIN, Integer.highestOneBit(kept) << 1);
        @Nullable Entry[] fresh = new Entry[length];
        for (Entry head : old) {
            for (Entry entry = head; entry != null; entry = entry.next) {
                if (entry.endNanos - nowNanos > 0) {
                    int index = entry.hash & (length - 1);
                    fresh[index] = new Entry(entry.hash, entry.document, entry.cas, entry.endNanos, fresh[index]);
                }
            }
        }
        count = kept;
        chains = fresh;
    }

    /** What the table takes on the heap. */
    public long heapBytes() {
        return count * ENTRY_BYTES + (chains.length == 0 ? 0 : HeapLayout.referenceArray(chains.length));
    }
}
