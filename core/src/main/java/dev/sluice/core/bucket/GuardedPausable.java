package dev.sluice.core.bucket;

import dev.sluice.engine.Pausable;
import dev.sluice.engine.Status;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** See {@link CallGuard}. An engine that throws, or answers nothing, has failed for now. */
final class GuardedPausable implements Pausable {

    private final Pausable pausable;
    private final CallGuard guard;

    GuardedPausable(Pausable pausable, CallGuard guard) {
        this.pausable = pausable;
        this.guard = guard;
    }

    @Override
    public Status pause(Cancellation cancellation) {
        return call(() -> pausable.pause(cancellation));
    }

    @Override
    public Status resume() {
        return call(pausable::resume);
    }

    private Status call(Supplier<@Nullable Status> body) {
        ClassLoader before = guard.enter();
        try {
            Status status = body.get();
            if (status == null || status == Status.WOULD_BLOCK) {
                throw new IllegalStateException("answered " + status + " (expected: success, cancelled or a failure)");
            }
            return status;
        } catch (Throwable e) {
            guard.background(e);
            return Status.TEMPORARY_FAILURE;
        } finally {
            guard.leave(before);
        }
    }
}
