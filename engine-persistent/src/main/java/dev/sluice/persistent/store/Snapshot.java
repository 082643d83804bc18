package dev.sluice.persistent.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The store as it was when this was made. Reading from it does not displace what look-ups have in the block cache.
 *
 * <p><b>Thread.</b> Any, background only; a cursor belongs to one at a time. <b>Ownership.</b> The caller closes it, and its
 * cursors before it; closing the snapshot ends cursors that are left.
 */
public interface Snapshot extends AutoCloseable {

    /** As {@link KvStore#vbuckets()}. */
    List<StoredVBucket> vbuckets() throws StoreException;

    /** As {@link KvStore#vbucket}. */
    @Nullable
    StoredVBucket vbucket(int vbucket) throws StoreException;

    /**
     * Documents and tombstones by key: collections ascending as unsigned numbers, then bytes of the key ascending unsigned,
     * shorter before longer.
     */
    DocumentCursor documents(int vbucket, KeyRange range, Content content) throws StoreException;

    /**
     * Documents and tombstones by sequence number, ascending.
     *
     * @param firstSeqno where to start; this one, if it is there, is the first
     */
    DocumentCursor changes(int vbucket, long firstSeqno, Content content) throws StoreException;

    @Override
    void close();
}
