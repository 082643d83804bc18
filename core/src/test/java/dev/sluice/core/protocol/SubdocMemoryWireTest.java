package dev.sluice.core.protocol;

import dev.sluice.engine.EngineProvider;
import dev.sluice.memory.MemoryEngineProvider;

/** As {@link SubdocWireTest}, with the documents in memory as a server has them. */
class SubdocMemoryWireTest extends SubdocWireTest {

    @Override
    EngineProvider provider() {
        return new MemoryEngineProvider();
    }
}
