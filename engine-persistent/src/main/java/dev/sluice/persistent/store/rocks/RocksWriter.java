package dev.sluice.persistent.store.rocks;

import dev.sluice.engine.DocumentView;
import dev.sluice.persistent.store.FailPoint;
import dev.sluice.persistent.store.FailPoints;
import dev.sluice.persistent.store.RecordFormat;
import dev.sluice.persistent.store.StoreBatch;
import dev.sluice.persistent.store.StoreException;
import dev.sluice.persistent.store.StoredVBucket;
import dev.sluice.persistent.store.Tally;
import dev.sluice.persistent.store.TallyBuilder;
import dev.sluice.persistent.store.VBucketFormat;
import dev.sluice.persistent.store.VBucketRecord;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.WriteBatch;

/**
 * All that changes a {@link RocksStore}.
 *
 * <p>A change reads what is there before it writes: the record of the vbucket, and of a document the version that it
 * replaces. So changes of one vbucket go one after the other, by a lock that holds until RocksDB has the batch. Nothing
 * that they need is remembered in between; after a write of unknown outcome the next one reads what has become of it.
 *
 * <p><b>Thread.</b> Any. The gate of {@link RocksStore} is held by whoever calls.
 */
final class RocksWriter {

    /** Locks for vbuckets; a power of two. */
    private static final int STRIPES = 64;

    /** How many documents of a collection go with one batch. */
    private static final int ERASED_AT_ONCE = 1000;

    private static final byte[] EMPTY = new byte[0];
    private static final String PROBE = "probe";

    private final FailPoints failPoints;
    private final ReentrantLock[] stripes = new ReentrantLock[STRIPES];

    private final ReentrantLock syncing = new ReentrantLock();
    private final AtomicLong written = new AtomicLong();
    /** How many of the writes are on the disk for sure; guarded by {@link #syncing}. */
    private long synced;

    private final AtomicLong commits = new AtomicLong();
    private final AtomicLong syncs = new AtomicLong();
    private final AtomicLong documents = new AtomicLong();
    private final AtomicLong userBytes = new AtomicLong();

    RocksWriter(FailPoints failPoints) {
        this.failPoints = failPoints;
        Arrays.setAll(stripes, i -> new ReentrantLock());
    }

    long commits() {
        return commits.get();
    }

    long syncs() {
        return syncs.get();
    }

    long documents() {
        return documents.get();
    }

    long userBytes() {
        return userBytes.get();
    }

    /**
     * Writes a batch; not durable yet.
     *
     * @param trusted whether what callers said of previous versions still holds
     */
    void write(RocksNatives natives, StoreBatch batch, boolean trusted) throws StoreException, RocksDBException {
        SortedSet<Integer> vbuckets = batch.vbuckets();
        Deque<ReentrantLock> locked = lock(vbuckets);
        try (WriteBatch target = new WriteBatch()) {
            Map<Integer, Change> changes = changes(natives, batch, vbuckets);
            for (int vbucket : batch.cleared()) {
                clear(natives, target, vbucket);
            }
            puts(natives, batch, trusted, changes, target);
            purges(natives, batch, changes, target);
            for (Change change : changes.values()) {
                change.writeTo(natives, target);
            }
            for (Map.Entry<String, byte[]> local : batch.locals().entrySet()) {
                byte[] key = RocksLayout.localKey(local.getKey());
                if (local.getValue().length == 0) {
                    target.delete(natives.rows, key);
                } else {
                    target.put(natives.rows, key, local.getValue());
                }
            }
            write(natives, target);
        } finally {
            locked.forEach(ReentrantLock::unlock);
        }
        commits.incrementAndGet();
        documents.addAndGet(batch.documents());
        userBytes.addAndGet(batch.sizeBytes());
    }

    private void write(RocksNatives natives, WriteBatch target) throws StoreException, RocksDBException {
        failPoints.reach(FailPoint.BEFORE_WRITE);
        natives.db.write(natives.unsynced, target);
        failPoints.reach(FailPoint.AFTER_WRITE);
        written.incrementAndGet();
    }

    /** Makes all that was written before this call durable. Whoever waited while another's sync ran may be served by the next. */
    void sync(RocksNatives natives) throws StoreException, RocksDBException {
        long wanted = written.get();
        syncing.lock();
        try {
            if (synced >= wanted) {
                return;
            }
            long reached = written.get();
            failPoints.reach(FailPoint.BEFORE_SYNC);
            natives.db.syncWal();
            failPoints.reach(FailPoint.AFTER_SYNC);
            synced = reached;
            syncs.incrementAndGet();
        } finally {
            syncing.unlock();
        }
    }

    /** Writes something for good that means nothing. */
    void probe(RocksNatives natives) throws RocksDBException {
        natives.db.put(natives.rows, natives.synced, RocksLayout.localKey(PROBE), new byte[] {1});
    }

    private Deque<ReentrantLock> lock(SortedSet<Integer> vbuckets) {
        // By stripe and not by vbucket, ascending: all take them in the same order.
        SortedSet<Integer> wanted = new TreeSet<>();
        vbuckets.forEach(vbucket -> wanted.add(vbucket & (STRIPES - 1)));
        Deque<ReentrantLock> locked = new ArrayDeque<>();
        for (int stripe : wanted) {
            stripes[stripe].lock();
            locked.push(stripes[stripe]);
        }
        return locked;
    }

    private static Map<Integer, Change> changes(RocksNatives natives, StoreBatch batch, SortedSet<Integer> vbuckets)
            throws StoreException, RocksDBException {
        List<byte[]> keys = vbuckets.stream().map(RocksLayout::rowKey).toList();
        List<byte @Nullable []> rows = natives.get(natives.rows, keys);
        Map<Integer, Change> changes = new TreeMap<>();
        int i = 0;
        for (int vbucket : vbuckets) {
            StoredVBucket stored = RocksLayout.find(vbucket, rows.get(i++)).orElse(null);
            VBucketRecord record = batch.records().get(vbucket);
            if (record == null && stored != null) {
                record = stored.record();
            }
            if (record == null) {
                throw new IllegalArgumentException(
                        "vbucket " + vbucket + " does not exist (expected: a record for it)");
            }
            Change change = new Change(
                    vbucket,
                    record,
                    new TallyBuilder(stored == null ? Tally.EMPTY : stored.tally()),
                    batch.cleared().contains(vbucket));
            if (change.cleared) {
                change.tally.clear();
            }
            changes.put(vbucket, change);
        }
        return changes;
    }

    private static void clear(RocksNatives natives, WriteBatch target, int vbucket) throws RocksDBException {
        for (ColumnFamilyHandle family : List.of(natives.index, natives.records)) {
            target.deleteRange(family, RocksLayout.start(vbucket), RocksLayout.start(vbucket + 1));
        }
    }

    private static void puts(
            RocksNatives natives, StoreBatch batch, boolean trusted, Map<Integer, Change> changes, WriteBatch target)
            throws StoreException, RocksDBException {
        List<byte[]> unknown = new ArrayList<>();
        for (StoreBatch.Put put : batch.puts()) {
            if (toLookUp(put, trusted, changes)) {
                unknown.add(put.index().key());
            }
        }
        List<byte @Nullable []> entries = natives.get(natives.index, unknown);
        DocumentView previous = new DocumentView();
        int next = 0;
        for (StoreBatch.Put put : batch.puts()) {
            Change change = changeOf(changes, put.vbucket());
            previous.clear();
            if (toLookUp(put, trusted, changes)) {
                byte[] entry = entries.get(next);
                if (entry != null) {
                    RocksLayout.readEntry(natives, unknown.get(next), entry, previous);
                }
                next++;
            } else if (!change.cleared) {
                previous.seqno(put.previousSeqno()).deleted(put.previousDeleted());
            }
            if (previous.seqno() != 0) {
                change.tally.removed(put.collection(), previous.deleted());
                if (previous.seqno() != put.seqno()) {
                    target.delete(natives.records, RecordFormat.recordKey(put.vbucket(), previous.seqno()));
                }
            }
            change.tally.added(put.collection(), put.deleted());
            target.put(natives.index, put.index().key(), put.index().content());
            target.put(natives.records, put.record().key(), put.record().content());
        }
    }

    private static boolean toLookUp(StoreBatch.Put put, boolean trusted, Map<Integer, Change> changes) {
        return !changeOf(changes, put.vbucket()).cleared && (!trusted || put.previousSeqno() == StoreBatch.UNKNOWN);
    }

    private static Change changeOf(Map<Integer, Change> changes, int vbucket) {
        Change change = changes.get(vbucket);
        return Objects.requireNonNull(change, "change");
    }

    private static void purges(RocksNatives natives, StoreBatch batch, Map<Integer, Change> changes, WriteBatch target)
            throws StoreException, RocksDBException {
        List<StoreBatch.Purge> purged = batch.purges();
        List<byte[]> keys = purged.stream().map(StoreBatch.Purge::indexKey).toList();
        List<byte @Nullable []> entries = natives.get(natives.index, keys);
        DocumentView there = new DocumentView();
        for (int i = 0; i < keys.size(); i++) {
            StoreBatch.Purge purge = purged.get(i);
            Change change = changeOf(changes, purge.vbucket());
            byte[] entry = entries.get(i);
            if (entry == null || change.cleared) {
                continue;
            }
            RocksLayout.readEntry(natives, keys.get(i), entry, there);
            if (there.seqno() == purge.seqno()) {
                target.delete(natives.index, keys.get(i));
                target.delete(natives.records, RecordFormat.recordKey(purge.vbucket(), purge.seqno()));
                change.tally.removed(purge.collection(), there.deleted());
            }
        }
    }

    /**
     * Removes a vbucket. Its row goes first and a mark comes, for good, since the removal of whole files is not part of any
     * batch; opening ends what a crash breaks off.
     */
    void deleteVBucket(RocksNatives natives, int vbucket, boolean filesToo) throws StoreException, RocksDBException {
        Deque<ReentrantLock> locked = lock(new TreeSet<>(List.of(vbucket)));
        try (WriteBatch mark = new WriteBatch()) {
            mark.delete(natives.rows, RocksLayout.rowKey(vbucket));
            mark.put(natives.rows, RocksLayout.deletionKey(vbucket), EMPTY);
            write(natives, mark);
            sync(natives);
            removeDocuments(natives, vbucket, filesToo);
        } finally {
            locked.forEach(ReentrantLock::unlock);
        }
    }

    /**
     * Removes what a vbucket without a row has left, and its mark.
     *
     * @param filesToo whether files that hold nothing else may go at once; snapshots would lose what they show
     */
    static void removeDocuments(RocksNatives natives, int vbucket, boolean filesToo) throws RocksDBException {
        List<byte[]> range = List.of(RocksLayout.start(vbucket), RocksLayout.start(vbucket + 1));
        if (filesToo) {
            // Before the range is deleted, not after: the file that has the deletion could go, and older files show
            // again
            // what it had covered.
            natives.db.deleteFilesInRanges(natives.index, range, false);
            natives.db.deleteFilesInRanges(natives.records, range, false);
        }
        try (WriteBatch rest = new WriteBatch()) {
            clear(natives, rest, vbucket);
            rest.delete(natives.rows, RocksLayout.deletionKey(vbucket));
            natives.db.write(natives.synced, rest);
        }
    }

    /** How far a collection's removal from a vbucket has come. */
    static final class Erasure {

        private final int vbucket;
        private final int collection;
        private long count;

        Erasure(int vbucket, int collection) {
            this.vbucket = vbucket;
            this.collection = collection;
        }

        long count() {
            return count;
        }
    }

    /** Removes some documents of a collection; answers whether none are left. */
    boolean erase(RocksNatives natives, Erasure erasure) throws StoreException, RocksDBException {
        int vbucket = erasure.vbucket;
        Deque<ReentrantLock> locked = lock(new TreeSet<>(List.of(vbucket)));
        int erased = 0;
        try (WriteBatch target = new WriteBatch()) {
            StoredVBucket stored = RocksLayout.find(vbucket, natives.get(natives.rows, RocksLayout.rowKey(vbucket)))
                    .orElse(null);
            if (stored == null) {
                return true;
            }
            Change change = new Change(vbucket, stored.record(), new TallyBuilder(stored.tally()), false);
            erased = eraseSome(natives, erasure, change, target);
            if (erased > 0) {
                change.writeTo(natives, target);
                write(natives, target);
                erasure.count += erased;
            }
        } finally {
            locked.forEach(ReentrantLock::unlock);
        }
        if (erased < ERASED_AT_ONCE) {
            sync(natives);
            return true;
        }
        return false;
    }

    private static int eraseSome(RocksNatives natives, Erasure erasure, Change change, WriteBatch target)
            throws StoreException, RocksDBException {
        int vbucket = erasure.vbucket;
        byte[] from = RecordFormat.indexKey(vbucket, erasure.collection, EMPTY, 0, 0);
        byte[] end = RocksCursor.endOfCollection(vbucket, erasure.collection);
        int erased = 0;
        DocumentView there = new DocumentView();
        try (Slice bound = new Slice(end);
                ReadOptions options = new ReadOptions().setFillCache(false).setIterateUpperBound(bound);
                RocksIterator entries = natives.db.newIterator(natives.index, options)) {
            for (entries.seek(from); entries.isValid() && erased < ERASED_AT_ONCE; entries.next()) {
                byte[] key = entries.key();
                RocksLayout.readEntry(natives, key, entries.value(), there);
                target.delete(natives.index, key);
                target.delete(natives.records, RecordFormat.recordKey(vbucket, there.seqno()));
                change.tally.removed(erasure.collection, there.deleted());
                erased++;
            }
            entries.status();
        }
        return erased;
    }

    /** What becomes of a vbucket's row. */
    private static final class Change {

        final int vbucket;
        final VBucketRecord record;
        final TallyBuilder tally;
        final boolean cleared;

        Change(int vbucket, VBucketRecord record, TallyBuilder tally, boolean cleared) {
            this.vbucket = vbucket;
            this.record = record;
            this.tally = tally;
            this.cleared = cleared;
        }

        void writeTo(RocksNatives natives, WriteBatch target) throws RocksDBException {
            StoredVBucket stored = new StoredVBucket(vbucket, record, tally.build());
            target.put(natives.rows, RocksLayout.rowKey(vbucket), VBucketFormat.write(stored));
        }
    }
}
