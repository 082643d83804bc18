package dev.sluice.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The tools of libmemcached, which must be installed: Debian's package {@code libmemcached-tools} calls them {@code memcc…},
 * others {@code memc…}.
 */
@Tag("peers")
class LibmemcachedIT {

    private static final int TOOL_SECONDS_MAX = 50;

    @TempDir
    Path directory;

    private ServerProcess server;

    @BeforeEach
    void start() throws Exception {
        server = ServerProcess.serve(ServerProcess.configuration(
                directory, "\"buckets\": {\"default\": {\"engine\": \"memory\", \"flush\": true}}"));
    }

    @AfterEach
    void stop() throws Exception {
        try (ServerProcess stopped = server) {
            stopped.stop();
        }
    }

    /** How a tool ended, and everything it said. */
    private record End(int exitCode, String text) {}

    /** The first of these names that is installed. */
    private static String tool(String... names) {
        for (String directory : System.getenv("PATH").split(File.pathSeparator, -1)) {
            for (String name : names) {
                if (Files.isExecutable(Path.of(directory, name))) {
                    return name;
                }
            }
        }
        throw new AssertionError("not installed: any of " + Arrays.toString(names));
    }

    private End run(String... command) throws IOException, InterruptedException {
        Path text = directory.resolve("tool.txt");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(text.toFile())
                .start();
        try {
            assertThat(process.waitFor(TOOL_SECONDS_MAX, TimeUnit.SECONDS))
                    .as(command[0])
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new End(process.exitValue(), Files.readString(text, StandardCharsets.ISO_8859_1));
    }

    private End runBinary(String tool, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(tool, "--binary", "--servers=127.0.0.1:" + server.port()));
        command.addAll(List.of(arguments));
        return run(command.toArray(String[]::new));
    }

    /** Every test of the binary protocol that memcached's own developers wrote for servers of others. */
    @Test
    void memcapable_passesInFull() throws Exception {
        String port = String.format(Locale.ROOT, "%d", server.port());

        End end = run(tool("memccapable", "memcapable"), "-h", "127.0.0.1", "-p", port, "-b", "-v");

        assertThat(end.text()).contains("binary stat").doesNotContain("FAIL").contains("All tests passed");
        assertThat(end.exitCode()).isZero();
    }

    @Test
    void fileCopiedIn_isReadAndRemoved() throws Exception {
        Path file = Files.writeString(directory.resolve("document.txt"), "its content");

        assertThat(runBinary(tool("memccp", "memcp"), "--set", file.toString()).exitCode())
                .isZero();
        assertThat(runBinary(tool("memccat", "memcat"), "document.txt").text()).startsWith("its content");
        assertThat(runBinary(tool("memcexist", "memexist"), "document.txt").exitCode())
                .isZero();
        assertThat(runBinary(tool("memctouch", "memtouch"), "--expire=100", "document.txt")
                        .exitCode())
                .isZero();
        assertThat(runBinary(tool("memcrm", "memrm"), "document.txt").exitCode())
                .isZero();
        assertThat(runBinary(tool("memccat", "memcat"), "document.txt").exitCode())
                .isNotZero();
    }

    @Test
    void statistics_areRead() throws Exception {
        End end = runBinary(tool("memcstat", "memstat"));

        assertThat(end.text()).contains("curr_connections: ");
        assertThat(end.exitCode()).isZero();
    }

    @Test
    void load_isServed() throws Exception {
        for (String test : List.of("set", "get", "mget")) {
            End end = runBinary(
                    tool("memcslap", "memslap"), "--concurrency=4", "--execute-number=1000", "--test=" + test);

            assertThat(end.exitCode()).as(end.text()).isZero();
        }
    }
}
