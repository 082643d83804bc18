package dev.sluice.integration.troubled;

import dev.sluice.engine.BucketConfiguration;
import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineContext;
import dev.sluice.engine.EngineException;
import dev.sluice.engine.EngineProvider;
import dev.sluice.engine.SpiVersion;
import dev.sluice.engine.Status;
import dev.sluice.testkit.Fault;
import dev.sluice.testkit.FaultInjectingProvider;
import dev.sluice.testkit.FaultPlan;
import dev.sluice.testkit.NaiveEngineProvider;
import dev.sluice.testkit.Operation;
import java.util.ArrayList;
import java.util.List;

/**
 * Engines that block, notify from anywhere, fail for a moment, and throw before or after they have done their work, so that
 * nobody knows what became of it: each in a few of a hundred reads and writes. Runs in the server as a plugin.
 */
public final class TroubledEngineProvider implements EngineProvider {

    private static final int PERCENT = 4;
    private static final long SEED = 20261121;

    private final EngineProvider inner = new FaultInjectingProvider(
            new NaiveEngineProvider(),
            FaultPlan.seeded(SEED, PERCENT, faults()).only(Operation.GET, Operation.STORE, Operation.REMOVE));

    private static List<Fault> faults() {
        List<Fault> faults = new ArrayList<>(Fault.LEGAL);
        faults.add(Fault.answer(Status.TEMPORARY_FAILURE));
        faults.add(Fault.blockThen(Status.TEMPORARY_FAILURE));
        faults.add(Fault.THROW);
        faults.add(Fault.THROW_AFTER);
        return faults;
    }

    @Override
    public String type() {
        return "troubled";
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
