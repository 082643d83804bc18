package dev.sluice.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Engines that came to the server as jars in {@code plugins/}. */
class PluginIT {

    @TempDir
    Path directory;

    /** The plugin of {@code examples/engine-files}, built by a Maven of its own that knows nothing of this build. */
    @Nested
    class Example {

        private static final Path JAR = Path.of(System.getProperty("sluice.example", "target/examples/engine-files"))
                .resolve("target")
                .resolve("engine-files.jar");

        private Path home;
        private Path configuration;

        /** As the documentation tells it: put the jar into plugins, name the engine in the configuration. */
        private void install() throws IOException {
            home = Distribution.copyTo(directory.resolve("sluice"));
            Files.copy(JAR, home.resolve("plugins").resolve("engine-files.jar"));
            configuration = ServerProcess.configuration(directory, """
                    "buckets": {"default": {"engine": "files", "quota": "64MiB", "vbuckets": 64, "path": "data/mine"}}
                    """);
        }

        @Test
        void whatWasWrittenToFiles_isThereAfterARestart() throws Exception {
            install();
            try (ServerProcess server = ServerProcess.serve(home, configuration)) {
                assertThat(server.readyLine()).contains("buckets: default (files, 64MiB, 64 vbuckets)");
                Clients.with(server.port(), client -> {
                    for (int i = 0; i < 100; i++) {
                        assertThat(client.set("key" + i, 0, "value" + i).get()).isTrue();
                    }
                    assertThat(client.get("key7")).isEqualTo("value7");
                    assertThat(client.get("missing")).isNull();
                    assertThat(client.incr("counter", 1, 41)).isEqualTo(41);
                    assertThat(client.incr("counter", 1)).isEqualTo(42);
                    assertThat(client.append("key8", "!").get()).isTrue();
                    assertThat(client.delete("key9").get()).isTrue();
                });
                server.stop();
            }
            try (Stream<Path> files = Files.walk(home.resolve("data").resolve("mine"))) {
                assertThat(files.filter(Files::isRegularFile)).hasSizeGreaterThanOrEqualTo(100);
            }

            try (ServerProcess server = ServerProcess.serve(home, configuration)) {
                Clients.with(server.port(), client -> {
                    for (int i = 0; i < 100; i++) {
                        assertThat(client.get("key" + i)).isEqualTo(expected(i));
                    }
                    assertThat(client.incr("counter", 1)).isEqualTo(43);
                });
                server.stop();
            }
        }

        private static String expected(int i) {
            return switch (i) {
                case 8 -> "value8!";
                case 9 -> null;
                default -> "value" + i;
            };
        }

        @Test
        void whatWasAcknowledged_survivesAKill() throws Exception {
            install();
            try (ServerProcess server = ServerProcess.serve(home, configuration)) {
                try (RawClient client = new RawClient(server.port())) {
                    assertThat(client.call(RawClient.set("key", new byte[] {'v'}))
                                    .status())
                            .isZero();
                }
                server.kill();
            }
            try (ServerProcess server = ServerProcess.serve(home, configuration)) {
                try (RawClient client = new RawClient(server.port())) {
                    assertThat(client.call(RawClient.get("key")).value()).isEqualTo("v");
                }
                server.stop();
            }
        }

        @Test
        void settingThatThePluginDeclares_isChecked() throws Exception {
            install();
            Files.writeString(
                    configuration,
                    Files.readString(configuration).replace("\"path\": \"data/mine\"", "\"paht\": \"data/mine\""));
            try (ServerProcess server = ServerProcess.launch(home, "--config", configuration.toString())) {
                assertThat(server.awaitExit()).isEqualTo(2);
                assertThat(String.join("\n", server.errors()))
                        .contains("$.buckets.default.paht: unknown key")
                        .contains("did you mean \"path\"?");
            }
        }
    }

    /** A server with a broken plugin does not start, whether or not a bucket needs it, and says which and why. */
    @Nested
    class Broken {

        private List<String> errorsWith(Path plugin) throws Exception {
            Path configuration = ServerProcess.configuration(directory, "\"plugins\": \"" + plugin.getParent() + "\"");
            try (ServerProcess server = ServerProcess.launch(Distribution.HOME, "--config", configuration.toString())) {
                assertThat(server.awaitExit()).isEqualTo(2);
                assertThat(server.output()).isEmpty();
                return server.errors();
            }
        }

        private Path plugin(String name) throws IOException {
            return Files.createDirectories(directory.resolve("plugins")).resolve(name);
        }

        @Test
        void fileThatIsNoJar_isNamed() throws Exception {
            Path jar = Files.writeString(plugin("half.jar"), "this is where a download ended");

            assertThat(String.join("\n", errorsWith(jar)))
                    .contains(jar.toString())
                    .contains("a file that cannot be read")
                    .contains("(expected: a jar)");
        }

        @Test
        void jarWithoutTheClassThatItNames_isNamed() throws Exception {
            Path jar = PluginJars.create(plugin("empty.jar"), "com.example.Missing");

            assertThat(String.join("\n", errorsWith(jar)))
                    .contains(jar.toString())
                    .contains("com.example.Missing");
        }

        @Test
        void providerThatCannotBeMade_isNamedWithItsReason() throws Exception {
            Path jar =
                    PluginJars.create(plugin("throwing.jar"), "dev.sluice.integration.broken.ThrowingEngineProvider");

            assertThat(String.join("\n", errorsWith(jar)))
                    .contains(jar.toString())
                    .contains("no licence found");
        }
    }
}
