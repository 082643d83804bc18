package dev.sluice.testkit;

import dev.sluice.engine.EngineProvider;

/** As {@link AsyncEngineContractTest}, with four calls of ten disturbed in every legal way. */
class AsyncEngineSeededFaultsContractTest extends AsyncEngineContractTest {
    @Override
    protected EngineProvider provider() {
        return new FaultInjectingProvider(super.provider(), FaultPlan.seeded(seed, 40, Fault.LEGAL));
    }
}
