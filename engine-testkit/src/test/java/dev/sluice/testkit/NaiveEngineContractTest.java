package dev.sluice.testkit;

import dev.sluice.engine.EngineProvider;

/** The kit holds its own model to the contract: what fails here is wrong in one of the two. */
class NaiveEngineContractTest extends EngineContractTest {
    @Override
    protected EngineProvider provider() {
        return new NaiveEngineProvider();
    }

    @Override
    protected boolean supports(Behavior behavior) {
        return switch (behavior) {
            case PERSISTENCE, PERSISTENT_DURABILITY, PERSISTENCE_CONTROL -> false;
            default -> true;
        };
    }
}
