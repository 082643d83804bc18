package dev.sluice.engine;

import dev.sluice.engine.annotation.AnyThread;
import dev.sluice.engine.annotation.Evolving;
import dev.sluice.engine.annotation.OnBackground;
import org.jspecify.annotations.Nullable;

/**
 * Capability: knowing which collections there are, so that none of a dropped one's documents is seen or written any more, and
 * their room is given back.
 *
 * <p>The server owns names, limits and the manifest; a key carries the id of its collection, and that is all an engine sees
 * of it. An engine without this capability stores documents of any id. The server still refuses requests for collections
 * that are not there, but a write that was under way when a collection was dropped may land in it unseen, and what was in
 * it stays where it is. That harms nobody, since an id is never used again, and it takes room.
 */
@Evolving
public interface Collections {

    /**
     * Sets which collections there are. Until the first call, which comes before the first command, all ids are served.
     *
     * <p><b>Fence.</b> When this has returned, a collection that is not in the set is gone: no call that begins then shows
     * or counts a document of it, no write lands in it whenever it began, and a scan of it ends with {@link
     * Status#UNKNOWN_COLLECTION}. So is the answer to every call with a key of it, in any vbucket that is here; a vbucket
     * that is not here, or not in the state that the call needs, is {@link Status#NOT_MY_VBUCKET} first. What it takes to
     * make that true is the engine's: the check belongs under whatever makes its writes atomic.
     *
     * <p><b>Purge.</b> The documents of a collection that is gone are removed in the background, tombstones too, and nobody
     * waits for that. An engine that keeps documents across a restart removes those of ids that are not in the first set.
     *
     * <p><b>Ids</b> that were in a set and are not in a later one never come back. Calls come one after the other, each with
     * the whole set. An exception leaves it open whether the set is in force; the server repeats the call later.
     *
     * <p><b>Thread.</b> Background; may wait, in bounded time.
     */
    @OnBackground
    void collections(CollectionSet existing);

    /** What there is of a collection in a vbucket; null where the vbucket does not exist or the collection is not there. */
    @OnBackground
    @Nullable
    Figures figures(int vbucket, int collection);

    /**
     * The sequence number of the newest change of a collection in a vbucket, 0 where nothing has changed in it; -1 where the
     * vbucket does not exist or the collection is not there. Must not wait.
     */
    @AnyThread
    long highSeqno(int vbucket, int collection);

    /**
     * What there is of one collection in one vbucket, from one moment.
     *
     * @param itemCount live documents; expired ones that nobody has met since may be among them
     * @param bytes what live documents and tombstones take, as the engine charges it
     * @param highSeqno the sequence number of the newest change, 0 for none
     */
    record Figures(long itemCount, long bytes, long highSeqno) {}
}
