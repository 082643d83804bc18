package dev.sluice.core.administration;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A semaphore for operations that take long and hold no thread: so many are under way, the others wait in order. A bucket
 * of a terabyte that loads must not keep others from being deleted, and a thousand requests to create one must not take
 * all background threads. Any thread.
 */
final class OperationQueue {

    /** As few as make sense: each may load or save a whole bucket. */
    private static final int PERMITS = 4;

    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private int running;

    /** Begins an operation now, or when one of those before it has ended. */
    <T> CompletableFuture<T> submit(Supplier<CompletableFuture<T>> operation) {
        CompletableFuture<T> done = new CompletableFuture<>();
        Runnable begin = () -> begin(operation, done);
        synchronized (waiting) {
            if (running == PERMITS) {
                waiting.add(begin);
                return done;
            }
            running++;
        }
        begin.run();
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

    private void next() {
        Runnable begin;
        synchronized (waiting) {
            begin = nextOrRelease();
        }
        if (begin != null) {
            begin.run();
        }
    }

    private @Nullable Runnable nextOrRelease() {
        Runnable begin = waiting.poll();
        if (begin == null) {
            running--;
        }
        return begin;
    }
}
