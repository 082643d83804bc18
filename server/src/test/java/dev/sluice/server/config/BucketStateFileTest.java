package dev.sluice.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.administration.RunTimeChange;
import dev.sluice.core.engine.EngineSettings;
import dev.sluice.core.engine.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written down comes back, and what is damaged is refused. */
class BucketStateFileTest {

    private static final Map<String, @Nullable Object> ENTRY = Map.of("engine", "memory", "quota", 1048576L);

    @TempDir
    Path data;

    private final List<Problem> problems = new ArrayList<>();

    private Map<String, RunTimeChange> read() {
        return new BucketStateFile(data).read(problems::add);
    }

    private Path file() {
        return data.resolve("@buckets.json");
    }

    @Test
    void nothingWritten_isNothing() {
        assertThat(read()).isEmpty();
        assertThat(problems).isEmpty();
    }

    @Test
    void whatWasWritten_comesBack() throws IOException {
        Map<String, @Nullable Object> nested = new HashMap<>(ENTRY);
        nested.put("ratio", 0.5);
        nested.put("flag", true);
        nested.put("deep", Map.of("a", List.of(1L, "b")));
        Map<String, RunTimeChange> changes = Map.of(
                "created", new RunTimeChange(null, nested, false),
                "deleted", new RunTimeChange(ENTRY, null, false),
                "going", new RunTimeChange(null, null, true),
                "changed %.", new RunTimeChange(ENTRY, nested, false));
        new BucketStateFile(data.resolve("new/directory")).write(changes);
        new BucketStateFile(data).write(changes);
        assertThat(read()).isEqualTo(changes);
        assertThat(problems).isEmpty();
        try (var files = Files.list(data)) {
            assertThat(files.map(path -> String.valueOf(path.getFileName())))
                    .containsExactlyInAnyOrder("@buckets.json", "new");
        }
    }

    @Test
    void anUnfinishedNewFile_isNotLookedAt() throws IOException {
        new BucketStateFile(data).write(Map.of("a", new RunTimeChange(null, ENTRY, false)));
        Files.writeString(data.resolve("@buckets.json.new"), "{\"vers");
        assertThat(read()).containsOnlyKeys("a");
        new BucketStateFile(data).write(Map.of());
        assertThat(read()).isEmpty();
        assertThat(problems).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{",
                "{}",
                "{\"version\": 2, \"buckets\": {}}",
                "{\"version\": 1}",
                "{\"version\": 1, \"buckets\": []}",
                "{\"version\": 1, \"buckets\": {\"a\": 1}}",
                "{\"version\": 1, \"buckets\": {\"a\": {\"bucket\": 1}}}",
                "{\"version\": 1, \"buckets\": {}} x"
            })
    void damaged_isNamed_withPlaceAndCure(String text) throws IOException {
        Files.writeString(file(), text);
        assertThat(read()).isEmpty();
        assertThat(problems)
                .isNotEmpty()
                .allSatisfy(problem -> assertThat(problem.toString())
                        .startsWith(file().toString())
                        .contains("damaged")
                        .contains("moved away"));
    }

    @Test
    void bytesOfChance_areNeverTakenForChanges() throws IOException {
        new BucketStateFile(data).write(Map.of("a", new RunTimeChange(null, ENTRY, false)));
        byte[] right = Files.readAllBytes(file());
        Random random = new Random(1);
        for (int i = 0; i < 500; i++) {
            byte[] cut = java.util.Arrays.copyOf(right, random.nextInt(right.length - 2));
            Files.write(file(), cut);
            problems.clear();
            assertThat(read()).isEmpty();
            assertThat(problems).as(new String(cut, StandardCharsets.UTF_8)).isNotEmpty();
        }
    }

    @Test
    void theServerDoesNotStart_withADamagedFile() throws IOException {
        Files.createDirectories(data.resolve("data"));
        Files.writeString(data.resolve("data/@buckets.json"), "{\"version\": 1, \"buckets\": {\"a\": 7}}");
        Environment environment = new Environment(data, 1L << 30, 2, BucketStateFileTest.class.getClassLoader());
        assertThat(org.assertj.core.api.Assertions.catchThrowableOfType(
                                ConfigurationException.class,
                                () -> ConfigurationReader.read("test.json", "{}", environment))
                        .mistakes())
                .singleElement()
                .asString()
                .contains("@buckets.json:1:")
                .contains("$.buckets.a")
                .contains("an object");
    }

    @Test
    void directories_ofNamesThatDiffer_differ_whateverTheFileSystemMakesOfCase() {
        Map<String, String> taken = new HashMap<>();
        for (String name : List.of(
                "a",
                "A",
                "aA",
                "Aa",
                "AA",
                "aa",
                ".",
                "..",
                "...",
                ".a",
                "a.",
                "%2E",
                "%",
                "%25",
                "-",
                "_",
                "._",
                "_.",
                "@".replace('@', 'x'),
                "X",
                "con.",
                "CON")) {
            String directory =
                    String.valueOf(EngineSettings.directoryOf(data, name).getFileName());
            assertThat(taken.put(directory.toLowerCase(Locale.ROOT), name))
                    .as(name)
                    .isNull();
            assertThat(EngineSettings.directoryOf(data, name).normalize().getParent())
                    .isEqualTo(data);
            assertThat(directory).doesNotStartWith("@").doesNotStartWith(".").doesNotEndWith(".");
        }
        String longest = "X".repeat(100);
        assertThat(String.valueOf(EngineSettings.directoryOf(data, longest).getFileName()))
                .hasSizeLessThan(255);
    }
}
