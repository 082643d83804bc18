package dev.sluice.persistent.store.log;

import dev.sluice.engine.DocumentView;
import dev.sluice.persistent.store.FailPoint;
import dev.sluice.persistent.store.FailPoints;
import dev.sluice.persistent.store.IoErrors;
import dev.sluice.persistent.store.KvStore;
import dev.sluice.persistent.store.Lookup;
import dev.sluice.persistent.store.Metadata;
import dev.sluice.persistent.store.RecordFormat;
import dev.sluice.persistent.store.Snapshot;
import dev.sluice.persistent.store.Staleness;
import dev.sluice.persistent.store.StoreBatch;
import dev.sluice.persistent.store.StoreException;
import dev.sluice.persistent.store.StoreException.Kind;
import dev.sluice.persistent.store.StoreStatistics;
import dev.sluice.persistent.store.StoredVBucket;
import dev.sluice.persistent.store.Tally;
import dev.sluice.persistent.store.TallyBuilder;
import dev.sluice.persistent.store.VBucketFormat;
import dev.sluice.persistent.store.VBucketRecord;
import dev.sluice.persistent.store.log.Tables.Changes;
import dev.sluice.persistent.store.log.Tables.Table;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A {@link KvStore} in plain Java on a {@link SimulatedDisk}: a log of batches, and all of it in memory. Small enough to be
 * looked through, and held to the same contract as the real one, so that what stands above a store can be tested with a
 * crash at every step.
 *
 * <pre>
 * name/MANIFEST   "sluice-log 1" and the name of the log
 * name/log-n      a frame for each batch
 * </pre>
 *
 * <p><b>Thread.</b> Any, one at a time gets in.
 */
public final class LogStore implements KvStore {

    private static final String FORMAT = "sluice-log 1";

    private final SimulatedDisk disk;
    private final String name;
    private final FailPoints failPoints;

    private Tables tables = new Tables();
    private LogFile log;
    private long logNumber;
    private boolean closed;
    private boolean failed;
    private boolean paused;
    private boolean dirty;

    private long commits;
    private long syncs;
    private long documents;
    private long userBytes;
    private long bytesWritten;
    private long failures;

    private LogStore(SimulatedDisk disk, String name, FailPoints failPoints) {
        this.disk = disk;
        this.name = name;
        this.failPoints = failPoints;
    }

    /** Opens a store of this name, or creates it. */
    public static LogStore open(SimulatedDisk disk, String name, FailPoints failPoints) throws StoreException {
        LogStore store = new LogStore(disk, name, failPoints);
        try {
            store.load();
        } catch (IOException e) {
            throw store.translate(e);
        }
        return store;
    }

    private void load() throws IOException, StoreException {
        tables = new Tables();
        logNumber = 0;
        boolean whole = false;
        String file = null;
        if (disk.list(file("")).contains(file("MANIFEST"))) {
            List<String> lines = new String(disk.read(file("MANIFEST")), StandardCharsets.US_ASCII)
                    .lines()
                    .toList();
            if (lines.size() != 2 || !lines.get(0).equals(FORMAT)) {
                throw new StoreException(
                        Kind.NEWER, file("MANIFEST") + ": " + lines + " (expected: " + FORMAT + ")", path(), null);
            }
            logNumber = Long.parseLong(lines.get(1));
            file = file("log-" + logNumber);
            whole = LogFile.read(file, disk.read(file), tables::apply);
        }
        if (whole) {
            log = new LogFile(disk.open(file));
            log.sync(); // A crash of the process alone may have left what was never synced.
        } else {
            rewrite();
        }
        dirty = false;
    }

    /** Writes everything to a new log and goes on there. */
    private void rewrite() throws IOException, StoreException {
        long number = logNumber + 1;
        SimulatedDisk.File fresh = disk.create(file("log-" + number));
        LogFile target = new LogFile(fresh);
        byte[] all = tables.all().toByteArray();
        target.append(all);
        target.sync();
        bytesWritten += all.length;
        failPoints.reach(FailPoint.BEFORE_MANIFEST);
        SimulatedDisk.File manifest = disk.create(file("MANIFEST.new"));
        manifest.append((FORMAT + "\n" + number + "\n").getBytes(StandardCharsets.US_ASCII));
        manifest.sync();
        disk.rename(file("MANIFEST.new"), file("MANIFEST"));
        disk.syncDirectory();
        log = target;
        tables.compacted();
        logNumber = number;
        dirty = false;
        failPoints.reach(FailPoint.AFTER_MANIFEST);
        for (String old : disk.list(file("log-"))) {
            if (!old.equals(file("log-" + number))) {
                disk.delete(old);
            }
        }
    }

    private String file(String file) {
        return name + "/" + file;
    }

    private Path path() {
        return Path.of(name);
    }

    private StoreException translate(IOException e) {
        return IoErrors.translate(e, path());
    }

    private void checkOpen() throws StoreException {
        if (closed) {
            throw new StoreException(Kind.CLOSED, name + " is closed");
        }
    }

    private void checkWritable() throws StoreException {
        checkOpen();
        if (paused) {
            throw new StoreException(Kind.PAUSED, name + " is paused");
        }
        if (failed) {
            throw new StoreException(Kind.IO, name + ": an earlier write has failed (expected: recover)");
        }
    }

    private void append(Changes changes) throws StoreException {
        byte[] bytes = changes.toByteArray();
        try {
            failPoints.reach(FailPoint.BEFORE_WRITE);
            log.append(bytes);
            dirty = true;
            tables.apply(ByteBuffer.wrap(bytes));
            failPoints.reach(FailPoint.AFTER_WRITE);
        } catch (IOException e) {
            throw failed(translate(e));
        } catch (StoreException e) {
            throw failed(e);
        }
        bytesWritten += bytes.length;
    }

    private void syncLog() throws StoreException {
        if (!dirty) {
            return;
        }
        try {
            failPoints.reach(FailPoint.BEFORE_SYNC);
            log.sync();
            failPoints.reach(FailPoint.AFTER_SYNC);
        } catch (IOException e) {
            throw failed(translate(e));
        } catch (StoreException e) {
            throw failed(e);
        }
        dirty = false;
        syncs++;
    }

    private StoreException failed(StoreException e) {
        failed = true;
        failures++;
        return e;
    }

    @Override
    public synchronized List<StoredVBucket> vbuckets() throws StoreException {
        checkOpen();
        return vbuckets(tables);
    }

    static List<StoredVBucket> vbuckets(Tables tables) throws StoreException {
        List<StoredVBucket> found = new ArrayList<>();
        for (Map.Entry<byte[], byte[]> row :
                tables.of(Table.ROWS).subMap(new byte[] {'v'}, new byte[] {'w'}).entrySet()) {
            found.add(VBucketFormat.read(((row.getKey()[1] & 0xff) << 8) | (row.getKey()[2] & 0xff), row.getValue()));
        }
        return found;
    }

    @Override
    public synchronized StoredVBucket vbucket(int vbucket) throws StoreException {
        checkOpen();
        return vbucket(tables, vbucket);
    }

    static StoredVBucket vbucket(Tables tables, int vbucket) throws StoreException {
        byte[] row = tables.of(Table.ROWS).get(rowKey(vbucket));
        return row == null ? null : VBucketFormat.read(vbucket, row);
    }

    private static byte[] rowKey(int vbucket) {
        return new byte[] {'v', (byte) (vbucket >>> 8), (byte) vbucket};
    }

    private static byte[] localKey(String local) {
        return ("l" + local).getBytes(StandardCharsets.UTF_8);
    }

    /** Before all keys of a vbucket. */
    static byte[] start(int vbucket) {
        return new byte[] {(byte) (vbucket >>> 8), (byte) vbucket};
    }

    @Override
    public synchronized void commit(StoreBatch batch, boolean sync) throws StoreException {
        boolean trusted = batch.attempt();
        checkWritable();
        Changes changes = new Changes();
        Map<Integer, VBucketRecord> records = new TreeMap<>();
        Map<Integer, TallyBuilder> tallies = new TreeMap<>();
        for (int vbucket : batch.vbuckets()) {
            StoredVBucket stored = vbucket(tables, vbucket);
            VBucketRecord record = batch.records().get(vbucket);
            if (record == null && stored == null) {
                throw new IllegalArgumentException("vbucket " + vbucket + " does not exist (expected: a record)");
            }
            records.put(vbucket, record == null ? stored.record() : record);
            boolean cleared = batch.cleared().contains(vbucket);
            tallies.put(vbucket, new TallyBuilder(stored == null || cleared ? Tally.EMPTY : stored.tally()));
            if (cleared) {
                changes.deleteRange(Table.INDEX, start(vbucket), start(vbucket + 1));
                changes.deleteRange(Table.RECORDS, start(vbucket), start(vbucket + 1));
            }
        }
        for (StoreBatch.Put put : batch.puts()) {
            put(changes, put, trusted, batch.cleared().contains(put.vbucket()), tallies.get(put.vbucket()));
        }
        for (StoreBatch.Purge purge : batch.purges()) {
            DocumentView there = entry(purge.indexKey());
            if (there != null
                    && there.seqno() == purge.seqno()
                    && !batch.cleared().contains(purge.vbucket())) {
                remove(changes, purge.vbucket(), purge.indexKey(), there, tallies.get(purge.vbucket()));
            }
        }
        records.forEach((vbucket, record) -> putRow(changes, vbucket, record, tallies.get(vbucket)));
        batch.locals().forEach((local, content) -> {
            if (content.length == 0) {
                changes.delete(Table.ROWS, localKey(local));
            } else {
                changes.put(Table.ROWS, localKey(local), content);
            }
        });
        if (!batch.isEmpty()) {
            append(changes);
            commits++;
            documents += batch.documents();
            userBytes += batch.sizeBytes();
        }
        if (sync) {
            syncLog();
        }
    }

    private void put(Changes changes, StoreBatch.Put put, boolean trusted, boolean cleared, TallyBuilder tally)
            throws StoreException {
        DocumentView previous = null;
        if (!cleared && (!trusted || put.previousSeqno() == StoreBatch.UNKNOWN)) {
            previous = entry(put.index().key());
        } else if (!cleared && put.previousSeqno() != StoreBatch.NOTHING) {
            previous = new DocumentView().seqno(put.previousSeqno()).deleted(put.previousDeleted());
        }
        if (previous != null) {
            tally.removed(put.collection(), previous.deleted());
            changes.delete(Table.RECORDS, RecordFormat.recordKey(put.vbucket(), previous.seqno()));
        }
        tally.added(put.collection(), put.deleted());
        changes.put(Table.INDEX, put.index().key(), put.index().content());
        changes.put(Table.RECORDS, put.record().key(), put.record().content());
    }

    private static void remove(Changes changes, int vbucket, byte[] indexKey, DocumentView there, TallyBuilder tally) {
        changes.delete(Table.INDEX, indexKey);
        changes.delete(Table.RECORDS, RecordFormat.recordKey(vbucket, there.seqno()));
        tally.removed(RecordFormat.collectionOf(indexKey), there.deleted());
    }

    private static void putRow(Changes changes, int vbucket, VBucketRecord record, TallyBuilder tally) {
        changes.put(
                Table.ROWS, rowKey(vbucket), VBucketFormat.write(new StoredVBucket(vbucket, record, tally.build())));
    }

    /** What the index has under a key, null for nothing. */
    private DocumentView entry(byte[] indexKey) throws StoreException {
        byte[] entry = tables.of(Table.INDEX).get(indexKey);
        if (entry == null) {
            return null;
        }
        DocumentView view = new DocumentView();
        RecordFormat.readIndexEntry(indexKey, entry, view);
        return view;
    }

    @Override
    public synchronized void sync() throws StoreException {
        checkWritable();
        syncLog();
    }

    @Override
    public synchronized List<DocumentView> get(int vbucket, List<Lookup> lookups) throws StoreException {
        checkOpen();
        List<DocumentView> found = new ArrayList<>();
        for (Lookup lookup : lookups) {
            DocumentView entry = entry(RecordFormat.indexKey(vbucket, lookup.key()));
            found.add(entry == null ? null : whole(tables, vbucket, entry));
        }
        return found;
    }

    @Override
    public synchronized List<Metadata> metadata(int vbucket, List<Lookup> lookups) throws StoreException {
        checkOpen();
        List<Metadata> found = new ArrayList<>();
        for (Lookup lookup : lookups) {
            byte[] indexKey = RecordFormat.indexKey(vbucket, lookup.key());
            byte[] entry = tables.of(Table.INDEX).get(indexKey);
            DocumentView view = new DocumentView();
            found.add(entry == null ? null : new Metadata(view, RecordFormat.readIndexEntry(indexKey, entry, view)));
        }
        return found;
    }

    static DocumentView whole(Tables tables, int vbucket, DocumentView entry) throws StoreException {
        byte[] recordKey = RecordFormat.recordKey(vbucket, entry.seqno());
        byte[] record = tables.of(Table.RECORDS).get(recordKey);
        if (record == null) {
            throw new StoreException(Kind.CORRUPT, "the index names a record that is not there");
        }
        DocumentView view = new DocumentView();
        RecordFormat.readRecord(recordKey, record, view);
        return view;
    }

    @Override
    public synchronized Snapshot snapshot() throws StoreException {
        checkOpen();
        return new LogSnapshot(this, new Tables(tables));
    }

    @Override
    public synchronized void deleteVBucket(int vbucket) throws StoreException {
        checkWritable();
        Changes changes = new Changes();
        changes.delete(Table.ROWS, rowKey(vbucket));
        changes.deleteRange(Table.INDEX, start(vbucket), start(vbucket + 1));
        changes.deleteRange(Table.RECORDS, start(vbucket), start(vbucket + 1));
        append(changes);
        syncLog();
    }

    @Override
    public synchronized long eraseCollection(int vbucket, int collection) throws StoreException {
        checkWritable();
        StoredVBucket stored = vbucket(tables, vbucket);
        if (stored == null) {
            return 0;
        }
        Changes changes = new Changes();
        TallyBuilder tally = new TallyBuilder(stored.tally());
        long erased = 0;
        byte[] from = RecordFormat.indexKey(vbucket, collection, new byte[0], 0, 0);
        byte[] to = collection == -1
                ? start(vbucket + 1)
                : RecordFormat.indexKey(vbucket, collection + 1, new byte[0], 0, 0);
        for (byte[] indexKey :
                tables.of(Table.INDEX).subMap(from, true, to, false).keySet()) {
            remove(changes, vbucket, indexKey, entry(indexKey), tally);
            erased++;
        }
        if (erased > 0) {
            putRow(changes, vbucket, stored.record(), tally);
            append(changes);
        }
        syncLog();
        return erased;
    }

    @Override
    public synchronized void compact(int vbucket) throws StoreException {
        checkWritable();
        try {
            rewrite();
        } catch (IOException e) {
            throw failed(translate(e));
        } catch (StoreException e) {
            throw failed(e);
        }
    }

    @Override
    public synchronized Map<Integer, Staleness> staleness() throws StoreException {
        checkOpen();
        return tables.staleness();
    }

    @Override
    public synchronized byte[] local(String local) throws StoreException {
        checkOpen();
        return tables.of(Table.ROWS).get(localKey(local));
    }

    @Override
    public synchronized void copyTo(Path target) throws StoreException {
        checkOpen();
        try {
            if (!disk.list(target + "/").isEmpty()) {
                throw new StoreException(Kind.IO, target + " exists");
            }
            LogStore copy = new LogStore(disk, target.toString(), FailPoints.NONE);
            copy.tables = new Tables(tables);
            copy.rewrite();
        } catch (IOException e) {
            throw translate(e);
        }
    }

    @Override
    public synchronized void pause() throws StoreException {
        checkOpen();
        if (!paused) {
            syncLog();
            paused = true;
        }
    }

    @Override
    public synchronized void resume() throws StoreException {
        checkOpen();
        paused = false;
    }

    @Override
    public synchronized void recover() throws StoreException {
        checkOpen();
        if (!failed) {
            return;
        }
        try {
            load();
            // What a sync has failed to write is gone from the old log for good, however often it is synced.
            rewrite();
        } catch (IOException e) {
            throw translate(e);
        }
        failed = false;
    }

    @Override
    public synchronized StoreStatistics statistics() throws StoreException {
        checkOpen();
        long size = 0;
        try {
            for (String file : disk.list(file(""))) {
                size += disk.read(file).length;
            }
        } catch (IOException e) {
            throw translate(e);
        }
        long live = tables.all().toByteArray().length;
        return new StoreStatistics(
                size, live, documents, commits, syncs, userBytes, bytesWritten, 0, 0, 0, 0, 0, failures, !failed);
    }

    synchronized boolean closed() {
        return closed;
    }

    @Override
    public synchronized void close() throws StoreException {
        if (!closed) {
            closed = true;
            if (!failed) {
                syncLog();
            }
        }
    }
}
