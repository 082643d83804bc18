package dev.sluice.engine.async;

import dev.sluice.engine.BlockedCookie;
import dev.sluice.engine.DocumentView;
import dev.sluice.engine.Status;
import dev.sluice.engine.TaskPool;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One command between its first call and its answer. It owns copies of all that the call lent, waits for its turn at the
 * key, decides there, and is what the repeated call finds attached to the cookie.
 *
 * <pre>
 * WAITING --begin--> DECIDING --beginWrite--> WRITING
 *    |                  |  ^------retry----------|
 *    +------------------+------------------------+--> OVER: notified, once, with what the state before allows to say
 * </pre>
 *
 * <p><b>Thread.</b> The state is an atomic, and whoever moves it to OVER notifies. Everything else is written before that
 * by the thread whose turn it is, and read after it by the repeated call.
 */
abstract class AsyncOperation {
    private enum State {
        /** Behind others of the same key. Nothing has happened. */
        WAITING,
        /** Loading and deciding. Nothing has changed in the store. */
        DECIDING,
        /** The store was told to change something. */
        WRITING,
        OVER
    }

    final StoreKey key;
    final long chargedBytes;

    /** The document to show, on success. */
    byte @Nullable [] shown;

    /** The CAS to show, where it is not the document's: that of a lock or of a removal. */
    long shownCas;

    boolean shownLocked;

    private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);
    private final AtomicBoolean released = new AtomicBoolean();
    private final AtomicBoolean left = new AtomicBoolean();
    private @Nullable BlockedCookie handle;
    private TaskPool.@Nullable Scheduled deadline;
    private int attempts;
    private boolean succeeded;

    /**
     * @param chargedBytes what the copies hold, to be charged to the bucket until the operation has left
     */
    AsyncOperation(StoreKey key, long chargedBytes) {
        this.key = key;
        this.chargedBytes = chargedBytes;
    }

    /** Decides, on any thread. Called again where the store finds that somebody else was faster. */
    abstract Verdict decide(Turn turn);

    /** Takes over what shall be notified; before anything else is done. */
    final void blocked(BlockedCookie handle) {
        this.handle = handle;
    }

    final void deadline(TaskPool.Scheduled deadline) {
        this.deadline = deadline;
    }

    /** Whether the operation has ended, or its client has gone. */
    final boolean over() {
        return state.get() == State.OVER;
    }

    final boolean begin() {
        return state.compareAndSet(State.WAITING, State.DECIDING);
    }

    final boolean beginWrite() {
        attempts++;
        return state.compareAndSet(State.DECIDING, State.WRITING);
    }

    /** Back to deciding: the write did not happen, since the store had another version than the one decided on. */
    final boolean retry() {
        return state.compareAndSet(State.WRITING, State.DECIDING);
    }

    final int attempts() {
        return attempts;
    }

    /** Ends the operation with what it came to, unless it has ended already. */
    final void answer(Status status) {
        for (State before = state.get(); before != State.OVER; before = state.get()) {
            succeeded = status == Status.SUCCESS; // before the state, which publishes it
            if (state.compareAndSet(before, State.OVER)) {
                end(status);
            }
        }
    }

    /**
     * Ends the operation wherever it is: a write that was begun is undecided, anything else did not happen.
     *
     * @return whether it was this call that ended it, leaving it undecided
     */
    final boolean abandon(Status notBegun) {
        State before = state.getAndSet(State.OVER);
        if (before != State.OVER) {
            end(before == State.WRITING ? Status.UNDECIDED : notBegun);
        }
        return before == State.WRITING;
    }

    /** The client has gone: what was not begun never begins. A write that was begun goes on, and nobody hears of it. */
    final void withdraw() {
        if (!state.compareAndSet(State.WAITING, State.OVER)) {
            state.compareAndSet(State.DECIDING, State.OVER);
        }
    }

    private void end(Status status) {
        if (deadline != null) {
            deadline.cancel();
        }
        if (handle != null) {
            handle.notifyIoComplete(status);
        }
    }

    /** True once: for whoever gives back what the operation was admitted with. */
    final boolean release() {
        return released.compareAndSet(false, true);
    }

    /** True once: for whoever lets the next operation of the key begin. */
    final boolean leave() {
        return left.compareAndSet(false, true);
    }

    /** Fills an out-parameter in the repeated call. */
    final Status show(DocumentView out) {
        if (!succeeded || shown == null) {
            return Status.FAILED;
        }
        RecordFormat.show(shown, out);
        out.locked(shownLocked);
        if (shownCas != 0) {
            out.cas(shownCas);
        }
        return Status.SUCCESS;
    }

    final boolean succeeded() {
        return succeeded;
    }
}
