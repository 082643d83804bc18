package dev.sluice.core.administration;

import dev.sluice.core.bucket.BucketException;
import dev.sluice.core.bucket.BucketException.Reason;
import dev.sluice.core.bucket.Buckets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A semaphore for operations that take long and hold no thread: so many are under way, some others wait in order, and what
 * comes when too many wait is refused. A thousand requests to create a bucket must not take all background threads, and one
 * bucket of a terabyte that loads must not keep others from being deleted; four that load do. Any thread.
 *
 * <p>Whoever has waited begins on the pool and not where the one before has ended: operations that end at once, such as those
 * that are refused, would otherwise run within each other, one stack for all that wait.
 */
final class OperationQueue {

    /** As few as make sense: each may load or save a whole bucket. */
    private static final int PERMITS = 4;

    /** One for each bucket that there can be. Each may hold a request of a megabyte. */
    static final int WAITING_MAX = Buckets.COUNT_MAX;

    private record Waiting(Runnable begin, CompletableFuture<?> done) {}

    private final Executor pool;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private int running;

    /**
     * With nothing to do.
     *
     * @param pool begins what has waited; must not run it within {@code execute}
     */
    OperationQueue(Executor pool) {
        this.pool = pool;
    }

    /**
     * Begins an operation now, or when one of those before it has ended.
     *
     * @return completes with it; with a {@link BucketException} where too many wait, or the server is stopping
     */
    <T> CompletableFuture<T> submit(Supplier<CompletableFuture<T>> operation) {
        CompletableFuture<T> done = new CompletableFuture<>();
        synchronized (waiting) {
            if (waiting.size() == WAITING_MAX) {
                return CompletableFuture.failedFuture(new BucketException(
                        Reason.BUSY, "too many operations on buckets wait already (at most " + WAITING_MAX + ")"));
            }
            if (running == PERMITS) {
                waiting.add(new Waiting(() -> begin(operation, done), done));
                return done;
            }
            running++;
        }
        begin(operation, done);
        return done;
    }

    private <T> void begin(Supplier<CompletableFuture<T>> operation, CompletableFuture<T> done) {
        CompletableFuture<T> started;
        try {
            started = operation.get();
        } catch (RuntimeException | Error e) {
            started = CompletableFuture.failedFuture(e);
        }
        CompletableFuture<T> unused = started.whenComplete((result, failure) -> {
            next();
            if (failure == null) {
                done.complete(result);
            } else {
                done.completeExceptionally(failure);
            }
        });
    }

    /** The permit of one that has ended goes to the next that can begin. */
    private void next() {
        for (Waiting next = nextOrRelease(); next != null; next = nextOrRelease()) {
            try {
                pool.execute(next.begin);
                return;
            } catch (RejectedExecutionException e) {
                next.done.completeExceptionally(new BucketException(Reason.BUSY, "the server is stopping", e));
            }
        }
    }

    private @Nullable Waiting nextOrRelease() {
        synchronized (waiting) {
            Waiting next = waiting.poll();
            if (next == null) {
                running--;
            }
            return next;
        }
    }
}
