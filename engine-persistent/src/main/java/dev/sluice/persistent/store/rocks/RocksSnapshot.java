package dev.sluice.persistent.store.rocks;

import dev.sluice.persistent.store.Content;
import dev.sluice.persistent.store.DocumentCursor;
import dev.sluice.persistent.store.KeyRange;
import dev.sluice.persistent.store.Snapshot;
import dev.sluice.persistent.store.StoreException;
import dev.sluice.persistent.store.StoreException.Kind;
import dev.sluice.persistent.store.StoredVBucket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;

/**
 * RocksDB's snapshot, and the cursors on it.
 *
 * <p>Ended by its user, or by the store under its gate's write lock when the natives end. Locks are taken in the order gate,
 * snapshot, cursor.
 */
final class RocksSnapshot implements Snapshot {

    private final RocksStore store;
    private final RocksNatives natives;
    private final org.rocksdb.Snapshot at;
    private final ReadOptions options;

    private final Set<RocksCursor> cursors = new HashSet<>();
    private boolean ended;

    /** Under the gate. */
    RocksSnapshot(RocksStore store, RocksNatives natives) {
        this.store = store;
        this.natives = natives;
        at = natives.db.getSnapshot();
        options = options();
    }

    /** Options to read from this snapshot; the caller's to close, before the snapshot ends. */
    private ReadOptions options() {
        // Blocks that only a scan reads would displace those that look-ups come back to.
        return new ReadOptions().setSnapshot(at).setFillCache(false);
    }

    @Override
    public List<StoredVBucket> vbuckets() throws StoreException {
        return store.call(current -> {
            synchronized (this) {
                return RocksLayout.vbuckets(open(), options);
            }
        });
    }

    @Override
    public @Nullable StoredVBucket vbucket(int vbucket) throws StoreException {
        Optional<StoredVBucket> found = store.call(current -> {
            synchronized (this) {
                RocksNatives held = open();
                return RocksLayout.find(vbucket, held.db.get(held.rows, options, RocksLayout.rowKey(vbucket)));
            }
        });
        return found.orElse(null);
    }

    @Override
    public DocumentCursor documents(int vbucket, KeyRange range, Content content) throws StoreException {
        return store.call(current -> {
            synchronized (this) {
                return keep(RocksCursor.byKey(store, this, open(), options(), vbucket, range, content));
            }
        });
    }

    @Override
    public DocumentCursor changes(int vbucket, long firstSeqno, Content content) throws StoreException {
        return store.call(current -> {
            synchronized (this) {
                return keep(RocksCursor.bySeqno(store, this, open(), options(), vbucket, firstSeqno, content));
            }
        });
    }

    private RocksCursor keep(RocksCursor cursor) {
        cursors.add(cursor);
        return cursor;
    }

    private RocksNatives open() throws StoreException {
        if (ended) {
            throw new StoreException(Kind.CLOSED, "the snapshot is closed");
        }
        return natives;
    }

    /** By a cursor that was closed. */
    synchronized void forget(RocksCursor cursor) {
        cursors.remove(cursor);
    }

    @Override
    public void close() {
        store.release(this::end);
        store.forget(this);
    }

    /** Under the gate. */
    void end() {
        List<RocksCursor> left;
        synchronized (this) {
            if (ended) {
                return;
            }
            ended = true;
            left = new ArrayList<>(cursors);
            cursors.clear();
        }
        left.forEach(RocksCursor::end);
        options.close();
        natives.db.releaseSnapshot(at);
        at.close();
    }
}
