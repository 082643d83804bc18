package dev.sluice.core.spool;

import dev.sluice.engine.BlockedCookie;
import dev.sluice.engine.Cookie;
import dev.sluice.engine.Status;
import dev.sluice.engine.TaskPool;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A bounded amount of data on its way from a background thread to a client.
 *
 * <p><b>The problem.</b> Some commands have answers that only a background thread can make and that are larger than
 * anybody wants to hold in memory: a range scan over a million documents, the statistics of a thousand vbuckets. That
 * thread must not touch the connection, the connection's loop must not wait for the thread, and a client that reads slowly
 * must cost neither a thread nor more memory than was agreed.
 *
 * <p><b>What was tried before,</b> in the server that this one follows, and what came of it. The background thread
 * appended to the connection's send buffer under a lock: loops waited for that lock while it was sending. It reserved room
 * in the shared send chain, left the lock, copied, and locked again to commit: meanwhile the loop sent and freed the
 * chain, and the copy went into memory of somebody else. It hopped to the loop and waited there for each fragment: right,
 * and a context switch for each fragment, with a thread held by each slow reader.
 *
 * <p><b>The idea.</b> A spool is a buffer with one owner at a time, the producer or the loop.
 *
 * <pre>
 *      loop                                       background thread
 *   ─────────────────────────────────────────────────────────────────────────────────
 *   request(): block the cookie, owner := producer ──▶ produce until full or done
 *                                                      owner := loop
 *   the command runs again          ◀── notify ──────  the task ends; no thread is held
 *   send the buffer, clear it
 *   the socket takes no more? wait for it to drain
 *   request() …
 * </pre>
 *
 * <p>The hand-over is the notification and the hand-back is the next request, so neither side ever looks at the buffer
 * while the other may write it, and there is nothing to lock. The producer is let go on only when the connection has
 * room: that is all the flow control there is, and all that is needed. A client that stops reading leaves behind an
 * outbound buffer at its watermark with one spool's content on top, and no task in any queue.
 *
 * <p><b>The end</b> may come from the other side at any time: the connection closes while a task produces. Then {@link
 * #abandon()} takes the ownership word, and whoever finds that, the task or the loop, closes the producer, exactly once.
 */
public final class Spool implements Abandonable {

    private static final Logger LOG = LoggerFactory.getLogger(Spool.class);

    /** Makes the data. Confined to one thread at a time by the spool. */
    public interface Producer {

        /**
         * Appends records until the buffer is full or there are no more; may wait. An exception ends the stream with
         * {@link Status#FAILED}.
         *
         * @return {@code WOULD_BLOCK} when there is more to come; anything else is how the stream has ended
         */
        Status produce(SpoolBuffer out);

        /**
         * The client is gone, nobody will ask for more. Called on any thread, event loops included, so it
         * must not wait; at most once, and never beside {@link #produce}.
         */
        void abandoned();
    }

    private enum Owner {
        LOOP,
        PRODUCER,
        /** The command is over. Whoever reads this does not touch the buffer any more. */
        NOBODY
    }

    private final TaskPool pool;
    private final Producer producer;
    private final SpoolBuffer buffer;
    private final AtomicReference<Owner> owner = new AtomicReference<>(Owner.LOOP);

    /** Written by the producer's thread before the hand-over, read by the loop after it. */
    private Status status = Status.WOULD_BLOCK;

    private boolean filled;

    /**
     * Nothing is produced before {@link #request}.
     *
     * @param pool where the producer runs
     * @param limitBytes at how many bytes the spool is handed over
     */
    public Spool(TaskPool pool, Producer producer, int limitBytes) {
        this.pool = pool;
        this.producer = producer;
        this.buffer = new SpoolBuffer(limitBytes);
    }

    /**
     * Lets the producer go on and blocks the command until it has produced. On the loop.
     *
     * @return {@code WOULD_BLOCK}; where the pool takes no more tasks, the bucket being on its way out, the stream has ended
     *     with {@code CANCELLED} when the command runs again
     */
    public Status request(Cookie cookie) {
        assert status == Status.WOULD_BLOCK : "request after the end: " + status;
        if (!owner.compareAndSet(Owner.LOOP, Owner.PRODUCER)) {
            throw new AssertionError("request while the producer has the spool: " + owner.get());
        }
        filled = false;
        buffer.clear();
        BlockedCookie blocked = cookie.block();
        try {
            pool.execute(() -> produce(blocked));
        } catch (RejectedExecutionException e) {
            owner.set(Owner.LOOP);
            status = Status.CANCELLED;
            filled = true;
            blocked.notifyIoComplete(Status.SUCCESS);
        }
        return Status.WOULD_BLOCK;
    }

    private void produce(BlockedCookie blocked) {
        if (owner.get() == Owner.NOBODY) {
            producer.abandoned();
            return;
        }
        Status outcome;
        try {
            outcome = producer.produce(buffer);
        } catch (Throwable e) { // Errors too: whatever happens here, the command must hear of it.
            LOG.error("a spool's producer failed", e);
            outcome = Status.FAILED;
        }
        status = outcome;
        filled = true;
        if (owner.compareAndSet(Owner.PRODUCER, Owner.LOOP)) {
            blocked.notifyIoComplete(Status.SUCCESS);
        } else if (outcome == Status.WOULD_BLOCK) {
            producer.abandoned();
        }
    }

    /** Whether there is a filled spool to be sent. On the loop, while the command runs. */
    public boolean filled() {
        return owner.get() == Owner.LOOP && filled;
    }

    /** The bytes to send; the caller's until its next {@link #request}. */
    public SpoolBuffer buffer() {
        assert owner.get() == Owner.LOOP;
        return buffer;
    }

    /**
     * What was in the buffer is on its way, and the next {@link #request} may be long in coming: gives the memory back. Who
     * still reads from the array keeps it; it is not written again.
     */
    public void emptied() {
        assert filled();
        filled = false;
        buffer.release();
    }

    /** {@code WOULD_BLOCK} while more may come, then how the stream ended; belongs to {@link #buffer()}'s content. */
    public Status status() {
        assert owner.get() == Owner.LOOP;
        return status;
    }

    /** The command is over. On the loop. */
    @Override
    public void abandon() {
        Owner before = owner.getAndSet(Owner.NOBODY);
        if (before == Owner.LOOP && status == Status.WOULD_BLOCK) {
            producer.abandoned();
        }
    }
}
