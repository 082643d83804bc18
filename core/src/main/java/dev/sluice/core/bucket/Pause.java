package dev.sluice.core.bucket;

import dev.sluice.engine.Pausable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** One attempt to pause a bucket, which may be called off as long as it is under way. Any thread. */
final class Pause implements Pausable.Cancellation {

    /** Completes when the bucket is paused, or is ready again, with a {@link BucketException}. */
    private final CompletableFuture<Void> done = new CompletableFuture<>();

    private final List<Runnable> actions = new ArrayList<>();
    private volatile boolean cancelled;

    CompletableFuture<Void> done() {
        return done;
    }

    @Override
    public boolean cancelled() {
        return cancelled;
    }

    @Override
    public void onCancel(Runnable action) {
        synchronized (actions) {
            if (!cancelled) {
                actions.add(action);
                return;
            }
        }
        action.run();
    }

    /** Calls the attempt off; {@link #tell()} then says so. */
    void cancel() {
        synchronized (actions) {
            cancelled = true;
        }
    }

    /** Runs what wanted to hear of the cancellation. Not under a lock: those actions are an engine's. */
    void tell() {
        List<Runnable> told;
        synchronized (actions) {
            told = List.copyOf(actions);
            actions.clear();
        }
        told.forEach(Runnable::run);
    }
}
