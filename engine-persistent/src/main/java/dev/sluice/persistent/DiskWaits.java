package dev.sluice.persistent;

import dev.sluice.engine.BlockedCookie;
import dev.sluice.engine.Cookie;
import dev.sluice.engine.Status;
import dev.sluice.engine.TaskPool;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Commands without a deadline of their own that are answered when the disk has something: FLUSH, DEL_VBUCKET, COMPACT_DB. A
 * disk that takes nothing must not keep them for ever, so each waits for {@value #SECONDS_MAX} seconds at the most. What it was
 * to wait for goes on and happens when it can.
 *
 * <p><b>Thread.</b> Any.
 */
final class DiskWaits {

    /** As long as SEQNO_PERSISTENCE waits. */
    static final int SECONDS_MAX = 30;

    /** Why a command is refused that nobody would serve. */
    static final String STOPPED = "Persistence is stopped (expected: START_PERSISTENCE first)";

    private static final String TOO_LATE =
            "The disk has not taken it in " + SECONDS_MAX + " s: see the group disk-failures in STAT";

    private final TaskPool timers;
    private final Set<DiskWait> waiting = ConcurrentHashMap.newKeySet();

    DiskWaits(TaskPool timers) {
        this.timers = timers;
    }

    /** Blocks a command; its repetition finds the wait attached to the cookie. On the event loop. */
    DiskWait begin(Cookie cookie) {
        DiskWait wait = new DiskWait(cookie.block());
        cookie.attach(wait);
        waiting.add(wait);
        wait.blocked.onCancel(wait::forget);
        try {
            wait.deadline = timers.schedule(wait::tooLate, TimeUnit.SECONDS.toNanos(SECONDS_MAX));
        } catch (RejectedExecutionException bucketIsGone) {
            wait.end(Status.CANCELLED);
        }
        return wait;
    }

    /** The bucket is going away. */
    void cancelAll() {
        waiting.forEach(wait -> wait.end(Status.CANCELLED));
    }

    /** One command that waits. */
    final class DiskWait {
        private final BlockedCookie blocked;
        private final AtomicBoolean over = new AtomicBoolean();
        private volatile TaskPool.@Nullable Scheduled deadline;
        private volatile Status outcome = Status.CANCELLED;
        private volatile String reason = TOO_LATE;

        private DiskWait(BlockedCookie blocked) {
            this.blocked = blocked;
        }

        /** What the command answers; nothing happens where it has been answered already. */
        void end(Status status) {
            if (over.compareAndSet(false, true)) {
                withdraw();
                outcome = status;
                // Where the call can be repeated the repetition says what the outcome was, and why.
                blocked.notifyIoComplete(status == Status.CANCELLED ? status : Status.SUCCESS);
            }
        }

        /** It cannot be done now, for a reason that is good for clients. */
        void fail(String why) {
            reason = why;
            end(Status.TEMPORARY_FAILURE);
        }

        /**
         * The disk has what was to be written, and what follows takes as long as it takes.
         *
         * @return whether anybody still waits for that
         */
        boolean goesOn() {
            cancelDeadline();
            return !over.get();
        }

        /** For the repetition of the call. On the event loop. */
        Status outcome(Cookie cookie) {
            if (outcome == Status.TEMPORARY_FAILURE) {
                cookie.errorContext(reason);
            }
            return outcome;
        }

        private void tooLate() {
            end(Status.TEMPORARY_FAILURE);
        }

        private void forget() {
            over.set(true);
            withdraw();
        }

        private void withdraw() {
            waiting.remove(this);
            cancelDeadline();
        }

        private void cancelDeadline() {
            TaskPool.Scheduled pending = deadline;
            if (pending != null) {
                pending.cancel();
            }
        }
    }
}
