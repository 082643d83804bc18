package dev.sluice.testkit;

import dev.sluice.engine.EngineProvider;

/** The adapter for asynchronous storages, over one that completes in an order that the seed decides. */
class AsyncEngineContractTest extends EngineContractTest {
    private final SimulatedAsyncStore.Provider provider = new SimulatedAsyncStore.Provider();

    @Override
    protected EngineProvider provider() {
        return provider;
    }

    @Override
    protected boolean supports(Behavior behavior) {
        return switch (behavior) {
            case TOMBSTONES,
                    SEQNOS,
                    PERSISTENT_DURABILITY,
                    VBUCKETS,
                    FLUSH,
                    COLLECTIONS,
                    DOCUMENT_READS,
                    RANDOM_DOCUMENTS,
                    PERSISTENCE_CONTROL,
                    PAUSE -> false;
            default -> true;
        };
    }
}
