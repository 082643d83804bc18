package dev.sluice.engine;

import dev.sluice.engine.annotation.Evolving;
import dev.sluice.engine.annotation.OnBackground;
import dev.sluice.engine.annotation.OnEventLoop;
import org.jspecify.annotations.Nullable;

/**
 * Capability: reading a vbucket's documents in key order, as they were at one moment.
 *
 * <p>The engine gives a cursor over a consistent view and nothing more. Identifiers, limits, lifetimes, sampling, the
 * encoding for clients, and the pace that a slow client dictates are the server's: it takes documents from the cursor on
 * an aux-I/O thread until its spool is full, and takes more when the client's socket has room again. Between two such
 * visits, which may be minutes apart, no thread waits.
 */
@Evolving
public interface RangeScans {

    /**
     * Opens a consistent view of one collection of one vbucket.
     *
     * <p>As a rule this blocks: finding and sorting is background work. The view is that of the moment of the first call,
     * not of the repetition.
     *
     * @param request lent for the call, repetitions included
     * @param out filled on success; the server closes the scan that it holds, once, whatever happens
     * @return {@code SUCCESS}; {@code NO_SUCH_KEY} where the range is empty; {@code TOO_BUSY} where no further view can be
     *     held or the quota has no room for one; {@code VBUCKET_UUID_MISMATCH}; {@code NOT_STORED} where the sequence
     *     number must exist and does not; {@code TEMPORARY_FAILURE} where a sequence number was not reached in time, or no view can be
     *     had now;
     *     {@code UNKNOWN_COLLECTION}; {@code WOULD_BLOCK}
     */
    @OnEventLoop
    Status open(Cookie cookie, int vbucket, Request request, Holder out);

    /**
     * What to scan. Keys of the range are without collection prefix; comparison is of unsigned bytes, shorter before
     * longer.
     *
     * @param collection the collection, unsigned
     * @param start the first key of the range, inclusive; empty for the beginning
     * @param end where the range ends, exclusive; null for the end of the collection
     * @param keysOnly whether values will not be looked at
     * @param vbucketUuid the history that the client believes in, 0 for any
     * @param seqno a sequence number that the view must have reached, 0 for none
     * @param seqnoMustExist whether a document (or tombstone) must have just that sequence number
     * @param deadlineNanos until when to wait for the sequence number, on the scale of {@link EngineClock#nanoTime()};
     *     0 for not at all
     */
    @SuppressWarnings("ArrayRecordComponent") // Lent for the call; nobody compares requests.
    record Request(
            int collection,
            byte[] start,
            byte @Nullable [] end,
            boolean keysOnly,
            long vbucketUuid,
            long seqno,
            boolean seqnoMustExist,
            long deadlineNanos) {}

    /** Where {@link #open} puts the scan. */
    final class Holder {
        private @Nullable Scan scan;

        public void set(@Nullable Scan scan) {
            this.scan = scan;
        }

        public @Nullable Scan scan() {
            return scan;
        }
    }

    /**
     * A cursor over one view. Used by one thread at a time, of the aux-I/O pool; not always the same.
     *
     * <p>A scan stays usable when its vbucket or collection goes away: then {@link #next} answers what the call would.
     */
    interface Scan {

        /**
         * Moves to the next live document, in key order, and shows it with its key. Documents that expired after the view
         * was opened may be shown or not.
         *
         * @return {@code SUCCESS}; {@code NO_SUCH_KEY} at the end; {@code NOT_MY_VBUCKET}, {@code UNKNOWN_COLLECTION},
         *     {@code CANCELLED} or {@code FAILED} when the scan cannot go on. Never {@code WOULD_BLOCK}: it may wait
         */
        @OnBackground
        Status next(DocumentView out);

        /** About how many live documents the collection has in this view; sampling divides by it. May wait. */
        @OnBackground
        long collectionCount();

        /** Gives the view back. Idempotent; may be called from any thread while no {@link #next} is under way. */
        void close();
    }
}
