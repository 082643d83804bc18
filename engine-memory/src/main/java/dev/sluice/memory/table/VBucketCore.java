package dev.sluice.memory.table;

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
 * What every vbucket with a table in memory is: its documents, its numbers and its state, and the lock that keeps them
 * together. What is done with the order of changes, whether it is kept for readers or carried to a disk, is the engine's, in a
 * class that extends this one.
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
public abstract class VBucketCore {

    /** Protocol: {@code max_failover_entries}. */
    private static final int FAILOVER_ENTRIES_MAX = 25;

    /** About five microseconds, some ten times as long as the lock is usually held. */
    private static final int SPINS_MAX = 128;

    private static final long CAS_CLOCK_MASK = ~0xffffL;

    /** This object, its lock and its small lists. */
    public static final long FIXED_BYTES = 512 + CollectionTally.HEAP_BYTES + HeapLayout.object(2 * Integer.BYTES, 3);

    public final int id;
    private final ReentrantLock lock = new ReentrantLock();
    private final MemoryRoom room;
    private final LongSupplier uuids;
    private final CollectionTallies collections;

    private volatile VBucketState state;
    private volatile List<FailoverEntry> failoverLog;
    private volatile long highSeqno;
    private volatile long highCas; // written under the lock
    private volatile DocumentTable table = new DocumentTable();
    private volatile LockTable locks = new LockTable();

    // Guarded by the lock.
    private boolean removed;
    private long purgeSeqno;
    private long purgedRevSeqno;
    private int liveCount;
    private int expiringCount;
    private long documentBytes;
    private long tombstoneBytes;
    private int tombstoneCount;
    private long chargedBytes;
    private final List<SeqnoWaiter> seqnoWaiters = new ArrayList<>();
    private final List<Runnable> afterExit = new ArrayList<>();

    /** Somebody who waits until a sequence number is reached. */
    private record SeqnoWaiter(long seqno, Runnable action) {}

    /**
     * An empty vbucket with a history of its own. What it takes is charged at the first {@link #exit}.
     *
     * @param uuids gives the UUIDs of histories
     */
    protected VBucketCore(int id, VBucketState state, CollectionSet existing, MemoryRoom room, LongSupplier uuids) {
        this.id = id;
        this.state = state;
        this.room = room;
        this.uuids = uuids;
        this.collections = new CollectionTallies(existing);
        this.failoverLog = List.of(new FailoverEntry(uuids.getAsLong(), 0));
    }

    // ---------------------------------------------------------------------------------------------- for subclasses

    /** A change is about to be made; nothing of it is done yet. */
    protected void linking() {}

    /** A version leaves the table because a newer one comes, or for good. */
    protected abstract void unlinked(byte[] document);

    /**
     * A version is the newest of its key from here on.
     *
     * @param replaced the one that stood in the table before it, and was {@linkplain #unlinked unlinked}; null for none
     */
    protected abstract void linked(byte @Nullable [] replaced, byte[] document);

    /** All documents are gone at once, and those who look at them hear this. */
    protected abstract void cleared(Status why);

    /** The state has changed, after the fields have. */
    protected abstract void stateChanged(VBucketState previous, VBucketState next);

    /** What the order of changes takes on the heap, without the documents. */
    protected abstract long orderHeapBytes();

    /** How many bytes of a version the tallies of collections count. */
    protected abstract long talliedBytes(byte[] document);

    /** Bytes that were charged, are counted nowhere else any more, and are to be credited. Asked once at each exit. */
    protected long takeFreedBytes() {
        return 0;
    }

    /** Adds what is to be run once the lock is given up. */
    protected void drainWoken(List<Runnable> target) {}

    /** These bytes stay charged although what is counted no longer shows them; {@link #takeFreedBytes} credits them later. */
    protected final void keepCharged(long bytes) {
        chargedBytes -= bytes;
    }

    /** Whether the caller holds the lock; for assertions. */
    protected final boolean entered() {
        return lock.isHeldByCurrentThread();
    }

    /** What there was before this object: set once, before others know it. */
    protected final void restore(List<FailoverEntry> histories, long seqno, long cas, long purge, long purgedRevision) {
        failoverLog = List.copyOf(histories);
        highSeqno = seqno;
        highCas = cas;
        purgeSeqno = purge;
        purgedRevSeqno = purgedRevision;
    }

    protected final CollectionTallies tallies() {
        return collections;
    }

    /** Puts the numbers of purged versions forward. */
    protected final void purgedThrough(long seqno, long revSeqno) {
        assert entered();
        purgeSeqno = Math.max(purgeSeqno, seqno);
        purgedRevSeqno = Math.max(purgedRevSeqno, revSeqno);
    }

    /** Counts what stands in the table otherwise than through a change: memory alone, no document comes or goes. */
    protected final void countMemory(byte[] document, int sign) {
        long bytes = sign * Documents.heapBytes(document);
        documentBytes += bytes;
        if (Documents.deleted(document)) {
            tombstoneBytes += bytes;
            tombstoneCount += sign;
        }
    }

    /** Counts documents that are there without having come through a change, as after a restart. */
    protected final void countDocuments(int live, int expiring) {
        liveCount += live;
        expiringCount += expiring;
    }

    // ---------------------------------------------------------------------------------------------- the lock

    /** Takes the lock if that takes no longer than an event loop has. */
    public final boolean tryEnter() {
        for (int i = 0; i < SPINS_MAX; i++) {
            if (lock.tryLock()) {
                return true;
            }
            Thread.onSpinWait();
        }
        return false;
    }

    /** Takes the lock, parking if need be. For background threads. */
    public final void enter() {
        lock.lock();
    }

    /** Gives the lock up, settles the account, and runs what is due. */
    public final void exit() {
        long bytes = heapBytes();
        // What only snapshots keep is neither among the documents nor free: it was charged and is credited when they
        // end.
        long delta = bytes - chargedBytes - takeFreedBytes();
        chargedBytes = bytes;
        drainWoken(afterExit);
        if (!seqnoWaiters.isEmpty()) {
            takeReachedWaiters();
        }
        List<Runnable> due = afterExit.isEmpty() ? List.of() : List.copyOf(afterExit);
        afterExit.clear();
        lock.unlock();
        if (delta != 0) {
            room.charge(delta);
        }
        due.forEach(Runnable::run);
    }

    /** Has an action run as soon as the lock is given up. */
    public final void afterExit(Runnable action) {
        assert entered();
        afterExit.add(action);
    }

    private long heapBytes() {
        return removed ? 0 : FIXED_BYTES + documentBytes + overheadBytes();
    }

    /** What tables take, without the documents. */
    protected final long overheadBytes() {
        return table.heapBytes() + orderHeapBytes() + locks.heapBytes() + collections.heapBytes();
    }

    // ---------------------------------------------------------------------------------------------- state

    public final VBucketState state() {
        return state;
    }

    /** Why ordinary commands cannot be served, or null if they can. */
    @Nullable
    public final Status refusal() {
        return switch (state) {
            case ACTIVE -> null;
            case PENDING -> Status.VBUCKET_PENDING;
            case REPLICA, DEAD -> Status.NOT_MY_VBUCKET;
        };
    }

    /** Why commands on documents of a collection cannot be served, or null if they can. Final only under the lock. */
    @Nullable
    public final Status refusal(int collection) {
        Status refused = refusal();
        return refused != null || collections.serves(collection) ? refused : Status.UNKNOWN_COLLECTION;
    }

    /** Sets the state; false if the vbucket was removed in the meantime, and another one may have its number. */
    public final boolean setState(VBucketState next) {
        assert entered();
        if (removed) {
            return false;
        }
        VBucketState previous = state;
        if (next == VBucketState.ACTIVE && previous != VBucketState.ACTIVE) {
            beginHistory();
        }
        state = next;
        stateChanged(previous, next);
        if (next != VBucketState.ACTIVE) {
            wakeAllWaiters();
        }
        return true;
    }

    /** From the present sequence number on the history is another one. */
    protected final void beginHistory() {
        List<FailoverEntry> entries = new ArrayList<>();
        entries.add(new FailoverEntry(uuids.getAsLong(), highSeqno));
        entries.addAll(failoverLog);
        failoverLog = List.copyOf(entries.subList(0, Math.min(entries.size(), FAILOVER_ENTRIES_MAX)));
    }

    /** Ends the vbucket for good and gives its memory back. Dead from here on for whoever still has the object. */
    public final void remove() {
        assert entered();
        clear(Status.NOT_MY_VBUCKET);
        state = VBucketState.DEAD;
        removed = true;
        wakeAllWaiters();
    }

    /** Whether {@link #remove} was called. Under the lock. */
    protected final boolean removed() {
        return removed;
    }

    /** Drops every document. Sequence numbers and CAS go on from where they are. */
    public final void clear(Status why) {
        assert entered();
        table = new DocumentTable();
        locks = new LockTable();
        collections.clear();
        liveCount = 0;
        expiringCount = 0;
        documentBytes = 0;
        tombstoneBytes = 0;
        tombstoneCount = 0;
        purgeSeqno = highSeqno;
        cleared(why);
    }

    // ---------------------------------------------------------------------------------------------- collections

    /** Whether there is such a collection. Any thread. */
    public final boolean serves(int collection) {
        return collections.serves(collection);
    }

    public final CollectionSet collections() {
        return collections.existing();
    }

    /**
     * Sets which collections there are: from the end of this hold of the lock on no write lands in another one.
     *
     * @return whether there are documents to be removed
     */
    public final boolean collections(CollectionSet existing) {
        assert entered();
        return collections.existing(existing);
    }

    /** How many versions wait for their removal, their collection being gone. A guess without the lock. */
    public final int droppedCount() {
        return collections.droppedVersionCount();
    }

    /** How many live documents a collection has. */
    public final int liveCount(int collection) {
        assert entered();
        CollectionTally tally = collections.find(collection);
        return tally == null || tally.dropped() ? 0 : tally.liveCount();
    }

    /** The sequence number of a collection's newest change, 0 for none. Any thread. */
    public final long highSeqno(int collection) {
        CollectionTally tally = collections.find(collection);
        return tally == null ? 0 : tally.highSeqno();
    }

    /** What there is of a collection, or null where it is not there. Takes the lock; for background threads. */
    public final Collections.@Nullable Figures figures(int collection) {
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
    public final List<FailoverEntry> failoverLog() {
        return failoverLog;
    }

    public final long uuid() {
        return failoverLog.get(0).vbucketUuid();
    }

    public final long highSeqno() {
        return highSeqno;
    }

    /** The highest CAS given or observed; 0 for none. */
    public final long highCas() {
        return highCas;
    }

    public final long purgeSeqno() {
        return purgeSeqno;
    }

    public final long purgedRevSeqno() {
        return purgedRevSeqno;
    }

    // ---------------------------------------------------------------------------------------------- documents

    /** The newest version of a key that is in memory, tombstones included, without a lock. */
    public final byte @Nullable [] find(DocumentKey key, boolean used) {
        return table.find(key, used);
    }

    /** The lock on this very version, if there is one. Any thread. */
    public final LockTable.@Nullable Entry lockOn(int hash, byte[] document, long nowNanos) {
        return locks.find(hash, document, nowNanos);
    }

    /** Whether somebody holds a lock on this very version. Any thread; asks for the time only where there are locks. */
    public final boolean locked(int hash, byte[] document, EngineClock clock) {
        LockTable present = locks;
        return !present.isEmpty() && present.find(hash, document, clock.nanoTime()) != null;
    }

    /** The newest version of a key that is in memory, for a change that follows at once. */
    public final byte @Nullable [] locate(DocumentKey key) {
        assert entered();
        return table.locate(key);
    }

    /** The CAS of the next change. Each call gives another. */
    public final long nextCas(long wallNanos) {
        assert entered();
        long cas = Math.max(highCas + 1, wallNanos & CAS_CLOCK_MASK);
        highCas = cas;
        return cas;
    }

    /** Takes note of a CAS that was given elsewhere, so that those given here are higher. */
    public final void observeCas(long cas) {
        assert entered();
        // One beyond 2^63, the year 2262, would leave no room above it: it is kept, but not followed.
        highCas = Math.max(highCas, cas);
    }

    /** The revision of the version that follows this one, or of a new document. Exact only under the lock. */
    public final long nextRevSeqno(byte @Nullable [] existing) {
        // A tombstone that was purged takes its revision along: begin above all of those, lest a revision come twice.
        return 1 + (existing == null ? purgedRevSeqno : Documents.revSeqno(existing));
    }

    /**
     * Makes a finished document the newest version of its key. {@link #locate} was asked for that key last.
     *
     * @param existing what it found
     */
    public final void link(byte @Nullable [] existing, int hash, byte[] document) {
        assert entered();
        long seqno = Documents.seqno(document);
        assert seqno > highSeqno : seqno;
        linking();
        if (existing == null) {
            table.insert(hash, document);
        } else {
            table.replace(document);
            unlink(hash, existing);
        }
        linked(existing, document);
        count(document, 1);
        collections.changed(document, seqno);
        highSeqno = seqno;
    }

    private void unlink(int hash, byte[] document) {
        locks.remove(hash, document);
        count(document, -1);
        unlinked(document);
    }

    private void count(byte[] document, int sign) {
        collections.count(document, talliedBytes(document), sign);
        countMemory(document, sign);
        if (!Documents.deleted(document)) {
            liveCount += sign;
            expiringCount += Documents.expiring(document) ? sign : 0;
        }
    }

    /**
     * Follows up a live version with a tombstone that has a CAS and a sequence number of its own.
     *
     * @param existing what {@link #locate} found last
     */
    public final byte[] linkTombstone(byte[] existing, int hash, long wallNanos) {
        return linkTombstone(existing, hash, wallNanos, Documents.NO_XATTRS);
    }

    /** As {@link #linkTombstone}, of a document that has expired: the system's attributes stay. */
    public final byte[] linkExpired(byte[] existing, int hash, long wallNanos) {
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
    public final boolean locateVersion(byte[] document) {
        return locate(Documents.key(document)) == document;
    }

    /** Drops a located tombstone for good. */
    public final void purge(byte[] tombstone) {
        assert Documents.deleted(tombstone);
        takeOut(tombstone);
        purgedRevSeqno = Math.max(purgedRevSeqno, Documents.revSeqno(tombstone));
    }

    /** Drops a located version, alive or not, whose collection is gone. Its key never comes back, nor does its revision. */
    public void drop(byte[] document) {
        assert !collections.serves(Documents.collection(document));
        takeOut(document);
    }

    private void takeOut(byte[] document) {
        table.remove();
        unlink(Documents.hash(document), document);
        purgeSeqno = Math.max(purgeSeqno, Documents.seqno(document));
    }

    /** One step of making the table smaller after much was purged; false if there is nothing to gain. */
    public final boolean shrink() {
        assert entered();
        return table.shrink();
    }

    public final void addLock(int hash, byte[] document, long cas, long endNanos, long nowNanos) {
        assert entered();
        locks.add(hash, document, cas, endNanos, nowNanos);
    }

    public final void removeLock(int hash, byte[] document) {
        assert entered();
        locks.remove(hash, document);
    }

    /** Drops locks whose time has passed. */
    public final void tidyLocks(long nowNanos) {
        assert entered();
        locks.tidy(nowNanos);
    }

    /** The table, for sweeps. */
    public final DocumentTable table() {
        return table;
    }

    public final int liveCount() {
        return liveCount;
    }

    public final int expiringCount() {
        return expiringCount;
    }

    /** What documents in memory take. */
    public final long documentBytes() {
        return documentBytes;
    }

    /** What tombstones among them take. */
    public final long tombstoneBytes() {
        return tombstoneBytes;
    }

    /** How many tombstones stand in the table. */
    public final int tombstoneCount() {
        return tombstoneCount;
    }

    /** Live documents of collections that are still there. */
    protected final int servedLiveCount() {
        return liveCount - collections.droppedLiveCount();
    }

    // ---------------------------------------------------------------------------------------------- waiting

    /** Has an action run once the sequence number is reached, or the vbucket is not active any more. */
    public final void whenReached(long seqno, Runnable action) {
        assert entered();
        seqnoWaiters.add(new SeqnoWaiter(seqno, action));
    }

    public final void forgetWaiter(Runnable action) {
        assert entered();
        seqnoWaiters.removeIf(waiter -> waiter.action == action);
    }

    public final void wakeAllWaiters() {
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
}
