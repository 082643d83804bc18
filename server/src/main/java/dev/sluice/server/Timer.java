package dev.sluice.server;

import dev.sluice.engine.TaskPool;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps tasks until their time and hands them to their pool then; it runs none itself.
 *
 * <p>Neither scheduling nor calling off takes a lock, because event loops do both. They leave an entry in a queue; one
 * thread owns the ordered set, takes over what was left, and sleeps until the first entry is due. It is woken only by an
 * entry that is due before it would wake anyway. That no such entry is missed rests on an order: the thread publishes when
 * it will wake and then looks at the queue once more; whoever schedules puts the entry into the queue and then looks when
 * the thread will wake. One of the two sees the other.
 *
 * <p>What is called off leaves at the thread's next turn, and a turn comes at the latest when so many changes have gathered
 * that they would weigh: timeouts that are nearly always called off do not pile up until they are due.
 */
final class Timer {

    private static final Logger LOG = LoggerFactory.getLogger(Timer.class);

    private static final int CHANGES_MAX = 1024;

    /** A failure that lasts must not take a processor. */
    private static final long AFTER_FAILURE_NANOS = 100_000_000L;

    private final ConcurrentLinkedQueue<Entry> changes = new ConcurrentLinkedQueue<>();
    private final AtomicInteger changeCount = new AtomicInteger();
    private final AtomicLong sequence = new AtomicLong();
    private final TreeSet<Entry> waiting = new TreeSet<>();
    private final Thread thread = new Thread(this::run, "sluice-timer");
    private volatile long wakeNanos;
    private volatile int heldCount;
    private volatile boolean stopped;

    Timer() {
        thread.setDaemon(true);
        wakeNanos = System.nanoTime();
        thread.start();
    }

    /** Hands a task to a pool after a delay. Any thread; never waits. */
    TaskPool.Scheduled schedule(Executor pool, Runnable task, long delayNanos) {
        long due = System.nanoTime() + Math.max(0, Math.min(delayNanos, Long.MAX_VALUE / 2));
        Entry entry = new Entry(pool, task, due, sequence.getAndIncrement());
        changes.add(entry);
        // Not before the line above: see the order in the essay.
        boolean early = due - wakeNanos < 0;
        if (countChange() || early) {
            LockSupport.unpark(thread);
        }
        return entry;
    }

    /** Whether changes have become so many that they must be seen to. */
    private boolean countChange() {
        return changeCount.incrementAndGet() == CHANGES_MAX;
    }

    private void run() {
        while (!stopped) {
            try {
                turn();
            } catch (Throwable e) { // No memory, most likely. Without this thread no timeout would ever come again.
                LOG.error("timer failed, and goes on", e);
                LockSupport.parkNanos(this, AFTER_FAILURE_NANOS);
            }
        }
    }

    private void turn() {
        takeChanges();
        long now = System.nanoTime();
        while (!waiting.isEmpty() && waiting.first().dueNanos - now <= 0) {
            start(waiting.pollFirst());
        }
        long wake = waiting.isEmpty() ? now + Long.MAX_VALUE / 2 : waiting.first().dueNanos;
        wakeNanos = wake;
        if (changes.isEmpty()) {
            LockSupport.parkNanos(this, wake - System.nanoTime());
        }
    }

    /** About how many entries are held, changes not yet seen included; for tests. */
    int size() {
        return heldCount + changeCount.get();
    }

    private void takeChanges() {
        changeCount.set(0);
        for (Entry entry = changes.peek(); entry != null; entry = changes.peek()) {
            if (entry.state.get() == Entry.WAITING) {
                waiting.add(entry);
            } else {
                waiting.remove(entry);
            }
            changes.remove(); // Not before: what cannot be added for want of memory is added at the next turn.
        }
        heldCount = waiting.size();
    }

    private static void start(Entry entry) {
        try {
            entry.pool.execute(entry);
        } catch (RejectedExecutionException e) {
            LOG.debug("a task came due after its pool had stopped");
        } catch (Throwable e) {
            LOG.error("a task that came due is lost", e);
        }
    }

    /** Ends the thread; what waits is dropped. */
    void stop() {
        stopped = true;
        LockSupport.unpark(thread);
    }

    private final class Entry implements TaskPool.Scheduled, Runnable, Comparable<Entry> {

        static final int WAITING = 0;
        static final int BEGUN = 1;
        static final int CALLED_OFF = 2;

        private final Executor pool;
        private final Runnable task;
        private final long dueNanos;
        private final long number;
        private final AtomicInteger state = new AtomicInteger(WAITING);

        Entry(Executor pool, Runnable task, long dueNanos, long number) {
            this.pool = pool;
            this.task = task;
            this.dueNanos = dueNanos;
            this.number = number;
        }

        @Override
        public void run() {
            if (state.compareAndSet(WAITING, BEGUN)) {
                task.run();
            }
        }

        @Override
        public void cancel() {
            if (state.compareAndSet(WAITING, CALLED_OFF)) {
                changes.add(this);
                if (countChange()) {
                    LockSupport.unpark(thread);
                }
            }
        }

        /** By time, on a scale that may overflow, and by age where that is equal. */
        @Override
        public int compareTo(Entry other) {
            long difference = dueNanos - other.dueNanos;
            return difference == 0 ? Long.compare(number, other.number) : Long.signum(difference);
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return Long.hashCode(number);
        }
    }
}
