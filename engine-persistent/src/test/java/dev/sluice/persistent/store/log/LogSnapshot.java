package dev.sluice.persistent.store.log;

import dev.sluice.engine.DocumentView;
import dev.sluice.persistent.store.Content;
import dev.sluice.persistent.store.DocumentCursor;
import dev.sluice.persistent.store.KeyRange;
import dev.sluice.persistent.store.RecordFormat;
import dev.sluice.persistent.store.Snapshot;
import dev.sluice.persistent.store.StoreException;
import dev.sluice.persistent.store.StoreException.Kind;
import dev.sluice.persistent.store.StoredVBucket;
import dev.sluice.persistent.store.log.Tables.Table;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** A copy of a {@link LogStore}'s tables. */
final class LogSnapshot implements Snapshot {

    private final LogStore store;
    private final Tables tables;
    private volatile boolean closed;

    LogSnapshot(LogStore store, Tables tables) {
        this.store = store;
        this.tables = tables;
    }

    private void checkOpen() throws StoreException {
        if (closed || store.closed()) {
            throw new StoreException(Kind.CLOSED, "the snapshot is closed");
        }
    }

    @Override
    public List<StoredVBucket> vbuckets() throws StoreException {
        checkOpen();
        return LogStore.vbuckets(tables);
    }

    @Override
    public StoredVBucket vbucket(int vbucket) throws StoreException {
        checkOpen();
        return LogStore.vbucket(tables, vbucket);
    }

    @Override
    public DocumentCursor documents(int vbucket, KeyRange range, Content content) throws StoreException {
        checkOpen();
        byte[] from =
                RecordFormat.indexKey(vbucket, range.firstCollection(), range.fromKey(), 0, range.fromKey().length);
        byte[] toKey = range.toKey() == null ? new byte[0] : range.toKey();
        boolean toLast = range.toKey() == null && range.lastCollection() == -1;
        int toCollection = range.lastCollection() + (range.toKey() == null ? 1 : 0);
        byte[] to = toLast
                ? LogStore.start(vbucket + 1)
                : RecordFormat.indexKey(vbucket, toCollection, toKey, 0, toKey.length);
        return cursor(vbucket, Table.INDEX, from, to, content);
    }

    @Override
    public DocumentCursor changes(int vbucket, long firstSeqno, Content content) throws StoreException {
        checkOpen();
        byte[] from = RecordFormat.recordKey(vbucket, Math.max(firstSeqno, 0));
        return cursor(vbucket, Table.RECORDS, from, LogStore.start(vbucket + 1), content);
    }

    private DocumentCursor cursor(int vbucket, Table table, byte[] from, byte[] to, Content content) {
        NavigableMap<byte[], byte[]> map = tables.of(table);
        boolean empty = Arrays.compareUnsigned(from, to) >= 0;
        NavigableMap<byte[], byte[]> part =
                empty ? new TreeMap<>(Arrays::compareUnsigned) : map.subMap(from, true, to, false);
        return new Cursor(vbucket, part.entrySet().iterator(), table, content);
    }

    @Override
    public void close() {
        closed = true;
    }

    private final class Cursor implements DocumentCursor {

        private final int vbucket;
        private final Iterator<Map.Entry<byte[], byte[]>> entries;
        private final Table table;
        private final Content content;
        private DocumentView document;
        private int valueLength;
        private boolean ended;

        Cursor(int vbucket, Iterator<Map.Entry<byte[], byte[]>> entries, Table table, Content content) {
            this.vbucket = vbucket;
            this.entries = entries;
            this.table = table;
            this.content = content;
        }

        @Override
        public boolean next() throws StoreException {
            checkOpen();
            if (ended) {
                throw new StoreException(Kind.CLOSED, "the cursor is closed");
            }
            document = null;
            if (!entries.hasNext()) {
                return false;
            }
            Map.Entry<byte[], byte[]> entry = entries.next();
            DocumentView view = new DocumentView();
            if (table == Table.RECORDS) {
                RecordFormat.readRecord(entry.getKey(), entry.getValue(), view);
                valueLength = view.valueLength();
            } else {
                valueLength = RecordFormat.readIndexEntry(entry.getKey(), entry.getValue(), view);
                if (content == Content.WHOLE) {
                    view = LogStore.whole(tables, vbucket, view);
                }
            }
            document = content == Content.METADATA ? view.value(new byte[0], 0, 0) : view;
            return true;
        }

        @Override
        public DocumentView document() {
            if (document == null) {
                throw new IllegalStateException("the cursor is at no document");
            }
            return document;
        }

        @Override
        public int valueLength() {
            document();
            return valueLength;
        }

        @Override
        public void close() {
            ended = true;
        }
    }
}
