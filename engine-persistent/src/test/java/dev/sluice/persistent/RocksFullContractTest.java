package dev.sluice.persistent;

import dev.sluice.engine.EngineProvider;
import dev.sluice.testkit.EngineContractTest;
import dev.sluice.testkit.TestBucketConfiguration;

/** The contract over RocksDB, where documents leave memory as soon as they are on disk. */
class RocksFullContractTest extends EngineContractTest {
    @Override
    protected EngineProvider provider() {
        return new PersistentEngineProvider();
    }

    @Override
    protected TestBucketConfiguration configure(TestBucketConfiguration configuration) {
        return configuration
                .set("evictionPolicy", "full")
                .set("lowWatermark", "0")
                .set("highWatermark", "0")
                .set("sync", "never");
    }
}
