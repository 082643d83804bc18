package dev.sluice.core.scan;

import dev.sluice.core.spool.ScanEncoder;
import dev.sluice.core.spool.Spool;
import dev.sluice.core.spool.SpoolBuffer;
import dev.sluice.engine.DocumentView;
import dev.sluice.engine.EngineClock;
import dev.sluice.engine.RangeScans;
import dev.sluice.engine.Status;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One scan between its creation and its end: the engine's cursor, who may use it, and how far it is.
 *
 * <p>Two questions have an answer each, and each answer is one word. <i>May a CONTINUE begin?</i> is {@link State}, asked by
 * commands. <i>May the cursor be touched?</i> is {@link Cursor}: a producer takes it for the time of one spool, and who
 * ends the scan closes it at once if it is free, or else leaves that to the producer, which looks when it gives it back. So
 * a scan can be cancelled from any thread at any moment, and its view is given back once.
 */
public final class ScanSession implements Spool.Producer {

    private enum State {
        IDLE,
        CONTINUING,
        /** Over: cancelled, exhausted, or failed. */
        ENDED
    }

    private enum Cursor {
        FREE,
        TAKEN,
        CLOSED
    }

    private final int vbucket;
    private final int collection;
    private final boolean keysOnly;
    private final boolean xattrs;
    private final RangeScans.Scan scan;
    private final EngineClock clock;
    private final Runnable whenClosed;
    private final ScanSpec.@Nullable Sampling sampling;
    private final DocumentView view = new DocumentView();

    private final AtomicReference<State> state = new AtomicReference<>(State.IDLE);
    private final AtomicReference<Cursor> cursor = new AtomicReference<>(Cursor.FREE);

    /** When a byte of the scan last left, or it was created; on the clock's scale. */
    private volatile long progressNanos;

    // The producer's: which share of the documents is wanted, found out at the first one.
    private boolean counted;
    private @Nullable SplittableRandom random;
    private double share = 1;

    // Of the CONTINUE under way: written before its first request of the spool, then the producer's.
    private ScanLimits limits = new ScanLimits(0, 0, 0);
    private ScanEncoder encoder = (out, document) -> true;
    private long startNanos;
    private long items;
    private long bytes;

    /** The producer's, and after it the loop's that hears of the end. */
    private boolean unpresentable;

    /**
     * Takes the cursor over.
     *
     * @param whenClosed runs once, when the cursor was closed
     */
    ScanSession(
            int vbucket,
            int collection,
            boolean keysOnly,
            boolean xattrs,
            ScanSpec.@Nullable Sampling sampling,
            RangeScans.Scan scan,
            EngineClock clock,
            Runnable whenClosed) {
        this.vbucket = vbucket;
        this.collection = collection;
        this.keysOnly = keysOnly;
        this.xattrs = xattrs;
        this.scan = scan;
        this.clock = clock;
        this.whenClosed = whenClosed;
        this.progressNanos = clock.nanoTime();
        this.sampling = sampling;
    }

    int vbucket() {
        return vbucket;
    }

    /** Of what collection, unsigned. */
    int collection() {
        return collection;
    }

    boolean keysOnly() {
        return keysOnly;
    }

    /** Whether extended attributes go with the documents. */
    boolean xattrs() {
        return xattrs;
    }

    /**
     * Begins a CONTINUE.
     *
     * @return {@code SUCCESS}, {@code TOO_BUSY} when another one is under way, {@code CANCELLED} when the scan is over
     */
    Status begin(ScanLimits limits, ScanEncoder encoder) {
        if (!state.compareAndSet(State.IDLE, State.CONTINUING)) {
            return state.get() == State.CONTINUING ? Status.TOO_BUSY : Status.CANCELLED;
        }
        this.limits = limits;
        this.encoder = encoder;
        this.startNanos = clock.nanoTime();
        this.items = 0;
        this.bytes = 0;
        return Status.SUCCESS;
    }

    /** Ends a CONTINUE that reached a limit: another may begin. False when the scan is over meanwhile. */
    boolean rest() {
        moved();
        return state.compareAndSet(State.CONTINUING, State.IDLE);
    }

    /** A byte has left: the scan's lifetime begins anew. */
    void moved() {
        progressNanos = clock.nanoTime();
    }

    /** For how long no byte has left. */
    long idleNanos() {
        return clock.nanoTime() - progressNanos;
    }

    /** Whether a CONTINUE has failed by a document whose bytes are not what its datatype says. On the loop, after that. */
    boolean unpresentable() {
        return unpresentable;
    }

    boolean ended() {
        return state.get() == State.ENDED;
    }

    /** Ends the scan, whatever is under way. Any thread, any number of times; does not wait. */
    void end() {
        state.set(State.ENDED);
        if (cursor.compareAndSet(Cursor.FREE, Cursor.CLOSED)) {
            close();
        }
    }

    private void close() {
        scan.close();
        view.clear();
        whenClosed.run();
    }

    /**
     * Fills a spool.
     *
     * @return {@code WOULD_BLOCK} when the spool is full, {@code SUCCESS} when a limit of the CONTINUE was reached, {@code
     *     NO_SUCH_KEY} at the end of the range; anything else has ended the scan
     */
    @Override
    public Status produce(SpoolBuffer out) {
        if (!cursor.compareAndSet(Cursor.FREE, Cursor.TAKEN)) {
            return Status.CANCELLED;
        }
        Status status = Status.FAILED;
        try {
            status = fill(out);
        } finally {
            view.clear();
            cursor.set(Cursor.FREE);
            if (ended() && cursor.compareAndSet(Cursor.FREE, Cursor.CLOSED)) {
                close();
            }
        }
        return status;
    }

    /** Asks how many documents there are, which may take long, and how many of them are wanted; false if that fails. */
    private boolean count(ScanSpec.Sampling wanted) {
        counted = true;
        long count = scan.collectionCount();
        if (count < 0) {
            return false;
        }
        if (count > wanted.samples()) {
            share = (double) wanted.samples() / count;
            random = new SplittableRandom(wanted.seed());
        }
        return true;
    }

    private Status fill(SpoolBuffer out) {
        if (sampling != null && !counted && !count(sampling)) {
            return Status.FAILED;
        }
        while (!ended()) {
            Status status = scan.next(view);
            if (status != Status.SUCCESS) {
                return status;
            }
            if (random != null && random.nextDouble() >= share) {
                continue;
            }
            int before = out.size();
            if (!encoder.append(out, view)) {
                unpresentable = true;
                return Status.FAILED;
            }
            items++;
            bytes += out.size() - before;
            if (limitReached()) {
                return Status.SUCCESS;
            }
            if (out.full()) {
                return Status.WOULD_BLOCK;
            }
        }
        return Status.CANCELLED;
    }

    private boolean limitReached() {
        return (limits.items() > 0 && items >= limits.items())
                || (limits.bytes() > 0 && bytes >= limits.bytes())
                || (limits.timeMs() > 0 && clock.nanoTime() - startNanos >= limits.timeMs() * 1_000_000L);
    }

    /** The connection that continued the scan is gone, and the scan with it. */
    @Override
    public void abandoned() {
        end();
    }
}
