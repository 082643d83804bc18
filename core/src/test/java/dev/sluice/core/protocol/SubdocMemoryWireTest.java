package dev.sluice.core.protocol;

import dev.sluice.engine.EngineProvider;
import dev.sluice.memory.MemoryEngineProvider;
import org.junit.jupiter.api.Nested;

/** As the tests that they extend, with the documents in memory as a server has them. */
class SubdocMemoryWireTest {

    @Nested
    class Paths extends SubdocPathWireTest {
        @Override
        EngineProvider provider() {
            return new MemoryEngineProvider();
        }
    }

    @Nested
    class Documents extends SubdocDocumentWireTest {
        @Override
        EngineProvider provider() {
            return new MemoryEngineProvider();
        }
    }

    @Nested
    class Xattrs extends SubdocXattrWireTest {
        @Override
        EngineProvider provider() {
            return new MemoryEngineProvider();
        }
    }

    @Nested
    class Macros extends SubdocMacroWireTest {
        @Override
        EngineProvider provider() {
            return new MemoryEngineProvider();
        }
    }

    @Nested
    class Deleted extends SubdocDeletedWireTest {
        @Override
        EngineProvider provider() {
            return new MemoryEngineProvider();
        }
    }
}
