package dev.sluice.memory;

import dev.sluice.engine.Status;
import dev.sluice.memory.table.HeapLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The live documents of a vbucket as they were at one sequence number, in the order of their keys. Shared by all scans that
 * were opened at that number. See {@link Snapshots} for how one comes to be and what it keeps.
 *
 * <p><b>Thread.</b> {@link #outcome} and, once that is {@code SUCCESS}, the documents: any. All else as each member says.
 */
final class Snapshot {

    /** What one costs beyond its references: itself, its lists, its share of tasks. */
    private static final long FIXED_BYTES = 256;

    /** In order of opening, unique in the vbucket. */
    final long id;

    final long seqno;

    /** How many documents there are to be: what was alive at the sequence number. */
    final int count;

    /** What is charged for the references, whether or not they are there yet. */
    final long referenceBytes;

    /** Null while it is being made; then {@code SUCCESS}; at last why it cannot be used any more. */
    private volatile @Nullable Status outcome;

    // Filled by the builder; visible to all through the write of the outcome.
    private byte @Nullable [][] documents;

    // The rest is guarded by the vbucket's lock.
    private int users;
    private boolean building;
    private long copiedThroughSeqno;
    private byte[][] superseded = new byte[0][];
    private int supersededCount;
    private final List<Runnable> waiters = new ArrayList<>();

    // What this one answers for of superseded versions: pairs of the oldest holder's id, and bytes.
    private long[] kept = new long[0];

    Snapshot(long id, long seqno, int count) {
        this.id = id;
        this.seqno = seqno;
        this.count = count;
        this.referenceBytes = FIXED_BYTES + HeapLayout.referenceArray(count);
    }

    /** Null while it is being made, {@code SUCCESS} when it can be used, another status when it cannot be used again. */
    @Nullable
    Status outcome() {
        return outcome;
    }

    /** The documents in the order of their keys, or null if the snapshot was given up. */
    byte @Nullable [][] documents() {
        return documents;
    }

    /** The builder hands over what it made. Under the lock. */
    void complete(byte[][] sorted) {
        assert outcome == null;
        assert sorted.length == count : sorted.length + " of " + count;
        documents = sorted;
        outcome = Status.SUCCESS;
    }

    /** Lets go of the documents. Under the lock; once. */
    void end(Status why) {
        assert why != Status.SUCCESS;
        outcome = why;
        documents = null;
        superseded = new byte[0][];
        supersededCount = 0;
    }

    boolean ended() {
        Status present = outcome;
        return present != null && present != Status.SUCCESS;
    }

    /** Under the lock. */
    void addUser() {
        users++;
    }

    /** Whether that was the last one. Under the lock. */
    boolean removeUser() {
        assert users > 0;
        return --users == 0;
    }

    /** Whether the caller is the one who has to see to its making. Under the lock. */
    boolean claimBuilding() {
        boolean first = !building;
        building = true;
        return first;
    }

    /** Has an action run when the outcome is known. Under the lock; the action runs outside. */
    void whenDone(Runnable action) {
        assert outcome == null;
        waiters.add(action);
    }

    /** Hands the actions over to the caller. Under the lock. */
    List<Runnable> takeWaiters() {
        List<Runnable> taken = List.copyOf(waiters);
        waiters.clear();
        return taken;
    }

    /** Up to where the builder has copied references. Under the lock. */
    long copiedThroughSeqno() {
        return copiedThroughSeqno;
    }

    void copiedThroughSeqno(long through) {
        copiedThroughSeqno = through;
    }

    /** Keeps a version that the builder will not find in the log any more. Under the lock. */
    void addSuperseded(byte[] document) {
        if (supersededCount == superseded.length) {
            superseded = Arrays.copyOf(superseded, Math.max(16, supersededCount * 2));
        }
        superseded[supersededCount++] = document;
    }

    /** Copies the versions that were superseded while the log was copied; there will be no more. Under the lock. */
    int takeSuperseded(byte[][] target, int offset) {
        int taken = supersededCount;
        System.arraycopy(superseded, 0, target, offset, taken);
        superseded = new byte[0][];
        supersededCount = 0;
        return taken;
    }

    /** Adds to what this one answers for. Under the lock. */
    void keep(long oldestHolder, long bytes) {
        for (int i = 0; i < kept.length; i += 2) {
            if (kept[i] == oldestHolder) {
                kept[i + 1] += bytes;
                return;
            }
        }
        kept = Arrays.copyOf(kept, kept.length + 2);
        kept[kept.length - 2] = oldestHolder;
        kept[kept.length - 1] = bytes;
    }

    /** Pairs of oldest holder and bytes; this one answers for nothing afterwards. Under the lock. */
    long[] takeKept() {
        long[] taken = kept;
        kept = new long[0];
        return taken;
    }
}
