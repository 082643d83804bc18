package dev.sluice.core.collections;

import static dev.sluice.core.collections.ManifestTest.manifest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.core.disk.DurableFile.Step;
import dev.sluice.engine.CollectionSet;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class BucketCollectionsTest {

    @TempDir
    Path directory;

    private final List<CollectionSet> told = new ArrayList<>();

    private boolean tell(CollectionSet existing) {
        told.add(existing);
        return true;
    }

    private BucketCollections start(CollectionsSpec spec) throws IOException {
        BucketCollections collections = new BucketCollections("b", spec, directory.resolve("b"));
        collections.load();
        collections.begin(this::tell);
        return collections;
    }

    private boolean set(BucketCollections collections, String json) throws Exception {
        return collections.set(json.getBytes(StandardCharsets.UTF_8), this::tell);
    }

    /** A scope and its collections, as in {@code inventory:hotel,airline}. */
    private static CollectionsSpec spec(String... scopes) {
        Map<String, Map<String, Long>> parsed = new LinkedHashMap<>();
        for (String scope : scopes) {
            int colon = scope.indexOf(':');
            Map<String, Long> collections = new LinkedHashMap<>();
            for (String name : scope.substring(colon + 1).split(",", -1)) {
                collections.put(name, Collection.NO_MAX_TTL);
            }
            parsed.put(scope.substring(0, colon), collections);
        }
        return new CollectionsSpec(0, parsed);
    }

    private static Map<String, String> ids(Manifest manifest) {
        Map<String, String> ids = new LinkedHashMap<>();
        for (Scope scope : manifest.scopes()) {
            scope.collections().forEach(c -> ids.put(scope.name() + "." + c.name(), Integer.toHexString(c.id())));
        }
        return ids;
    }

    @Nested
    class Configured {
        @Test
        void namesGetIds_from8UpInTheirOrder() throws Exception {
            Manifest manifest =
                    start(spec("inventory:hotel,airline", "_default:tokens")).manifest();
            assertThat(ids(manifest))
                    .isEqualTo(Map.of(
                            "_default._default", "0",
                            "_default.tokens", "8",
                            "inventory.hotel", "9",
                            "inventory.airline", "a"));
            assertThat(manifest.uid()).isEqualTo(1);
            assertThat(told).containsExactly(CollectionSet.of(0, 8, 9, 10));
        }

        @Test
        void nothingConfigured_writesNoFile() throws Exception {
            assertThat(start(CollectionsSpec.NONE).manifest()).isEqualTo(Manifest.EPOCH);
            assertThat(directory.resolve("b")).doesNotExist();
        }

        @Test
        void aRestart_keepsEverything() throws Exception {
            Manifest first = start(spec("s:a,b")).manifest();
            assertThat(start(spec("s:a,b")).manifest()).isEqualTo(first);
            assertThat(start(spec("s:b,a")).manifest()).as("another order").isEqualTo(first);
        }

        @Test
        void anotherConfiguration_keepsTheIdsOfNamesThatStay_andNeverGivesOneTwice() throws Exception {
            start(spec("s:a,b,c"));
            Manifest second = start(spec("t:x", "s:new,c,a")).manifest();
            assertThat(ids(second))
                    .isEqualTo(Map.of("_default._default", "0", "s.a", "8", "s.c", "a", "s.new", "c", "t.x", "b"));
            assertThat(second.uid()).isEqualTo(2);
            Manifest third = start(CollectionsSpec.NONE).manifest();
            assertThat(ids(third)).isEqualTo(Map.of("_default._default", "0"));
            Manifest fourth = start(spec("s:a,b")).manifest();
            assertThat(ids(fourth)).isEqualTo(Map.of("_default._default", "0", "s.a", "d", "s.b", "e"));
            assertThat(fourth.uid()).isEqualTo(4);
        }

        @Test
        void limits_areTaken() throws Exception {
            CollectionsSpec spec = new CollectionsSpec(60, Map.of("_default", Map.of("_default", 5L, "a", 0L)));
            Manifest manifest = start(spec).manifest();
            assertThat(manifest.maxTtlSeconds(0, 60)).isEqualTo(5);
            assertThat(manifest.maxTtlSeconds(8, 60)).isZero();
        }
    }

    @Nested
    class SetByClients {
        private static final String FIRST = "{\"uid\":\"0\",\"name\":\"_default\"},{\"uid\":\"10\",\"name\":\"a\"}";

        @Test
        void survivesARestart_andTheConfigurationHasNoSayAnyMore() throws Exception {
            assertThat(set(start(spec("s:a")), manifest("5", FIRST))).isTrue();
            BucketCollections again = start(spec("s:a,b"));
            assertThat(ids(again.manifest())).isEqualTo(Map.of("_default._default", "0", "_default.a", "10"));
            assertThat(again.manifest().uid()).isEqualTo(5);
            assertThat(told).endsWith(CollectionSet.of(0, 16));
        }

        @Test
        void aDroppedId_doesNotReturn_alsoAfterARestart() throws Exception {
            BucketCollections collections = start(CollectionsSpec.NONE);
            set(collections, manifest("5", FIRST));
            set(collections, manifest("6", "{\"uid\":\"0\",\"name\":\"_default\"}"));
            BucketCollections again = start(CollectionsSpec.NONE);
            assertThatThrownBy(() -> set(again, manifest("7", FIRST)))
                    .hasMessageStartingWith("collection 10: there again");
            assertThat(again.manifest().uid()).isEqualTo(6);
        }

        @Test
        void theSameAgain_writesNothing_andTellsTheEngineOnlyIfItFailed() throws Exception {
            BucketCollections collections = start(CollectionsSpec.NONE);
            assertThat(collections.set(manifest("5", FIRST).getBytes(StandardCharsets.UTF_8), existing -> false))
                    .isFalse();
            assertThat(collections.manifest().uid()).as("in force all the same").isEqualTo(5);
            assertThat(told).hasSize(1);
            assertThat(set(collections, manifest("5", FIRST))).isTrue();
            assertThat(set(collections, manifest("5", FIRST))).isTrue();
            assertThat(told).hasSize(2).endsWith(CollectionSet.of(0, 16));
        }

        @Test
        void aRefusedOne_changesNothing() throws Exception {
            BucketCollections collections = start(CollectionsSpec.NONE);
            set(collections, manifest("5", FIRST));
            String saved = Files.readString(directory.resolve("b/manifest.json"));
            assertThatThrownBy(() -> set(collections, manifest("4", FIRST))).isInstanceOf(ManifestException.class);
            assertThatThrownBy(() -> set(collections, "{}")).isInstanceOf(ManifestException.class);
            assertThat(Files.readString(directory.resolve("b/manifest.json"))).isEqualTo(saved);
            assertThat(collections.manifest().uid()).isEqualTo(5);
        }

        @Test
        void whatCannotBeSaved_isNotInForce() throws Exception {
            BucketCollections collections = start(CollectionsSpec.NONE);
            Files.writeString(directory.resolve("b"), "a file where the directory should be");
            assertThatThrownBy(() -> set(collections, manifest("5", FIRST)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("cannot be saved");
            assertThat(collections.manifest()).isEqualTo(Manifest.EPOCH);
            assertThat(told).hasSize(1);
            Files.delete(directory.resolve("b"));
            assertThat(set(collections, manifest("5", FIRST))).isTrue();
        }
    }

    @Nested
    class Files_ {
        /** As a process that is killed there: nothing after the step happens, what was done stays. */
        private static final class Killed extends RuntimeException {
            private static final long serialVersionUID = 1L;
        }

        @ParameterizedTest
        @EnumSource
        void killedAnywhere_theOldOrTheNewManifestIsThere(Step killedAt) throws Exception {
            set(start(CollectionsSpec.NONE), manifest("5", ""));
            ManifestFile dying = new ManifestFile(directory.resolve("b"), step -> {
                if (step == killedAt) {
                    throw new Killed();
                }
            });
            BucketCollections killed = new BucketCollections("b", CollectionsSpec.NONE, dying);
            killed.load();
            killed.begin(existing -> true);
            assertThatThrownBy(() -> set(killed, manifest("6", ""))).isInstanceOf(Killed.class);

            BucketCollections again = start(CollectionsSpec.NONE);
            boolean renamed = killedAt.compareTo(Step.RENAMED) >= 0;
            assertThat(again.manifest().uid()).isEqualTo(renamed ? 6 : 5);
            assertThat(set(again, manifest("7", "")))
                    .as("what was left behind is in nobody's way")
                    .isTrue();
            assertThat(start(CollectionsSpec.NONE).manifest().uid()).isEqualTo(7);
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                quoteCharacter = '`',
                value = {
                    "``                                               | not a JSON object",
                    "{\"version\":1,\"source\":\"client\",\"dropped\" | not JSON, or cut off",
                    "[]                                               | not a JSON object",
                    "{\"version\":2}                                  | version: 2 (expected: 1)",
                    "{\"version\":1,\"source\":\"x\"}                 | source: \"x\" (expected: configuration or client)",
                    "{\"version\":1,\"source\":\"client\"}            | manifest: nothing (expected: a JSON object)",
                })
        void aDamagedFile_isNamedWithWhatIsWrong(String text, String what) throws Exception {
            Path file = Files.createDirectories(directory.resolve("b")).resolve("manifest.json");
            Files.writeString(file, text);
            assertThatThrownBy(() -> start(CollectionsSpec.NONE))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith(file + ": damaged: " + what)
                    .hasMessageContaining("remove it");
            assertThat(Files.readString(file)).as("left as it is").isEqualTo(text);
        }
    }
}
