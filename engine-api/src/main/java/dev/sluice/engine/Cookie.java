package dev.sluice.engine;

import dev.sluice.engine.annotation.OnEventLoop;
import dev.sluice.engine.annotation.Stable;
import org.jspecify.annotations.Nullable;

/**
 * One command in flight, as an engine sees it.
 *
 * <p><b>Thread.</b> Only the event loop that owns the connection, within the call that the cookie was passed to. No method
 * may be called from elsewhere; what crosses threads is the {@link BlockedCookie}.
 *
 * <p><b>Ownership.</b> Pooled by the server and reused for the next command at once. An engine never keeps it.
 */
@Stable
@OnEventLoop
public interface Cookie {

    /**
     * Blocks the command: the engine will answer later. Having called this, the engine must return {@link
     * Status#WOULD_BLOCK} from the call under way, and owes the handle exactly one {@link
     * BlockedCookie#notifyIoComplete}, which may come before that return.
     *
     * <p><b>Errors.</b> At most once in a call: {@link IllegalStateException} the second time. A handle taken in a call
     * that then returns another status is void; notifying it does nothing but count as a fault of the engine.
     */
    BlockedCookie block();

    /**
     * What the engine has attached to this call, or null. Something being here means that the call is a repetition after a
     * notification. The server drops the attachment when the call is answered with anything but {@link
     * Status#WOULD_BLOCK}, and when the command ends: a command of two calls does not carry it from one to the other.
     */
    @Nullable
    Object attachment();

    /**
     * Keeps an object of the engine's for the repetition of this call; null takes it off.
     *
     * <p>A command can end between a notification of success and the repetition, as its connection may close at any time,
     * and then nobody hears of a cancellation any more. An attachment that is {@link AutoCloseable} is closed in every
     * case in which the command ends while it is attached; closing happens on the event loop and must not wait. So
     * whatever an attachment owns, a snapshot for one, it gives back there.
     */
    void attach(@Nullable Object attachment);

    /** Identifies the connection in logs; unique in the process. */
    long connectionId();

    /**
     * A sentence for the client on why the command fails, sent in the body of an error answer. The text must be constant
     * or name limits and expectations, and must not contain keys or values.
     */
    void errorContext(String sentence);
}
