package dev.sluice.testkit;

import dev.sluice.engine.EngineProvider;

/** As {@link NaiveEngineContractTest}, with four calls of ten disturbed in every way that engines are free to choose. */
class NaiveEngineSeededFaultsContractTest extends NaiveEngineContractTest {
    @Override
    protected EngineProvider provider() {
        return new FaultInjectingProvider(super.provider(), FaultPlan.seeded(seed, 40, Fault.LEGAL));
    }
}
