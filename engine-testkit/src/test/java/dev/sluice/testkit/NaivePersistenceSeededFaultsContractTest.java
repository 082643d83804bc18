package dev.sluice.testkit;

import dev.sluice.engine.EngineProvider;

/** As {@link NaivePersistenceContractTest}, disturbed in every legal way. */
class NaivePersistenceSeededFaultsContractTest extends NaivePersistenceContractTest {
    @Override
    protected EngineProvider provider() {
        return new FaultInjectingProvider(super.provider(), FaultPlan.seeded(seed, 40, Fault.LEGAL));
    }
}
