package dev.sluice.persistent.store.rocks;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.sluice.engine.DocumentView;
import dev.sluice.persistent.store.Lookup;
import dev.sluice.persistent.store.Metadata;
import dev.sluice.persistent.store.RecordFormat;
import dev.sluice.persistent.store.Staleness;
import dev.sluice.persistent.store.StoreException;
import dev.sluice.persistent.store.StoreException.Kind;
import dev.sluice.persistent.store.StoredVBucket;
import dev.sluice.persistent.store.VBucketFormat;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.LiveFileMetaData;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.TableProperties;

/**
 * What is kept where, and how it is found.
 *
 * <pre>
 * column family   key                                   content
 * default         'v' | vbucket 2                       the vbucket, see VBucketFormat
 *                 'd' | vbucket 2                       nothing: the vbucket's documents are being removed
 *                 'l' | name in UTF-8                   a named content
 * index           index key, see RecordFormat           metadata and sequence number
 * records         record key, see RecordFormat          the whole document
 * </pre>
 *
 * <p>Why values lie under the sequence number and not under the key: documents come in the order of their numbers, so that
 * a stream reads them one after the other, a reader of an evicted value, who knows the number, needs one look-up, and a
 * start that reads all metadata reads nothing else. The price is a second look-up for those who know only the key, and
 * reads all over the place for a range scan with values.
 */
final class RocksLayout {

    private static final byte ROW = 'v';
    private static final byte DELETION = 'd';
    private static final byte LOCAL = 'l';

    private static final int ROW_KEY_LENGTH = 3;

    /** How often a document may be overwritten between the look-ups of its number and of its record. */
    private static final int ATTEMPTS = 100;

    private RocksLayout() {}

    static byte[] rowKey(int vbucket) {
        return new byte[] {ROW, (byte) (vbucket >>> 8), (byte) vbucket};
    }

    static byte[] deletionKey(int vbucket) {
        return new byte[] {DELETION, (byte) (vbucket >>> 8), (byte) vbucket};
    }

    static byte[] localKey(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        byte[] key = new byte[1 + bytes.length];
        key[0] = LOCAL;
        System.arraycopy(bytes, 0, key, 1, bytes.length);
        return key;
    }

    /** Before all keys of a vbucket, in either family of documents; the next vbucket's is behind all of them. */
    static byte[] start(int vbucket) {
        assert vbucket >= 0 && vbucket <= 0xffff : vbucket;
        return new byte[] {(byte) (vbucket >>> 8), (byte) vbucket};
    }

    /** What a row says; nothing where there is none. */
    static Optional<StoredVBucket> find(int vbucket, byte @Nullable [] row) throws StoreException {
        return row == null ? Optional.empty() : Optional.of(VBucketFormat.read(vbucket, row));
    }

    static List<StoredVBucket> vbuckets(RocksNatives natives, ReadOptions options)
            throws StoreException, RocksDBException {
        List<StoredVBucket> found = new ArrayList<>();
        for (int vbucket : numbers(natives, options, ROW)) {
            find(vbucket, natives.db.get(natives.rows, options, rowKey(vbucket)))
                    .ifPresent(found::add);
        }
        return found;
    }

    private static List<Integer> numbers(RocksNatives natives, ReadOptions options, byte kind) throws RocksDBException {
        List<Integer> numbers = new ArrayList<>();
        try (RocksIterator rows = natives.db.newIterator(natives.rows, options)) {
            for (rows.seek(new byte[] {kind}); rows.isValid(); rows.next()) {
                byte[] key = rows.key();
                if (key[0] != kind) {
                    break;
                }
                if (key.length == ROW_KEY_LENGTH) {
                    numbers.add(((key[1] & 0xff) << 8) | (key[2] & 0xff));
                }
            }
            rows.status();
        }
        return numbers;
    }

    /** Ends deletions of vbuckets that a crash has broken off. */
    static void endDeletions(RocksNatives natives) throws RocksDBException {
        for (int vbucket : numbers(natives, natives.lookups, DELETION)) {
            RocksWriter.removeDocuments(natives, vbucket, true);
        }
    }

    static List<@Nullable Metadata> metadata(RocksNatives natives, int vbucket, List<Lookup> lookups)
            throws StoreException, RocksDBException {
        List<byte[]> keys = new ArrayList<>(lookups.size());
        for (Lookup lookup : lookups) {
            keys.add(RecordFormat.indexKey(vbucket, lookup.key()));
        }
        List<@Nullable Metadata> found = new ArrayList<>(lookups.size());
        List<byte @Nullable []> entries = natives.get(natives.index, keys);
        for (int i = 0; i < keys.size(); i++) {
            byte[] entry = entries.get(i);
            if (entry == null) {
                found.add(null);
            } else {
                DocumentView document = new DocumentView();
                int valueLength = readEntry(natives, keys.get(i), entry, document);
                found.add(new Metadata(document, valueLength));
            }
        }
        return found;
    }

    static List<@Nullable DocumentView> get(RocksNatives natives, int vbucket, List<Lookup> lookups)
            throws StoreException, RocksDBException {
        @Nullable DocumentView[] found = new DocumentView[lookups.size()];
        List<Integer> left = getBySeqno(natives, vbucket, lookups, found);
        for (int attempt = 0; !left.isEmpty(); attempt++) {
            if (attempt == ATTEMPTS) {
                throw new StoreException(
                        Kind.CORRUPT,
                        "vbucket " + vbucket + ": the index names a record that is not there, in " + natives.directory,
                        natives.directory,
                        null);
            }
            left = getByKey(natives, vbucket, lookups, left, found);
        }
        return Arrays.asList(found);
    }

    /** Looks up those whose number is given; answers which are left to be looked up by key. */
    private static List<Integer> getBySeqno(
            RocksNatives natives, int vbucket, List<Lookup> lookups, @Nullable DocumentView[] found)
            throws StoreException, RocksDBException {
        List<Integer> left = new ArrayList<>();
        List<Integer> asked = new ArrayList<>();
        List<byte[]> keys = new ArrayList<>();
        for (int i = 0; i < found.length; i++) {
            if (lookups.get(i).seqno() > 0) {
                asked.add(i);
                keys.add(RecordFormat.recordKey(vbucket, lookups.get(i).seqno()));
            } else {
                left.add(i);
            }
        }
        List<byte @Nullable []> records = natives.get(natives.records, keys);
        for (int i = 0; i < asked.size(); i++) {
            int position = asked.get(i);
            byte[] record = records.get(i);
            if (record != null) {
                // A replaced version is removed with its replacement, so what is there is the newest of its key.
                DocumentView view = read(natives, keys.get(i), record);
                if (isOf(view, lookups.get(position))) {
                    found[position] = view;
                    continue;
                }
            }
            left.add(position);
        }
        return left;
    }

    private static boolean isOf(DocumentView view, Lookup lookup) {
        return view.collection() == lookup.key().collection()
                && lookup.key().contentEquals(view.keyArray(), view.keyOffset(), view.keyLength());
    }

    /** Looks some up by key; answers which are left because they were overwritten meanwhile. */
    private static List<Integer> getByKey(
            RocksNatives natives,
            int vbucket,
            List<Lookup> lookups,
            List<Integer> asked,
            @Nullable DocumentView[] found)
            throws StoreException, RocksDBException {
        List<byte[]> indexKeys = new ArrayList<>(asked.size());
        for (int position : asked) {
            indexKeys.add(RecordFormat.indexKey(vbucket, lookups.get(position).key()));
        }
        List<byte @Nullable []> entries = natives.get(natives.index, indexKeys);
        List<Integer> present = new ArrayList<>();
        List<byte[]> recordKeys = new ArrayList<>();
        for (int i = 0; i < asked.size(); i++) {
            byte[] entry = entries.get(i);
            if (entry != null) {
                present.add(asked.get(i));
                DocumentView view = readEntry(natives, indexKeys.get(i), entry);
                recordKeys.add(RecordFormat.recordKey(vbucket, view.seqno()));
            }
        }
        List<byte @Nullable []> records = natives.get(natives.records, recordKeys);
        List<Integer> left = new ArrayList<>();
        for (int i = 0; i < present.size(); i++) {
            byte[] record = records.get(i);
            if (record == null) {
                left.add(present.get(i));
            } else {
                found[present.get(i)] = read(natives, recordKeys.get(i), record);
            }
        }
        return left;
    }

    /** A view of its own over a record. */
    static DocumentView read(RocksNatives natives, byte[] recordKey, byte[] record) throws StoreException {
        DocumentView view = new DocumentView();
        read(natives, recordKey, record, view);
        return view;
    }

    /** Points a view at a record. */
    static void read(RocksNatives natives, byte[] recordKey, byte[] record, DocumentView out) throws StoreException {
        try {
            RecordFormat.readRecord(recordKey, record, out);
        } catch (StoreException e) {
            throw in(natives, "records", e);
        }
    }

    /** A view of its own over an index entry. */
    static DocumentView readEntry(RocksNatives natives, byte[] indexKey, byte[] entry) throws StoreException {
        DocumentView view = new DocumentView();
        readEntry(natives, indexKey, entry, view);
        return view;
    }

    /** Points a view at an index entry; answers the length of the value. */
    @CanIgnoreReturnValue
    static int readEntry(RocksNatives natives, byte[] indexKey, byte[] entry, DocumentView out) throws StoreException {
        try {
            return RecordFormat.readIndexEntry(indexKey, entry, out);
        } catch (StoreException e) {
            throw in(natives, "index", e);
        }
    }

    /** RocksDB's own checks name the file; of what they have let pass only the column family is known. */
    static StoreException in(RocksNatives natives, String family, StoreException e) {
        return new StoreException(
                e.kind(),
                natives.directory + ", column family " + family + ": " + e.getMessage(),
                natives.directory,
                e);
    }

    static void compact(RocksNatives natives, int vbucket) throws RocksDBException {
        for (ColumnFamilyHandle family : List.of(natives.index, natives.records)) {
            natives.db.compactRange(family, start(vbucket), start(vbucket + 1), natives.compaction);
        }
    }

    /**
     * See {@link dev.sluice.persistent.store.KvStore#staleness}. From the files of records alone, where the space is: a
     * replaced or purged record has a removal there, and each removal covers one record. What the removal of a range covers
     * nobody knows without reading, so all of its vbuckets' is taken for stale.
     */
    static Map<Integer, Staleness> staleness(RocksNatives natives) throws RocksDBException {
        Map<String, TableProperties> tables = natives.db.getPropertiesOfAllTables(natives.records);
        byte[] family = natives.records.getName();
        Map<Integer, Staleness> found = new HashMap<>();
        Set<Integer> ranges = new HashSet<>();
        for (LiveFileMetaData file : natives.db.getLiveFilesMetaData()) {
            if (!Arrays.equals(file.columnFamilyName(), family)) {
                continue;
            }
            TableProperties table = tables.get(file.path() + file.fileName());
            boolean hasRanges = table != null && table.getNumRangeDeletions() > 0;
            Staleness staleness = new Staleness(file.numEntries(), 2 * file.numDeletions());
            for (int vbucket = vbucketOf(file.smallestKey()); vbucket <= lastVBucket(file); vbucket++) {
                found.merge(vbucket, staleness, Staleness::plus);
                if (hasRanges) {
                    ranges.add(vbucket);
                }
            }
        }
        ranges.forEach(
                vbucket -> found.computeIfPresent(vbucket, (id, sum) -> new Staleness(sum.entries(), sum.entries())));
        return found;
    }

    private static int vbucketOf(byte[] key) {
        return ((key[0] & 0xff) << 8) | (key[1] & 0xff);
    }

    /** The largest key of a file whose last entry removes a range is the start of the vbucket behind it. */
    private static int lastVBucket(LiveFileMetaData file) {
        byte[] largest = file.largestKey();
        return largest.length == 2 ? vbucketOf(largest) - 1 : vbucketOf(largest);
    }

    /** Has compactions that were asked for end soon, or lets them run again. */
    static void cancelCompactions(@Nullable RocksNatives natives, boolean cancel) {
        if (natives != null) {
            natives.compaction.setCanceled(cancel);
        }
    }
}
