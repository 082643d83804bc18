package dev.sluice.core.bucket;

import dev.sluice.engine.BucketConfiguration;
import dev.sluice.engine.Reconfigurable;

/** See {@link CallGuard}. Values that contradict each other are passed on to whoever wants them. */
final class GuardedReconfigurable implements Reconfigurable {

    private final Reconfigurable reconfigurable;
    private final CallGuard guard;

    GuardedReconfigurable(Reconfigurable reconfigurable, CallGuard guard) {
        this.reconfigurable = reconfigurable;
        this.guard = guard;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException for values that do not go together; the message is for an operator
     * @throws EngineFailedException where the engine threw anything else
     */
    @Override
    public void reconfigure(BucketConfiguration configuration) {
        ClassLoader before = guard.enter();
        try {
            reconfigurable.reconfigure(configuration);
        } catch (IllegalArgumentException e) {
            throw e;
        } catch (Throwable e) {
            guard.background(e);
            throw new EngineFailedException(e);
        } finally {
            guard.leave(before);
        }
    }
}
