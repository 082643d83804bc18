package dev.sluice.testkit;

import dev.sluice.engine.BlockedCookie;
import dev.sluice.engine.Cookie;
import dev.sluice.engine.DocumentKey;
import dev.sluice.engine.EngineContext;
import dev.sluice.engine.Persistence;
import dev.sluice.engine.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;

/**
 * A {@link NaiveEngine}'s disk: a sequence number for each vbucket, up to which a task of the writer pool says that all is
 * on it. Nothing is written anywhere.
 *
 * <p><b>Thread.</b> Any. May be called with the engine's monitor held, and calls the engine only without its own.
 */
final class NaivePersistence implements Persistence {
    private record Waiter(int vbucket, long seqno, long deadlineNanos, BlockedCookie cookie) {}

    private final NaiveEngine engine;
    private final EngineContext context;
    private final long[] persisted;
    private final List<Waiter> waiters = new ArrayList<>();
    private boolean stopped;
    private boolean flushScheduled;

    NaivePersistence(NaiveEngine engine, EngineContext context, int vbucketCount) {
        this.engine = engine;
        this.context = context;
        this.persisted = new long[vbucketCount];
    }

    /** Something was stored: it will be on disk a little later. */
    synchronized void changed() {
        if (!stopped && !flushScheduled) {
            try {
                context.writerPool().execute(this::flush);
                flushScheduled = true;
            } catch (RejectedExecutionException bucketIsGone) {
                stopped = true;
            }
        }
    }

    private void flush() {
        synchronized (this) {
            flushScheduled = false;
            if (stopped) {
                return;
            }
        }
        for (int vbucket = 0; vbucket < persisted.length; vbucket++) {
            long high = engine.highSeqno(vbucket);
            synchronized (this) {
                persisted[vbucket] = Math.max(persisted[vbucket], high);
            }
        }
        wake(Status.SUCCESS);
    }

    private void wake(Status status) {
        List<Waiter> woken = new ArrayList<>();
        synchronized (this) {
            long now = context.clock().nanoTime();
            for (Waiter waiter : List.copyOf(waiters)) {
                boolean due = waiter.seqno <= persisted[waiter.vbucket] || waiter.deadlineNanos <= now;
                if (status != Status.SUCCESS || due) {
                    waiters.remove(waiter);
                    woken.add(waiter);
                }
            }
        }
        woken.forEach(waiter -> waiter.cookie.notifyIoComplete(status));
    }

    void cancelBlocked() {
        wake(Status.CANCELLED);
    }

    @Override
    public long persistedSeqno(int vbucket) {
        if (engine.state(vbucket) == null) {
            return -1;
        }
        synchronized (this) {
            return persisted[vbucket];
        }
    }

    @Override
    public Status awaitPersistence(Cookie cookie, int vbucket, long seqno, long deadlineNanos) {
        if (engine.state(vbucket) == null) {
            return Status.NOT_MY_VBUCKET;
        }
        synchronized (this) {
            if (seqno <= persisted[vbucket]) {
                return Status.SUCCESS;
            }
            long remaining = deadlineNanos - context.clock().nanoTime();
            if (remaining <= 0) {
                return Status.TEMPORARY_FAILURE;
            }
            waiters.add(new Waiter(vbucket, seqno, deadlineNanos, cookie.block()));
            context.nonIoPool().schedule(() -> wake(Status.SUCCESS), remaining); // called again, they find out
            return Status.WOULD_BLOCK;
        }
    }

    @Override
    public synchronized Status stopPersistence(Cookie cookie) {
        if (stopped) {
            return Status.INVALID_ARGUMENTS;
        }
        stopped = true;
        return Status.SUCCESS;
    }

    @Override
    public synchronized Status startPersistence(Cookie cookie) {
        if (!stopped) {
            return Status.INVALID_ARGUMENTS;
        }
        stopped = false;
        changed();
        return Status.SUCCESS;
    }

    @Override
    public Status compact(Cookie cookie, int vbucket, Compaction compaction) {
        long upTo = compaction.dropDeletes() ? Long.MAX_VALUE : compaction.purgeBeforeSeqno();
        return engine.forgetTombstones(vbucket, upTo);
    }

    @Override
    public Status evict(Cookie cookie, int vbucket, DocumentKey key) {
        return engine.evictable(vbucket, key, persistedSeqno(vbucket));
    }
}
