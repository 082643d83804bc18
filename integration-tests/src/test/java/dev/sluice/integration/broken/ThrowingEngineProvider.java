package dev.sluice.integration.broken;

import dev.sluice.engine.BucketConfiguration;
import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineContext;
import dev.sluice.engine.EngineProvider;
import dev.sluice.engine.SpiVersion;

/** Cannot even be made. */
public final class ThrowingEngineProvider implements EngineProvider {

    /** Against the rule that a provider's constructor does nothing. */
    public ThrowingEngineProvider() {
        throw new IllegalStateException("no licence found");
    }

    @Override
    public String type() {
        return "throwing";
    }

    @Override
    public int spiVersion() {
        return SpiVersion.CURRENT;
    }

    @Override
    public Engine create(BucketConfiguration configuration, EngineContext context) {
        throw new IllegalStateException("unreachable");
    }
}
