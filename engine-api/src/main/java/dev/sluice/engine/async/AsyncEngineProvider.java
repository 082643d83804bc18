package dev.sluice.engine.async;

import dev.sluice.engine.BucketConfiguration;
import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineContext;
import dev.sluice.engine.EngineException;
import dev.sluice.engine.EngineProvider;
import dev.sluice.engine.annotation.OnBackground;
import dev.sluice.engine.annotation.Stable;

/** A provider for engines over an {@link AsyncStore}: name the type, the SPI's version and the settings, open the store. */
@Stable
public abstract class AsyncEngineProvider implements EngineProvider {
    /** How many operations may be under way in one bucket unless a provider says otherwise. */
    protected static final int OPERATIONS_MAX_DEFAULT = 4096;

    /** Does nothing, as every provider's constructor. */
    protected AsyncEngineProvider() {}

    /**
     * Opens the storage of one bucket.
     *
     * <p><b>Thread.</b> As {@link EngineProvider#create}: may wait.
     *
     * @throws EngineException when the bucket cannot be served; nothing of it stays behind
     */
    @OnBackground
    protected abstract AsyncStore open(BucketConfiguration configuration, EngineContext context) throws EngineException;

    /**
     * How many operations may be under way in one bucket: with the store, or waiting for another of the same key. More are
     * refused with a temporary failure.
     */
    protected int operationsMax() {
        return OPERATIONS_MAX_DEFAULT;
    }

    @Override
    @OnBackground
    public final Engine create(BucketConfiguration configuration, EngineContext context) throws EngineException {
        return new AsyncEngine(open(configuration, context), configuration, context, operationsMax());
    }
}
