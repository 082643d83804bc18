package dev.sluice.persistent.store;

import dev.sluice.engine.DocumentView;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The documents of one bucket on disk.
 *
 * <p>A document is found in two ways: by its key, in the order of (collection, bytes of the key), and by its sequence
 * number. The store keeps the newest version of each only. What it keeps under the key is small, the metadata and the
 * sequence number; the value lies with the sequence number. So metadata can be read without values, a stream can start
 * anywhere, and a reader who knows the sequence number, as one does whose value was evicted, needs one look-up.
 *
 * <p><b>Overwritten versions.</b> A version that is replaced is removed in the same batch that brings its successor. For
 * that the store must know the old version's sequence number. A caller who knows it says so
 * ({@link StoreBatch#put(int, DocumentView, long, boolean)}); otherwise the store looks it up under the key, which is what
 * an engine has to live with that evicts keys. From the same knowledge the store keeps its {@link Tally}, so that nobody
 * else has to find out whether a write was an insertion.
 *
 * <p><b>Durability.</b> What {@link #commit} has written is seen by every later read at once. It survives a loss of power
 * only when a commit with {@code sync}, or {@link #sync}, has returned after it; it survives the process in any case. A
 * batch is there as a whole after a restart or not at all, and if a batch is there, so are all those before it.
 *
 * <p><b>Thread.</b> Any number, background only: every method may wait. Commits are ordered by the store; commits that
 * touch the same vbucket must not run at the same time as each other, apart from {@link StoreBatch#purge}, which is
 * checked against what is there when it is executed.
 *
 * <p><b>Errors.</b> {@link StoreException}, whose kind says what to do. A method that throws has changed nothing, with
 * one exception: of a commit that failed nobody knows whether it was written. It may be repeated, with the same batch or
 * another that holds at least its documents or newer versions of them, and must have succeeded before anything is said to
 * be durable. After {@link #close} every method throws {@link StoreException.Kind#CLOSED}; it never harms the process.
 */
public interface KvStore extends AutoCloseable {

    /** All vbuckets that there are, ascending. */
    List<StoredVBucket> vbuckets() throws StoreException;

    /** One vbucket, null where there is none. */
    @Nullable
    StoredVBucket vbucket(int vbucket) throws StoreException;

    /**
     * Writes a batch as a whole.
     *
     * @param batch given back unchanged; may be cleared and used again once this has returned
     * @param sync whether to return only when this and all earlier batches would survive a loss of power
     * @throws IllegalArgumentException for documents of a vbucket that does not exist and gets no state in the batch
     */
    void commit(StoreBatch batch, boolean sync) throws StoreException;

    /** Returns when everything that was committed before would survive a loss of power. */
    void sync() throws StoreException;

    /**
     * Looks documents up, tombstones included, together for the price of fewer reads.
     *
     * @param lookups of one vbucket
     * @return in the order of the look-ups, null where there is nothing. Views and arrays are the caller's from here on
     */
    List<@Nullable DocumentView> get(int vbucket, List<Lookup> lookups) throws StoreException;

    /** As {@link #get}, without values: what stands under the keys alone. */
    List<@Nullable Metadata> metadata(int vbucket, List<Lookup> lookups) throws StoreException;

    /** What is there now, and stays as it is for whoever reads from it. To be closed: while it is open space is not freed. */
    Snapshot snapshot() throws StoreException;

    /**
     * Removes a vbucket and all its documents. Durable when it returns. Does nothing where there is none.
     */
    void deleteVBucket(int vbucket) throws StoreException;

    /**
     * Removes all documents and tombstones that a collection has in a vbucket, a part at a time; commits to the vbucket
     * may run between the parts. It can be broken off by a crash and repeated.
     *
     * @return how many there were
     */
    long eraseCollection(int vbucket, int collection) throws StoreException;

    /**
     * Gives the space of what was removed from a vbucket back to the disk, as far as this can be done now. May take long; a
     * pause that comes meanwhile ends it with {@link StoreException.Kind#PAUSED}.
     */
    void compact(int vbucket) throws StoreException;

    /** How much a {@link #compact} would find to remove of each vbucket that files hold anything of. Reads no documents. */
    Map<Integer, Staleness> staleness() throws StoreException;

    /** A named content that belongs to no vbucket (a manifest, an access log), null where there is none. */
    byte @Nullable [] local(String name) throws StoreException;

    /**
     * Makes a copy that can be opened as a store, of what is durable or committed at some moment of the call. Reads and
     * commits go on meanwhile.
     *
     * @param target must not exist; its parent must. Files that never change are linked rather than copied where target is
     *     on the same file system
     */
    void copyTo(Path target) throws StoreException;

    /**
     * Has the store come to rest: returns when everything is durable and nothing is written in the background. Until
     * {@link #resume} a commit is refused with {@link StoreException.Kind#PAUSED}; reads go on.
     */
    void pause() throws StoreException;

    /** Ends a pause; does nothing where there is none. */
    void resume() throws StoreException;

    /**
     * Tries to write again after a failure. A store that met a failing disk may refuse all commits until this was called
     * and has succeeded; call it before a commit is repeated, with pauses of growing length in between. Does nothing on a
     * store in good health.
     */
    void recover() throws StoreException;

    /** What the store has done and what it takes. Cheap enough for once a second. */
    StoreStatistics statistics() throws StoreException;

    /**
     * Releases everything; snapshots and cursors that are still open end with it. What was committed without a sync is
     * made durable first. May be called again.
     *
     * @throws StoreException where that failed; it is closed nonetheless
     */
    @Override
    void close() throws StoreException;
}
