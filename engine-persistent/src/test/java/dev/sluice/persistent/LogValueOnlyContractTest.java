package dev.sluice.persistent;

import dev.sluice.engine.EngineProvider;
import dev.sluice.testkit.EngineContractTest;
import dev.sluice.testkit.TestBucketConfiguration;

/** The contract with keys in memory, over the plain store. */
class LogValueOnlyContractTest extends EngineContractTest {
    private final SimulatedStorage storage = new SimulatedStorage(1);

    @Override
    protected EngineProvider provider() {
        return storage.provider();
    }

    @Override
    protected TestBucketConfiguration configure(TestBucketConfiguration configuration) {
        return configuration.set("evictionPolicy", "valueOnly");
    }
}
