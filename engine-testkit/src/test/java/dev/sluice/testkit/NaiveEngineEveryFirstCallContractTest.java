package dev.sluice.testkit;

import dev.sluice.engine.EngineProvider;

/** As {@link NaiveEngineContractTest}, with every operation of every command blocking once. */
class NaiveEngineEveryFirstCallContractTest extends NaiveEngineContractTest {
    @Override
    protected EngineProvider provider() {
        return new FaultInjectingProvider(super.provider(), FaultPlan.everyFirstCall());
    }
}
