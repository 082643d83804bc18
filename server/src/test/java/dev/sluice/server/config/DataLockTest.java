package dev.sluice.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataLockTest {

    @TempDir
    Path home;

    @Test
    void oneAtATime_andWhoHasItIsNamed() throws Exception {
        Path data = home.resolve("not/yet/there");
        try (DataLock held = DataLock.take(data)) {
            assertThat(held).isNotNull();
            assertThatThrownBy(() -> DataLock.take(data))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(data.toString())
                    .hasMessageContaining("process " + ProcessHandle.current().pid() + " ");
        }
        DataLock.take(data).close();
    }

    @Test
    void otherDirectories_areOthers() throws Exception {
        try (DataLock one = DataLock.take(home.resolve("one"));
                DataLock two = DataLock.take(home.resolve("two"))) {
            assertThat(one).isNotSameAs(two);
        }
    }

    /** The file of a process that was killed is there, and nobody has it. */
    @Test
    void aFileThatWasLeft_isNoLock() throws Exception {
        Files.writeString(home.resolve("@lock"), "99999999");
        DataLock.take(home).close();
        assertThat(home.resolve("@lock"))
                .hasContent(Long.toString(ProcessHandle.current().pid()));
    }

    /** Nothing can be written there, so nothing can be lost. */
    @Test
    void aDirectoryThatCannotBe_needsNoLock() throws Exception {
        Path file = Files.writeString(home.resolve("file"), "");
        DataLock.take(file.resolve("data")).close();
    }
}
