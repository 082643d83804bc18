package dev.sluice.persistent.store.rocks;

import dev.sluice.engine.DocumentView;
import dev.sluice.persistent.store.Content;
import dev.sluice.persistent.store.DocumentCursor;
import dev.sluice.persistent.store.KeyRange;
import dev.sluice.persistent.store.RecordFormat;
import dev.sluice.persistent.store.StoreException;
import dev.sluice.persistent.store.StoreException.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;

/**
 * Goes through one of the two families of documents, a few documents ahead, so that the gate and the look-ups of values are
 * paid for several at a time.
 */
final class RocksCursor implements DocumentCursor {

    private static final byte[] EMPTY = new byte[0];

    /** How far it reads ahead: whichever is reached first. */
    private static final int AHEAD_DOCUMENTS = 64;

    private static final long AHEAD_BYTES = 256 << 10;

    private final RocksStore store;
    private final RocksSnapshot snapshot;
    private final RocksNatives natives;
    private final int vbucket;
    private final boolean byKey;
    private final Content content;

    // Closed in this order.
    private final RocksIterator iterator;
    private final ReadOptions options;
    private final Slice bound;

    private final Deque<Found> ahead = new ArrayDeque<>();
    private @Nullable Found found;
    private boolean ended;

    private RocksCursor(
            RocksStore store,
            RocksSnapshot snapshot,
            RocksNatives natives,
            ReadOptions options,
            int vbucket,
            boolean byKey,
            byte[] from,
            byte[] end,
            Content content) {
        this.store = store;
        this.snapshot = snapshot;
        this.natives = natives;
        this.options = options;
        this.vbucket = vbucket;
        this.byKey = byKey;
        this.content = content;
        bound = new Slice(end);
        options.setIterateUpperBound(bound);
        ColumnFamilyHandle family = byKey ? natives.index : natives.records;
        iterator = natives.db.newIterator(family, options);
        iterator.seek(from);
    }

    static RocksCursor byKey(
            RocksStore store,
            RocksSnapshot snapshot,
            RocksNatives natives,
            ReadOptions options,
            int vbucket,
            KeyRange range,
            Content content) {
        byte[] from =
                RecordFormat.indexKey(vbucket, range.firstCollection(), range.fromKey(), 0, range.fromKey().length);
        byte[] toKey = range.toKey();
        byte[] end = toKey == null
                ? endOfCollection(vbucket, range.lastCollection())
                : RecordFormat.indexKey(vbucket, range.lastCollection(), toKey, 0, toKey.length);
        return new RocksCursor(store, snapshot, natives, options, vbucket, true, from, end, content);
    }

    static RocksCursor bySeqno(
            RocksStore store,
            RocksSnapshot snapshot,
            RocksNatives natives,
            ReadOptions options,
            int vbucket,
            long firstSeqno,
            Content content) {
        byte[] from = RecordFormat.recordKey(vbucket, Math.max(firstSeqno, 0));
        byte[] end = RocksLayout.start(vbucket + 1);
        return new RocksCursor(store, snapshot, natives, options, vbucket, false, from, end, content);
    }

    /** The first index key behind all of a collection. */
    static byte[] endOfCollection(int vbucket, int collection) {
        return collection == -1
                ? RocksLayout.start(vbucket + 1)
                : RecordFormat.indexKey(vbucket, collection + 1, EMPTY, 0, 0);
    }

    @Override
    public boolean next() throws StoreException {
        return store.call(current -> {
            synchronized (this) {
                if (ended) {
                    throw new StoreException(Kind.CLOSED, "the cursor is closed");
                }
                if (ahead.isEmpty()) {
                    readAhead();
                }
                found = ahead.poll();
                return found != null;
            }
        });
    }

    private void readAhead() throws StoreException, RocksDBException {
        List<byte[]> recordKeys = new ArrayList<>();
        long bytes = 0;
        int documents = 0;
        while (iterator.isValid() && documents < AHEAD_DOCUMENTS && bytes < AHEAD_BYTES) {
            byte[] key = iterator.key();
            byte[] value = iterator.value();
            DocumentView view = new DocumentView();
            if (!byKey) {
                RocksLayout.read(natives, key, value, view);
                int valueLength = view.valueLength();
                if (content == Content.METADATA) {
                    view.value(EMPTY, 0, 0);
                }
                bytes += value.length;
                ahead.add(new Found(view, valueLength));
            } else {
                int valueLength = RocksLayout.readEntry(natives, key, value, view);
                if (content == Content.METADATA) {
                    ahead.add(new Found(view, valueLength));
                } else {
                    bytes += valueLength;
                    recordKeys.add(RecordFormat.recordKey(vbucket, view.seqno()));
                }
            }
            documents++;
            iterator.next();
        }
        iterator.status(); // Not valid is the end, or a failure.
        List<byte @Nullable []> records = natives.get(natives.records, options, recordKeys);
        for (int i = 0; i < records.size(); i++) {
            byte[] record = records.get(i);
            if (record == null) {
                throw new StoreException(
                        Kind.CORRUPT,
                        "vbucket " + vbucket + ": the index names a record that is not there, in " + natives.directory,
                        natives.directory,
                        null);
            }
            DocumentView view = new DocumentView();
            RocksLayout.read(natives, recordKeys.get(i), record, view);
            ahead.add(new Found(view, view.valueLength()));
        }
    }

    @Override
    public DocumentView document() {
        return found().document;
    }

    @Override
    public int valueLength() {
        return found().valueLength;
    }

    private Found found() {
        Found current = found;
        if (current == null) {
            throw new IllegalStateException("the cursor is at no document (expected: next has answered true)");
        }
        return current;
    }

    private record Found(DocumentView document, int valueLength) {}

    @Override
    public void close() {
        store.release(this::end);
        snapshot.forget(this);
    }

    /** Under the gate. */
    synchronized void end() {
        if (!ended) {
            ended = true;
            ahead.clear();
            found = null;
            iterator.close();
            options.close();
            bound.close();
        }
    }
}
