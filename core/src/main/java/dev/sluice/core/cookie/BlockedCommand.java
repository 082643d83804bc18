package dev.sluice.core.cookie;

import dev.sluice.core.bucket.NotificationFaults;
import dev.sluice.core.transport.Loop;
import dev.sluice.engine.BlockedCookie;
import dev.sluice.engine.Status;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The handle of one block of one command: the only object of a command that crosses threads.
 *
 * <p>Two words decide everything. {@code outcome} belongs to whoever comes first: a notifier with its status, the
 * loop with {@link #CANCELLED} (the command ended) or {@link #VOID} (the call that took the handle answered otherwise).
 * {@code cancelAction} pairs a listener with a cancellation in whichever order they come. Whoever loses the race on {@code
 * outcome} changes nothing.
 *
 * <p>The handle is its own task for the loop, so that a notification allocates nothing. Between the notification and that
 * task the command may still end; then the loop has taken the cookie away, and the task finds nothing to do. For the same
 * reason a handle that is kept for ever by a forgetful engine holds neither cookie nor connection.
 */
public final class BlockedCommand implements BlockedCookie, Runnable {

    private static final VarHandle OUTCOME;
    private static final VarHandle CANCEL_ACTION;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            OUTCOME = lookup.findVarHandle(BlockedCommand.class, "outcome", Object.class);
            CANCEL_ACTION = lookup.findVarHandle(BlockedCommand.class, "cancelAction", Runnable.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final Object CANCELLED = new Object();
    private static final Object VOID = new Object();
    private static final Runnable CANCELLATION_OVER = BlockedCommand::nothing;

    private final Loop loop;
    private final NotificationFaults faults;

    /** Null while pending; then a {@link Status}, {@link #CANCELLED} or {@link #VOID}. */
    private volatile @Nullable Object outcome;

    @SuppressWarnings("UnusedVariable") // Read through CANCEL_ACTION.
    private volatile @Nullable Runnable cancelAction;

    /** Confined to the loop; null once the command has gone on or ended. */
    private @Nullable CommandCookie cookie;

    BlockedCommand(CommandCookie cookie, Loop loop, NotificationFaults faults) {
        this.cookie = cookie;
        this.loop = loop;
        this.faults = faults;
    }

    @Override
    public void notifyIoComplete(Status status) {
        Objects.requireNonNull(status, "status");
        if (OUTCOME.compareAndSet(this, null, status)) {
            cancelAction = CANCELLATION_OVER; // A listener and what it captured must not live as long as this handle.
            try {
                loop.execute(this);
            } catch (RejectedExecutionException e) {
                faults.notifiedLate(); // The server has stopped, and its connections with it.
            }
            return;
        }
        Object first = outcome;
        if (first == CANCELLED) {
            faults.notifiedLate();
        } else if (first == VOID) {
            faults.notifiedVoid();
        } else {
            faults.notifiedTwice();
        }
    }

    @Override
    public void onCancel(Runnable action) {
        Objects.requireNonNull(action, "action");
        Runnable before = (Runnable) CANCEL_ACTION.compareAndExchange(this, null, action);
        if (before == null) {
            // The loop may have cancelled between: then one of us two takes the action out, and runs it.
            if (outcome == CANCELLED) {
                runCancelAction();
            }
        } else if (before != CANCELLATION_OVER) {
            throw new IllegalStateException("onCancel called twice on one handle");
        } else if (outcome == CANCELLED) {
            action.run();
        }
    }

    @Override
    public boolean cancelled() {
        return outcome == CANCELLED;
    }

    /** The command ends without having been notified. On the loop. */
    void cancel() {
        cookie = null;
        if (OUTCOME.compareAndSet(this, null, CANCELLED)) {
            runCancelAction();
        }
    }

    /** The call that took this handle answered with another status. On the loop. */
    void revoke() {
        cookie = null;
        if (!OUTCOME.compareAndSet(this, null, VOID)) {
            faults.notifiedVoid(); // Notified already, and its task is under way.
            outcome = VOID;
        }
        cancelAction = CANCELLATION_OVER;
    }

    private static void nothing() {}

    private void runCancelAction() {
        Runnable action = (Runnable) CANCEL_ACTION.getAndSet(this, CANCELLATION_OVER);
        if (action != null && action != CANCELLATION_OVER) {
            faults.run(action::run);
        }
    }

    /** The notification, arrived on the loop. */
    @Override
    public void run() {
        assert loop.inLoop();
        CommandCookie blocked = cookie;
        if (blocked == null) {
            if (outcome != VOID) { // Of a void one it was said when it was revoked.
                faults.notifiedLate();
            }
            return;
        }
        cookie = null;
        Status status = (Status) Objects.requireNonNull(outcome, "run without outcome");
        if (status == Status.WOULD_BLOCK) {
            faults.notifiedWouldBlock();
        }
        blocked.wake(this, status);
    }
}
