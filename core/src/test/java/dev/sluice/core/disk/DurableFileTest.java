package dev.sluice.core.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.core.disk.DurableFile.Step;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DurableFileTest {

    @TempDir
    Path home;

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void directories_areMade_andNothingIsLeftBeside() throws Exception {
        Path file = home.resolve("a/b/file");
        List<Step> steps = new ArrayList<>();
        DurableFile.replace(file, bytes("old"));
        DurableFile.replace(file, bytes("new"), steps::add);
        assertThat(file).hasContent("new");
        assertThat(file.getParent())
                .isDirectoryContaining(path -> path.equals(file))
                .isDirectoryNotContaining("glob:**.new");
        assertThat(steps).containsExactly(Step.values());
    }

    @ParameterizedTest
    @EnumSource
    void killedAnywhere_theOldOrTheNewOneIsThere_whole(Step killedAt) throws Exception {
        Path file = home.resolve("file");
        DurableFile.replace(file, bytes("old"));
        assertThatThrownBy(() -> DurableFile.replace(file, bytes("new"), step -> {
                    if (step == killedAt) {
                        throw new IllegalStateException("killed");
                    }
                }))
                .hasMessage("killed");
        assertThat(file).hasContent(killedAt.compareTo(Step.RENAMED) >= 0 ? "new" : "old");
        DurableFile.replace(file, bytes("later"));
        assertThat(Files.readString(file)).isEqualTo("later");
    }
}
