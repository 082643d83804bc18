package dev.sluice.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.EngineProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineCatalogTest {

    private static final String CURRENT = "SpiVersion.CURRENT";

    @TempDir
    Path directory;

    private Path plugins;
    private PluginJars jars;
    private EngineCatalog catalog;

    @BeforeEach
    void makeDirectories() throws IOException {
        plugins = Files.createDirectory(directory.resolve("plugins"));
        jars = new PluginJars(Files.createDirectory(directory.resolve("work")));
    }

    @AfterEach
    void closeCatalog() {
        if (catalog != null) {
            catalog.close();
        }
    }

    private EngineCatalog load() {
        // The SPI's own loader has no providers but those that tests put on the class path.
        catalog = EngineCatalog.load(EngineProvider.class.getClassLoader(), plugins, Set.of("quota"));
        return catalog;
    }

    private void add(String jar, String type, String version, String body) throws IOException {
        String source = PluginJars.provider("Provider", type, version, body);
        jars.jar(plugins.resolve(jar), "Provider", source, "plugin.Provider");
    }

    @Test
    void plugin_isAJar() throws IOException {
        add("first.jar", "first", CURRENT, "");

        EngineType type = load().find("first");

        assertThat(catalog.problems()).isEmpty();
        assertThat(type).isNotNull();
        assertThat(type.origin()).endsWith("first.jar");
        assertThat(type.provider().type()).isEqualTo("first");
    }

    @Test
    void plugin_isADirectoryOfJars() throws IOException {
        Path folder = Files.createDirectory(plugins.resolve("second"));
        String helper = "package plugin; public class Helper { public static String word() { return \"helped\"; } }";
        Path library = jars.jar(folder.resolve("library.jar"), "Helper", helper, null);
        String body = "public List<ConfigurationKey> configurationKeys() { try { return List.of(ConfigurationKey.text("
                + "\"word\", (String) Class.forName(\"plugin.Helper\").getMethod(\"word\").invoke(null), \"A word.\"));"
                + " } catch (ReflectiveOperationException e) { throw new IllegalStateException(e); } }";
        add("second/plugin.jar", "second", CURRENT, body);

        EngineType type = load().find("second");

        assertThat(library).exists();
        assertThat(catalog.problems()).isEmpty();
        assertThat(type.settings())
                .singleElement()
                .extracting(Setting::defaultText)
                .isEqualTo("helped");
    }

    @Test
    void twoPlugins_doNotSeeEachOther_norTheServer() throws IOException {
        String probe = "public List<ConfigurationKey> configurationKeys() { return List.of(probe(\"slf4j\","
                + " \"org.slf4j.Logger\"), probe(\"core\", \"dev.sluice.core.engine.EngineCatalog\"), probe(\"spi\","
                + " \"dev.sluice.engine.Engine\"), probe(\"jdk\", \"java.sql.Connection\")); }"
                + " static ConfigurationKey probe(String name, String type) { boolean seen; try { Class.forName(type);"
                + " seen = true; } catch (ClassNotFoundException e) { seen = false; } return"
                + " ConfigurationKey.flag(name, seen, \"Seen.\"); }";
        add("one.jar", "one", CURRENT, probe);
        add("two.jar", "two", CURRENT, probe);

        load();

        assertThat(catalog.problems()).isEmpty();
        assertThat(catalog.find("one").settings())
                .extracting(s -> s.name() + " " + s.defaultText())
                .containsExactly("slf4j false", "core false", "spi true", "jdk true");
        assertThat(catalog.find("one").provider().getClass())
                .isNotSameAs(catalog.find("two").provider().getClass());
    }

    @Test
    void contextLoader_isThePluginsDuringItsCalls_andTheCallersAfter() throws IOException {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        add(
                "loader.jar",
                "loader",
                CURRENT,
                "public List<ConfigurationKey> configurationKeys() { return"
                        + " List.of(ConfigurationKey.flag(\"same\", Thread.currentThread().getContextClassLoader() =="
                        + " getClass().getClassLoader(), \"Same.\")); }");

        load();

        assertThat(catalog.find("loader").settings())
                .singleElement()
                .extracting(Setting::defaultText)
                .isEqualTo("true");
        assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(before);
    }

    @Test
    void otherVersionOfTheSpi_isRefusedByName() throws IOException {
        add("old.jar", "old", "77", "");

        assertThat(load().problems())
                .singleElement()
                .asString()
                .isEqualTo(plugins.resolve("old.jar")
                        + ": engine \"old\" built for version 77 of the SPI (expected: version 1)");
        assertThat(catalog.find("old")).isNull();
    }

    @Test
    void typeThatIsTaken_isRefused() throws IOException {
        add("a.jar", "same", CURRENT, "");
        add("b.jar", "same", CURRENT, "");

        assertThat(load().problems())
                .singleElement()
                .asString()
                .isEqualTo(plugins.resolve("b.jar") + ": a second engine of type \"same\" (expected: one, which "
                        + plugins.resolve("a.jar") + " has)");
    }

    @Test
    void typeWithOddLetters_isRefused() throws IOException {
        add("odd.jar", "Odd One", CURRENT, "");

        assertThat(load().problems()).singleElement().asString().contains("engine type \"Odd One\"");
    }

    @Test
    void oneBrokenPlugin_doesNotHideTheOthers() throws IOException {
        Files.writeString(plugins.resolve("a-text.jar"), "no jar");
        Files.createDirectory(plugins.resolve("b-empty"));
        jars.jar(plugins.resolve("c-nameless.jar"), "Nothing", "package plugin; class Nothing {}", null);
        jars.jar(plugins.resolve("d-missing.jar"), "Nothing", "package plugin; class Nothing {}", "plugin.Missing");
        jars.jar(
                plugins.resolve("e-other.jar"), "Nothing", "package plugin; public class Nothing {}", "plugin.Nothing");
        add("f-throws.jar", "f", CURRENT, "public Provider() { throw new IllegalStateException(\"by design\"); }");
        add("g-keys.jar", "g", CURRENT, "public List<ConfigurationKey> configurationKeys() { throw new Error(); }");
        add("h-good.jar", "good", CURRENT, "");
        Files.writeString(plugins.resolve("README.md"), "not a plugin");

        assertThat(load().problems())
                .extracting(Problem::toString)
                .satisfiesExactly(
                        p -> assertThat(p).contains("a-text.jar: a file that cannot be read: ZipException"),
                        p -> assertThat(p).contains("b-empty: a directory without a jar"),
                        p -> assertThat(p).contains("c-nameless.jar: a plugin without an engine"),
                        p -> assertThat(p)
                                .contains("d-missing.jar: an engine that cannot be loaded")
                                .contains("plugin.Missing"),
                        p -> assertThat(p)
                                .contains("e-other.jar: an engine that cannot be loaded")
                                .contains("not a subtype"),
                        p -> assertThat(p)
                                .contains("f-throws.jar: an engine that cannot be loaded")
                                .contains("by design"),
                        p -> assertThat(p).contains("g-keys.jar: an engine that cannot be loaded"));
        assertThat(catalog.find("good")).isNotNull();
    }

    @Test
    void keysThatCannotWork_areRefused() throws IOException {
        add(
                "keys.jar",
                "keys",
                CURRENT,
                "public List<ConfigurationKey> configurationKeys() { return List.of("
                        + "ConfigurationKey.flag(\"quota\", true, \"\"), ConfigurationKey.flag(\"twice\", true, \"\"),"
                        + " ConfigurationKey.flag(\"twice\", true, \"\"), ConfigurationKey.flag(\"Odd key\", true, \"\"),"
                        + " ConfigurationKey.integer(\"beyond\", 5, 1, 4, \"\")); }");

        assertThat(load().problems())
                .extracting(p -> p.found() + ": " + p.expected())
                .containsExactly(
                        "engine \"keys\" declares the key \"quota\": a name that is not the server's own",
                        "engine \"keys\" declares the key \"twice\": each name once",
                        "engine \"keys\" declares the key \"Odd key\": a name in lowerCamelCase",
                        "engine \"keys\" declares the key \"beyond\": a default that the key would take: a whole number from 1 to 4");
    }

    @Test
    void pluginDirectoryThatIsNone_isAProblem() {
        plugins = directory.resolve("nowhere");

        assertThat(load().problems()).singleElement().asString().contains("a directory that cannot be read");
    }
}
