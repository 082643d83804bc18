package dev.sluice.persistent;

import dev.sluice.engine.CollectionSet;
import dev.sluice.engine.DocumentKey;
import dev.sluice.engine.Status;
import dev.sluice.engine.VBucketState;
import dev.sluice.memory.table.CollectionTally;
import dev.sluice.memory.table.Documents;
import dev.sluice.memory.table.HeapLayout;
import dev.sluice.memory.table.Lookup;
import dev.sluice.memory.table.MemoryRoom;
import dev.sluice.memory.table.SeqnoLog;
import dev.sluice.memory.table.VBucketCore;
import dev.sluice.persistent.store.StoredVBucket;
import dev.sluice.persistent.store.VBucketRecord;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A vbucket with a disk behind its memory: which versions are still to be written, and what memory does not know.
 *
 * <h2>Checkpoints</h2>
 *
 * <p>Versions that are not on disk yet stand in a log in the order of their sequence numbers. The log is divided into
 * <em>checkpoints</em>: a document that changes twice within the last one, the open one, is in it once, and so costs one
 * write. When it has grown enough, or the flusher comes, it is closed: nothing in it changes any more, and whoever
 * supersedes one of its versions leaves that to be written all the same. The end of a checkpoint is therefore a sequence
 * number at which disk and history agree: the disk has the newest version, as of that number, of every document. It is the
 * only kind of number that {@link #persistedSeqno} shows, and the only one that a restart can come back to. With each end goes the
 * {@link VBucketRecord} of that moment, counts included.
 *
 * <pre>
 *   on disk          closed           closed        open
 *  ...----------|----------------|---------------|---------->
 *               persisted seqno  end             end         high seqno
 * </pre>
 *
 * <p>A version is <em>dirty</em> if its number is above the persisted one. Dirty versions are never evicted, so that what is
 * not in memory is on disk.
 *
 * <h2>What the disk has under a key</h2>
 *
 * <p>Whoever writes a version to the store has to remove the one that it replaces there, and must know its sequence number for
 * that. The store can look it up, which is a read at some random place for each write. Mostly memory knows: each dirty version
 * has a <em>note</em> of what stands under its key on disk just before it, kept in the log beside the reference, where it takes
 * eight bytes until the version is written. It is made when the version is linked:
 *
 * <pre>
 *  what the new version replaces             its note
 *  a version that is on disk                 that version
 *  one of the open checkpoint                the note of that one, which is never written
 *  a dirty one of a closed checkpoint        that one, which is written before
 *  nothing, and memory knows all keys        nothing
 *  nothing, and the disk had nothing either  nothing
 *  nothing, and memory does not know         unknown
 * </pre>
 *
 * <p>A wrong note would leave the old version in the order of changes, and the counts wrong, for good. So it is <em>unknown</em>,
 * and looked up, wherever anything has happened that a note does not foresee:
 *
 * <ul>
 *   <li>A tombstone that was purged may be on disk for a while yet, and may be brought back into the table by a reader who
 *       found it just before. So absence is not believed while purges are under way, nor a tombstone whose number is not above
 *       the purge sequence number.
 *   <li>Of a batch that failed nobody knows whether it was written. Until everything that was in it has been written for sure,
 *       all notes are void.
 *   <li>Where a flush takes several checkpoints together only the newest version of a key in them is written, as a batch can
 *       have a document once. What would have been written between passes its own note on to it.
 * </ul>
 *
 * <p>Clearing needs no care here: it empties the table, the log and, before anything else is written, the disk. Documents of
 * collections that are gone leave the table without a trace, but their keys never come back.
 *
 * <h2>What memory does not know</h2>
 *
 * <p>A version may stand in the table without its value, or a key may not stand there at all. {@link #knows} says for which
 * questions absence from the table is an answer. A reader asks before and after it looks: eviction says "unknown" first and
 * takes the key out then.
 *
 * <p>What was read from disk is believed only if nothing has left memory since that could be newer: {@link #evictedSeqno} is the
 * highest number that ever left without its key having changed. Whoever goes to the disk notes the high sequence number
 * before, F. A version of the key that came after has a number above F, and either still stands in the table, where it is found, or
 * has raised the evicted number above F, and then the answer is not used. See {@link Fetch}.
 *
 * <p><b>Thread.</b> As {@link VBucketCore} says: changes under the lock, volatile fields by anybody.
 */
final class PersistentVBucket extends VBucketCore {

    private static final long DEQUE_BYTES = 256;
    private static final long SUPERSEDED_BYTES = HeapLayout.object(Long.BYTES, 1);

    /** A checkpoint that nothing is added to. */
    private record Checkpoint(VBucketRecord end, long bytes) {}

    /** Who wants to see the disk as it is at a sequence number that is the end of a checkpoint. */
    private record ViewRequest(long seqno, int clearCount, Runnable action) {}

    /** What is written in one go, all of it or nothing. Belongs to the flusher. */
    static final class Unit {
        final PersistentVBucket vbucket;
        final int clearCount;
        final boolean clears;
        final VBucketRecord record;
        final long afterSeqno;
        final List<Purge> purges;
        final List<Runnable> written;

        /** Whether notes tell what the disk has. */
        final boolean notesHold;

        /** Numbers of versions that need not be written, as the unit has a newer one of the same key. */
        final Set<Long> skipped;

        /** Notes of those that were skipped, by their numbers, until the newer version comes. */
        private final Map<Long, Long> skippedNotes = new HashMap<>();

        Unit(
                PersistentVBucket vbucket,
                int clearCount,
                boolean clears,
                VBucketRecord record,
                long afterSeqno,
                List<Purge> purges,
                List<Runnable> written,
                boolean notesHold,
                Set<Long> skipped) {
            this.vbucket = vbucket;
            this.clearCount = clearCount;
            this.clears = clears;
            this.record = record;
            this.afterSeqno = afterSeqno;
            this.purges = purges;
            this.written = written;
            this.notesHold = notesHold;
            this.skipped = skipped;
        }

        /**
         * Whether a version is to be written, the next in order. One that is not leaves its note to its successor.
         */
        boolean writes(long seqno, long note) {
            if (!skipped.contains(seqno)) {
                return true;
            }
            skippedNotes.put(seqno, previous(note));
            return false;
        }

        /** What the disk has before this unit is written, for a version that has this note. */
        long previous(long note) {
            if (!notesHold) {
                return Note.UNKNOWN;
            }
            if (Note.seqno(note) <= afterSeqno) {
                return note;
            }
            Long passedOn = skippedNotes.remove(Note.seqno(note));
            return passedOn == null ? Note.UNKNOWN : passedOn;
        }
    }

    /** What the disk has under the key of a version that is to be written, in one number. */
    static final class Note {

        /** No version, no tombstone either. */
        static final long NOTHING = 0;

        static final long UNKNOWN = -1;

        private Note() {}

        static long of(byte[] document) {
            return Documents.seqno(document) << 1 | (Documents.deleted(document) ? 1 : 0);
        }

        /** The number of the version; 0 for nothing, below for what is not known. */
        static long seqno(long note) {
            return note >> 1;
        }

        static boolean deleted(long note) {
            return (note & 1) != 0;
        }
    }

    /**
     * A version of a closed checkpoint that is dirty and not the newest any more.
     *
     * @param bySeqno the number of the version that replaced it; {@link Long#MAX_VALUE} for none
     */
    @SuppressWarnings("ArrayRecordComponent") // Nobody compares them.
    private record Superseded(byte[] document, long bySeqno) {}

    /** A tombstone that is to be forgotten. */
    record Purge(DocumentKey key, long seqno) {}

    private final Consumer<PersistentVBucket> dirtied;
    private final boolean keepsKeys;
    private final LongSupplier checkpointBytes;
    private final PersistenceWaiters waiters = new PersistenceWaiters();

    private volatile long persistedSeqno;
    private volatile boolean liveComplete = true;
    private volatile boolean tombstonesComplete = true;
    private volatile long evictedSeqno;
    private volatile int epoch;
    private volatile boolean clearing;
    private volatile int tenure;
    private volatile Status endOfTenure = Status.CANCELLED;

    // Guarded by the lock.
    private SeqnoLog log = SeqnoLog.withNotes();
    private long openSeqno = 1;
    private long openBytes;
    private final Deque<Checkpoint> closed = new ArrayDeque<>();
    private final List<Superseded> superseded = new ArrayList<>();
    private long supersededBytes;
    private boolean recordChanged = true;
    private boolean clearWanted;
    private int clearCount;
    private boolean queued;
    private boolean inFlight;
    private boolean purgesInFlight;
    private boolean absentOnDisk;
    private long noteOfReplaced;

    /** Up to which number the disk may have what it was not known to have, a batch having failed. */
    private long doubtfulSeqno;

    private int evictedValueCount;
    private long evictedBytes;
    private List<Purge> purges = new ArrayList<>();
    private List<Runnable> written = new ArrayList<>();
    private final List<ViewRequest> viewRequests = new ArrayList<>();

    /**
     * An empty one, not known to the disk yet.
     *
     * @param dirtied is told, without the lock, that there is something to write, once until {@link #prepare}
     * @param checkpointBytes how many bytes of documents have a checkpoint closed
     * @param keepsKeys whether keys and metadata of live documents stay in memory once they are there
     */
    PersistentVBucket(
            int id,
            VBucketState state,
            CollectionSet existing,
            MemoryRoom room,
            LongSupplier uuids,
            Consumer<PersistentVBucket> dirtied,
            boolean keepsKeys,
            LongSupplier checkpointBytes) {
        super(id, state, existing, room, uuids);
        this.dirtied = dirtied;
        this.keepsKeys = keepsKeys;
        this.checkpointBytes = checkpointBytes;
    }

    /** One that was there before, with nothing in memory. Under the lock, before others know it. */
    void restore(StoredVBucket stored, boolean newHistory) {
        VBucketRecord record = stored.record();
        RecordExtension extension = RecordExtension.read(record.extension());
        restore(
                record.failoverLog(),
                record.highSeqno(),
                record.highCas(),
                record.purgeSeqno(),
                extension.purgedRevSeqno());
        countDocuments(extension.liveCount(), extension.expiringCount());
        extension
                .tallies()
                .forEach(tally -> tallies()
                        .restore(tally.collection(), tally.live(), tally.versions(), tally.bytes(), tally.highSeqno()));
        persistedSeqno = record.highSeqno();
        openSeqno = record.highSeqno() + 1;
        evictedSeqno = record.highSeqno();
        boolean empty = stored.tally().documents() == 0 && stored.tally().tombstones() == 0;
        liveComplete = empty;
        tombstonesComplete = stored.tally().tombstones() == 0;
        recordChanged = newHistory;
        if (newHistory) {
            beginHistory();
        }
    }

    /** The present record, for the very first write of it. */
    VBucketRecord firstRecord() {
        assert entered();
        recordChanged = false;
        return record();
    }

    // ---------------------------------------------------------------------------------------------- changes

    @Override
    protected void linking() {
        if (openBytes >= checkpointBytes.getAsLong()) {
            closeCheckpoint();
        }
    }

    @Override
    protected void unlinked(byte[] document) {
        countEvicted(document, -1);
        noteOfReplaced = Note.UNKNOWN;
        if (Documents.seqno(document) >= openSeqno) {
            noteOfReplaced = log.remove(document);
            openBytes -= document.length;
        } else if (!Documents.deleted(document) || Documents.seqno(document) > purgeSeqno()) {
            noteOfReplaced = Note.of(document);
        }
    }

    @Override
    protected void linked(byte @Nullable [] replaced, byte[] document) {
        long note = noteOfReplaced;
        if (replaced == null) {
            note = absentOnDisk() ? Note.NOTHING : Note.UNKNOWN;
        } else {
            keepIfDirty(replaced, Documents.seqno(document));
        }
        log.append(document, note);
        openBytes += document.length;
        queue();
    }

    /** Whether the disk has nothing, not even a tombstone, under a key that is not in the table. */
    private boolean absentOnDisk() {
        boolean known = absentOnDisk || (liveComplete && tombstonesComplete);
        return known && purges.isEmpty() && !purgesInFlight;
    }

    /**
     * Notes, for the change that may follow in this hold of the lock, whether the disk was asked for its key, has nothing
     * under it, and {@linkplain #believes may be believed}.
     */
    void absentOnDisk(boolean absent) {
        assert entered();
        absentOnDisk = absent;
    }

    /** What is in a closed checkpoint is written, whatever becomes of it in the table. */
    private void keepIfDirty(byte[] document, long bySeqno) {
        long seqno = Documents.seqno(document);
        if (seqno < openSeqno && seqno > persistedSeqno) {
            superseded.add(new Superseded(document, bySeqno));
            supersededBytes += supersededBytes(document);
        }
    }

    private static long supersededBytes(byte[] document) {
        return Documents.heapBytes(document) + HeapLayout.REFERENCE_BYTES + SUPERSEDED_BYTES;
    }

    @Override
    protected void cleared(Status why) {
        clearCount++;
        clearing = true;
        beginEpoch();
        endTenure(why);
        log = SeqnoLog.withNotes();
        openSeqno = highSeqno() + 1;
        openBytes = 0;
        closed.clear();
        superseded.clear();
        supersededBytes = 0;
        evictedValueCount = 0;
        evictedBytes = 0;
        purges = new ArrayList<>();
        liveComplete = true;
        tombstonesComplete = true;
        clearWanted = true;
        recordChanged = true;
        queue();
    }

    @Override
    protected void stateChanged(VBucketState previous, VBucketState next) {
        if (next != VBucketState.ACTIVE) {
            endTenure(Status.NOT_MY_VBUCKET);
            afterExit(() -> waiters.end(waiter -> waiter.durable() ? Status.UNDECIDED : null));
        }
        recordChanged = true;
        queue();
    }

    @Override
    protected long orderHeapBytes() {
        return log.heapBytes() + supersededBytes + DEQUE_BYTES;
    }

    /** Tombstones count nothing: they may leave memory unseen. */
    @Override
    protected long talliedBytes(byte[] document) {
        return Documents.deleted(document) ? 0 : HeapLayout.byteArray(Documents.wholeLength(document));
    }

    /** A document of a collection that is gone: out of memory; its count went when the collection did. */
    @Override
    public void drop(byte[] document) {
        assert entered();
        boolean live = liveComplete;
        boolean tombstones = tombstonesComplete;
        leaveMemory(document);
        liveComplete = live; // nobody asks for it any more
        tombstonesComplete = tombstones;
        if (Documents.seqno(document) >= openSeqno) {
            log.remove(document);
            openBytes -= document.length;
        } else {
            keepIfDirty(document, Long.MAX_VALUE);
        }
    }

    /** Sets which collections there are, and forgets what those that are gone had. */
    void serve(CollectionSet existing) {
        assert entered();
        if (collections(existing)) {
            countDocuments(-tallies().forgetDropped(), 0);
            recordChanged = true;
            queue();
        }
    }

    private void beginEpoch() {
        int next = epoch + 1;
        epoch = next;
    }

    private void endTenure(Status why) {
        int next = tenure + 1;
        endOfTenure = why;
        tenure = next;
    }

    private void queue() {
        if (!queued) {
            queued = true;
            afterExit(() -> dirtied.accept(this));
        }
    }

    // ---------------------------------------------------------------------------------------------- checkpoints

    /** Ends the open checkpoint, if there is anything in it. */
    private void closeCheckpoint() {
        if (highSeqno() >= openSeqno) {
            closed.add(new Checkpoint(record(), openBytes));
            openSeqno = highSeqno() + 1;
            openBytes = 0;
        }
    }

    private VBucketRecord record() {
        List<RecordExtension.TallyOf> tallies = new ArrayList<>();
        for (CollectionTally tally : tallies().all()) {
            if (!tally.dropped() && (tally.highSeqno() > 0 || tally.versionCount() > 0)) {
                tallies.add(new RecordExtension.TallyOf(
                        tally.collection, tally.liveCount(), tally.versionCount(), tally.bytes(), tally.highSeqno()));
            }
        }
        RecordExtension extension = new RecordExtension(purgedRevSeqno(), liveCount(), expiringCount(), tallies);
        return new VBucketRecord(state(), highSeqno(), highCas(), purgeSeqno(), failoverLog(), extension.bytes());
    }

    /**
     * What is to be written next, or null where that is nothing. Until {@link #committed} or {@link #requeue} is called for
     * it there is no other.
     *
     * @param bytesMax about how much; one checkpoint at least
     */
    @Nullable
    Unit prepare(long bytesMax) {
        assert entered();
        if (removed() || inFlight) {
            queued = inFlight;
            return null;
        }
        queued = false;
        closeCheckpoint();
        long viewSeqno = Long.MAX_VALUE;
        for (ViewRequest request : viewRequests) {
            viewSeqno = Math.min(viewSeqno, request.seqno);
        }
        VBucketRecord end = null;
        long bytes = 0;
        boolean all = true;
        for (Checkpoint checkpoint : closed) {
            boolean fits = end == null
                    || bytes + checkpoint.bytes <= bytesMax
                    || checkpoint.end.highSeqno() <= doubtfulSeqno; // at least what a failed batch had
            if (!fits || checkpoint.end.highSeqno() > viewSeqno) {
                all = false;
                break;
            }
            bytes += checkpoint.bytes;
            end = checkpoint.end;
        }
        if (all && (end != null || recordChanged || !purges.isEmpty())) {
            end = record(); // of the same sequence number, with the newest of everything else
            recordChanged = false;
        }
        if (end == null) {
            return null;
        }
        List<Purge> gone = List.of();
        List<Runnable> told = List.of();
        if (all) {
            gone = purges;
            told = written;
            purges = new ArrayList<>();
            written = new ArrayList<>();
        }
        boolean notesHold = doubtfulSeqno <= persistedSeqno;
        Unit unit = new Unit(
                this,
                clearCount,
                clearWanted,
                end,
                persistedSeqno,
                gone,
                told,
                notesHold,
                skippedThrough(end.highSeqno()));
        purgesInFlight = !gone.isEmpty();
        clearWanted = false;
        inFlight = true;
        queued = true; // until it is committed: what comes meanwhile is asked for then
        return unit;
    }

    /** Versions that a unit up to this number need not write. None is added later, as what comes has higher numbers. */
    private Set<Long> skippedThrough(long seqno) {
        if (superseded.isEmpty()) {
            return Set.of();
        }
        Set<Long> skipped = new HashSet<>();
        for (Superseded one : superseded) {
            if (one.bySeqno <= seqno) {
                skipped.add(Documents.seqno(one.document));
            }
        }
        return skipped;
    }

    /** One step of the walk over a unit's documents; false where they are gone. */
    boolean copyDirty(Unit unit, long afterSeqno, SeqnoLog.Batch target) {
        assert entered();
        if (unit.clearCount != clearCount || removed()) {
            return false;
        }
        log.copy(afterSeqno, target);
        return true;
    }

    /** The unit is on disk. */
    void committed(Unit unit) {
        assert entered();
        inFlight = false;
        purgesInFlight = false;
        queued = false;
        long end = unit.record.highSeqno();
        if (unit.clearCount == clearCount) {
            log.removeThrough(end);
            while (!closed.isEmpty() && closed.getFirst().end.highSeqno() <= end) {
                closed.removeFirst();
            }
            if (!superseded.isEmpty()) {
                superseded.removeIf(one -> {
                    boolean done = Documents.seqno(one.document) <= end;
                    if (done) {
                        supersededBytes -= supersededBytes(one.document);
                    }
                    return done;
                });
            }
        }
        if (end > persistedSeqno) {
            persistedSeqno = end;
        }
        if (unit.clears && !clearWanted) {
            beginEpoch(); // first: who began to read before this is not to be believed
            clearing = false;
        }
        afterExit(() -> waiters.reached(persistedSeqno));
        unit.written.forEach(this::afterExit);
        if (!closed.isEmpty()
                || highSeqno() >= openSeqno
                || recordChanged
                || !purges.isEmpty()
                || !viewRequests.isEmpty()) {
            queue();
        }
    }

    /** The unit could not be written: what it held is to be written again. */
    void requeue(Unit unit) {
        assert entered();
        inFlight = false;
        purgesInFlight = false;
        doubtfulSeqno = Math.max(doubtfulSeqno, unit.record.highSeqno());
        recordChanged = true;
        clearWanted |= unit.clears;
        if (!unit.purges.isEmpty()) {
            List<Purge> again = new ArrayList<>(unit.purges);
            again.addAll(purges);
            purges = again;
        }
        if (removed()) {
            unit.written.forEach(this::afterExit);
        } else {
            written.addAll(0, unit.written);
        }
        queued = true; // the flusher keeps it in its queue
    }

    /** Up to which number everything is on disk. Rises only. Any thread. */
    long persistedSeqno() {
        return persistedSeqno;
    }

    boolean dirty(byte[] document) {
        return Documents.seqno(document) > persistedSeqno;
    }

    PersistenceWaiters waiters() {
        return waiters;
    }

    /** The bucket is going away: nobody waits any more. */
    void endWaiting() {
        assert entered();
        afterExit(() -> waiters.end(waiter -> waiter.durable() ? Status.UNDECIDED : Status.CANCELLED));
        wakeAllWaiters();
    }

    /** How many versions are to be written. A guess without the lock. */
    int dirtyCount() {
        return log.size();
    }

    /** How many documents and tombstones have a newest version that is to be written. */
    int dirtyDocumentCount() {
        assert entered();
        return log.size() - superseded.size();
    }

    /** Whether the disk still has documents of which memory was cleared. */
    boolean clearing() {
        return clearing;
    }

    /**
     * Has an action run by the flusher, as soon as the disk shows the vbucket as it is now, and before it shows more.
     */
    void whenDiskShowsThis(Runnable action) {
        assert entered();
        closeCheckpoint();
        viewRequests.add(new ViewRequest(highSeqno(), clearCount, action));
        queue();
    }

    /**
     * Has an action run when all that is to be written now is on disk, forgotten tombstones and a clearing included, or will
     * never be, the vbucket having been removed.
     */
    void whenWritten(Runnable action) {
        assert entered();
        if (removed()) {
            afterExit(action);
            return;
        }
        written.add(action);
        recordChanged = true;
        queue();
    }

    /** Takes what {@link #whenWritten} has given, for a vbucket that is removed: nothing of it is written any more. */
    List<Runnable> takeWritten() {
        assert entered();
        List<Runnable> taken = written;
        written = new ArrayList<>();
        return taken;
    }

    /** Takes what {@link #whenDiskShowsThis} has given and is due now. For the flusher, between two units. */
    List<Runnable> takeDueViews() {
        assert entered();
        if (viewRequests.isEmpty()) {
            return List.of();
        }
        List<Runnable> due = new ArrayList<>();
        viewRequests.removeIf(request -> {
            // Where the contents have gone meanwhile, there is nothing to wait for: who sees the view will notice.
            boolean shown = request.seqno <= persistedSeqno || request.clearCount != clearCount;
            if (shown) {
                due.add(request.action);
            }
            return shown;
        });
        return due;
    }

    /** All of them, whatever the disk shows: nothing is written any more. */
    List<Runnable> takeAllViews() {
        assert entered();
        List<Runnable> all = viewRequests.stream().map(ViewRequest::action).toList();
        viewRequests.clear();
        return all;
    }

    // ---------------------------------------------------------------------------------------------- residence

    /** Whether absence from the table answers the question. Any thread; of value, when asked before and after the look. */
    boolean knows(Lookup.Needed needed) {
        return liveComplete && (tombstonesComplete || !needed.tombstones());
    }

    /** Whether the keys of all live documents stand in the table. Any thread. */
    boolean keysComplete() {
        return liveComplete;
    }

    /**
     * Contents of another epoch are another vbucket's, as it were: what was read from disk is not used. One ends when memory is
     * cleared, and another one, in which the disk is not believed at all, when the disk is.
     */
    int epoch() {
        return epoch;
    }

    /** Changes when those who look at the vbucket's content as a whole, scans, must stop. */
    int tenure() {
        return tenure;
    }

    /** What scans answer that began in an earlier tenure. */
    Status endOfTenure() {
        return endOfTenure;
    }

    /** Whether what was read from disk when this was the high sequence number may be taken for the newest. */
    boolean believes(long seqno, int readEpoch) {
        return epoch == readEpoch && !clearing && evictedSeqno <= seqno;
    }

    /** Puts a version that was read from disk into the table, where its key is not. It is located then. */
    void bringBack(byte[] document) {
        assert entered();
        DocumentKey key = Documents.key(document);
        table().insert(key.hash(), document);
        countMemory(document, 1);
        countEvicted(document, 1);
        table().locate(key);
    }

    /**
     * Puts what was read from disk where it belongs, if that is still right.
     *
     * @param seqno the high sequence number from before the look at the disk
     * @return whether memory has gained anything
     */
    boolean place(byte[] document, long seqno, int readEpoch) {
        assert entered();
        if (epoch != readEpoch) {
            return false;
        }
        byte[] present = locate(Documents.key(document));
        if (present == null) {
            if (!believes(seqno, readEpoch) || !serves(Documents.collection(document))) {
                return false;
            }
            bringBack(document);
            return true;
        }
        boolean gain = !Documents.resident(present)
                && Documents.resident(document)
                && Documents.seqno(present) == Documents.seqno(document);
        if (gain) {
            bringValueBack(present, document);
        }
        return gain;
    }

    /** Gives a located version its value back. */
    void bringValueBack(byte[] evicted, byte[] document) {
        assert entered() && Documents.seqno(evicted) == Documents.seqno(document);
        table().exchange(document);
        countMemory(evicted, -1);
        countMemory(document, 1);
        countEvicted(evicted, -1);
    }

    /** Whether {@link #evict} may have something to free. Any thread; a guess. */
    boolean evictable(byte[] document) {
        if (dirty(document)) {
            return false;
        }
        return !keepsKeys || Documents.deleted(document) || Documents.evictableBytes(document) > 0;
    }

    /**
     * Frees what a located version takes, as far as the policy allows.
     *
     * @return whether anything was freed
     */
    boolean evict(byte[] document, long nowNanos) {
        assert entered();
        if (dirty(document) || lockOn(Documents.hash(document), document, nowNanos) != null) {
            return false;
        }
        boolean deleted = Documents.deleted(document);
        if (!keepsKeys || deleted) {
            if (deleted && keepsKeys) {
                if (!liveComplete) {
                    return false; // the key would be looked for on disk, where warm-up may bring an older version from
                }
                // Whoever writes the key again will not look for it.
                purgedThrough(0, Documents.revSeqno(document));
            }
            leaveMemory(document);
            return true;
        }
        return evictValue(document);
    }

    /** As {@link #evict}, for a live document whose key is to stay whatever the policy. */
    boolean evictValue(byte[] document) {
        assert entered() && !dirty(document);
        if (Documents.evictableBytes(document) <= 0) {
            return false;
        }
        byte[] evicted = Documents.evicted(document);
        table().exchange(evicted);
        countMemory(document, -1);
        countMemory(evicted, 1);
        countEvicted(evicted, 1);
        return true;
    }

    private void leaveMemory(byte[] document) {
        if (Documents.deleted(document)) {
            tombstonesComplete = false;
        } else {
            liveComplete = false;
        }
        evictedSeqno = Math.max(evictedSeqno, Documents.seqno(document));
        table().remove();
        countMemory(document, -1);
        countEvicted(document, -1);
    }

    /** All keys of live documents that the disk had then were brought back, and keys never leave memory. */
    void liveKeysComplete(long seqno, int readEpoch) {
        assert entered();
        if (keepsKeys && believes(seqno, readEpoch)) {
            liveComplete = true;
        }
    }

    /**
     * Forgets a tombstone for good, on disk with the next write.
     *
     * @param revSeqno that of the tombstone
     */
    void purge(DocumentKey key, long seqno, long revSeqno) {
        assert entered();
        if (seqno > persistedSeqno) {
            return; // of a batch that failed and was written all the same: it will be written once more
        }
        byte[] present = locate(key);
        if (present != null) {
            if (Documents.seqno(present) != seqno) {
                return; // there is a newer version
            }
            boolean complete = tombstonesComplete;
            leaveMemory(present);
            tombstonesComplete = complete;
        }
        purgedThrough(seqno, revSeqno);
        purges.add(new Purge(key, seqno));
        queue();
    }

    /** Counts what stands in the table without its value. */
    private void countEvicted(byte[] document, int sign) {
        if (!Documents.resident(document)) {
            evictedValueCount += sign;
            evictedBytes += sign * Documents.heapBytes(document);
        }
    }

    /** How many versions stand in the table without their value. */
    int evictedValueCount() {
        return evictedValueCount;
    }

    /** How many live documents are not in memory with their value. */
    int nonResidentCount() {
        return keepsKeys && liveComplete
                ? evictedValueCount
                : Math.max(0, liveCount() - (table().size() - tombstoneCount() - evictedValueCount));
    }

    // ---------------------------------------------------------------------------------------------- statistics

    /** What statistics tell of a vbucket, from one moment. */
    record Figures(
            VBucketState state,
            int liveCount,
            int inTableCount,
            int nonResidentCount,
            int inTableNonResidentCount,
            long inTableNonResidentBytes,
            int expiringCount,
            long documentBytes,
            long overheadBytes,
            int bagCount,
            long highSeqno,
            long persistedSeqno,
            int dirtyCount,
            int checkpointCount,
            long purgeSeqno,
            long highCas,
            long purgedRevSeqno,
            long uuid) {}

    /** Takes the lock; for background threads. */
    Figures figures() {
        enter();
        try {
            return new Figures(
                    state(),
                    liveCount(),
                    table().size(),
                    nonResidentCount(),
                    evictedValueCount,
                    evictedBytes,
                    expiringCount(),
                    documentBytes(),
                    overheadBytes(),
                    table().bagCount(),
                    highSeqno(),
                    persistedSeqno,
                    log.size(),
                    closed.size() + 1,
                    purgeSeqno(),
                    highCas(),
                    purgedRevSeqno(),
                    uuid());
        } finally {
            exit();
        }
    }
}
