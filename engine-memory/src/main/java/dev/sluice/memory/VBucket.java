package dev.sluice.memory;

import dev.sluice.engine.CollectionSet;
import dev.sluice.engine.Collections;
import dev.sluice.engine.DocumentKey;
import dev.sluice.engine.EngineClock;
import dev.sluice.engine.Status;
import dev.sluice.engine.VBucketState;
import dev.sluice.engine.VBuckets.FailoverEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One vbucket: its documents, their order, its numbers and its state, and the lock that keeps them together.
 *
 * <p><b>The lock.</b> Every change is made between {@link #tryEnter} (event loops) or {@link #enter} (background threads) and
 * {@link #exit}. It is held for the links of one document, never for the copy of a value, never for more than a few dozen
 * documents, and nothing is notified under it: {@link #exit} first unlocks, then settles the account, then runs what {@link
 * #afterExit} was given. An event loop spins for it for some microseconds and then gives up; it never parks, for a background
 * thread may have been put aside by the operating system while it holds the lock.
 *
 * <p><b>Reading</b> takes no lock: {@link #find}, the state, the high sequence number.
 *
 * <p><b>Collections.</b> Whether there is such a collection is asked under the lock of every write, and set under it too: once
 * that is done in all vbuckets no write lands in a collection that is gone. Readers ask without the lock. What is left of it
 * is taken out by {@link DroppedCollections} in the background, and by any other sweep that meets it.
 *
 * <p><b>Numbers.</b> Each change gets the next sequence number and a CAS from a hybrid logical clock [1]: the wall clock with
 * its lowest 16 bits cleared, or one more than the highest CAS so far, whichever is larger. So a CAS is unique in the vbucket
 * and rises even when the wall clock jumps back. Both go on rising through a flush.
 *
 * <ol>
 *   <li>S. Kulkarni et al., "Logical Physical Clocks and Consistent Snapshots in Globally Distributed Databases", 2014.
 * </ol>
 */
final class VBucket {
    /** Protocol: {@code max_failover_entries}. */
    private static final int FAILOVER_ENTRIES_MAX = 25;

    /** About five microseconds, some ten times as long as the lock is usually held. */
    private static final int SPINS_MAX = 128;

    private static final long CAS_CLOCK_MASK = ~0xffffL;

    /** This object, its lock and its small lists. */
    static final long FIXED_BYTES = 512 + CollectionTally.HEAP_BYTES + HeapLayout.object(2 * Integer.BYTES, 3);

    final int id;
    private final ReentrantLock lock = new ReentrantLock();
    private final MemoryQuota quota;
    private final LongSupplier uuids;
    private final Snapshots snapshots;
    private final CollectionTallies collections;

    private volatile VBucketState state;
    private volatile List<FailoverEntry> failoverLog;
    private volatile long highSeqno;
    private volatile long highCas; // written under the lock
    private volatile DocumentTable table = new DocumentTable();
    private volatile LockTable locks = new LockTable();

    // Guarded by the lock.
    private SeqnoLog log = new SeqnoLog();
    private boolean removed;
    private long purgeSeqno;
    private long purgedRevSeqno;
    private int liveCount;
    private int expiringCount;
    private long documentBytes;
    private long tombstoneBytes;
    private long chargedBytes;
    private final List<SeqnoWaiter> seqnoWaiters = new ArrayList<>();
    private final List<Runnable> afterExit = new ArrayList<>();

    /** Somebody who waits until a sequence number is reached. */
    private record SeqnoWaiter(long seqno, Runnable action) {}

    VBucket(
            int id,
            VBucketState state,
            CollectionSet existing,
            MemoryQuota quota,
            Counters counters,
            LongSupplier uuids) {
        this.id = id;
        this.state = state;
        this.quota = quota;
        this.uuids = uuids;
        this.snapshots = new Snapshots(quota, counters);
        this.collections = new CollectionTallies(existing);
        this.failoverLog = List.of(new FailoverEntry(uuids.getAsLong(), 0));
        enter();
        exit(); // settles the account
    }

    // ---------------------------------------------------------------------------------------------- the lock

    /** Takes the lock if that takes no longer than an event loop has. */
    boolean tryEnter() {
        for (int i = 0; i < SPINS_MAX; i++) {
            if (lock.tryLock()) {
                return true;
            }
            Thread.onSpinWait();
        }
        return false;
    }

    /** Takes the lock, parking if need be. For background threads. */
    void enter() {
        lock.lock();
    }

    /** Gives the lock up, settles the account, and runs what is due. */
    void exit() {
        long bytes = heapBytes();
        // What only snapshots keep is neither among the documents nor free: it was charged and is credited when they
        // end.
        long delta = bytes - chargedBytes - snapshots.takeFreedBytes();
        chargedBytes = bytes;
        snapshots.drainWoken(afterExit);
        if (!seqnoWaiters.isEmpty()) {
            takeReachedWaiters();
        }
        List<Runnable> due = afterExit.isEmpty() ? List.of() : List.copyOf(afterExit);
        afterExit.clear();
        lock.unlock();
        if (delta != 0) {
            quota.charge(delta);
        }
        due.forEach(Runnable::run);
    }

    /** Has an action run as soon as the lock is given up. */
    void afterExit(Runnable action) {
        assert lock.isHeldByCurrentThread();
        afterExit.add(action);
    }

    private long heapBytes() {
        return removed ? 0 : FIXED_BYTES + documentBytes + overheadBytes();
    }

    private long overheadBytes() {
        return table.heapBytes() + log.heapBytes() + locks.heapBytes() + collections.heapBytes();
    }

    // ---------------------------------------------------------------------------------------------- state

    VBucketState state() {
        return state;
    }

    /** Why ordinary commands cannot be served, or null if they can. */
    @Nullable
    Status refusal() {
        return switch (state) {
            case ACTIVE -> null;
            case PENDING -> Status.VBUCKET_PENDING;
            case REPLICA, DEAD -> Status.NOT_MY_VBUCKET;
        };
    }

    /** Why commands on documents of a collection cannot be served, or null if they can. Final only under the lock. */
    @Nullable
    Status refusal(int collection) {
        Status refused = refusal();
        return refused != null || collections.serves(collection) ? refused : Status.UNKNOWN_COLLECTION;
    }

    /** Sets the state; false if the vbucket was removed in the meantime, and another one may have its number. */
    boolean setState(VBucketState next) {
        assert lock.isHeldByCurrentThread();
        if (removed) {
            return false;
        }
        if (next == VBucketState.ACTIVE && state != VBucketState.ACTIVE) {
            List<FailoverEntry> entries = new ArrayList<>();
            entries.add(new FailoverEntry(uuids.getAsLong(), highSeqno));
            entries.addAll(failoverLog);
            failoverLog = List.copyOf(entries.subList(0, Math.min(entries.size(), FAILOVER_ENTRIES_MAX)));
        }
        state = next;
        if (next != VBucketState.ACTIVE) {
            snapshots.endAll(Status.NOT_MY_VBUCKET);
            wakeAllWaiters();
        }
        return true;
    }

    /** Ends the vbucket for good and gives its memory back. Dead from here on for whoever still has the object. */
    void remove() {
        assert lock.isHeldByCurrentThread();
        clear(Status.NOT_MY_VBUCKET);
        state = VBucketState.DEAD;
        removed = true;
        wakeAllWaiters();
    }

    /** Drops every document. Sequence numbers and CAS go on from where they are. */
    void clear(Status why) {
        assert lock.isHeldByCurrentThread();
        snapshots.endAll(why);
        table = new DocumentTable();
        log = new SeqnoLog();
        locks = new LockTable();
        collections.clear();
        liveCount = 0;
        expiringCount = 0;
        documentBytes = 0;
        tombstoneBytes = 0;
        purgeSeqno = highSeqno;
    }

    // ---------------------------------------------------------------------------------------------- collections

    /** Whether there is such a collection. Any thread. */
    boolean serves(int collection) {
        return collections.serves(collection);
    }

    CollectionSet collections() {
        return collections.existing();
    }

    /**
     * Sets which collections there are: from the end of this hold of the lock on no write lands in another one.
     *
     * @return whether there are documents to be removed
     */
    boolean collections(CollectionSet existing) {
        assert lock.isHeldByCurrentThread();
        return collections.existing(existing);
    }

    /** How many versions wait for their removal, their collection being gone. A guess without the lock. */
    int droppedCount() {
        return collections.droppedVersionCount();
    }

    /** How many live documents a collection has. */
    int liveCount(int collection) {
        assert lock.isHeldByCurrentThread();
        CollectionTally tally = collections.find(collection);
        return tally == null || tally.dropped() ? 0 : tally.liveCount();
    }

    /** The sequence number of a collection's newest change, 0 for none. Any thread. */
    long highSeqno(int collection) {
        CollectionTally tally = collections.find(collection);
        return tally == null ? 0 : tally.highSeqno();
    }

    /** What there is of a collection, or null where it is not there. Takes the lock; for background threads. */
    Collections.@Nullable Figures figures(int collection) {
        enter();
        try {
            if (!collections.serves(collection)) {
                return null;
            }
            CollectionTally tally = collections.find(collection);
            return tally == null
                    ? new Collections.Figures(0, 0, 0)
                    : new Collections.Figures(tally.liveCount(), tally.bytes(), tally.highSeqno());
        } finally {
            exit();
        }
    }

    /** Newest first. */
    List<FailoverEntry> failoverLog() {
        return failoverLog;
    }

    long uuid() {
        return failoverLog.get(0).vbucketUuid();
    }

    long highSeqno() {
        return highSeqno;
    }

    /** The highest CAS given or observed; 0 for none. */
    long highCas() {
        return highCas;
    }

    // ---------------------------------------------------------------------------------------------- documents

    /** The newest version of a key, tombstones included, without a lock. */
    byte @Nullable [] find(DocumentKey key, boolean used) {
        return table.find(key, used);
    }

    /** The lock on this very version, if there is one. Any thread. */
    LockTable.@Nullable Entry lockOn(int hash, byte[] document, long nowNanos) {
        return locks.find(hash, document, nowNanos);
    }

    /** Whether somebody holds a lock on this very version. Any thread; asks for the time only where there are locks. */
    boolean locked(int hash, byte[] document, EngineClock clock) {
        LockTable present = locks;
        return !present.isEmpty() && present.find(hash, document, clock.nanoTime()) != null;
    }

    /** The newest version of a key, for a change that follows at once. */
    byte @Nullable [] locate(DocumentKey key) {
        assert lock.isHeldByCurrentThread();
        return table.locate(key);
    }

    /** The CAS of the next change. Each call gives another. */
    long nextCas(long wallNanos) {
        assert lock.isHeldByCurrentThread();
        long cas = Math.max(highCas + 1, wallNanos & CAS_CLOCK_MASK);
        highCas = cas;
        return cas;
    }

    /** Takes note of a CAS that was given elsewhere, so that those given here are higher. */
    void observeCas(long cas) {
        assert lock.isHeldByCurrentThread();
        // One beyond 2^63, the year 2262, would leave no room above it: it is kept, but not followed.
        highCas = Math.max(highCas, cas);
    }

    /** The revision of the version that follows this one, or of a new document. Exact only under the lock. */
    long nextRevSeqno(byte @Nullable [] existing) {
        // A tombstone that was purged takes its revision along: begin above all of those, lest a revision come twice.
        return 1 + (existing == null ? purgedRevSeqno : Documents.revSeqno(existing));
    }

    /**
     * Makes a finished document the newest version of its key. {@link #locate} was asked for that key last.
     *
     * @param existing what it found
     */
    void link(byte @Nullable [] existing, int hash, byte[] document) {
        assert lock.isHeldByCurrentThread();
        long seqno = Documents.seqno(document);
        assert seqno > highSeqno : seqno;
        if (existing == null) {
            table.insert(hash, document);
        } else {
            table.replace(document);
            unlink(hash, existing);
        }
        log.append(document);
        count(document, 1);
        collections.changed(document, seqno);
        highSeqno = seqno;
    }

    private void unlink(int hash, byte[] document) {
        log.remove(document);
        locks.remove(hash, document);
        count(document, -1);
        if (snapshots.supersede(document)) {
            // It stays on the heap and charged; what is freed later is credited then.
            chargedBytes -= Documents.heapBytes(document);
        }
    }

    private void count(byte[] document, int sign) {
        long heapBytes = Documents.heapBytes(document);
        collections.count(document, heapBytes, sign);
        long bytes = sign * heapBytes;
        documentBytes += bytes;
        if (Documents.deleted(document)) {
            tombstoneBytes += bytes;
        } else {
            liveCount += sign;
            expiringCount += Documents.expiring(document) ? sign : 0;
        }
    }

    /**
     * Follows up a live version with a tombstone that has a CAS and a sequence number of its own.
     *
     * @param existing what {@link #locate} found last
     */
    byte[] linkTombstone(byte[] existing, int hash, long wallNanos) {
        return linkTombstone(existing, hash, wallNanos, Documents.NO_XATTRS);
    }

    /** As {@link #linkTombstone(byte[], int, long)}, of a document that has expired: the system's attributes stay. */
    byte[] linkExpired(byte[] existing, int hash, long wallNanos) {
        return linkTombstone(existing, hash, wallNanos, Documents.xattrsThatStay(existing));
    }

    private byte[] linkTombstone(byte[] existing, int hash, long wallNanos, byte[] xattrs) {
        long deletedSeconds = Math.max(1, wallNanos / 1_000_000_000L);
        long revSeqno = nextRevSeqno(existing);
        byte[] tombstone = Documents.draftOfTombstone(existing, deletedSeconds, revSeqno, xattrs);
        Documents.finish(tombstone, nextCas(wallNanos), highSeqno + 1, deletedSeconds, revSeqno);
        link(existing, hash, tombstone);
        return tombstone;
    }

    /** Whether this very version is still the newest of its key; it is located then. */
    boolean locateVersion(byte[] document) {
        return locate(Documents.key(document)) == document;
    }

    /** Drops a located tombstone for good. */
    void purge(byte[] tombstone) {
        assert Documents.deleted(tombstone);
        takeOut(tombstone);
        purgedRevSeqno = Math.max(purgedRevSeqno, Documents.revSeqno(tombstone));
    }

    /** Drops a located version, alive or not, whose collection is gone. Its key never comes back, nor does its revision. */
    void drop(byte[] document) {
        assert !collections.serves(Documents.collection(document));
        takeOut(document);
    }

    private void takeOut(byte[] document) {
        table.remove();
        unlink(Documents.hash(document), document);
        purgeSeqno = Math.max(purgeSeqno, Documents.seqno(document));
    }

    /** One step of making the table smaller after much was purged; false if there is nothing to gain. */
    boolean shrink() {
        assert lock.isHeldByCurrentThread();
        return table.shrink();
    }

    void addLock(int hash, byte[] document, long cas, long endNanos, long nowNanos) {
        assert lock.isHeldByCurrentThread();
        locks.add(hash, document, cas, endNanos, nowNanos);
    }

    void removeLock(int hash, byte[] document) {
        assert lock.isHeldByCurrentThread();
        locks.remove(hash, document);
    }

    /** Drops locks whose time has passed. */
    void tidyLocks(long nowNanos) {
        assert lock.isHeldByCurrentThread();
        locks.tidy(nowNanos);
    }

    /** The table, for sweeps. */
    DocumentTable table() {
        return table;
    }

    int liveCount() {
        return liveCount;
    }

    int expiringCount() {
        return expiringCount;
    }

    int tombstoneCount() {
        return table.size() - liveCount;
    }

    /** Whether more than an eighth of what documents take is tombstones. */
    boolean tombstonesAbound() {
        assert lock.isHeldByCurrentThread();
        return tombstoneBytes > documentBytes / 8;
    }

    // ---------------------------------------------------------------------------------------------- snapshots

    /** A snapshot of this moment for one user, or null where memory does not allow it. */
    @Nullable
    Snapshot acquireSnapshot() {
        assert lock.isHeldByCurrentThread();
        return snapshots.acquire(highSeqno, liveCount);
    }

    void releaseSnapshot(Snapshot snapshot) {
        assert lock.isHeldByCurrentThread();
        snapshots.release(snapshot);
    }

    void completeSnapshot(Snapshot snapshot, byte[][] sorted) {
        assert lock.isHeldByCurrentThread();
        snapshots.complete(snapshot, sorted);
    }

    void endSnapshots(Status why) {
        assert lock.isHeldByCurrentThread();
        snapshots.endAll(why);
    }

    /** One step of a walk over the log, see {@link SeqnoLog#copy}. */
    void copyLog(long afterSeqno, SeqnoLog.Batch target) {
        assert lock.isHeldByCurrentThread();
        log.copy(afterSeqno, target);
    }

    /** Whether a version, tombstones included, has just this sequence number. */
    boolean hasSeqno(long seqno) {
        assert lock.isHeldByCurrentThread();
        return log.find(seqno) != null;
    }

    /** Has an action run once the sequence number is reached, or the vbucket is not active any more. */
    void whenReached(long seqno, Runnable action) {
        assert lock.isHeldByCurrentThread();
        seqnoWaiters.add(new SeqnoWaiter(seqno, action));
    }

    void forgetWaiter(Runnable action) {
        assert lock.isHeldByCurrentThread();
        seqnoWaiters.removeIf(waiter -> waiter.action == action);
    }

    void wakeAllWaiters() {
        seqnoWaiters.forEach(waiter -> afterExit.add(waiter.action));
        seqnoWaiters.clear();
    }

    private void takeReachedWaiters() {
        seqnoWaiters.removeIf(waiter -> {
            boolean reached = waiter.seqno <= highSeqno;
            if (reached) {
                afterExit.add(waiter.action);
            }
            return reached;
        });
    }

    // ---------------------------------------------------------------------------------------------- statistics

    /** What statistics tell of a vbucket, from one moment. */
    record Figures(
            VBucketState state,
            int liveCount,
            int tombstoneCount,
            int expiringCount,
            long documentBytes,
            long overheadBytes,
            int bagCount,
            long highSeqno,
            long purgeSeqno,
            long highCas,
            long purgedRevSeqno,
            long uuid) {}

    /** Takes the lock; for background threads. */
    Figures figures() {
        enter();
        try {
            return new Figures(
                    state,
                    liveCount - collections.droppedLiveCount(),
                    tombstoneCount() - (collections.droppedVersionCount() - collections.droppedLiveCount()),
                    expiringCount,
                    documentBytes,
                    overheadBytes(),
                    table.bagCount(),
                    highSeqno,
                    purgeSeqno,
                    highCas,
                    purgedRevSeqno,
                    uuid());
        } finally {
            exit();
        }
    }
}
