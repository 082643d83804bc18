package dev.sluice.core.command;

import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.datatype.SnappyCodec;
import dev.sluice.core.limits.InflatedBudget;
import dev.sluice.engine.BlockedCookie;
import dev.sluice.engine.Status;
import org.jspecify.annotations.Nullable;

/**
 * Work on the bytes of a value, whose time grows with their number: inflating, looking for JSON, taking xattrs apart. For a
 * short value it is done at once, on the loop. For a long one the command blocks as it does on an engine; a background thread
 * does the work, and the command comes back with it in {@code progress()}.
 *
 * <pre>
 *   W done = finished(cookie, W.class);
 *   if (done == null) {
 *       boolean here = fitsLoop(cookie, bytes, snappy);
 *       if (!here) cookie.request().own();        // before the arrays are looked at: they move
 *       done = new W(arrays);
 *       if (!done.begin(cookie, here)) return Status.WOULD_BLOCK;
 *   }
 * </pre>
 *
 * <p>What a large value is inflated to is paid for, until the command ends or its answer has left: {@link #lease}. Where the
 * command ends while a background thread still works, the thread's array is out of the account for that moment.
 */
abstract class ValueWork {

    /** Written by the thread that does the work, read on the loop after the notification. */
    private @Nullable Throwable failure;

    /** The work. On the loop or on a background thread, once. */
    abstract void work();

    /**
     * Whether work on so many bytes may be done on the loop.
     *
     * @param snappy whether it needs the library, which must not be loaded there
     */
    static boolean fitsLoop(CommandCookie cookie, long bytes, boolean snappy) {
        return isShort(cookie, bytes) && (!snappy || SnappyCodec.loaded());
    }

    /**
     * Charges the memory of the value that a client sent compressed.
     *
     * @return false where there is too much of that; the command answers {@code TEMPORARY_FAILURE}
     */
    static boolean reserveForValue(CommandCookie cookie, long bytes) {
        if (isShort(cookie, bytes)) {
            return true;
        }
        InflatedBudget.Lease lease = lease(cookie, bytes);
        cookie.request().holdForValue(lease);
        return lease != null;
    }

    /** As {@link #reserveForValue}, for the document that an engine has shown. */
    static boolean reserveForDocument(CommandCookie cookie, long bytes) {
        cookie.request().holdForDocument(null); // Of an attempt before this one.
        if (isShort(cookie, bytes)) {
            return true;
        }
        InflatedBudget.Lease lease = lease(cookie, bytes);
        cookie.request().holdForDocument(lease);
        return lease != null;
    }

    /** Short values are not charged: they are no more than what a request may have anyway. */
    private static boolean isShort(CommandCookie cookie, long bytes) {
        return bytes <= cookie.session().node().limits().valueOffLoadBytes();
    }

    private static InflatedBudget.@Nullable Lease lease(CommandCookie cookie, long bytes) {
        InflatedBudget.Lease lease = cookie.session().node().inflatedBudget().tryLease(bytes);
        if (lease == null) {
            cookie.errorContext("Inflated values of all connections take too much memory");
        }
        return lease;
    }

    /** The work that a command has come back with, or null where it has not begun. Taken off the cookie. */
    static <W extends ValueWork> @Nullable W finished(CommandCookie cookie, Class<W> type) {
        Object progress = cookie.progress();
        if (!type.isInstance(progress)) {
            return null;
        }
        cookie.progress(null);
        W done = type.cast(progress);
        Throwable failed = ((ValueWork) done).failure;
        if (failed instanceof OutOfMemoryError noMemory) {
            throw noMemory; // Costs this connection, as it would have on the loop.
        }
        if (failed != null) {
            throw new IllegalStateException("work on a value failed", failed);
        }
        return done;
    }

    /**
     * Does the work here, or blocks the command until another thread has.
     *
     * @return whether it is done; if not, the executor is to answer {@code WOULD_BLOCK}
     */
    final boolean begin(CommandCookie cookie, boolean here) {
        if (here) {
            work();
            return true;
        }
        cookie.progress(this);
        BlockedCookie blocked = cookie.block();
        cookie.bucket().nonIoPool().execute(() -> {
            try {
                work();
            } catch (Throwable e) { // Whatever happens here, the command must hear of it.
                failure = e;
            }
            blocked.notifyIoComplete(Status.SUCCESS);
        });
        return false;
    }
}
