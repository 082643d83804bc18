package dev.sluice.persistent;

import dev.sluice.engine.EngineProvider;
import dev.sluice.testkit.EngineContractTest;
import dev.sluice.testkit.Fault;
import dev.sluice.testkit.FaultInjectingProvider;
import dev.sluice.testkit.FaultPlan;
import dev.sluice.testkit.TestBucketConfiguration;
import org.junit.jupiter.api.Tag;

/** The contract over RocksDB, with keys in memory, through the fault injector. */
@Tag("soak") // its other half, with full eviction, runs each time
class RocksValueOnlyContractTest extends EngineContractTest {
    @Override
    protected EngineProvider provider() {
        FaultPlan legal = FaultPlan.seeded(1, 100, Fault.LEGAL);
        return new FaultInjectingProvider(
                new PersistentEngineProvider(), call -> call.first() ? legal.next(call) : Fault.PASS);
    }

    @Override
    protected TestBucketConfiguration configure(TestBucketConfiguration configuration) {
        return configuration.set("evictionPolicy", "valueOnly").set("sync", "never");
    }
}
