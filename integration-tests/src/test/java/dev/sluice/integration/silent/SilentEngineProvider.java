package dev.sluice.integration.silent;

import dev.sluice.engine.BucketConfiguration;
import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineContext;
import dev.sluice.engine.EngineException;
import dev.sluice.engine.EngineProvider;
import dev.sluice.engine.SpiVersion;
import dev.sluice.testkit.Fault;
import dev.sluice.testkit.FaultInjectingProvider;
import dev.sluice.testkit.FaultPlan;
import dev.sluice.testkit.NaiveEngineProvider;
import dev.sluice.testkit.Operation;

/** Engines that take every GET and never answer. Runs in the server as a plugin. */
public final class SilentEngineProvider implements EngineProvider {

    private final EngineProvider inner = new FaultInjectingProvider(
            new NaiveEngineProvider(), FaultPlan.always(Fault.NOTIFY_NEVER).only(Operation.GET));

    @Override
    public String type() {
        return "silent";
    }

    @Override
    public int spiVersion() {
        return SpiVersion.CURRENT;
    }

    @Override
    public Engine create(BucketConfiguration configuration, EngineContext context) throws EngineException {
        return inner.create(configuration, context);
    }
}
