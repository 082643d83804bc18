package dev.sluice.testkit;

import dev.sluice.engine.EngineProvider;

/** The naive engine with a disk behind it, which writes a little later. */
class NaivePersistenceContractTest extends EngineContractTest {
    @Override
    protected EngineProvider provider() {
        return NaiveEngineProvider.persistent();
    }

    @Override
    protected boolean supports(Behavior behavior) {
        return switch (behavior) {
            case PERSISTENCE, PERSISTENT_DURABILITY -> false; // of the disk there is nothing but its answers
            default -> true;
        };
    }
}
