package dev.sluice.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.engine.EngineCatalog;
import dev.sluice.core.engine.EngineType;
import dev.sluice.core.engine.Setting;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Holds what people read about the configuration to what the parser takes. */
class SchemaTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path SCHEMA = ROOT.resolve("distribution/src/main/conf/sluice.schema.json");
    private static final Path EXAMPLE = ROOT.resolve("distribution/src/main/conf/sluice.json");
    private static final Path MANUAL = ROOT.resolve("docs/configuration.md");

    private static final List<EngineType> ENGINES = EngineCatalog.load(
                    SchemaTest.class.getClassLoader(), null, Keys.RESERVED)
            .types();

    private static final Set<String> SHIPPED = Set.of("memory", "persistent");

    @SuppressWarnings("unused") // By its name, from FieldSource.
    private static final List<String> NAMES = Stream.of(
                    Stream.of(
                                    Keys.ROOT,
                                    Keys.LISTENER,
                                    Keys.TLS_SETTINGS,
                                    Keys.IDENTITY,
                                    Keys.BUCKET,
                                    Keys.COLLECTION,
                                    Keys.THREAD_COUNTS,
                                    Keys.LIMIT_VALUES,
                                    Keys.USER,
                                    Keys.SCRAM,
                                    Keys.KEY_PAIR)
                            .flatMap(List::stream),
                    ENGINES.stream().flatMap(engine -> engine.settings().stream()))
            .flatMap(settings -> settings)
            .map(Setting::name)
            .distinct()
            .toList();

    /** {@code mvn test -pl server -am -Dtest=SchemaTest -Dsluice.schema.write=true} writes the file anew. */
    @Test
    void schema_isWhatTheParserTakes() throws IOException {
        String expected = new SchemaGenerator(ENGINES.stream()
                        .filter(engine -> SHIPPED.contains(engine.name()))
                        .toList())
                .generate();
        if (Boolean.getBoolean("sluice.schema.write")) {
            Files.writeString(SCHEMA, expected, StandardCharsets.UTF_8);
        }

        assertThat(SCHEMA).content(StandardCharsets.UTF_8).isEqualTo(expected);
    }

    @Test
    void example_isRight() throws Exception {
        Environment environment = Environment.current(ROOT.resolve("distribution/target/none"));

        ServerConfiguration configuration = ConfigurationReader.read(EXAMPLE, environment);

        assertThat(configuration.buckets()).isNotEmpty();
    }

    @ParameterizedTest
    @FieldSource("NAMES")
    void everyKey_isInTheManual(String name) throws IOException {
        assertThat(Files.readString(MANUAL, StandardCharsets.UTF_8)).contains("`" + name + "`");
    }

    @Test
    void everySection_isInTheManual() throws IOException {
        String manual = Files.readString(MANUAL, StandardCharsets.UTF_8);

        assertThat(Keys.LISTENER_KEYS).allSatisfy(name -> assertThat(manual).contains("`" + name + "`"));
        assertThat(Keys.TLS_ARRAYS).allSatisfy(name -> assertThat(manual).contains("`" + name + "`"));
        assertThat(Keys.SECTIONS).allSatisfy(name -> assertThat(manual).contains("`" + name + "`"));
        assertThat(Keys.BUCKET_SECTIONS).allSatisfy(name -> assertThat(manual).contains("`" + name + "`"));
    }
}
