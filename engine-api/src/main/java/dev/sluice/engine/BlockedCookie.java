package dev.sluice.engine;

import dev.sluice.engine.annotation.AnyThread;
import dev.sluice.engine.annotation.Stable;

/**
 * The right and the duty to wake one blocked command once. The only thing of a command that an engine may keep.
 *
 * <p><b>Thread.</b> Any. Nothing here waits, and nothing runs the command on the caller's thread: the command goes on
 * later, on the event loop of its connection.
 *
 * <p><b>Lifetime.</b> Valid for ever, useful until the first notification. A handle holds no document, no buffer and no
 * connection once its command is over, so a handle that is never notified leaks nothing but itself.
 */
@Stable
@AnyThread
public interface BlockedCookie {

    /**
     * Wakes the command.
     *
     * <p>{@link Status#SUCCESS} has the server repeat the call that blocked, with the same arguments and the cookie's
     * attachment. Any other status is the answer, and the engine is not called again, except that {@link
     * Status#VBUCKET_PENDING} has the call repeated: whether a vbucket is pending must be said by the call itself. {@link Status#WOULD_BLOCK} is no
     * answer: it is counted as a fault and taken as what an exception would be, a temporary failure of a read, and
     * {@link Status#UNDECIDED} of a mutation.
     *
     * <p>Make the state visible first and notify then: the repeated call may start before this method returns. Do not
     * notify while holding a lock that the repeated call takes.
     *
     * <p>A second notification, or one for a command that has ended, does nothing. The second is a fault of the engine,
     * counted and logged once; the other is a race that nobody can avoid, and legal.
     */
    void notifyIoComplete(Status status);

    /**
     * Asks to be told when the command ends without having been notified: its connection closed, or its bucket is being
     * destroyed. The action runs at most once, on an arbitrary thread, and must not wait; if the command has ended that
     * way already, it runs at once on the caller's. It never runs after a notification was accepted.
     *
     * <p>At most one action for each handle: {@link IllegalStateException} for the second.
     */
    void onCancel(Runnable action);

    /** Whether the command has ended without a notification. Work done for it from here on is wasted. */
    boolean cancelled();
}
