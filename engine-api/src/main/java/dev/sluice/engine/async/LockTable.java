package dev.sluice.engine.async;

import dev.sluice.engine.EngineClock;
import dev.sluice.engine.annotation.AnyThread;
import dev.sluice.engine.annotation.Stable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Who has locked which document, beside the documents, for locks are few and documents many. Locks end by themselves, and
 * with the process.
 *
 * <p><b>Thread.</b> Any; each method is atomic. That a document's lock and its content go together is up to the caller.
 *
 * @param <K> what names a document; immutable, with {@code equals} and {@code hashCode}
 */
@Stable
@AnyThread
public final class LockTable<K> {
    /** The fewest locks between two sweeps. */
    private static final int SWEEP_COUNT_MIN = 1024;

    private record Lock(long cas, long endNanos) {}

    private final EngineClock clock;
    private final ConcurrentHashMap<K, Lock> locks = new ConcurrentHashMap<>();
    private final AtomicInteger untilSweep = new AtomicInteger(SWEEP_COUNT_MIN);

    /** An empty table. */
    public LockTable(EngineClock clock) {
        this.clock = clock;
    }

    /** The CAS of the lock on the document, 0 where nobody holds one. */
    public long casOf(K key) {
        Lock lock = locks.get(key);
        if (lock == null) {
            return 0;
        }
        if (lock.endNanos - clock.nanoTime() <= 0) {
            locks.remove(key, lock);
            return 0;
        }
        return lock.cas;
    }

    /**
     * Locks a document for a time.
     *
     * @param cas names the lock; not 0
     * @return false where somebody holds a lock on it
     */
    public boolean lock(K key, long cas, long durationNanos) {
        if (cas == 0) {
            throw new IllegalArgumentException("cas: 0 (expected: anything else)");
        }
        if (untilSweep.decrementAndGet() == 0) {
            sweep();
        }
        long now = clock.nanoTime();
        Lock mine = new Lock(cas, now + durationNanos);
        Lock holder = locks.compute(key, (k, lock) -> lock == null || lock.endNanos - now <= 0 ? mine : lock);
        return holder.equals(mine);
    }

    /** Ends the lock on a document, whoever holds it. */
    public void release(K key) {
        locks.remove(key);
    }

    /** How many locks are remembered, those included that have ended unnoticed. */
    public int size() {
        return locks.size();
    }

    /** Forgets locks that have ended. Costs as much as the locks since the last time, so nothing on average. */
    private void sweep() {
        long now = clock.nanoTime();
        locks.values().removeIf(lock -> lock.endNanos - now <= 0);
        untilSweep.set(Math.max(SWEEP_COUNT_MIN, locks.size()));
    }
}
