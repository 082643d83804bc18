package dev.sluice.core.cookie;

import dev.sluice.core.bucket.EngineFault;
import dev.sluice.engine.Status;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What should come of a story: a queue of tasks, the command that waits, and for each handle what became of it. No cookie,
 * no buffers, no races: whatever happens outside of the loop happens between its tasks.
 */
final class CookieModel {

    /** What happens outside of the engine's calls. */
    enum Event {
        /** The loop runs all tasks that it has. */
        RUN,
        NOTIFY_SUCCESS,
        NOTIFY_ERROR,
        /** Not the newest handle, but the first that there ever was. */
        NOTIFY_FIRST,
        /** The engine asks to hear of the newest handle's cancellation. */
        LISTEN,
        DISCONNECT,
        DESTROY,
        SEND
    }

    /** What the engine does with one call. */
    enum Behaviour {
        ANSWER(false, null, Status.NO_SUCH_KEY),
        BLOCK(true, null, Status.WOULD_BLOCK),
        BLOCK_NOTIFY_SUCCESS(true, Status.SUCCESS, Status.WOULD_BLOCK),
        BLOCK_NOTIFY_ERROR(true, Status.TOO_BUSY, Status.WOULD_BLOCK),
        BLOCK_NOTIFY_NONSENSE(true, Status.WOULD_BLOCK, Status.WOULD_BLOCK),
        BLOCK_AND_ANSWER(true, null, Status.NO_SUCH_KEY),
        BLOCK_NOTIFY_AND_ANSWER(true, Status.SUCCESS, Status.NO_SUCH_KEY),
        WOULD_BLOCK_WITHOUT_HANDLE(false, null, Status.WOULD_BLOCK),
        THROW(false, null, Status.FAILED),
        BLOCK_AND_THROW(true, null, Status.FAILED);

        private final boolean takesHandle;
        private final @Nullable Status early;
        private final Status answer;

        Behaviour(boolean takesHandle, @Nullable Status early, Status answer) {
            this.takesHandle = takesHandle;
            this.early = early;
            this.answer = answer;
        }

        boolean blocks() {
            return takesHandle;
        }

        @Nullable
        Status notifiesEarly() {
            return early;
        }

        Status answer() {
            return answer;
        }

        boolean waits() {
            return takesHandle && answer == Status.WOULD_BLOCK;
        }

        boolean fails() {
            return this == THROW || this == BLOCK_AND_THROW || this == WOULD_BLOCK_WITHOUT_HANDLE;
        }
    }

    private static final class Handle {
        @Nullable
        Status notified;

        boolean isVoid;
        boolean cancelled;
        boolean listens;
    }

    final List<Integer> answered = new ArrayList<>();
    final List<Integer> statuses = new ArrayList<>();
    final List<Integer> cancelActions = new ArrayList<>();
    final Map<EngineFault, Long> faults = new EnumMap<>(EngineFault.class);
    boolean closed;

    private final boolean mutation;
    private final Deque<Behaviour> behaviours;
    private final List<Handle> handles = new ArrayList<>();
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private @Nullable Handle current;
    private boolean readQueued;
    private boolean reading = true;
    private boolean socketClosed;
    private int inSocket;
    private int received;
    private int command;

    CookieModel(boolean mutation, List<Behaviour> behaviours) {
        this.mutation = mutation;
        this.behaviours = new ArrayDeque<>(behaviours);
    }

    int behavioursLeft() {
        return behaviours.size();
    }

    boolean cancelled(int handle) {
        return handles.get(handle).cancelled;
    }

    boolean waitsFor(int handle) {
        return handles.get(handle) == current;
    }

    void happen(Event event) {
        switch (event) {
            case RUN -> {
                while (!tasks.isEmpty()) {
                    tasks.remove().run();
                }
            }
            case NOTIFY_SUCCESS -> notify(handles.get(handles.size() - 1), Status.SUCCESS);
            case NOTIFY_ERROR -> notify(handles.get(handles.size() - 1), Status.TOO_BUSY);
            case NOTIFY_FIRST -> notify(handles.get(0), Status.SUCCESS);
            case LISTEN -> {
                Handle newest = handles.get(handles.size() - 1);
                newest.listens = true;
                if (newest.cancelled) {
                    cancelActions.add(handles.size() - 1);
                }
            }
            case DISCONNECT -> tasks.add(this::disconnect);
            case DESTROY -> tasks.add(this::close);
            case SEND -> {
                inSocket = socketClosed ? 0 : inSocket + 1;
                queueRead();
            }
        }
    }

    private void notify(Handle handle, Status status) {
        if (handle.isVoid) {
            fault(EngineFault.NOTIFIED_VOID);
        } else if (handle.cancelled) {
            fault(EngineFault.NOTIFIED_LATE);
        } else if (handle.notified != null) {
            fault(EngineFault.NOTIFIED_TWICE);
        } else {
            handle.notified = status;
            tasks.add(() -> wake(handle));
        }
    }

    private void wake(Handle handle) {
        if (handle.isVoid) {
            return;
        }
        if (current != handle) {
            fault(EngineFault.NOTIFIED_LATE);
            return;
        }
        current = null;
        if (handle.notified == Status.SUCCESS) {
            call();
        } else if (handle.notified == Status.WOULD_BLOCK) {
            fault(EngineFault.NOTIFIED_WOULD_BLOCK);
            unknown();
        } else {
            answer(0x85);
        }
        goOn();
    }

    private void queueRead() {
        if (reading && inSocket > 0 && !readQueued && !socketClosed) {
            readQueued = true;
            tasks.add(() -> {
                // One at a time: a command that waits has the rest stay in the socket.
                while (reading && inSocket > 0 && !socketClosed) {
                    inSocket--;
                    received++;
                    goOn();
                }
                readQueued = false;
                queueRead();
            });
        }
    }

    /** Commands in order, as long as none waits. */
    private void goOn() {
        while (current == null && received > 0 && !closed) {
            received--;
            command++;
            call();
        }
        reading = current == null;
        queueRead();
    }

    private void call() {
        Behaviour behaviour = behaviours.remove();
        Handle handle = new Handle();
        if (behaviour.blocks()) {
            handles.add(handle);
        }
        if (behaviour.notifiesEarly() != null) {
            notify(handle, behaviour.notifiesEarly());
        }
        if (behaviour.waits()) {
            current = handle;
            return;
        }
        handle.isVoid = behaviour.blocks();
        if (handle.notified != null) {
            fault(EngineFault.NOTIFIED_VOID);
        }
        switch (behaviour) {
            case THROW, BLOCK_AND_THROW -> fault(EngineFault.EXCEPTION);
            case WOULD_BLOCK_WITHOUT_HANDLE -> fault(EngineFault.BLOCKED_WITHOUT_HANDLE);
            case BLOCK_AND_ANSWER, BLOCK_NOTIFY_AND_ANSWER -> fault(EngineFault.ANSWERED_AFTER_BLOCK);
            default -> {}
        }
        if (behaviour.fails()) {
            unknown();
        } else {
            answer(0x01);
        }
    }

    /** Nobody knows what the engine did: a read may be tried again, a mutation must not. */
    private void unknown() {
        if (mutation) {
            close();
        } else {
            answer(0x86);
        }
    }

    private void answer(int status) {
        if (!socketClosed) {
            answered.add(command);
            statuses.add(status);
        }
    }

    /** The socket is closed at once, and the connection hears of it behind what is queued already. */
    private void disconnect() {
        if (!socketClosed) {
            socketClosed = true;
            inSocket = 0;
            tasks.add(this::close);
        }
    }

    private void close() {
        Handle waiting = current;
        if (waiting != null && waiting.notified == null) {
            waiting.cancelled = true;
            if (waiting.listens) {
                cancelActions.add(handles.indexOf(waiting));
            }
        }
        current = null;
        closed = true;
        socketClosed = true;
        received = 0;
        inSocket = 0;
    }

    private void fault(EngineFault fault) {
        faults.merge(fault, 1L, Long::sum);
    }
}
