package dev.sluice.persistent;

import dev.sluice.engine.EngineProvider;
import dev.sluice.testkit.EngineContractTest;
import dev.sluice.testkit.TestBucketConfiguration;

class RocksValueOnlyContractTest extends EngineContractTest {
    @Override
    protected EngineProvider provider() {
        return new PersistentEngineProvider();
    }

    @Override
    protected TestBucketConfiguration configure(TestBucketConfiguration configuration) {
        return configuration.set("evictionPolicy", "valueOnly");
    }
}
