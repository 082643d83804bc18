package dev.sluice.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The Couchbase SDK for Node.js, in short. Needs Node.js 20 with npm, which installs the SDK. */
@Tag("peers")
class NodeSdkIT {

    private static final Path SOURCES = Path.of("src/test/node");

    @TempDir
    static Path directory;

    @BeforeAll
    static void install() throws Exception {
        for (String file : List.of("package.json", "operations.test.js", "logins.test.js")) {
            Files.copy(SOURCES.resolve(file), directory.resolve(file));
        }
        run("installation", List.of("npm", "install", "--no-package-lock", "--no-audit", "--no-fund"), 0);
    }

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void theKeyValueService_isAsTheNodeSdkKnowsIt() throws Exception {
        Path configuration = ServerProcess.configuration(directory, """
                "mgmt": {"address": "127.0.0.1:0"},
                "buckets": {
                  "travel": {"engine": "memory", "collections": {"inventory": ["hotel", "airline"]}}
                }
                """);
        runAgainst(configuration, "operations.test.js");
    }

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void loginsAndRefusals_areAsTheNodeSdkKnowsThem() throws Exception {
        String user = ServerProcess.userEntry("app", "s3cret").replace("data:*", "data:travel\", \"data-read:readable");
        Path configuration = ServerProcess.configuration(directory, """
                "mgmt": {"address": "127.0.0.1:0"},
                "buckets": {
                  "travel": {"engine": "memory", "quota": "64MiB"},
                  "readable": {"engine": "memory", "quota": "64MiB"}
                },
                "users": {USER}
                """.replace("USER", user));
        runAgainst(configuration, "logins.test.js");
    }

    private static void runAgainst(Path configuration, String tests) throws Exception {
        try (ServerProcess server = ServerProcess.serve(configuration)) {
            run("tests", List.of("node", "--test", tests), server.port());
            server.stop();
        }
    }

    private static void run(String what, List<String> command, int port) throws IOException, InterruptedException {
        File output = directory.resolve("output.txt").toFile();
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output);
        builder.environment().put("SLUICE_PORT", Integer.toString(port));
        Process process = builder.start();
        try {
            assertThat(process.waitFor(2, TimeUnit.MINUTES)).as(what + " ended").isTrue();
            assertThat(process.exitValue())
                    .as("%s: %s", what, Files.readString(output.toPath(), StandardCharsets.UTF_8))
                    .isZero();
        } finally {
            process.destroyForcibly();
        }
    }
}
