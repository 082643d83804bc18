package dev.sluice.memory.table;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What one collection has in one vbucket.
 *
 * <p><b>Thread.</b> Changed under the vbucket's lock; the highest sequence number may be read without it.
 */
public final class CollectionTally {

    public static final long HEAP_BYTES = HeapLayout.object(2 * Long.BYTES + 3 * Integer.BYTES + 1, 0);

    private static final VarHandle HIGH_SEQNO;

    static {
        try {
            HIGH_SEQNO = MethodHandles.lookup().findVarHandle(CollectionTally.class, "highSeqno", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    public final int collection;

    @SuppressWarnings({"FieldMayBeFinal", "UnusedVariable"}) // Read and written through the handle.
    private long highSeqno;

    private long bytes;
    private int liveCount;
    private int versionCount;
    private boolean dropped;

    public CollectionTally(int collection) {
        this.collection = collection;
    }

    /** A version comes to the table (1) or leaves it (-1). */
    public void count(boolean deleted, long heapBytes, int sign) {
        versionCount += sign;
        liveCount += deleted ? 0 : sign;
        bytes += sign * heapBytes;
    }

    void restore(int live, int versions, long allBytes) {
        liveCount = live;
        versionCount = versions;
        bytes = allBytes;
    }

    /** The collection has changed. A plain store with release: readers want a number, not a fence in every write. */
    public void highSeqno(long seqno) {
        HIGH_SEQNO.setRelease(this, seqno);
    }

    /** Any thread. */
    public long highSeqno() {
        return (long) HIGH_SEQNO.getAcquire(this);
    }

    public long bytes() {
        return bytes;
    }

    public int liveCount() {
        return liveCount;
    }

    /** Tombstones included. */
    public int versionCount() {
        return versionCount;
    }

    /** Whether the collection is gone, and what is counted here waits for its removal. */
    public boolean dropped() {
        return dropped;
    }

    public void drop() {
        dropped = true;
    }

    /** The vbucket's documents are gone, all at once. */
    public void clear() {
        bytes = 0;
        liveCount = 0;
        versionCount = 0;
    }
}
