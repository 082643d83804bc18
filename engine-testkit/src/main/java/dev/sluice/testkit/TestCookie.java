package dev.sluice.testkit;

import dev.sluice.engine.BlockedCookie;
import dev.sluice.engine.Cookie;
import dev.sluice.engine.Status;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One command of a test, holding the engine to every rule of {@link Cookie} and {@link BlockedCookie}. A rule that is
 * broken is written down in {@link #violations()}, since it may be broken on a thread that no test hears of.
 *
 * <p>The test brackets each call of the engine with {@link #enter()} and {@link #leave(Status)}; {@link EngineDriver} does
 * that, and what a server does after.
 *
 * <p><b>Thread.</b> The cookie is the test's thread's; its handles take notifications from any.
 */
public final class TestCookie implements Cookie {
    private final long connectionId;
    private final List<String> violations = new ArrayList<>(); // guarded by this

    private @Nullable Thread caller; // not null while a call is under way
    private @Nullable Handle handle; // taken in the call that is under way, or that blocked
    private @Nullable Object attachment;
    private @Nullable String errorContext;

    public TestCookie(long connectionId) {
        this.connectionId = connectionId;
    }

    /** A call of the engine begins, on this thread. */
    public synchronized void enter() {
        if (caller != null) {
            throw new IllegalStateException("a call is under way");
        }
        caller = Thread.currentThread();
        handle = null;
    }

    /**
     * The call is over. With {@link Status#WOULD_BLOCK} the cookie is blocked from here on; with anything else a handle
     * that was taken is void, and that it was taken is a violation.
     */
    public void leave(@Nullable Status status) {
        Handle taken;
        synchronized (this) {
            caller = null;
            taken = handle;
        }
        if (status == null) {
            violation("returned null (expected: a status)");
        } else if (status == Status.WOULD_BLOCK && taken == null) {
            violation("returned WOULD_BLOCK without having called block()");
        } else if (status != Status.WOULD_BLOCK && taken != null) {
            taken.makeVoid();
            violation("returned " + status + " having called block() (expected: WOULD_BLOCK)");
        }
        if (status != Status.WOULD_BLOCK) {
            end();
        }
    }

    /** The command is over: what the engine attached is dropped, as a server does. */
    public synchronized void end() {
        attachment = null;
    }

    /** What the command was notified with, or null while it waits. */
    public @Nullable Status notified() {
        Handle blocked = blocked();
        synchronized (blocked) {
            return blocked.status;
        }
    }

    /** How often the command was notified since it blocked last. */
    public int notificationCount() {
        Handle blocked = blocked();
        synchronized (blocked) {
            return blocked.count;
        }
    }

    /** Ends the blocked command as a server does when the connection closes: its handle is told and then ignored. */
    public void cancel() {
        blocked().cancel();
        Object abandoned;
        synchronized (this) {
            abandoned = attachment;
        }
        end();
        if (abandoned instanceof AutoCloseable resource) {
            try {
                resource.close();
            } catch (Exception e) {
                violation("attached what throws when it is closed: " + e);
            }
        }
    }

    /** The sentence that the engine has given for the client, or null. */
    public synchronized @Nullable String errorContextOrNull() {
        return errorContext;
    }

    /** The rules that the engine has broken so far, in its own order. */
    public synchronized List<String> violations() {
        return List.copyOf(violations);
    }

    @Override
    public BlockedCookie block() {
        checkCaller("block()");
        synchronized (this) {
            if (handle != null) {
                violations.add("called block() twice in one call");
                throw new IllegalStateException("blocked already in this call");
            }
            handle = new Handle(this);
            return handle;
        }
    }

    @Override
    public @Nullable Object attachment() {
        checkCaller("attachment()");
        return attachment;
    }

    @Override
    public void attach(@Nullable Object attachment) {
        checkCaller("attach()");
        this.attachment = attachment;
    }

    @Override
    public long connectionId() {
        checkCaller("connectionId()");
        return connectionId;
    }

    @Override
    public void errorContext(String sentence) {
        checkCaller("errorContext()");
        if (sentence.isBlank()) {
            violation("gave an empty error context");
        }
        synchronized (this) {
            errorContext = sentence;
        }
    }

    private Handle blocked() {
        synchronized (this) {
            if (handle == null) {
                throw new IllegalStateException("not blocked");
            }
            return handle;
        }
    }

    private void checkCaller(String method) {
        Thread owner;
        synchronized (this) {
            owner = caller;
        }
        if (owner != Thread.currentThread()) {
            violation(method + " called "
                    + (owner == null ? "outside of a call" : "from a thread that is not the call's"));
        }
    }

    private synchronized void violation(String text) {
        violations.add(text);
    }

    private static final class Handle implements BlockedCookie {
        private final TestCookie cookie;
        private @Nullable Status status;
        private int count;
        private boolean isVoid;
        private boolean cancelled;
        private boolean cancelRegistered;
        private @Nullable Runnable onCancel;

        Handle(TestCookie cookie) {
            this.cookie = cookie;
        }

        @Override
        public void notifyIoComplete(Status status) {
            String broken = null;
            synchronized (this) {
                count++;
                if (status == Status.WOULD_BLOCK) {
                    broken = "notified WOULD_BLOCK";
                } else if (isVoid) {
                    broken = "notified " + status + " on a handle of a call that did not block";
                } else if (this.status != null) {
                    broken = "notified " + status + " after having notified " + this.status;
                }
                if (this.status == null && !cancelled) {
                    this.status = status == Status.WOULD_BLOCK ? Status.FAILED : status;
                    onCancel = null;
                }
            }
            if (broken != null) {
                cookie.violation(broken);
            }
        }

        @Override
        public void onCancel(Runnable action) {
            boolean now;
            synchronized (this) {
                if (cancelRegistered) {
                    cookie.violation("called onCancel() twice");
                    throw new IllegalStateException("there is an action already");
                }
                cancelRegistered = true;
                now = cancelled;
                if (!now && status == null) {
                    onCancel = action;
                }
            }
            if (now) {
                action.run();
            }
        }

        @Override
        public synchronized boolean cancelled() {
            return cancelled;
        }

        void cancel() {
            Runnable action;
            synchronized (this) {
                if (status != null || cancelled) {
                    return;
                }
                cancelled = true;
                action = onCancel;
                onCancel = null;
            }
            if (action != null) {
                action.run();
            }
        }

        synchronized void makeVoid() {
            isVoid = true;
        }
    }
}
