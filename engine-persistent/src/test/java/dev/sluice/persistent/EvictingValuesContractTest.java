package dev.sluice.persistent;

import dev.sluice.engine.EngineProvider;
import dev.sluice.testkit.EngineContractTest;
import dev.sluice.testkit.Fault;
import dev.sluice.testkit.FaultInjectingProvider;
import dev.sluice.testkit.FaultPlan;
import dev.sluice.testkit.TestBucketConfiguration;

/** The contract where values leave memory as soon as they are on disk, through the fault injector. */
class EvictingValuesContractTest extends EngineContractTest {
    private final SimulatedStorage storage = new SimulatedStorage(1);

    @Override
    protected EngineProvider provider() {
        FaultPlan legal = FaultPlan.seeded(1, 100, Fault.LEGAL);
        return new FaultInjectingProvider(storage.provider(), call -> call.first() ? legal.next(call) : Fault.PASS);
    }

    @Override
    protected TestBucketConfiguration configure(TestBucketConfiguration configuration) {
        return configuration
                .set("evictionPolicy", "valueOnly")
                .set("lowWatermark", "0")
                .set("highWatermark", "0");
    }
}
