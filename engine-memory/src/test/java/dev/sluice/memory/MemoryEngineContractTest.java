package dev.sluice.memory;

import dev.sluice.engine.EngineProvider;
import dev.sluice.testkit.Behavior;
import dev.sluice.testkit.EngineContractTest;

class MemoryEngineContractTest extends EngineContractTest {
    @Override
    protected EngineProvider provider() {
        return new MemoryEngineProvider();
    }

    @Override
    protected boolean supports(Behavior behavior) {
        return switch (behavior) {
            case PERSISTENCE, PERSISTENT_DURABILITY, PERSISTENCE_CONTROL -> false;
            default -> true;
        };
    }
}
