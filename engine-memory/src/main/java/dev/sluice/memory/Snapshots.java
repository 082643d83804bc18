package dev.sluice.memory;

import dev.sluice.engine.Status;
import dev.sluice.memory.table.Documents;
import dev.sluice.memory.table.SeqnoLog;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The snapshots of one vbucket that are in use, and the account of what they keep from being freed.
 *
 * <h2>How a snapshot stays consistent while writers go on</h2>
 *
 * <p>Opening one fixes a sequence number S and nothing else. A background task then walks the {@link SeqnoLog} from the
 * beginning, one segment for each short hold of the lock, and collects references to the versions up to S. A writer that
 * supersedes a version which that walk would still have come to, by its sequence number between what has been copied and S,
 * hands it to the snapshot as it takes it out of the log. So each document that was alive at S reaches the snapshot exactly
 * once, one way or the other, and their number is known from the start. Sorting happens afterwards and concerns nobody else.
 *
 * <h2>What it keeps</h2>
 *
 * <p>A version superseded while a snapshot holds it stays on the heap, and so it stays in the bucket's account, and counts
 * against the share of the quota that snapshots may have. It is held by every snapshot that was open when it was superseded
 * and has an S not below its sequence number: by all from some oldest one to the newest. The newest answers for it. When that
 * one is closed, the next older holder takes over, if there is one; otherwise the memory is free. So each version is counted
 * once, and exactly as long as somebody holds it, at the price of a few numbers for each snapshot.
 *
 * <p>When snapshots keep more than their share, the oldest of the vbucket that made it so is ended, which frees what it alone
 * holds; its scans answer CANCELLED.
 *
 * <p><b>Thread.</b> Under the vbucket's lock.
 */
final class Snapshots {

    private final MemoryQuota quota;
    private final Counters counters;
    private final List<Snapshot> open = new ArrayList<>();
    private final List<Runnable> woken = new ArrayList<>();
    private long nextId = 1;
    private long freedBytes;

    Snapshots(MemoryQuota quota, Counters counters) {
        this.quota = quota;
        this.counters = counters;
    }

    boolean isEmpty() {
        return open.isEmpty();
    }

    /** A snapshot of this moment for one more user, fresh or shared; null where the quota has no room for a fresh one. */
    @Nullable
    Snapshot acquire(long seqno, int liveCount) {
        Snapshot newest = newest();
        if (newest == null || newest.seqno != seqno) {
            Snapshot fresh = new Snapshot(nextId, seqno, liveCount);
            if (!quota.reserveForSnapshot(fresh.referenceBytes)) {
                return null;
            }
            counters.add(Counter.SNAPSHOTS);
            nextId++;
            open.add(fresh);
            newest = fresh;
        }
        newest.addUser();
        return newest;
    }

    /** Gives one user's hold back. */
    void release(Snapshot snapshot) {
        if (snapshot.removeUser() && open.contains(snapshot)) {
            end(snapshot, Status.CANCELLED);
        }
    }

    /**
     * A version leaves table and log.
     *
     * @return whether a snapshot keeps it on the heap, so that the account must not be credited with it yet
     */
    boolean supersede(byte[] document) {
        if (open.isEmpty() || Documents.deleted(document)) {
            return false;
        }
        long seqno = Documents.seqno(document);
        Snapshot newest = open.get(open.size() - 1);
        if (newest.seqno < seqno) {
            return false;
        }
        Snapshot oldest = newest;
        for (int i = open.size() - 1; i >= 0 && open.get(i).seqno >= seqno; i--) {
            oldest = open.get(i);
            if (oldest.outcome() == null && oldest.copiedThroughSeqno() < seqno) {
                oldest.addSuperseded(document);
            }
        }
        long bytes = Documents.heapBytes(document);
        newest.keep(oldest.id, bytes);
        quota.keepForSnapshot(bytes);
        while (quota.snapshotsTooBig() && !open.isEmpty()) {
            counters.add(Counter.SNAPSHOTS_CANCELLED);
            end(open.get(0), Status.CANCELLED);
        }
        return true;
    }

    /** Ends all snapshots: the vbucket goes, or its content does. */
    void endAll(Status why) {
        while (!open.isEmpty()) {
            end(open.get(open.size() - 1), why);
        }
    }

    /** The builder is done: wakes who waits. */
    void complete(Snapshot snapshot, byte[][] sorted) {
        snapshot.complete(sorted);
        woken.addAll(snapshot.takeWaiters());
    }

    private void end(Snapshot snapshot, Status why) {
        open.remove(snapshot);
        snapshot.end(why);
        woken.addAll(snapshot.takeWaiters());
        long freed = snapshot.referenceBytes;
        long[] kept = snapshot.takeKept();
        for (int i = 0; i < kept.length; i += 2) {
            Snapshot heir = newestBetween(kept[i], snapshot.id);
            if (heir == null) {
                freed += kept[i + 1];
            } else {
                heir.keep(kept[i], kept[i + 1]);
            }
        }
        quota.keepForSnapshot(-freed);
        freedBytes += freed;
    }

    private @Nullable Snapshot newestBetween(long fromId, long beforeId) {
        for (int i = open.size() - 1; i >= 0; i--) {
            Snapshot candidate = open.get(i);
            if (candidate.id >= fromId && candidate.id < beforeId) {
                return candidate;
            }
        }
        return null;
    }

    private @Nullable Snapshot newest() {
        return open.isEmpty() ? null : open.get(open.size() - 1);
    }

    /** Bytes that the account is to be credited with since the last call. */
    long takeFreedBytes() {
        long freed = freedBytes;
        freedBytes = 0;
        return freed;
    }

    /** What is to be run once the lock is given up. */
    void drainWoken(List<Runnable> target) {
        if (!woken.isEmpty()) {
            target.addAll(woken);
            woken.clear();
        }
    }
}
