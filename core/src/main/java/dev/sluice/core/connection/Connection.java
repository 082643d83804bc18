package dev.sluice.core.connection;

import dev.sluice.core.auth.Login;
import dev.sluice.core.bucket.Bucket;
import dev.sluice.core.bucket.BucketUser;
import dev.sluice.core.bucket.ConfigOnlyBucket;
import dev.sluice.core.command.Commands;
import dev.sluice.core.cookie.Command;
import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.NodeServices;
import dev.sluice.core.cookie.Refusal;
import dev.sluice.core.cookie.Session;
import dev.sluice.core.limits.Limits;
import dev.sluice.core.protocol.BinaryCodec;
import dev.sluice.core.spool.Abandonable;
import dev.sluice.core.statistics.BucketCounter;
import dev.sluice.core.statistics.CommandTimings;
import dev.sluice.core.statistics.ServerCounter;
import dev.sluice.core.transport.Loop;
import dev.sluice.core.transport.Outbound;
import dev.sluice.core.transport.Transport;
import dev.sluice.engine.BlockedCookie;
import dev.sluice.engine.DurabilityLevel;
import dev.sluice.engine.Status;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection: bytes in, commands, bytes out.
 *
 * <p><b>A turn</b> is what happens between two returns to the event loop. The loop calls in because bytes arrived, a
 * blocked command may go on, the socket has room again, or the connection had yielded; the connection executes as many
 * commands as it may, and ends the turn with one flush. Nothing that happens inside a turn can call back in: notifications
 * and the socket's events are tasks of the loop.
 *
 * <p><b>A further command is executed</b> as long as the commands in flight allow one more, the outbound buffer is open,
 * the turn has not used up its share, and the connection is not closing. {@link #mayStart()} is that rule, and the socket
 * is read exactly while it holds: all back pressure there is follows from this one condition.
 *
 * <p><b>Order.</b> Commands run in order: one that waits for its engine holds up those behind it. Where the client asked for
 * unordered execution, a command may overtake those that wait if all of them, and it, are of the kind that may ({@link
 * BinaryCodec#overtakes}); what may not is a barrier, which starts when nothing is in flight and lets nothing start
 * before it has ended. Whether the next frame is a barrier is seen in its header, before it is decoded. Each command in
 * flight has a cookie of its own; {@link #next} is the idle one that the next frame is read into, so a connection that
 * never waits has one.
 *
 * <p><b>Bytes</b> are executed where the loop has read them. Only what cannot be executed yet is copied, to {@link Inbound};
 * a command that blocks copies its own request. A large frame, gathered there from many reads, is given to its command
 * with the array that it is in.
 *
 * <p><b>The end.</b> However a connection ends, {@link #closed()} comes, once, and gives everything back: a blocked command
 * is cancelled and its cookie is free at once, whatever its engine does later.
 *
 * <p><b>Thread.</b> The loop, except for {@link BucketUser}'s methods, which only enqueue.
 */
public final class Connection implements Session, BucketUser {

    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

    /** A frame from this size on is given to its command with the array that it was gathered in. */
    private static final int GIVE_AWAY_BYTES = 16 << 10;

    /** How many commands of one connection may be in flight. As the reference server. */
    private static final int COMMANDS_IN_FLIGHT_MAX = 32;

    /** How many idle cookies a connection keeps beside the one for the next frame. */
    private static final int SPARE_COOKIES_MAX = 4;

    /**
     * Of a turn's commands so many are measured from the first on, and then one of {@link #MEASURED_EVERY}; besides, all that
     * wait. A look at the clock takes 25 ns where a pipelined GET takes a few hundred; one for each request that comes alone
     * is lost among its system calls.
     */
    private static final int MEASURED_FIRST = 4;

    private static final int MEASURED_EVERY = 8;

    private enum State {
        OPEN,
        /** Says what it has to say and executes nothing more. */
        CLOSING,
        CLOSED
    }

    private final long id;
    private final ConnectionHost host;
    private final Transport transport;
    private final Loop loop;
    private final Limits limits;
    private final Outbound outbound;
    private final Inbound inbound;
    private final BinaryCodec codec;
    private final MapNews mapNews;
    private final Login login;
    private final Runnable continueTask = this::continueAfterYield;
    /** Commands that have waited and are not answered yet; of each it is known whether others may overtake it. */
    private final List<CommandCookie> inFlight = new ArrayList<>(1);
    /** Those of them that may go on as soon as the outbound buffer is open. */
    private final ArrayDeque<CommandCookie> woken = new ArrayDeque<>(1);

    private final PendingVBuckets pendingVbuckets = new PendingVBuckets(this);
    /** Idle cookies, fewer than there may be commands in flight. */
    private final ArrayDeque<CommandCookie> spareCookies = new ArrayDeque<>(1);

    /** Idle, except while a command that has just been read is executed for the first time. */
    private CommandCookie next;
    /** The command that is being executed now. */
    private @Nullable CommandCookie running;
    /** The next frame is a barrier, and commands are in flight. */
    private boolean barrier;

    private State state = State.OPEN;
    private @Nullable Bucket bucket;
    /** What is selected instead of a bucket, where it is no more than a cluster map. */
    private @Nullable ConfigOnlyBucket configOnly;

    private boolean reading = true;
    private boolean yielded;
    private boolean continuing;
    private boolean stopping;
    /** The bucket was taken away: a client that does not read what is still queued is cut soon. */
    private boolean bucketLost;

    private int commandsThisTurn;
    private long turnStartNanos;
    /** The last look at the clock in this turn. */
    private long nowNanos;
    /** Whether that was when the last command was answered, which is when the next one begins. */
    private boolean clockFresh;
    /** Whether the command that begins is measured. */
    private boolean measuring;

    private long commandsTotal;
    /** How long the unfinished frame at the beginning of the inbound buffer is; 0 where that is not known. */
    private int expectedBytes;
    /** How many bytes of a frame that found no room are still to be thrown away. */
    private int discardBytes;
    /** Waits for the outbound buffer to be open. */
    private @Nullable BlockedCookie outboundWaiter;

    private long sentBytesSeen;
    private long progressNanos;
    /** Since when the connection is nobody's; meaningless while it is somebody's. */
    private long strangerNanos;

    /**
     * A connection that was just accepted.
     *
     * @param id unique in the process
     * @param bucket where it begins, if it can still be joined and the client may use it; null for none
     * @param authenticated whether it may do anything without a login
     * @param certifiedUser whom the client's certificate has proved; null for nobody
     */
    public Connection(
            long id,
            ConnectionHost host,
            Transport transport,
            Loop loop,
            @Nullable Bucket bucket,
            boolean authenticated,
            @Nullable String certifiedUser) {
        this.id = id;
        this.host = host;
        this.transport = transport;
        this.loop = loop;
        this.limits = host.limits();
        this.outbound = new Outbound(transport, limits.copyBytesMax());
        this.inbound = new Inbound(host.inboundBudget(), host.spareArrays(loop));
        this.login = new Login(host.authentication(), authenticated, certifiedUser);
        this.codec = new BinaryCodec(this);
        this.mapNews = new MapNews(outbound, codec.reply().maps());
        this.next = new CommandCookie(this, codec.reply());
        this.progressNanos = host.clock().nanoTime();
        this.strangerNanos = progressNanos;
        if (bucket != null && login.access().mayUse(bucket.name()) && bucket.join(this)) {
            this.bucket = bucket;
            login.selected(bucket.name());
        }
    }

    // ---- what the loop calls ----------------------------------------------------------------------------------------

    /** Bytes have arrived; the array is the caller's again after this call. {@link #readComplete} ends the turn. */
    public void received(byte[] data, int offset, int length) {
        assert loop.inLoop();
        if (state != State.OPEN) {
            return;
        }
        int position = offset;
        int left = length;
        if (discardBytes > 0) {
            int discarded = Math.min(discardBytes, left);
            discardBytes -= discarded;
            position += discarded;
            left -= discarded;
        }
        if (left == 0) {
            return;
        }
        if (inbound.isEmpty()) {
            int consumed = execute(data, position, position + left);
            keep(data, position + consumed, left - consumed);
        } else {
            keep(data, position, left);
            executeInbound();
        }
        if (!mayStart()) {
            reading(false); // Now and not at the end of the turn: the socket may have a megabyte more for us.
        }
    }

    /** Nothing more has arrived for now: ends the turn. */
    public void readComplete() {
        assert loop.inLoop();
        endTurn();
    }

    /** The transport's queue has fallen below its low watermark. */
    public void writable() {
        assert loop.inLoop();
        executeWoken();
        executeInbound();
        endTurn();
    }

    /** All that was queued when it was asked for has left. */
    public void drained() {
        assert loop.inLoop();
        if (state == State.CLOSED) {
            return;
        }
        outbound.drained();
        flush();
        executeWoken();
        executeInbound();
        endTurn();
    }

    /** The socket is closed, whoever closed it. Gives everything back. Once. */
    public void closed() {
        assert loop.inLoop();
        if (state == State.CLOSED) {
            return;
        }
        state = State.CLOSED;
        inbound.release();
        outbound.release();
        try {
            leave();
        } finally {
            host.connectionClosed(this);
        }
    }

    /**
     * About a second has passed: cuts the connection if what was sent to it has not moved for too long, or if it has been
     * nobody's for too long.
     */
    public void tick(long nowNanos) {
        assert loop.inLoop();
        if (state == State.CLOSED) {
            return;
        }
        if (login.authenticated()) {
            strangerNanos = nowNanos;
        } else if (inFlight.isEmpty() // A login that waits for its turn is the server's delay.
                && nowNanos - strangerNanos > limits.loginNanosMax()) {
            host.counters().count(ServerCounter.LOGIN_TIMEOUTS);
            closeNow("no login for " + limits.loginNanosMax() / 1_000_000 + " ms");
            return;
        }
        if (mapNews.due()) {
            endTurn(); // The one before may have left without anybody hearing of it.
        }
        long pending =
                outbound.pendingBytes(); // Once: of a client that does not read it looks at every chunk in the queue.
        long sent = outbound.acceptedBytes() - pending;
        boolean moved = sent != sentBytesSeen;
        sentBytesSeen = sent;
        if (moved) {
            for (CommandCookie waiting : inFlight) {
                if (waiting.progress() instanceof Abandonable work) {
                    work.bytesLeft();
                }
            }
        }
        if (moved || pending == 0) {
            progressNanos = nowNanos;
            return;
        }
        boolean impatient = bucketLost || stopping;
        long max = impatient ? limits.stallNanosMaxBucketGone() : limits.stallNanosMax();
        if (nowNanos - progressNanos > max) {
            host.counters().count(ServerCounter.STALLED_CONNECTIONS);
            closeNow("nothing that was sent has left for " + max / 1_000_000 + " ms");
        }
    }

    /** The server stops: executes what has arrived, answers it, and closes. */
    public void stop() {
        assert loop.inLoop();
        stopping = true;
        endTurn();
    }

    /** The server's patience is over: closes whatever is under way. */
    public void stopNow() {
        assert loop.inLoop();
        closeNow("server stop");
    }

    // ---- executing --------------------------------------------------------------------------------------------------

    private boolean mayStart() {
        return state == State.OPEN && !yielded && outbound.open() && (inFlight.isEmpty() || mayOvertake());
    }

    /** Whether a command may start beside those in flight, if it is one that may. */
    private boolean mayOvertake() {
        // Of those in flight either all may be overtaken, or there is one alone.
        return !barrier && inFlight.get(0).overtakable() && inFlight.size() < COMMANDS_IN_FLIGHT_MAX;
    }

    /** Whether a frame, there as a whole, has to wait for the commands in flight. */
    private boolean mustWait(byte[] array, int offset) {
        if (!inFlight.isEmpty() && !codec.overtakes(array, offset)) {
            barrier = true;
        }
        return barrier;
    }

    private void executeInbound() {
        while (!inbound.isEmpty() && mayStart()) {
            if (!executeLarge()) {
                int start = inbound.start();
                int consumed = execute(inbound.array(), start, inbound.end());
                inbound.consumed(consumed);
                if (consumed == 0) {
                    return;
                }
            }
        }
    }

    /** Executes a large frame at the beginning of the inbound buffer and gives it the array; false where there is none. */
    private boolean executeLarge() {
        if (inbound.size() < BinaryCodec.HEADER_BYTES) {
            return false;
        }
        int start = inbound.start();
        int frame = codec.frameLength(inbound.array(), start);
        if (frame < GIVE_AWAY_BYTES || frame > inbound.size() || frame < inbound.array().length / 2) {
            return false; // With much of others in the array, a copy for a command that blocks is cheaper.
        }
        if (mustWait(inbound.array(), start)) {
            return false;
        }
        expectedBytes = 0;
        byte[] array = inbound.giveAway(frame);
        next.chargedBytes(array.length);
        start(array, start, frame, true);
        return true;
    }

    /** Executes the frames that are there as a whole, as long as it may; answers how many bytes were used. */
    private int execute(byte[] array, int offset, int end) {
        int position = offset;
        while (mayStart() && position < end) {
            if (!BinaryCodec.speaks(array[position])) {
                protocolError("first byte of a frame is no magic");
                break;
            }
            if (end - position < BinaryCodec.HEADER_BYTES) {
                break;
            }
            int frame = codec.frameLength(array, position);
            if (frame == BinaryCodec.MALFORMED) {
                protocolError("malformed or too long frame");
                break;
            }
            if (frame > end - position) {
                expectedBytes = frame;
                break;
            }
            expectedBytes = 0;
            if (mustWait(array, position)) {
                break;
            }
            start(array, position, frame, false);
            position += frame;
        }
        return position - offset;
    }

    private void start(byte[] array, int offset, int frame, boolean owned) {
        countTurn();
        Bucket here = bucket;
        if (here != null) {
            here.counters().count(loop.index(), BucketCounter.BYTES_READ, frame);
        }
        CommandCookie cookie = next;
        cookie.startNanos(nowNanos);
        cookie.measured(measuring);
        try {
            Command command = codec.decode(cookie, array, offset, frame, owned);
            if (command == null) {
                releaseFrame(cookie);
                cookie.unused();
                return;
            }
            cookie.begin(command, here);
            cookie.overtakable(codec.unordered() && codec.overtakes(array, offset));
            if (here == null && !Commands.needsNoBucket(command)) {
                settle(cookie, cookie.refuse(Refusal.NO_BUCKET));
            } else {
                settle(cookie, execute(cookie));
            }
        } catch (Throwable e) {
            internalError(cookie, e);
        }
    }

    private Status execute(CommandCookie cookie) {
        running = cookie;
        try {
            return cookie.command().execute(cookie);
        } catch (RejectedExecutionException e) {
            revokeHandle(cookie);
            return Status.TEMPORARY_FAILURE; // The bucket's pools are closed: it is on its way out.
        } finally {
            running = null;
        }
    }

    /** A fault of ours, or no memory: costs this connection. Thrown on, it would leave it in a state that nobody wakes. */
    private void internalError(@Nullable CommandCookie cookie, Throwable e) {
        host.counters().count(ServerCounter.INTERNAL_ERRORS);
        LOG.error("command failed: connection={} peer={}", id, transport.remoteAddress(), e);
        if (cookie != null) {
            abandonCommand(cookie);
            inFlight.remove(cookie);
        }
        closeNow("internal error");
    }

    /** Ends a command, whatever it does, without an answer. */
    private void abandonCommand(CommandCookie cookie) {
        releaseFrame(cookie);
        pendingVbuckets.ended(cookie);
        if (cookie.blocked()) {
            cookie.cancel();
        } else if (cookie.running()) {
            revokeHandle(cookie);
            cookie.end();
        } else {
            cookie.unused();
        }
    }

    private void releaseFrame(CommandCookie cookie) {
        int charged = cookie.chargedBytes();
        if (charged > 0) {
            host.inboundBudget().charge(-charged);
            cookie.chargedBytes(0);
        }
    }

    private static void revokeHandle(CommandCookie cookie) {
        if (cookie.blockTaken()) {
            cookie.revoke();
        }
    }

    /** What an executor has answered becomes a wait, a reply, or an end. */
    private void settle(CommandCookie cookie, Status status) {
        switch (status) {
            case WOULD_BLOCK -> {
                park(cookie);
                countForBucket(cookie, BucketCounter.EWOULDBLOCK);
                return;
            }
            case VBUCKET_PENDING -> {
                if (pendingVbuckets.askAgain(cookie)) {
                    settle(cookie, execute(cookie));
                } else {
                    park(cookie);
                }
                return;
            }
            case SUCCESS -> {}
            case UNDECIDED -> undecided(cookie);
            default -> fail(cookie, status);
        }
        record(cookie);
        releaseFrame(cookie);
        pendingVbuckets.ended(cookie);
        cookie.end();
        if (cookie != next) {
            inFlight.remove(cookie);
            if (spareCookies.size() < SPARE_COOKIES_MAX) {
                spareCookies.push(cookie);
            }
            if (inFlight.isEmpty()) {
                barrier = false;
            }
        }
    }

    /** Notes how long a command has taken, if it is one of those that are measured. */
    private void record(CommandCookie cookie) {
        clockFresh = cookie.measured();
        if (!clockFresh) {
            return;
        }
        nowNanos = host.clock().nanoTime();
        Bucket here = cookie.bucketOrNull();
        CommandTimings timings = here == null ? host.timings() : here.timings();
        timings.record(loop.index(), cookie.request().wireOpcode(), nowNanos - cookie.startNanos());
    }

    /** A command waits: it is in flight from here on, and the next frame is read into another cookie. */
    private void park(CommandCookie cookie) {
        cookie.park();
        cookie.measured(true);
        clockFresh = false;
        if (cookie == next) {
            assert inFlight.isEmpty() || cookie.overtakable();
            inFlight.add(cookie);
            CommandCookie spare = spareCookies.poll();
            next = spare == null ? new CommandCookie(this, codec.reply()) : spare;
        }
    }

    private void fail(CommandCookie cookie, Status status) {
        Refusal refusal = cookie.refusal();
        if (refusal != null) {
            codec.reply().refusal(cookie, refusal);
        } else {
            codec.reply().failure(cookie, status);
        }
    }

    /** A client that asked for durability has a word for "maybe"; to any other only a closed connection says that. */
    private void undecided(CommandCookie cookie) {
        if (cookie.request().durability() != DurabilityLevel.NONE) {
            codec.reply().refusal(cookie, Refusal.SYNC_WRITE_AMBIGUOUS);
        } else {
            closeAfterReplies("undecided mutation");
        }
    }

    @Override
    public void resume(CommandCookie resumed) {
        assert inFlight.contains(resumed);
        woken.add(resumed);
        executeWoken();
        executeInbound();
        endTurn();
    }

    /** Goes on with commands that were woken; what they answer must not stand within another one's large value. */
    private void executeWoken() {
        while (!woken.isEmpty() && outbound.open()) {
            CommandCookie cookie = woken.remove();
            try {
                settle(cookie, execute(cookie));
            } catch (Throwable e) {
                internalError(cookie, e);
            }
        }
    }

    // ---- turns ------------------------------------------------------------------------------------------------------

    private void countTurn() {
        commandsTotal++;
        commandsThisTurn++;
        measuring = commandsThisTurn <= MEASURED_FIRST || commandsThisTurn % MEASURED_EVERY == 0 || codec.timed();
        if (commandsThisTurn == 1) {
            nowNanos = host.clock().nanoTime();
            turnStartNanos = nowNanos;
        } else if (measuring && !clockFresh) {
            nowNanos = host.clock().nanoTime();
        }
        boolean late = nowNanos - turnStartNanos > limits.turnNanosMax();
        if (commandsThisTurn >= limits.commandsPerTurn() || late) {
            yielded = true; // After this command; the end of the turn enqueues what goes on.
        }
    }

    private void continueAfterYield() {
        yielded = false;
        continuing = false;
        executeWoken();
        executeInbound();
        endTurn();
    }

    /** Ends a turn: one flush, and then what follows from how much of it the socket took. */
    private void endTurn() {
        if (state == State.CLOSED) {
            return;
        }
        boolean held = !outbound.open();
        boolean handedOver = flush();
        if (state == State.OPEN && mapNews.tell()) {
            handedOver = flush();
        }
        commandsThisTurn = 0;
        boolean idle = inbound.isEmpty() && woken.isEmpty();
        if (held && outbound.open() && !idle) {
            // The socket took at once what had stopped us, so no event of it will come that lets us go on.
            yielded = true;
        }
        if (yielded) {
            if (idle && !continuing) {
                yielded = false;
            } else if (!continuing && state == State.OPEN) {
                continuing = true;
                host.counters().count(ServerCounter.CONN_YIELDS);
                loop.execute(continueTask);
            }
        }
        if (outboundWaiter != null && outbound.open()) {
            BlockedCookie waiter = outboundWaiter;
            outboundWaiter = null;
            waiter.notifyIoComplete(Status.SUCCESS);
        }
        boolean commandsHeld = !inbound.isEmpty() && !outbound.open();
        boolean busy = !inFlight.isEmpty() || yielded || !handedOver || commandsHeld;
        if (stopping && state == State.OPEN && !busy) {
            closeAfterReplies("server stop");
        }
        if (state == State.CLOSING) {
            if (handedOver && running == null) {
                transport.closeAfterFlush();
            }
            reading(false);
        } else {
            reading(mayStart() && !stopping);
        }
    }

    private boolean flush() {
        try {
            return outbound.flush();
        } catch (Throwable e) {
            internalError(running, e); // No memory for a piece of a large value.
            return false;
        }
    }

    private void reading(boolean enabled) {
        if (reading != enabled) {
            reading = enabled;
            transport.reading(enabled);
        }
    }

    // ---- input ------------------------------------------------------------------------------------------------------

    /** Keeps bytes that cannot be executed yet. A frame that finds no room is thrown away and answered. */
    private void keep(byte[] data, int offset, int length) {
        if (length == 0 || state != State.OPEN) {
            return;
        }
        boolean unfinished = expectedBytes > 0 && mayStart();
        if (inbound.append(data, offset, length, expectedBytes, !unfinished)) {
            return;
        }
        host.counters().count(ServerCounter.INBOUND_LIMIT_HITS);
        int there = inbound.size() + length;
        int beyond = Math.max(0, there - expectedBytes);
        discardBytes = expectedBytes - (there - beyond);
        codec.refuseUnread(
                next, inbound.isEmpty() ? data : inbound.array(), inbound.isEmpty() ? offset : inbound.start());
        next.unused();
        expectedBytes = 0;
        inbound.release();
        if (beyond > 0) {
            inbound.append(data, offset + length - beyond, beyond, 0, true);
        }
    }

    private void protocolError(String what) {
        host.counters().count(ServerCounter.PROTOCOL_ERRORS);
        closeAfterReplies(what);
    }

    // ---- the end ----------------------------------------------------------------------------------------------------

    @Override
    public void closeAfterReplies(String reason) {
        if (state == State.OPEN) {
            LOG.debug("connection closes: connection={} reason={}", id, reason);
            state = State.CLOSING;
        }
    }

    @Override
    public void closeNow(String reason) {
        if (state != State.CLOSED) {
            LOG.debug("connection is cut: connection={} reason={}", id, reason);
            state = State.CLOSING;
            transport.closeNow();
        }
    }

    /** Ends what is blocked and leaves the bucket. */
    private void leave() {
        outboundWaiter = null;
        barrier = false;
        CommandCookie executed = running;
        if (executed != null && executed == next) {
            abandonCommand(executed);
        }
        for (CommandCookie waiting : List.copyOf(inFlight)) {
            abandonCommand(waiting);
        }
        inFlight.clear();
        woken.clear();
        Bucket here = bucket;
        bucket = null;
        login.selected(null);
        if (here != null) {
            here.leave(this);
        }
        leaveConfigOnly();
    }

    private void leaveConfigOnly() {
        ConfigOnlyBucket here = configOnly;
        configOnly = null;
        if (here != null) {
            here.leave(this);
        }
    }

    // ---- buckets ----------------------------------------------------------------------------------------------------

    @Override
    public void bucketGone(Bucket gone) {
        enqueue(() -> {
            if (state != State.CLOSED && bucket == gone) {
                bucketLost = true;
                leave();
                closeAfterReplies("the bucket is going away");
                endTurn();
            }
        });
    }

    @Override
    public void vbucketStateChanged(Bucket changed, int vbucket) {
        enqueue(() -> {
            if (bucket == changed) {
                pendingVbuckets.changed(vbucket);
            }
        });
    }

    @Override
    public void clusterMapChanged() {
        mapChanged(MapNews.SELECTED);
    }

    /** The map without a bucket has changed. Any thread. */
    public void globalMapChanged() {
        mapChanged(MapNews.GLOBAL);
    }

    /** Every map has changed. Any thread. */
    public void everyMapChanged() {
        mapChanged(MapNews.SELECTED | MapNews.GLOBAL);
    }

    private void mapChanged(int maps) {
        if (mapNews.mark(maps)) {
            enqueue(() -> {
                mapNews.collect();
                endTurn();
            });
        }
    }

    @Override
    public void configOnlyBucketEnded(ConfigOnlyBucket ended) {
        enqueue(() -> {
            if (state == State.CLOSED || configOnly != ended) {
                return;
            }
            Bucket successor = ended.successor();
            if (successor == null || !select(successor)) {
                bucketLost = true;
                leave();
                closeAfterReplies("the bucket was deleted");
            }
            endTurn();
        });
    }

    private void enqueue(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("loop has ended: connection={}", id);
        }
    }

    @Override
    public boolean select(@Nullable Bucket selected) {
        Bucket before = bucket;
        if (selected != before && selected != null && !selected.join(this)) {
            return false;
        }
        codec.reply().maps().selected();
        leaveConfigOnly();
        bucket = selected;
        login.selected(selected == null ? null : selected.name());
        if (before != null && before != selected) {
            before.leave(this);
        }
        return true;
    }

    @Override
    public @Nullable ConfigOnlyBucket configOnly() {
        return configOnly;
    }

    @Override
    public boolean selectConfigOnly(ConfigOnlyBucket selected) {
        if (selected != configOnly) {
            if (!selected.join(this)) {
                return false;
            }
            Bucket before = bucket;
            bucket = null;
            if (before != null) {
                before.leave(this);
            }
            leaveConfigOnly();
            login.selected(null);
            configOnly = selected;
        }
        codec.reply().maps().selected();
        return true;
    }

    private void countForBucket(CommandCookie cookie, BucketCounter counter) {
        Bucket here = cookie.bucketOrNull();
        if (here != null) {
            here.counters().count(loop.index(), counter);
        }
    }

    // ---- Session ----------------------------------------------------------------------------------------------------

    @Override
    public Status awaitOutbound(CommandCookie waiting) {
        assert outboundWaiter == null : "commands that stream are never overtaken";
        outboundWaiter = waiting.block();
        return Status.WOULD_BLOCK;
    }

    @Override
    public Loop loop() {
        return loop;
    }

    @Override
    public long connectionId() {
        return id;
    }

    @Override
    public NodeServices node() {
        return host;
    }

    @Override
    public Outbound outbound() {
        return outbound;
    }

    @Override
    public @Nullable Bucket bucket() {
        return bucket;
    }

    @Override
    public boolean authenticated() {
        return login.authenticated();
    }

    @Override
    public Login login() {
        return login;
    }

    @Override
    public String peer() {
        return transport.remoteAddress();
    }

    @Override
    public boolean alone() {
        return inFlight.isEmpty() || (inFlight.size() == 1 && inFlight.get(0) == running);
    }

    /** The client's address without its port. On the loop. */
    public String peerHost() {
        String address = transport.remoteAddress();
        int colon = address.lastIndexOf(':');
        return colon < 0 ? address : address.substring(0, colon);
    }

    private String selectedName() {
        Bucket here = bucket;
        ConfigOnlyBucket mapOnly = configOnly;
        return here != null ? here.name() : mapOnly != null ? mapOnly.name() : "";
    }

    /** What STAT tells of this connection, for its JSON. On the loop. */
    public ConnectionDescription describe() {
        assert loop.inLoop();
        return new ConnectionDescription(
                id,
                transport.remoteAddress(),
                transport.localAddress(),
                transport.encrypted(),
                state.name(),
                selectedName(),
                running != null ? "RUNNING" : inFlight.isEmpty() ? "IDLE" : "BLOCKED",
                inFlight.size(),
                commandsTotal,
                inbound.size(),
                outbound.pendingBytes(),
                outbound.sentBytes(),
                loop.index());
    }
}
