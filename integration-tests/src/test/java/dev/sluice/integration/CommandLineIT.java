package dev.sluice.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code bin/sluice} says, and with which exit code it ends, when it does not serve. */
class CommandLineIT {

    @TempDir
    Path directory;

    /** How it ended. */
    private record End(int exitCode, List<String> output, List<String> errors) {}

    private static End run(String... arguments) throws IOException, InterruptedException {
        return run(Distribution.HOME, arguments);
    }

    private static End run(Path home, String... arguments) throws IOException, InterruptedException {
        try (ServerProcess process = ServerProcess.launch(home, arguments)) {
            return new End(process.awaitExit(), process.output(), process.errors());
        }
    }

    private String file(String json) throws IOException {
        return Files.writeString(directory.resolve("sluice.json"), json).toString();
    }

    @Test
    void version_isOneLine() throws Exception {
        End end = run("--version");

        assertThat(end.exitCode()).isZero();
        assertThat(end.output()).singleElement().asString().matches("Sluice \\d+\\.\\d+\\.\\d+(-SNAPSHOT)?");
        assertThat(end.errors()).isEmpty();
    }

    @Test
    void help_isOnStandardOutput() throws Exception {
        End end = run("--help");

        assertThat(end.exitCode()).isZero();
        assertThat(String.join("\n", end.output())).startsWith("Usage: sluice").contains("--config FILE");
        assertThat(end.errors()).isEmpty();
    }

    @Test
    void unknownOption_is2() throws Exception {
        End end = run("--cnofig", "x");

        assertThat(end.exitCode()).isEqualTo(2);
        assertThat(end.output()).isEmpty();
        assertThat(end.errors()).first().isEqualTo("sluice: unknown option: --cnofig (did you mean --config?)");
    }

    @Test
    void throughASymbolicLink_theDistributionIsFound() throws Exception {
        Path link = Files.createSymbolicLink(
                directory.resolve("linked"), Distribution.HOME.resolve("bin").resolve("sluice"));
        Path home = Files.createDirectories(directory.resolve("elsewhere").resolve("bin"));
        Files.createSymbolicLink(home.resolve("sluice"), link);

        assertThat(run(home.getParent(), "--version").exitCode()).isZero();
    }

    /** What is printed goes into the file as it is. */
    @Test
    void user_printsAnEntry_thatTheConfigurationTakes() throws Exception {
        List<String> output;
        try (ServerProcess process = ServerProcess.launchWith("s3cret\n", Distribution.HOME, "user", "app")) {
            assertThat(process.awaitExit()).isZero();
            assertThat(process.errors()).isEmpty();
            output = process.output();
        }
        assertThat(output).singleElement().asString().startsWith("\"app\":").doesNotContain("s3cret");

        End end = run("--check-config", "--config", file("{\"users\": {" + output.get(0) + "}}"));

        assertThat(end.errors()).isEmpty();
        assertThat(end.exitCode()).isZero();
    }

    @Test
    void user_withoutAPassword_is2() throws Exception {
        End end = run("user", "app");

        assertThat(end.exitCode()).isEqualTo(2);
        assertThat(end.output()).isEmpty();
        assertThat(end.errors()).containsExactly("sluice: empty password (expected: a password on standard input)");
    }

    @Test
    void checkConfig_ofAGoodFile_is0() throws Exception {
        String file = file("{\"listeners\": [{\"address\": \"127.0.0.1:0\"}]}");

        End end = run("--check-config", "--config", file);

        assertThat(end.exitCode()).isZero();
        assertThat(end.output()).containsExactly(file + ": no mistakes");
        assertThat(end.errors()).isEmpty();
    }

    @Test
    void checkConfig_ofTheFileInTheDistribution_is0() throws Exception {
        Path file = Distribution.HOME.resolve("conf").resolve("sluice.json");

        assertThat(run("--check-config", "--config", file.toString()).errors()).isEmpty();
        assertThat(file.resolveSibling("sluice.schema.json")).isNotEmptyFile();
    }

    /** The same in both: a server does not start with what the check refuses. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void mistakes_areAllReported_andAre2(boolean checkOnly) throws Exception {
        String file = file("""
                {
                  "listeners": [{"address": "127.0.0.1:70000"}],
                  "limtis": {},
                  "buckets": {"default": {"engine": "memroy", "quota": "64MiB"}}
                }
                """);

        End end = checkOnly ? run("--check-config", "--config", file) : run("--config", file);

        assertThat(end.exitCode()).isEqualTo(2);
        assertThat(end.output()).isEmpty();
        assertThat(end.errors()).first().isEqualTo("sluice: " + file + ": 3 mistakes");
        assertThat(String.join("\n", end.errors()))
                .contains(file + ":2:")
                .contains("$.listeners[0].address: \"127.0.0.1:70000\" (expected: ")
                .contains(file + ":3:")
                .contains("$.limtis: unknown key")
                .contains("limits")
                .contains(file + ":4:")
                .contains("$.buckets.default.engine: \"memroy\" (expected: one of ")
                .contains("did you mean");
    }

    @Test
    void missingFile_is2() throws Exception {
        End end = run("--config", directory.resolve("none.json").toString());

        assertThat(end.exitCode()).isEqualTo(2);
        assertThat(end.errors()).first().asString().startsWith("sluice: ").contains("none.json");
    }

    @Test
    void addressInUse_is1() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String address = "127.0.0.1:" + taken.getLocalPort();

            End end = run("--config", file("{\"listeners\": [{\"address\": \"" + address + "\"}]}"));

            assertThat(end.exitCode()).isEqualTo(1);
            assertThat(end.output()).isEmpty();
            assertThat(end.errors())
                    .singleElement()
                    .asString()
                    .startsWith("sluice: cannot start: cannot listen on " + address);
        }
    }
}
