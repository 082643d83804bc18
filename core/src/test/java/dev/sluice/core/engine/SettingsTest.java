package dev.sluice.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sluice.engine.ConfigurationKey;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {

    private static final List<ConfigurationKey> KEYS = List.of(
            ConfigurationKey.text("greeting", "hello", "A text."),
            ConfigurationKey.text("farewell", null, "A text without default."),
            ConfigurationKey.path("path", null, "A path.").asRequired(),
            ConfigurationKey.flag("loud", true, "A flag."),
            ConfigurationKey.integer("count", 3, 1, 10, "A number."),
            ConfigurationKey.size("room", 1 << 20, 1024, 1 << 30, "A size."),
            ConfigurationKey.duration("pause", 1500, 1, 60_000, "A length of time."),
            ConfigurationKey.ratio("share", 0.25, "A fraction."),
            ConfigurationKey.choice("policy", List.of("keep", "drop"), "A choice."));

    private final List<Problem> problems = new ArrayList<>();

    private Settings check(Map<String, ?> object) {
        return Settings.check("$.b", KEYS.stream().map(Setting::of).toList(), object, problems::add);
    }

    private static EngineSettings configuration(Settings settings) {
        return new EngineSettings("b", "test", 64, 1 << 20, Path.of("/data"), settings);
    }

    @Test
    void whatNobodySaid_hasItsDefault() {
        EngineSettings configuration = configuration(check(Map.of("path", "p/q")));

        assertThat(problems).isEmpty();
        assertThat(configuration.text("greeting")).isEqualTo("hello");
        assertThat(configuration.text("farewell")).isNull();
        assertThat(configuration.path("path")).isEqualTo(Path.of("/data/p/q"));
        assertThat(configuration.flag("loud")).isTrue();
        assertThat(configuration.integer("count")).isEqualTo(3);
        assertThat(configuration.sizeBytes("room")).isEqualTo(1 << 20);
        assertThat(configuration.durationMs("pause")).isEqualTo(1500);
        assertThat(configuration.ratio("share")).isEqualTo(0.25);
        assertThat(configuration.text("policy")).isEqualTo("keep");
    }

    @Test
    void whatIsSaid_counts() {
        Map<String, Object> object =
                new HashMap<>(Map.of("greeting", "hi", "farewell", "bye", "path", "/p", "loud", false));
        object.putAll(Map.of("count", 10L, "room", "2KiB", "pause", "1m", "share", 1L, "policy", "drop"));
        EngineSettings configuration = configuration(check(object));

        assertThat(problems).isEmpty();
        assertThat(configuration.text("greeting")).isEqualTo("hi");
        assertThat(configuration.text("farewell")).isEqualTo("bye");
        assertThat(configuration.path("path")).isEqualTo(Path.of("/p"));
        assertThat(configuration.flag("loud")).isFalse();
        assertThat(configuration.integer("count")).isEqualTo(10);
        assertThat(configuration.sizeBytes("room")).isEqualTo(2048);
        assertThat(configuration.durationMs("pause")).isEqualTo(60_000);
        assertThat(configuration.ratio("share")).isEqualTo(1.0);
        assertThat(configuration.text("policy")).isEqualTo("drop");
    }

    @Test
    void allMistakes_areReported() {
        Map<String, Object> object = new HashMap<>();
        object.put("greeting", 1L);
        object.put("loud", "yes");
        object.put("count", 11L);
        object.put("room", "1MB");
        object.put("pause", 10L);
        object.put("share", 1.01);
        object.put("policy", "dorp");
        object.put("farewell", null);
        object.put("pollicy", Arrays.asList(1, null));

        check(object);

        assertThat(problems)
                .extracting(Problem::toString)
                .containsExactlyInAnyOrder(
                        "$.b.greeting: 1 (expected: a text)",
                        "$.b.farewell: null (expected: a text)",
                        "$.b.path: nothing (expected: a path, as a text)",
                        "$.b.loud: \"yes\" (expected: true or false)",
                        "$.b.count: 11 (expected: a whole number from 1 to 10)",
                        "$.b.room: \"1MB\" (expected: " + Units.SIZE_EXPECTED + " from 1KiB to 1GiB)",
                        "$.b.pause: 10 (expected: " + Units.DURATION_EXPECTED + " from 1ms to 1m)",
                        "$.b.share: 1.01 (expected: a number from 0 to 1)",
                        "$.b.policy: \"dorp\" (expected: \"keep\" or \"drop\"), did you mean \"drop\"?",
                        "$.b.pollicy: unknown key (expected: one of greeting, farewell, path, loud, count, room, pause, share,"
                                + " policy), did you mean \"policy\"?");
    }

    @Test
    void longValues_areShownShort() {
        check(Map.of("path", "p", "policy", "x".repeat(1000)));

        assertThat(problems)
                .singleElement()
                .extracting(Problem::found)
                .asString()
                .hasSizeLessThan(100);
    }

    @Nested
    class FaultsOfTheEngine {

        private final EngineSettings configuration = configuration(check(Map.of("path", "p")));

        @Test
        void undeclaredKey_isRefused() {
            assertThatIllegalArgumentException().isThrownBy(() -> configuration.flag("other"));
        }

        @Test
        void keyOfAnotherType_isRefused() {
            assertThatIllegalArgumentException().isThrownBy(() -> configuration.sizeBytes("count"));
            assertThatIllegalArgumentException().isThrownBy(() -> configuration.integer("room"));
            assertThatIllegalArgumentException().isThrownBy(() -> configuration.durationMs("room"));
            assertThatIllegalArgumentException().isThrownBy(() -> configuration.text("path"));
            assertThatIllegalArgumentException().isThrownBy(() -> configuration.path("greeting"));
            assertThatIllegalArgumentException().isThrownBy(() -> configuration.ratio("loud"));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "vbuckts, vbuckets",
        "vbucket, vbuckets",
        "VBUCKETS, vbuckets",
        "qouta, quota",
        "quota, quota",
        "fluhs, flush",
        "engines, engine",
        "colour, ",
        "q, ",
        "'', "
    })
    void nearestName_isFoundIfItIsNear(String name, String nearest) {
        assertThat(NearestName.of(name, List.of("engine", "quota", "vbuckets", "flush", "optional")))
                .isEqualTo(nearest);
    }

    @ParameterizedTest
    @CsvSource({"plain, $.plain", "with-hyphen, $['with-hyphen']", "it's, $['it\\'s']", "'', $['']", "a.b, $['a.b']"})
    void path_quotesWhatIsNoPlainWord(String name, String path) {
        assertThat(Problem.member("$", name)).isEqualTo(path);
    }
}
