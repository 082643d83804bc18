package dev.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(ServerChecks.class)
class LauncherTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    Path home;

    private int run(String... arguments) {
        Launcher launcher = new Launcher(print(out), print(err), home, server -> {});
        int exitCode = launcher.run(arguments);
        SluiceServer server = launcher.server();
        if (server != null) {
            server.close();
        }
        return exitCode;
    }

    private static PrintStream print(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    private String file(String json) throws IOException {
        return Files.writeString(home.resolve("sluice.json"), json).toString();
    }

    @Test
    void version_isPrinted() {
        assertThat(run("--version")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).matches("Sluice \\d+\\.\\d+\\.\\d+(-SNAPSHOT)?\\R");
    }

    @Test
    void help_namesEveryOption() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("--config FILE", "--check-config", "--version", "--help");
    }

    @ParameterizedTest
    @CsvSource({
        "--confg, unknown option: --confg (did you mean --config?)",
        "serve, unknown option: serve",
        "--config, --config without a file",
    })
    void commandLineWithoutSense_isExitCode2_andSaysHow(String argument, String message) {
        assertThat(run(argument)).isEqualTo(Launcher.EXIT_MISTAKE);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .startsWith("sluice: " + message)
                .contains("Usage: sluice");
        assertThat(out.size()).isZero();
    }

    @Test
    void checkConfig_ofAGoodFile_is0() throws IOException {
        String file = file("{\"listeners\": [{\"address\": \"127.0.0.1:0\"}]}");

        assertThat(run("--check-config", "--config", file)).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(file + ": no mistakes" + System.lineSeparator());
    }

    @Test
    void mistakesInTheFile_areExitCode2_oneLineEach() throws IOException {
        String file = file("{\"transport\": 1,\n \"colour\": 2}");

        assertThat(run("--config=" + file)).isEqualTo(Launcher.EXIT_MISTAKE);
        assertThat(err.toString(StandardCharsets.UTF_8).lines())
                .satisfiesExactly(
                        line -> assertThat(line).isEqualTo("sluice: " + file + ": 2 mistakes"),
                        line -> assertThat(line).startsWith("  " + file + ":1:15: $.transport: 1 (expected: "),
                        line -> assertThat(line).startsWith("  " + file + ":2:12: $.colour: unknown key (expected: "));
    }

    @Test
    void missingFile_isExitCode2() {
        assertThat(run("--config", "none.json")).isEqualTo(Launcher.EXIT_MISTAKE);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("none.json");
    }

    @Test
    void readyLine_isAllThatIsSaid() throws IOException {
        assertThat(run("--config", file("{\"listeners\": [{\"address\": \"127.0.0.1:0\"}]}")))
                .isZero();

        assertThat(out.toString(StandardCharsets.UTF_8))
                .matches(
                        "Sluice \\S+ ready: 127\\.0\\.0\\.1:\\d+, buckets: default \\(memory, \\d+\\wiB, 128 vbuckets\\),"
                                + " management: 127\\.0\\.0\\.1:\\d+\\R");
        assertThat(err.size()).isZero();
    }

    @Test
    void addressInUse_isExitCode1_andSaysWhich() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String address = "127.0.0.1:" + taken.getLocalPort();

            assertThat(run("--config", file("{\"listeners\": [{\"address\": \"" + address + "\"}]}")))
                    .isEqualTo(Launcher.EXIT_FAILED);
            assertThat(err.toString(StandardCharsets.UTF_8))
                    .startsWith("sluice: cannot start: cannot listen on " + address);
            assertThat(out.size()).isZero();
        }
    }

    /** A bucket of which a file is damaged. */
    private void damage(String bucket) throws IOException {
        Path directory = Files.createDirectories(home.resolve("data").resolve(bucket));
        Files.writeString(directory.resolve("manifest.json"), "[]");
    }

    @Test
    void bucketThatCannotBeCreated_isExitCode1_andSaysWhy() throws IOException {
        damage("wrong");
        String file = file("{\"listeners\": [{\"address\": \"127.0.0.1:0\"}], \"buckets\": {\"wrong\": {\"engine\":"
                + " \"memory\"}}}");

        assertThat(run("--config", file)).isEqualTo(Launcher.EXIT_FAILED);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("cannot start: bucket wrong")
                .contains("manifest.json");
    }

    /** Before anything is started: the exit code and the form are those of every mistake. */
    @Test
    void settingsThatDoNotFitTogether_areAMistakeInTheFile() throws IOException {
        String file = file("{\"buckets\": {\"wrong\": {\"engine\": \"memory\", \"lowWatermark\": 0.9}}}");

        assertThat(run("--check-config", "--config", file)).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("$.buckets.wrong.lowWatermark: 0.9");
    }

    @Test
    void optionalBucketThatCannotBeCreated_isLeftOut() throws IOException {
        damage("wrong");
        String file = file("{\"listeners\": [{\"address\": \"127.0.0.1:0\"}], \"buckets\": {\"good\": {\"engine\":"
                + " \"memory\"}, \"wrong\": {\"engine\": \"memory\","
                + " \"optional\": true}}}");

        assertThat(run("--config", file)).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("buckets: good (memory")
                .doesNotContain("wrong");
    }
}
