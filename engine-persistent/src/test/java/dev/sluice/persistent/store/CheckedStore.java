package dev.sluice.persistent.store;

import dev.sluice.engine.DocumentView;
import dev.sluice.engine.HeapDocumentKey;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A store that believes nobody: before a batch is committed it holds what the batch says of the versions that it replaces
 * against what is there, and a key that comes twice against the rule. It can fail, too, before a commit or after.
 *
 * <p><b>Thread.</b> One.
 */
public final class CheckedStore implements KvStore {

    /** What becomes of the next commit. */
    public enum Outcome {
        WRITTEN,
        REFUSED,
        /** Written, and nobody knows. */
        WRITTEN_AND_FAILED
    }

    private final KvStore store;
    private Outcome next = Outcome.WRITTEN;
    private Runnable meanwhile = () -> {};

    public CheckedStore(KvStore store) {
        this.store = store;
    }

    public void next(Outcome outcome) {
        next = outcome;
    }

    /** What others do while the next commit is under way. */
    public void meanwhile(Runnable action) {
        meanwhile = action;
    }

    @Override
    public void commit(StoreBatch batch, boolean sync) throws StoreException {
        Outcome outcome = next;
        next = Outcome.WRITTEN;
        Runnable others = meanwhile;
        meanwhile = () -> {};
        others.run();
        if (outcome == Outcome.REFUSED) {
            throw new StoreException(StoreException.Kind.IO, "as the test has asked for");
        }
        check(batch);
        store.commit(batch, sync);
        if (outcome == Outcome.WRITTEN_AND_FAILED) {
            throw new StoreException(StoreException.Kind.IO, "as the test has asked for, after the write");
        }
    }

    private void check(StoreBatch batch) throws StoreException {
        Set<String> keys = new HashSet<>();
        for (StoreBatch.Put put : batch.puts()) {
            byte[] indexKey = put.index().key();
            String name = "vbucket " + put.vbucket() + ", " + put.seqno() + " of "
                    + new String(
                            indexKey,
                            RecordFormat.INDEX_KEY_PREFIX,
                            indexKey.length - RecordFormat.INDEX_KEY_PREFIX,
                            java.nio.charset.StandardCharsets.ISO_8859_1);
            if (!keys.add(Arrays.toString(indexKey))) {
                throw new AssertionError(name + ": a second time in one batch");
            }
            if (put.previousSeqno() == StoreBatch.UNKNOWN || batch.cleared().contains(put.vbucket())) {
                continue;
            }
            Metadata there = store.metadata(put.vbucket(), List.of(Lookup.of(key(put.collection(), indexKey))))
                    .get(0);
            long seqno = there == null ? StoreBatch.NOTHING : there.document().seqno();
            boolean deleted = there != null && there.document().deleted();
            if (seqno != put.previousSeqno() || (seqno != 0 && deleted != put.previousDeleted())) {
                throw new AssertionError(name + ": replaces " + seqno + (deleted ? ", deleted" : "")
                        + ", was said to be " + put.previousSeqno() + (put.previousDeleted() ? ", deleted" : ""));
            }
        }
    }

    private static HeapDocumentKey key(int collection, byte[] indexKey) {
        return HeapDocumentKey.of(
                collection, Arrays.copyOfRange(indexKey, RecordFormat.INDEX_KEY_PREFIX, indexKey.length));
    }

    @Override
    public List<StoredVBucket> vbuckets() throws StoreException {
        return store.vbuckets();
    }

    @Override
    public StoredVBucket vbucket(int vbucket) throws StoreException {
        return store.vbucket(vbucket);
    }

    @Override
    public void sync() throws StoreException {
        store.sync();
    }

    @Override
    public List<DocumentView> get(int vbucket, List<Lookup> lookups) throws StoreException {
        return store.get(vbucket, lookups);
    }

    @Override
    public List<Metadata> metadata(int vbucket, List<Lookup> lookups) throws StoreException {
        return store.metadata(vbucket, lookups);
    }

    @Override
    public Snapshot snapshot() throws StoreException {
        return store.snapshot();
    }

    @Override
    public void deleteVBucket(int vbucket) throws StoreException {
        store.deleteVBucket(vbucket);
    }

    @Override
    public long eraseCollection(int vbucket, int collection) throws StoreException {
        return store.eraseCollection(vbucket, collection);
    }

    @Override
    public void compact(int vbucket) throws StoreException {
        store.compact(vbucket);
    }

    @Override
    public Map<Integer, Staleness> staleness() throws StoreException {
        return store.staleness();
    }

    @Override
    public byte[] local(String name) throws StoreException {
        return store.local(name);
    }

    @Override
    public void copyTo(Path target) throws StoreException {
        store.copyTo(target);
    }

    @Override
    public void pause() throws StoreException {
        store.pause();
    }

    @Override
    public void resume() throws StoreException {
        store.resume();
    }

    @Override
    public void recover() throws StoreException {
        store.recover();
    }

    @Override
    public StoreStatistics statistics() throws StoreException {
        return store.statistics();
    }

    @Override
    public void close() throws StoreException {
        store.close();
    }
}
