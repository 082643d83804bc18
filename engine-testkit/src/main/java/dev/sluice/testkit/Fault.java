package dev.sluice.testkit;

import dev.sluice.engine.Status;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One thing that {@link FaultInjectingEngine} can do with a call. Those in {@link #LEGAL} are what any engine may do, so
 * answers to clients must stay the same to the byte; the others are bugs of engines, which must cost no more than their
 * own command.
 */
public final class Fault {
    enum Kind {
        PASS,
        BLOCK_THEN_SUCCESS,
        NOTIFY_EARLY,
        NOTIFY_LATE,
        NOTIFY_FROM_ODD_THREAD,
        NOTIFY_IN_NEXT_CALL,
        NOTIFY_FAILURE,
        BLOCK_THEN,
        ANSWER,
        LOSE_RACE,
        NOTIFY_TWICE,
        NOTIFY_WOULD_BLOCK,
        NOTIFY_NEVER,
        NOTIFY_VOID,
        THROW,
        THROW_AFTER,
        BLOCK_AND_THROW,
        WOULD_BLOCK_WITHOUT_BLOCK,
        RETURN_NULL,
        DELAY
    }

    /** The engine's own answer, undisturbed. */
    public static final Fault PASS = new Fault(Kind.PASS);
    /** Blocks; a task of the non-I/O pool notifies success. The inner engine has not been called. */
    public static final Fault BLOCK_THEN_SUCCESS = new Fault(Kind.BLOCK_THEN_SUCCESS);
    /** Blocks, and notifies success before the call has returned, on the caller's thread. */
    public static final Fault NOTIFY_EARLY = new Fault(Kind.NOTIFY_EARLY);
    /** Blocks, and notifies success after ten milliseconds of the context's time. */
    public static final Fault NOTIFY_LATE = new Fault(Kind.NOTIFY_LATE);
    /** Blocks; a thread that no pool knows notifies success. */
    public static final Fault NOTIFY_FROM_ODD_THREAD = new Fault(Kind.NOTIFY_FROM_ODD_THREAD);
    /**
     * Blocks, and notifies success from within the next call that anybody makes; where nobody does, after ten milliseconds
     * of the context's time.
     */
    public static final Fault NOTIFY_IN_NEXT_CALL = new Fault(Kind.NOTIFY_IN_NEXT_CALL);
    /**
     * Asks the inner engine at once; what it refuses is not answered but notified, by a task of the non-I/O pool. This is
     * how engines answer that find everything out elsewhere.
     */
    public static final Fault NOTIFY_FAILURE = new Fault(Kind.NOTIFY_FAILURE);
    /**
     * Answers a store or removal that names a CAS as if another had been faster: {@code KEY_EXISTS}, and the inner engine has
     * not been called. All else passes. A client that named the CAS sees it; where the server did, it begins again.
     */
    public static final Fault LOSE_RACE = new Fault(Kind.LOSE_RACE);
    /** Bug: as {@link #BLOCK_THEN_SUCCESS}, with a second notification of success behind the first. */
    public static final Fault NOTIFY_TWICE = new Fault(Kind.NOTIFY_TWICE);
    /** Bug: blocks and notifies WOULD_BLOCK. */
    public static final Fault NOTIFY_WOULD_BLOCK = new Fault(Kind.NOTIFY_WOULD_BLOCK);
    /** Bug: blocks and keeps silent, until {@link FaultInjectingEngine#notifySilent}. */
    public static final Fault NOTIFY_NEVER = new Fault(Kind.NOTIFY_NEVER);
    /** Bug: answers as the inner engine does, with a handle taken in vain, and notifies that later. */
    public static final Fault NOTIFY_VOID = new Fault(Kind.NOTIFY_VOID);
    /** Bug: throws; the inner engine has not been called. */
    public static final Fault THROW = new Fault(Kind.THROW);
    /** Bug: throws when the inner engine has done its work; a call that it blocks passes. */
    public static final Fault THROW_AFTER = new Fault(Kind.THROW_AFTER);
    /** Bug: takes a handle, has an odd thread notify it, and throws. */
    public static final Fault BLOCK_AND_THROW = new Fault(Kind.BLOCK_AND_THROW);
    /** Bug: says WOULD_BLOCK, and nobody has a handle to notify. */
    public static final Fault WOULD_BLOCK_WITHOUT_BLOCK = new Fault(Kind.WOULD_BLOCK_WITHOUT_BLOCK);
    /** Bug: no answer at all. */
    public static final Fault RETURN_NULL = new Fault(Kind.RETURN_NULL);

    /** What engines are free to do. A client must not be able to tell. */
    public static final List<Fault> LEGAL = List.of(
            PASS,
            BLOCK_THEN_SUCCESS,
            NOTIFY_EARLY,
            NOTIFY_LATE,
            NOTIFY_FROM_ODD_THREAD,
            NOTIFY_IN_NEXT_CALL,
            NOTIFY_FAILURE);

    /** Bugs that a server notices and that change no answer. */
    public static final List<Fault> HARMLESS = List.of(NOTIFY_TWICE, NOTIFY_VOID);

    private final Kind kind;
    private final @Nullable Status status;
    private final long nanos;

    private Fault(Kind kind) {
        this(kind, null, 0);
    }

    private Fault(Kind kind, @Nullable Status status, long nanos) {
        this.kind = kind;
        this.status = status;
        this.nanos = nanos;
    }

    /** Blocks; a task of the non-I/O pool notifies that status. */
    public static Fault blockThen(Status status) {
        return new Fault(Kind.BLOCK_THEN, status, 0);
    }

    /** Answers with that status; the inner engine has not been called. */
    public static Fault answer(Status status) {
        return new Fault(Kind.ANSWER, status, 0);
    }

    /** Holds the calling thread for a length of real time, then passes. On an event loop that is a bug. */
    public static Fault delay(Duration duration) {
        return new Fault(Kind.DELAY, null, duration.toNanos());
    }

    Kind kind() {
        return kind;
    }

    /** The status to answer or to notify. */
    Status status() {
        if (status == null) {
            throw new IllegalStateException(kind + " has no status");
        }
        return status;
    }

    long nanos() {
        return nanos;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Fault that && kind == that.kind && status == that.status && nanos == that.nanos;
    }

    @Override
    public int hashCode() {
        return 31 * (31 * kind.hashCode() + (status == null ? 0 : status.hashCode())) + Long.hashCode(nanos);
    }

    @Override
    public String toString() {
        return kind + (status == null ? "" : "(" + status + ")") + (nanos == 0 ? "" : "(" + nanos + " ns)");
    }
}
