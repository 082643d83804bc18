package dev.sluice.testkit;

import dev.sluice.engine.Cookie;
import dev.sluice.engine.DocumentFilter;
import dev.sluice.engine.DocumentView;
import dev.sluice.engine.DurabilityLevel;
import dev.sluice.engine.Engine;
import dev.sluice.engine.HeapDocumentKey;
import dev.sluice.engine.MutationResult;
import dev.sluice.engine.RangeScans;
import dev.sluice.engine.RemoveRequest;
import dev.sluice.engine.Status;
import dev.sluice.engine.StoreRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Calls an engine as the server does: again after a notification of success, not again after any other, until the command
 * is done. While a command waits, the driver runs the scheduler's tasks, and where none is due gives threads of the
 * engine's own some real time.
 *
 * <p>It also makes the engine pay for what servers may do to it. Arrays that are lent for a call are overwritten when it
 * returns; out-parameters still hold another document when it begins; each repetition brings the same arguments in other
 * arrays. What the engine showed is compared with a copy at the end, see {@link #verify()}.
 *
 * <p><b>Thread.</b> One, as an event loop. Several drivers on several threads may share engine and scheduler.
 */
public final class EngineDriver {
    private static final int CALLS_OF_ONE_COMMAND_MAX = 1_000;
    private static final long FOREIGN_THREADS_NANOS = TimeUnit.MICROSECONDS.toNanos(50);
    private static final long TIMERS_NANOS_MAX = TimeUnit.SECONDS.toNanos(1);
    private static final AtomicLong CONNECTION_IDS = new AtomicLong(1);

    private final Engine engine;
    private final SimulatedScheduler scheduler;
    private final long seed;
    private final Random random;
    private final long connectionId = CONNECTION_IDS.getAndIncrement();
    private final HeapDocumentKey key = new HeapDocumentKey();
    private final StoreRequest storeRequest = new StoreRequest();
    private final RemoveRequest removeRequest = new RemoveRequest();
    private final DocumentView view = new DocumentView();
    private final MutationResult result = new MutationResult();
    private final List<TestCookie> cookies = new ArrayList<>();
    private final List<Answer> answers = new ArrayList<>();
    private final List<byte[]> borrowed = new ArrayList<>();
    private long hangNanos = TimeUnit.SECONDS.toNanos(10);

    /**
     * @param seed printed with every failure; decides what the lent arrays look like
     */
    public EngineDriver(Engine engine, SimulatedScheduler scheduler, long seed) {
        this.engine = engine;
        this.scheduler = scheduler;
        this.seed = seed;
        this.random = new Random(seed);
    }

    /** How much real time passes before a command that nobody notifies is called hanging; 10 seconds at first. */
    public EngineDriver hangsAfter(long time, TimeUnit unit) {
        hangNanos = unit.toNanos(time);
        return this;
    }

    public Engine engine() {
        return engine;
    }

    /** Looks up a live document. */
    public Answer get(int vbucket, Key key) {
        return get(vbucket, key, DocumentFilter.ALIVE);
    }

    public Answer get(int vbucket, Key key, DocumentFilter filter) {
        return begin(viewing((cookie, out) -> engine.get(cookie, vbucket, lend(key), filter, out)))
                .await();
    }

    public Answer store(int vbucket, Key key, Store store) {
        return begin(storing(vbucket, key, store)).await();
    }

    /** Removes a document, whatever its CAS. */
    public Answer remove(int vbucket, Key key) {
        return remove(vbucket, key, 0);
    }

    public Answer remove(int vbucket, Key key, long cas) {
        return remove(vbucket, key, cas, DurabilityLevel.NONE, 0);
    }

    public Answer remove(int vbucket, Key key, long cas, DurabilityLevel level, long deadlineNanos) {
        return begin(mutating((cookie, out) -> {
                    removeRequest.clear().cas(cas).durability(level, deadlineNanos);
                    return engine.remove(cookie, vbucket, lend(key), removeRequest, out);
                }))
                .await();
    }

    /** A removal that knows of no extended attributes. */
    public Answer removeUnawareOfXattrs(int vbucket, Key key, long cas) {
        return begin(mutating((cookie, out) -> {
                    removeRequest.clear().cas(cas).unawareOfXattrs(true);
                    return engine.remove(cookie, vbucket, lend(key), removeRequest, out);
                }))
                .await();
    }

    public Answer getAndTouch(int vbucket, Key key, long expirySeconds) {
        return begin(viewing((cookie, out) -> engine.getAndTouch(cookie, vbucket, lend(key), expirySeconds, out)))
                .await();
    }

    public Answer lock(int vbucket, Key key, int seconds) {
        return begin(viewing((cookie, out) -> engine.lock(cookie, vbucket, lend(key), seconds, out)))
                .await();
    }

    public Status unlock(int vbucket, Key key, long cas) {
        return run(cookie -> engine.unlock(cookie, vbucket, lend(key), cas));
    }

    /** Any other call that answers with a status alone, or fills something of the caller's on success. */
    public Status run(Call call) {
        return begin(plain(call)).await().status();
    }

    /** A call that shows a document. */
    Answer view(ViewingCall call) {
        return begin(viewing(call)).await();
    }

    /** A call that fills a {@link MutationResult}. */
    public Answer runMutation(MutatingCall call) {
        return begin(mutating(call)).await();
    }

    /**
     * Opens a range scan. The request is lent until the command is done, as the interface says, and overwritten then.
     *
     * @return the scan, if the status is success
     */
    public OpenedScan openScan(int vbucket, RangeScans.Request request) {
        RangeScans scans = Objects.requireNonNull(engine.capability(RangeScans.class), "range scans");
        RangeScans.Holder holder = new RangeScans.Holder();
        Status status = run(cookie -> scans.open(cookie, vbucket, request, holder));
        Arrays.fill(request.start(), (byte) 0xDB);
        byte[] end = request.end();
        if (end != null) {
            Arrays.fill(end, (byte) 0xDB);
        }
        return new OpenedScan(this, status, status == Status.SUCCESS ? holder.scan() : null);
    }

    /** A store that does not wait: see {@link Command}. */
    public Command startStore(int vbucket, Key key, Store store) {
        return begin(storing(vbucket, key, store));
    }

    /** A look-up that does not wait. */
    public Command startGet(int vbucket, Key key) {
        return begin(viewing((cookie, out) -> engine.get(cookie, vbucket, lend(key), DocumentFilter.ALIVE, out)));
    }

    /** A call that does not wait. */
    public Command start(Call call) {
        return begin(plain(call));
    }

    /**
     * Fails if the engine has broken a rule since the driver was made: late or double notifications, and arrays that
     * changed after they were shown. Call it when everything has settled.
     */
    public void verify() {
        checkUntouched();
        for (TestCookie cookie : cookies) {
            check(cookie);
        }
        for (Answer answer : answers) {
            String changed = answer.changedSince();
            if (changed != null) {
                throw failure("the engine changed " + changed + " of a document that it had shown");
            }
        }
    }

    /** Lends a key for the call under way: the driver's one flyweight, over an array that is overwritten after. */
    HeapDocumentKey lend(Key lent) {
        byte[] bytes = lent.bytes();
        byte[] array = garbage(bytes.length + 2 + random.nextInt(8));
        int offset = 1 + random.nextInt(array.length - bytes.length - 1);
        System.arraycopy(bytes, 0, array, offset, bytes.length);
        borrowed.add(array);
        return key.wrap(lent.collection(), array, offset, bytes.length);
    }

    /** Lends bytes for the call under way; all of the array is theirs. */
    byte[] lendBytes(byte[] bytes) {
        byte[] array = bytes.clone();
        borrowed.add(array);
        return array;
    }

    private Attempt storing(int vbucket, Key key, Store store) {
        return mutating((cookie, out) -> {
            byte[] value = store.value();
            byte[] array = new byte[value.length + 1 + random.nextInt(8)];
            int offset = random.nextInt(array.length - value.length);
            System.arraycopy(value, 0, array, offset, value.length);
            borrowed.add(array);
            store.fill(storeRequest.clear()).value(array, offset, value.length);
            return engine.store(cookie, vbucket, lend(key), storeRequest, out);
        });
    }

    private Attempt viewing(ViewingCall call) {
        return cookie -> {
            checkUntouched();
            spoil(view);
            try {
                Status status = call.invoke(cookie, view);
                return status == Status.SUCCESS ? Answer.of(status, view) : answerOf(status);
            } finally {
                view.clear();
            }
        };
    }

    private Attempt mutating(MutatingCall call) {
        return cookie -> {
            checkUntouched();
            result.set(random.nextLong(), random.nextLong(), random.nextLong()).revSeqno(random.nextLong());
            try {
                Status status = call.invoke(cookie, result);
                return status == Status.SUCCESS ? Answer.of(status, result) : answerOf(status);
            } finally {
                result.clear();
            }
        };
    }

    private static Attempt plain(Call call) {
        return cookie -> answerOf(call.invoke(cookie));
    }

    // A null is noted by the cookie and then reported; it must not stop this class before that.
    @SuppressWarnings("NullAway")
    private static Answer answerOf(Status status) {
        return Answer.of(status);
    }

    private Command begin(Attempt attempt) {
        Command command = new Command(this, attempt, new TestCookie(connectionId));
        cookies.add(command.cookie);
        command.call();
        return command;
    }

    /** Out-parameters are cleared after each call, and the engine has no business with them until the next. */
    private void checkUntouched() {
        if (view.cas() != 0 || view.valueLength() != 0 || view.keyLength() != 0 || view.deleted()) {
            throw failure("the engine filled a DocumentView after its call had returned");
        }
        if (result.cas() != 0 || result.seqno() != 0) {
            throw failure("the engine filled a MutationResult after its call had returned");
        }
    }

    /** Everything that was lent is now somebody else's. */
    private void scribble() {
        for (byte[] array : borrowed) {
            Arrays.fill(array, (byte) 0xDB);
        }
        borrowed.clear();
        byte[] other = garbage(1 + random.nextInt(20));
        key.wrap(random.nextInt(), other, 0, other.length);
        storeRequest.clear().value(other, 0, other.length).flags(0xDBDBDBDB).cas(random.nextLong());
        removeRequest.clear().cas(random.nextLong());
    }

    private void spoil(DocumentView out) {
        byte[] other = garbage(8);
        out.clear()
                .key(random.nextInt(), other, 0, other.length)
                .value(other, 0, other.length)
                .cas(random.nextLong())
                .seqno(random.nextLong())
                .revSeqno(random.nextLong())
                .flags(random.nextInt())
                .expirySeconds(random.nextInt() & 0xffffffffL)
                .datatype((byte) random.nextInt())
                .deleted(true)
                .locked(true);
    }

    private byte[] garbage(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private void check(TestCookie cookie) {
        if (!cookie.violations().isEmpty()) {
            throw failure("the engine broke a rule of cookies: " + String.join("; ", cookie.violations()));
        }
    }

    /** Makes a call that may wait, on a thread of its own. */
    <T extends @Nullable Object> T background(Callable<T> call) {
        try {
            return BackgroundCall.run(scheduler, call);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private AssertionError failure(String what) {
        return new AssertionError(what + " (seed " + seed + ")");
    }

    /** Runs tasks, or waits for other threads, until the command is notified. */
    private Status awaitNotification(TestCookie cookie) {
        long giveUpAt = System.nanoTime() + hangNanos;
        long timersNanos = 0;
        while (true) {
            Status status = cookie.notified();
            if (status != null) {
                return status;
            }
            if (scheduler.runOne()) {
                continue;
            }
            LockSupport.parkNanos(FOREIGN_THREADS_NANOS);
            if (cookie.notified() != null) {
                continue;
            }
            if (Thread.interrupted()) {
                throw failure("interrupted while a command was blocked");
            }
            long untilTimer = scheduler.nanosUntilNext();
            if (untilTimer <= TIMERS_NANOS_MAX - timersNanos) {
                timersNanos += untilTimer;
                scheduler.clock().advanceNanos(untilTimer);
            } else if (System.nanoTime() - giveUpAt > 0) {
                throw failure(
                        "a command hangs: the engine returned WOULD_BLOCK and nobody notifies its cookie; tasks due: "
                                + scheduler.readyCount() + ", scheduled for later: " + scheduler.scheduledCount()
                                + ", thrown by tasks: " + scheduler.failures());
            }
        }
    }

    /** A scan that a driver has opened, or the reason why not. Steps are made on background threads, as by a server. */
    public static final class OpenedScan {
        private static final int DOCUMENTS_OF_ONE_VISIT = 100;

        private final EngineDriver driver;
        private final Status status;
        private final RangeScans.@Nullable Scan scan;

        private OpenedScan(EngineDriver driver, Status status, RangeScans.@Nullable Scan scan) {
            this.driver = driver;
            this.status = status;
            this.scan = scan;
            if (status == Status.SUCCESS && scan == null) {
                throw driver.failure("the engine opened a scan and put none into the holder");
            }
        }

        /** What the opening came to. */
        public Status status() {
            return status;
        }

        public Answer next() {
            return driver.background(this::step);
        }

        /** Takes all documents that are left, many in one visit, and closes the scan. */
        public List<Answer> drain() {
            List<Answer> documents = new ArrayList<>();
            Answer last;
            do {
                last = driver.background(() -> visit(documents));
            } while (last.succeeded());
            if (last.status() != Status.NO_SUCH_KEY) {
                throw driver.failure("a scan ended with " + last.status() + " (expected: NO_SUCH_KEY)");
            }
            close();
            return documents;
        }

        private Answer visit(List<Answer> documents) {
            Answer last = step();
            for (int taken = 1; last.succeeded() && taken < DOCUMENTS_OF_ONE_VISIT; taken++) {
                documents.add(last);
                last = step();
            }
            if (last.succeeded()) {
                documents.add(last);
            }
            return last;
        }

        private Answer step() {
            driver.checkUntouched();
            driver.spoil(driver.view);
            try {
                Status next = scan().next(driver.view);
                Answer answer = next == Status.SUCCESS ? Answer.of(next, driver.view) : answerOf(next);
                if (answer.succeeded()) {
                    driver.answers.add(answer);
                }
                return answer;
            } finally {
                driver.view.clear();
            }
        }

        public long collectionCount() {
            return driver.background(() -> scan().collectionCount());
        }

        public void close() {
            driver.background(() -> {
                scan().close();
                return true;
            });
        }

        private RangeScans.Scan scan() {
            return Objects.requireNonNull(scan, () -> "no scan: " + status);
        }
    }

    /** One call of an engine. Built anew for each repetition, so that lent arguments are never the same arrays. */
    @FunctionalInterface
    public interface Call {
        Status invoke(Cookie cookie);
    }

    /** A call that shows a document. */
    @FunctionalInterface
    interface ViewingCall {
        Status invoke(Cookie cookie, DocumentView out);
    }

    /** A call that fills in what became of a mutation. */
    @FunctionalInterface
    public interface MutatingCall {
        Status invoke(Cookie cookie, MutationResult out);
    }

    @FunctionalInterface
    private interface Attempt {
        Answer invoke(Cookie cookie);
    }

    /** A command under way, for tests that have several at once. Belongs to the driver's thread. */
    public static final class Command {
        private final EngineDriver driver;
        private final Attempt attempt;
        private final TestCookie cookie;
        private Answer answer = Answer.of(Status.WOULD_BLOCK);
        private int calls;

        private Command(EngineDriver driver, Attempt attempt, TestCookie cookie) {
            this.driver = driver;
            this.attempt = attempt;
            this.cookie = cookie;
        }

        /** Whether the answer is there. A command that was notified has still to {@link #proceed()}. */
        public boolean done() {
            return answer.status() != Status.WOULD_BLOCK;
        }

        public TestCookie cookie() {
            return cookie;
        }

        /** How often the engine was called for this command. */
        public int callCount() {
            return calls;
        }

        /** Makes the repeated call if the command has been notified; answers whether anything was done. */
        public boolean proceed() {
            if (done()) {
                return false;
            }
            Status notified = cookie.notified();
            if (notified == null) {
                return false;
            }
            if (notified == Status.SUCCESS) {
                call();
            } else {
                finish(Answer.of(notified));
                cookie.end();
            }
            return true;
        }

        /** Runs the scheduler until the command is done. */
        public Answer await() {
            while (!done()) {
                driver.awaitNotification(cookie);
                proceed();
            }
            return answer;
        }

        /** The connection closes: nobody waits for the command any more. */
        public void cancel() {
            cookie.cancel();
            finish(Answer.of(Status.CANCELLED));
        }

        private void call() {
            if (++calls > CALLS_OF_ONE_COMMAND_MAX) {
                throw driver.failure("a command was called " + calls + " times and goes on answering WOULD_BLOCK");
            }
            cookie.enter();
            Answer result = Answer.of(Status.FAILED);
            try {
                result = attempt.invoke(cookie);
            } finally {
                cookie.leave(result.status());
                driver.scribble();
            }
            finish(result);
        }

        private void finish(Answer result) {
            driver.check(cookie);
            answer = result;
            if (result.succeeded()) {
                driver.answers.add(result);
            }
        }
    }
}
