package dev.sluice.core.cookie;

import dev.sluice.core.auth.Access;
import dev.sluice.core.bucket.Bucket;
import dev.sluice.core.bucket.EngineCall;
import dev.sluice.core.bucket.NotificationFaults;
import dev.sluice.core.spool.Abandonable;
import dev.sluice.engine.BlockedCookie;
import dev.sluice.engine.Status;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One command in flight, from its first byte decoded to its last byte handed to the outbound buffer.
 *
 * <p><b>The problem.</b> A command may have to wait for an engine, and nothing may wait with it: no thread, no other
 * connection. The engine may answer before the call that it answers has returned, twice, never, or after the connection,
 * the bucket or the whole command is gone; and the object must be reused for the next command at once, as a cookie for
 * each command would be the largest part of what a GET allocates.
 *
 * <p><b>The idea.</b> What crosses threads is not the cookie but a {@link BlockedCommand}, made for one block and good for
 * one notification. The cookie remembers which handle it waits for. A notification only enqueues the handle on the
 * connection's loop; there, a handle that the cookie does not wait for any more has no effect. So every race between a
 * notifier and the rest of the world is decided by the order of tasks on one loop, and all the rest of the state below
 * needs no synchronisation at all.
 *
 * <pre>
 *            begin                  block(), then the call returns WOULD_BLOCK
 *   IDLE ───────────▶ RUNNING ─────────────────────────────────────────────────▶ BLOCKED
 *    ▲                 │   ▲                                                        │  │
 *    │      end        │   │            handle notified, arrived on the loop        │  │
 *    ├─────────────────┘   └────────────────────────────────────────────────────────┘  │
 *    │                                  cancel: connection closed, bucket going        │
 *    └─────────────────────────────────────────────────────────────────────────────────┘
 * </pre>
 *
 * <p>While RUNNING, {@code handle} is the one that the call under way has taken, if it has; when that call answers, the
 * guard of the engine either {@linkplain #park() parks} the cookie on it or {@linkplain #revoke() revokes} it. While
 * BLOCKED, {@code handle} is never null, and it is the only one whose notification counts. While IDLE there is none.
 *
 * <p><b>Going on.</b> A command that goes on is executed again from the top of its executor, which finds in {@link
 * #step()} and {@link #progress()} how far it was. Nothing that a step has computed is computed again. A
 * notification that is not success is the answer of the call that blocked: the executor runs again all the same, since
 * only it knows what a missing document or a lost race means to the command, and its first call of the engine gets that
 * answer without the engine being asked ({@link #takeAnswer()}). The request's bytes
 * live in the connection's input buffer while the command runs, and are copied to an array of the command's own before
 * it is left blocked ({@link Request#own()}): what a silent engine keeps alive is that array and nothing else.
 *
 * <p><b>Rejected.</b> A generation number in cookie and handle: it does the same as comparing handles, with a second
 * number to keep right. A state word changed by compare-and-swap from both sides: it made a notification race with the
 * loop over the cookie's fields.
 *
 * <p><b>Thread.</b> The connection's loop, all of it.
 */
public final class CommandCookie implements EngineCall {

    /** No manifest of collections belongs to the failure. */
    public static final long NO_MANIFEST = -1;

    private static final Logger LOG = LoggerFactory.getLogger(CommandCookie.class);

    /** Where in its life a cookie is; see the drawing above. */
    public enum State {
        IDLE,
        RUNNING,
        BLOCKED
    }

    private final Session owner;
    private final Reply reply;
    private final Request request = new Request();

    private State state = State.IDLE;
    private @Nullable Command command;
    private @Nullable Bucket bucket;
    private @Nullable BlockedCommand handle;
    private @Nullable Object attachment;
    private @Nullable Object progress;
    private @Nullable String errorContext;
    private @Nullable String errorReference;
    private long manifestUid = NO_MANIFEST;
    private @Nullable Refusal refusal;
    private @Nullable Status answer;
    private boolean mutationBlocked;
    private boolean overtakable;
    private int chargedBytes;
    private boolean timed;
    private long startNanos;
    private boolean measured;
    private int step;
    private int attempts;

    public CommandCookie(Session owner, Reply reply) {
        this.owner = owner;
        this.reply = reply;
    }

    // ---- life -------------------------------------------------------------------------------------------------------

    /** IDLE to RUNNING, for a command on a bucket; null is "no bucket". */
    public void begin(Command command, @Nullable Bucket bucket) {
        assert owner.loop().inLoop();
        assert state == State.IDLE : state;
        assert handle == null;
        this.state = State.RUNNING;
        this.command = command;
        this.bucket = bucket;
    }

    /** RUNNING to IDLE: the command was answered. Everything that it referred to is forgotten. */
    public void end() {
        assert owner.loop().inLoop();
        assert state == State.RUNNING : state;
        assert handle == null;
        reset();
    }

    /** The call under way answered WOULD_BLOCK and has taken a handle: RUNNING to BLOCKED. */
    public void park() {
        assert owner.loop().inLoop();
        assert state == State.RUNNING : state;
        assert handle != null : "blocked with nobody to notify";
        request.own();
        state = State.BLOCKED;
    }

    /** The call under way answered something else although it had taken a handle, which is void from here on. */
    @Override
    public void revoke() {
        assert state == State.RUNNING : state;
        BlockedCommand taken = Objects.requireNonNull(handle, "handle");
        handle = null;
        taken.revoke();
    }

    /** BLOCKED to IDLE, without an answer; a notification that comes now is late. */
    public void cancel() {
        assert owner.loop().inLoop();
        assert state == State.BLOCKED : state;
        BlockedCommand waitingFor = Objects.requireNonNull(handle, "handle");
        handle = null;
        reset();
        waitingFor.cancel();
    }

    /** A notification has arrived on the loop: BLOCKED to RUNNING, and the owner goes on. */
    void wake(BlockedCommand notified, Status status) {
        assert owner.loop().inLoop();
        assert state == State.BLOCKED : state;
        assert handle == notified : "a handle that is not waited for kept its cookie";
        handle = null;
        state = State.RUNNING;
        if (status == Status.WOULD_BLOCK) {
            closeAttachment();
            answer = mutationBlocked ? Status.UNDECIDED : Status.TEMPORARY_FAILURE;
        } else if (status != Status.SUCCESS && status != Status.VBUCKET_PENDING) {
            attachment = null;
            answer = status;
        }
        owner.resume(this);
    }

    private void reset() {
        Object unfinished = progress;
        state = State.IDLE;
        command = null;
        answer = null;
        overtakable = false;
        timed = false;
        closeAttachment(); // What it throws is counted in the bucket.
        bucket = null;
        progress = null;
        errorContext = null;
        errorReference = null;
        manifestUid = NO_MANIFEST;
        refusal = null;
        step = 0;
        attempts = 0;
        request.clear();
        if (unfinished instanceof Abandonable work) {
            work.abandon();
        }
    }

    /** The call that would have used what the engine has attached never comes. */
    @Override
    public void closeAttachment() {
        Object attached = attachment;
        attachment = null;
        if (attached instanceof AutoCloseable resource) {
            faults().run(resource::close);
        }
    }

    /** A frame was read into an idle cookie and needs no command after all. */
    public void unused() {
        assert state == State.IDLE : state;
        reset();
    }

    public State state() {
        return state;
    }

    public boolean running() {
        return state == State.RUNNING;
    }

    public boolean blocked() {
        return state == State.BLOCKED;
    }

    // ---- what engines see -------------------------------------------------------------------------------------------

    @Override
    public BlockedCookie block() {
        assert owner.loop().inLoop();
        if (state != State.RUNNING) {
            throw new IllegalStateException("block() outside of a call (state: " + state + ", expected: RUNNING)");
        }
        if (handle != null) {
            throw new IllegalStateException("block() called twice in one call");
        }
        BlockedCommand taken = new BlockedCommand(this, owner.loop(), faults());
        handle = taken;
        mutationBlocked = false;
        return taken;
    }

    private NotificationFaults faults() {
        Bucket here = bucket;
        return here == null ? NoFaults.INSTANCE : here.faults();
    }

    @Override
    public boolean blockTaken() {
        return handle != null;
    }

    @Override
    public void blockedOn(boolean mutation) {
        mutationBlocked = mutation;
    }

    @Override
    public @Nullable Object attachment() {
        return attachment;
    }

    @Override
    public void attach(@Nullable Object attachment) {
        this.attachment = attachment;
    }

    @Override
    public long connectionId() {
        return owner.connectionId();
    }

    @Override
    public @Nullable Status takeAnswer() {
        Status taken = answer;
        answer = null;
        return taken;
    }

    @Override
    public void forgetErrorContext() {
        errorContext = null;
    }

    @Override
    public void errorContext(String sentence) {
        this.errorContext = Objects.requireNonNull(sentence, "sentence");
    }

    // ---- what executors see -----------------------------------------------------------------------------------------

    public Request request() {
        return request;
    }

    public Reply reply() {
        return reply;
    }

    /** What the command may do: what the client may, or what it may for the user that it acts for. */
    public Access access() {
        Access acting = request.actingAs();
        return acting == null ? owner.login().access() : acting;
    }

    public Session session() {
        return owner;
    }

    public Command command() {
        return Objects.requireNonNull(command, "command");
    }

    /** The bucket that the command works on, or null for none. A bucket that is selected later does not change it. */
    public @Nullable Bucket bucketOrNull() {
        return bucket;
    }

    /** The bucket that the command works on; only for commands that are refused where there is none. */
    public Bucket bucket() {
        return Objects.requireNonNull(bucket, "bucket");
    }

    public @Nullable String errorContext() {
        return errorContext;
    }

    /** What the failure can be found by in the server's log, or null where it was not logged. */
    public @Nullable String errorReference() {
        return errorReference;
    }

    public void errorReference(String reference) {
        this.errorReference = Objects.requireNonNull(reference, "reference");
    }

    /** The uid of the manifest in which a collection or scope was looked for, or {@link #NO_MANIFEST}. */
    public long manifestUid() {
        return manifestUid;
    }

    /** The failure to come is that a collection or scope is not in the manifest of this uid. */
    public void manifestUid(long uid) {
        this.manifestUid = uid;
        this.errorContext = "The collection or scope is not in the manifest of the bucket";
    }

    /**
     * Answers with a failure of the server's own: to be returned by an executor. The reply is given when the executor has
     * returned.
     */
    public Status refuse(Refusal refusal) {
        this.refusal = refusal;
        return Status.FAILED;
    }

    /** What the executor has refused with, or null. */
    public @Nullable Refusal refusal() {
        return refusal;
    }

    /** How far the executor is; 0 at the beginning of a command. */
    public int step() {
        return step;
    }

    public void step(int step) {
        this.step = step;
    }

    /** Counts one more attempt of a read-modify-write and answers how many there were. */
    public int nextAttempt() {
        return ++attempts;
    }

    /** How many attempts of a read-modify-write have failed so far. */
    public int attempts() {
        return attempts;
    }

    /** Whether it is known when the command began. */
    public boolean timed() {
        return timed;
    }

    /** When the request was there as a whole, on the node's clock; only where {@link #timed()}. */
    public long startNanos() {
        return startNanos;
    }

    /** Whether it counts for the timings of commands. */
    public boolean measured() {
        return measured;
    }

    public void measured(boolean counts) {
        this.measured = counts;
    }

    public void startNanos(long nanos) {
        this.startNanos = nanos;
        this.timed = true;
    }

    // ---- what the connection keeps with a command -------------------------------------------------------------------

    /** Whether commands that came later may run while this one waits. */
    public boolean overtakable() {
        return overtakable;
    }

    public void overtakable(boolean overtakable) {
        this.overtakable = overtakable;
    }

    /** How many bytes of the budget for input the command's frame holds as long as it may need it. */
    public int chargedBytes() {
        return chargedBytes;
    }

    public void chargedBytes(int bytes) {
        this.chargedBytes = bytes;
    }

    // ---- progress ---------------------------------------------------------------------------------------------------

    /** What the executor keeps with the command, beside the step. An
     * {@link Abandonable} that is still here when the command ends is abandoned. */
    public @Nullable Object progress() {
        return progress;
    }

    public void progress(@Nullable Object progress) {
        this.progress = progress;
    }

    /**
     * Leaves the loop to others for a turn: to be returned by an executor, which then runs again from its step. The same
     * way as an engine's wait, so that there is no second mechanism.
     */
    public Status yieldTurn() {
        block().notifyIoComplete(Status.SUCCESS);
        return Status.WOULD_BLOCK;
    }

    /** For commands without a bucket: only our own code blocks them. */
    private enum NoFaults implements NotificationFaults {
        INSTANCE;

        @Override
        public void notifiedTwice() {
            throw new AssertionError("notified twice by the server itself");
        }

        @Override
        public void notifiedVoid() {
            throw new AssertionError("notified a void handle by the server itself");
        }

        @Override
        public void notifiedWouldBlock() {
            throw new AssertionError("notified with WOULD_BLOCK by the server itself");
        }

        @Override
        public void notifiedLate() {}

        @Override
        public void run(EngineCode code) {
            try {
                code.run();
            } catch (Throwable e) {
                LOG.error("what a command without a bucket had left behind failed", e);
            }
        }
    }
}
