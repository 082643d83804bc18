package dev.sluice.testkit;

import dev.sluice.engine.EngineProvider;

/** As {@link AsyncEngineContractTest}, with every operation of every command blocking once more. */
class AsyncEngineEveryFirstCallContractTest extends AsyncEngineContractTest {
    @Override
    protected EngineProvider provider() {
        return new FaultInjectingProvider(super.provider(), FaultPlan.everyFirstCall());
    }
}
