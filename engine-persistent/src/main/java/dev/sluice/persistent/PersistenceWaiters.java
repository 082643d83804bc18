package dev.sluice.persistent;

import dev.sluice.engine.BlockedCookie;
import dev.sluice.engine.Status;
import dev.sluice.engine.TaskPool;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Commands that wait until a sequence number of one vbucket is on disk.
 *
 * <p><b>Thread.</b> Any. Nothing waits for long here, and nobody is notified with the monitor held.
 */
final class PersistenceWaiters {

    /** One command that waits. */
    static final class Waiter {
        private final PersistenceWaiters owner;
        private final long seqno;
        private final boolean durable;
        private final BlockedCookie cookie;
        private final AtomicBoolean over = new AtomicBoolean();
        private volatile TaskPool.@Nullable Scheduled deadline;

        Waiter(PersistenceWaiters owner, long seqno, boolean durable, BlockedCookie cookie) {
            this.owner = owner;
            this.seqno = seqno;
            this.durable = durable;
            this.cookie = cookie;
        }

        /** Whether it is a durable write, whose change is made already. */
        boolean durable() {
            return durable;
        }

        private void end(Status status) {
            if (over.compareAndSet(false, true)) {
                cancelDeadline();
                cookie.notifyIoComplete(status);
            }
        }

        private void cancelDeadline() {
            TaskPool.Scheduled pending = deadline;
            if (pending != null) {
                pending.cancel();
            }
        }

        private void tooLate() {
            owner.forget(this);
            end(durable ? Status.UNDECIDED : Status.TEMPORARY_FAILURE);
        }
    }

    private List<Waiter> waiting = new ArrayList<>(); // guarded by this

    /**
     * Has the command notified of success when the number is on disk, and of what became of it otherwise.
     *
     * @param persisted asked once more after the command is in the list, so that none is missed
     */
    void add(
            BlockedCookie cookie,
            long seqno,
            boolean durable,
            java.util.function.LongSupplier persisted,
            TaskPool timers,
            long delayNanos) {
        Waiter waiter = new Waiter(this, seqno, durable, cookie);
        synchronized (this) {
            waiting.add(waiter);
        }
        cookie.onCancel(() -> {
            waiter.over.set(true);
            waiter.cancelDeadline();
            forget(waiter);
        });
        try {
            waiter.deadline = timers.schedule(waiter::tooLate, delayNanos);
        } catch (RejectedExecutionException bucketIsGone) {
            waiter.tooLate();
        }
        if (waiter.over.get()) {
            waiter.cancelDeadline();
        }
        reached(persisted.getAsLong());
    }

    /** Everything up to this number is on disk. */
    void reached(long seqno) {
        List<Waiter> due = null;
        synchronized (this) {
            if (waiting.isEmpty()) {
                return;
            }
            List<Waiter> left = new ArrayList<>();
            for (Waiter waiter : waiting) {
                if (waiter.seqno <= seqno) {
                    due = due == null ? new ArrayList<>() : due;
                    due.add(waiter);
                } else {
                    left.add(waiter);
                }
            }
            if (due != null) {
                waiting = left;
            }
        }
        if (due != null) {
            due.forEach(waiter -> waiter.end(Status.SUCCESS));
        }
    }

    /** Ends the commands for which the function has an answer. */
    void end(Function<Waiter, @Nullable Status> answers) {
        List<Waiter> present;
        synchronized (this) {
            present = List.copyOf(waiting);
        }
        for (Waiter waiter : present) {
            Status answer = answers.apply(waiter);
            if (answer != null) {
                forget(waiter);
                waiter.end(answer);
            }
        }
    }

    private synchronized void forget(Waiter waiter) {
        waiting.remove(waiter);
    }
}
