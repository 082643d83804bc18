package dev.sluice.persistent.store;

import dev.sluice.engine.DocumentKey;
import dev.sluice.engine.DocumentView;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Changes that become real together: of one vbucket or of several, for one sync.
 *
 * <p>A document may be in a batch once only. What is put is copied at once, into the bytes that will be stored, so that the
 * caller's memory is its own again.
 *
 * <p><b>Thread.</b> One at a time.
 */
public final class StoreBatch {

    /** As the previous sequence number of a put: look it up. */
    public static final long UNKNOWN = -1;

    /** As the previous sequence number of a put: there is nothing under this key, no tombstone either. */
    public static final long NOTHING = 0;

    private final List<Put> puts = new ArrayList<>();
    private final List<Purge> purges = new ArrayList<>();
    private final Set<Integer> cleared = new TreeSet<>();
    private final SortedSet<Integer> vbuckets = new TreeSet<>();
    /** The last that was added to {@link #vbuckets}: most puts are of the same as the one before. */
    private int lastVBucket = -1;

    private final Map<Integer, VBucketRecord> records = new TreeMap<>();
    private final Map<String, byte[]> locals = new LinkedHashMap<>();
    private long sizeBytes;
    private boolean attempted;

    /** Stores a version of a document or a tombstone, whatever was there: as below, with {@link #UNKNOWN}. */
    public void put(int vbucket, DocumentView document) {
        put(vbucket, document, UNKNOWN, false);
    }

    /**
     * Stores a version of a document or a tombstone.
     *
     * @param document with key and sequence number; whether it is locked is not kept. Lent for the call
     * @param previousSeqno of the version that the store has now, {@link #NOTHING} or {@link #UNKNOWN}. Must be right if it
     *     is given: a wrong one leaves the old version to the streams, and the tallies wrong
     * @param previousDeleted whether that version is a tombstone; not looked at where it is unknown or nothing
     */
    public void put(int vbucket, DocumentView document, long previousSeqno, boolean previousDeleted) {
        if (document.seqno() <= 0) {
            throw new IllegalArgumentException("seqno: " + document.seqno() + " (expected: above 0)");
        }
        byte[] indexKey = RecordFormat.indexKey(vbucket, document);
        byte[] recordKey = RecordFormat.recordKey(vbucket, document.seqno());
        Put put = new Put(
                vbucket,
                document.collection(),
                document.seqno(),
                document.deleted(),
                previousSeqno,
                previousDeleted,
                new Pair(indexKey, RecordFormat.indexEntry(indexKey, document)),
                new Pair(recordKey, RecordFormat.record(recordKey, document)));
        puts.add(put);
        changes(vbucket);
        sizeBytes += put.index.sizeBytes() + put.record.sizeBytes();
    }

    /**
     * Removes a document or tombstone for good, if the store's version of it is still this one. Means nothing where the batch
     * puts a version of the same key, which removes the old one as well.
     */
    public void purge(int vbucket, DocumentKey key, long seqno) {
        Purge purge = new Purge(vbucket, key.collection(), seqno, RecordFormat.indexKey(vbucket, key));
        purges.add(purge);
        changes(vbucket);
        sizeBytes += purge.indexKey.length + RecordFormat.RECORD_KEY_LENGTH;
    }

    /**
     * Removes all documents and tombstones of a vbucket, before anything else in the batch, whatever the order of the calls.
     * Its record stays, unless the batch has a new one.
     */
    public void clear(int vbucket) {
        cleared.add(vbucket);
        changes(vbucket);
    }

    /** Gives a vbucket this record, and creates the vbucket if need be. */
    public void record(int vbucket, VBucketRecord record) {
        records.put(vbucket, record);
        changes(vbucket);
    }

    private void changes(int vbucket) {
        if (vbucket != lastVBucket) {
            vbuckets.add(vbucket);
            lastVBucket = vbucket;
        }
    }

    /** Sets a named content, see {@link KvStore#local}; shared, not copied. An empty one removes it. */
    public void local(String name, byte[] content) {
        locals.put(name, content);
        sizeBytes += content.length;
    }

    /** How many documents and tombstones are put. */
    public int documents() {
        return puts.size();
    }

    /** Whether nothing would be written. */
    public boolean isEmpty() {
        return puts.isEmpty() && purges.isEmpty() && cleared.isEmpty() && records.isEmpty() && locals.isEmpty();
    }

    /** About how much will be written. */
    public long sizeBytes() {
        return sizeBytes;
    }

    /** Empties it. */
    public void clear() {
        puts.clear();
        purges.clear();
        cleared.clear();
        vbuckets.clear();
        lastVBucket = -1;
        records.clear();
        locals.clear();
        sizeBytes = 0;
        attempted = false;
    }

    /**
     * For a store, as it begins to commit: whether it is for the first time. When a batch is repeated its callers' knowledge
     * of what was there before is no longer good, as it may have been written after all.
     */
    public boolean attempt() {
        boolean first = !attempted;
        attempted = true;
        return first;
    }

    /** For a store: what is put. */
    public List<Put> puts() {
        return Collections.unmodifiableList(puts);
    }

    /** For a store: what is removed for good, without what is put; none twice. */
    public List<Purge> purges() {
        if (purges.isEmpty()) {
            return List.of();
        }
        Set<ByteBuffer> put = new HashSet<>();
        puts.forEach(one -> put.add(ByteBuffer.wrap(one.index.key())));
        Set<List<Object>> seen = new HashSet<>();
        return purges.stream()
                .filter(purge -> {
                    ByteBuffer key = ByteBuffer.wrap(purge.indexKey);
                    return !put.contains(key) && seen.add(List.of(key, purge.seqno));
                })
                .toList();
    }

    /** For a store: the vbuckets that lose all that they had. */
    public Set<Integer> cleared() {
        return Collections.unmodifiableSet(cleared);
    }

    /** For a store: the vbuckets that the batch changes, ascending. */
    public SortedSet<Integer> vbuckets() {
        return Collections.unmodifiableSortedSet(vbuckets);
    }

    /** For a store: the records of vbuckets, by number. */
    public Map<Integer, VBucketRecord> records() {
        return Collections.unmodifiableMap(records);
    }

    /** For a store: the named contents. */
    public Map<String, byte[]> locals() {
        return Collections.unmodifiableMap(locals);
    }

    /** Bytes and what they are stored under. Never change. */
    public static final class Pair {

        private final byte[] key;
        private final byte[] content;

        Pair(byte[] key, byte[] content) {
            this.key = key;
            this.content = content;
        }

        public byte[] key() {
            return key;
        }

        public byte[] content() {
            return content;
        }

        int sizeBytes() {
            return key.length + content.length;
        }
    }

    /**
     * A version of a document.
     *
     * @param previousSeqno see {@link StoreBatch#put(int, DocumentView, long, boolean)}
     * @param index what goes under the key, see {@link RecordFormat}
     * @param record what goes under the sequence number
     */
    public record Put(
            int vbucket,
            int collection,
            long seqno,
            boolean deleted,
            long previousSeqno,
            boolean previousDeleted,
            Pair index,
            Pair record) {}

    /** A version that goes, if it is still the newest. */
    public static final class Purge {

        private final int vbucket;
        private final int collection;
        private final long seqno;
        private final byte[] indexKey;

        Purge(int vbucket, int collection, long seqno, byte[] indexKey) {
            this.vbucket = vbucket;
            this.collection = collection;
            this.seqno = seqno;
            this.indexKey = indexKey;
        }

        public int vbucket() {
            return vbucket;
        }

        public int collection() {
            return collection;
        }

        public long seqno() {
            return seqno;
        }

        public byte[] indexKey() {
            return indexKey;
        }
    }
}
