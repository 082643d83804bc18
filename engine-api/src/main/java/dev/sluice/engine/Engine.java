package dev.sluice.engine;

import dev.sluice.engine.annotation.AnyThread;
import dev.sluice.engine.annotation.OnBackground;
import dev.sluice.engine.annotation.OnEventLoop;
import dev.sluice.engine.annotation.Stable;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * A storage engine serving exactly one bucket.
 *
 * <p>These rules hold for every method that takes a {@link Cookie}:
 *
 * <ul>
 *   <li><b>Thread.</b> Called on the event loop of the cookie's connection; calls for different connections come from
 *       different loops at the same time, so an engine is thread-safe. A call returns within microseconds. It does not
 *       read a disk, wait for a lock that may be held for long, or sort.
 *   <li><b>Blocking.</b> An answer that is not at hand is {@link Status#WOULD_BLOCK}, see {@link Cookie#block()}. After a
 *       notification of success the server repeats the call with equal arguments. Repetition may block again.
 *   <li><b>Ownership.</b> Key, request and out-parameter are the server's and lent for the call, arrays included. The
 *       arrays that a {@link DocumentView} was pointed at stay the engine's and never change again.
 *   <li><b>Errors.</b> Beside the statuses that the method names, each may return {@link Status#TEMPORARY_FAILURE}, {@link
 *       Status#FAILED}, {@link Status#INVALID_ARGUMENTS}, {@link Status#CANCELLED}, with vbuckets {@link
 *       Status#NOT_MY_VBUCKET} and {@link Status#VBUCKET_PENDING}, and with the capability {@link Collections} {@link
 *       Status#UNKNOWN_COLLECTION}; mutations also {@link Status#UNDECIDED}, {@link
 *       Status#NO_MEMORY} and {@link Status#TOO_BIG}, and the outcomes of durable writes. Out-parameters count only with
 *       {@link Status#SUCCESS}. An exception is a fault: it costs this command, which answers temporary failure if it
 *       reads and is undecided if it writes, and it is counted and logged with the engine's name.
 *   <li><b>Order.</b> No call comes before {@link EngineProvider#create} has returned or after {@link #close} was called.
 *       Calls of one connection come in the order of its commands.
 *   <li><b>Time.</b> Only that of {@link EngineContext#clock()}.
 * </ul>
 *
 * <p>What is not here is either built by the server on these methods (arithmetic, append, sub-document) or a capability,
 * see {@link #capability}.
 */
@Stable
public interface Engine {

    /**
     * Looks a document up.
     *
     * <p>A locked document is found like any other, with its true CAS and {@link DocumentView#locked()} set.
     *
     * @return {@code SUCCESS}, {@code NO_SUCH_KEY}, {@code SYNC_WRITE_RE_COMMIT_IN_PROGRESS}, {@code UNKNOWN_COLLECTION}
     *     or {@code WOULD_BLOCK}
     */
    @OnEventLoop
    Status get(Cookie cookie, int vbucket, DocumentKey key, DocumentFilter filter, DocumentView out);

    /**
     * Stores a document if mode and CAS of the request allow it, in one step that nobody sees half done.
     *
     * <table>
     * <caption>Outcome by mode and what is there (documents that the filter does not accept count as missing)</caption>
     * <tr><th></th><th>SET</th><th>ADD</th><th>REPLACE</th></tr>
     * <tr><td>missing, CAS 0</td><td>stored</td><td>stored</td><td>NO_SUCH_KEY</td></tr>
     * <tr><td>missing, CAS given</td><td>NO_SUCH_KEY</td><td>–</td><td>NO_SUCH_KEY</td></tr>
     * <tr><td>there, CAS 0 or equal</td><td>stored</td><td>KEY_EXISTS</td><td>stored</td></tr>
     * <tr><td>there, CAS differs</td><td>KEY_EXISTS</td><td>KEY_EXISTS</td><td>KEY_EXISTS</td></tr>
     * <tr><td>locked, CAS of the lock</td><td>stored, unlocked</td><td>KEY_EXISTS</td><td>stored, unlocked</td></tr>
     * <tr><td>locked, otherwise</td><td>LOCKED</td><td>KEY_EXISTS</td><td>LOCKED</td></tr>
     * </table>
     *
     * <p>Where the table says <i>stored</i>, a live document with extended attributes is there, and the request is {@linkplain
     * StoreRequest#unawareOfXattrs unaware of them}, the outcome is {@link Status#HAS_XATTRS} and nothing has changed.
     *
     * @param out filled on success
     */
    @OnEventLoop
    Status store(Cookie cookie, int vbucket, DocumentKey key, StoreRequest request, MutationResult out);

    /**
     * Removes a live document, leaving a tombstone where the engine keeps those.
     *
     * @param out filled on success; its CAS is the tombstone's
     * @return {@code SUCCESS}, {@code NO_SUCH_KEY}, {@code KEY_EXISTS} for another CAS, {@code LOCKED} for CAS 0 on a
     *     locked document and {@code LOCKED_TEMPORARY} for a CAS that is not the lock's, {@code HAS_XATTRS} where the
     *     removal is allowed but {@linkplain RemoveRequest#unawareOfXattrs unaware} of the document's attributes, or {@code
     *     WOULD_BLOCK}
     */
    @OnEventLoop
    Status remove(Cookie cookie, int vbucket, DocumentKey key, RemoveRequest request, MutationResult out);

    /**
     * Gives a live document another expiry and shows it. With the expiry that it already has, nothing changes and nothing
     * gets a new CAS; otherwise this is a mutation.
     *
     * @param expirySeconds absolute Unix time in seconds, 0 for never
     * @param out shows the document with its new CAS and expiry
     * @return {@code SUCCESS}, {@code NO_SUCH_KEY}, {@code LOCKED} or {@code WOULD_BLOCK}
     */
    @OnEventLoop
    Status getAndTouch(Cookie cookie, int vbucket, DocumentKey key, long expirySeconds, DocumentView out);

    /**
     * Locks a live document for a time and shows it. The lock has a CAS of its own, which is what {@code out} shows;
     * locking is no mutation and the document keeps the CAS that it had.
     *
     * @param lockSeconds how long, from 1; the server has applied defaults and limits
     * @return {@code SUCCESS}, {@code NO_SUCH_KEY}, {@code LOCKED_TEMPORARY} where it is locked already, or {@code
     *     WOULD_BLOCK}
     */
    @OnEventLoop
    Status lock(Cookie cookie, int vbucket, DocumentKey key, int lockSeconds, DocumentView out);

    /**
     * Ends a lock.
     *
     * @param cas that of the lock
     * @return {@code SUCCESS}, {@code NO_SUCH_KEY}, {@code NOT_LOCKED}, {@code LOCKED_TEMPORARY} for another CAS, or {@code
     *     WOULD_BLOCK}
     */
    @OnEventLoop
    Status unlock(Cookie cookie, int vbucket, DocumentKey key, long cas);

    /**
     * The statistics of a group, lazily: the server takes as many as its client's socket has room for, rests, and takes
     * more later, perhaps on another thread of the pool, never on two at a time.
     *
     * <p><b>Thread.</b> Of the non-I/O pool, for this call and for the iterator.
     *
     * @param group the group's name; the empty name is the general group
     * @param argument what the client wrote behind the group's name, or the empty text
     * @return null where the engine does not know the group
     * @throws IllegalArgumentException for an argument that makes no sense; its message goes to the client
     */
    @OnBackground
    @Nullable
    Iterator<Statistic> statistics(String group, String argument);

    /** Sets to zero what counts events, as clients may ask; gauges stay. */
    @OnBackground
    void resetStatistics();

    /**
     * An ability beyond this interface, asked for by its class: {@code engine.capability(RangeScans.class)}. What is not
     * there is neither advertised to clients nor called. The answer for one class never changes.
     *
     * <p>Asking, where {@code instanceof} would do, lets an engine be wrapped.
     */
    @AnyThread
    <C> @Nullable C capability(Class<C> type);

    /**
     * The bucket is going away. From here on the engine refuses work and soon notifies every command that it has blocked,
     * with {@link Status#CANCELLED} or {@link Status#TEMPORARY_FAILURE} for what did not happen and {@link
     * Status#UNDECIDED} for what may have. Must not wait. The server does not rely on it: commands that nobody notified
     * are ended by the server itself.
     */
    @AnyThread
    default void cancelBlocked() {}

    /**
     * Releases everything. Last call, made once, on a background thread; may wait, in bounded time.
     *
     * @param force skip flushing: the bucket was deleted, and nobody will read its data again
     */
    @OnBackground
    void close(boolean force);
}
