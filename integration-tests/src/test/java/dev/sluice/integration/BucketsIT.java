package dev.sluice.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Buckets that clients create and delete on a server that is killed. */
class BucketsIT {

    private static final int CREATE = 0x85;
    private static final int DELETE = 0x86;
    private static final int LIST = 0x87;
    private static final byte[] NOTHING = new byte[0];
    private static final String MEMORY = "{\"engine\":\"memory\",\"quota\":\"8MiB\"}";
    private static final Duration DELETED_SOON = Duration.ofSeconds(5);

    @TempDir
    Path directory;

    private Path configuration(String further) throws IOException {
        return ServerProcess.configuration(
                directory,
                "\"buckets\": {\"default\": {\"engine\": \"memory\"," + " \"quota\": \"16MiB\"}" + further + "}");
    }

    private static RawClient.Response call(RawClient client, int opcode, String key, String value) throws IOException {
        return client.call(RawClient.frame(opcode, NOTHING, key, value.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void whatWasAnswered_isThereAfterAKill() throws Exception {
        Path file = configuration("");
        List<String> there = new ArrayList<>(List.of("default"));
        for (int round = 0; round < 3; round++) {
            try (ServerProcess server = ServerProcess.serve(file);
                    RawClient client = new RawClient(server.port())) {
                assertThat(call(client, LIST, "", "").value()).isEqualTo(String.join(" ", there));
                String name = "round" + round;
                assertThat(call(client, CREATE, name, MEMORY).status()).isZero();
                there.add(name);
                if (round == 1) {
                    assertThat(call(client, DELETE, "default", "").status()).isZero();
                    there.remove("default");
                }
                server.kill();
            }
        }
        try (ServerProcess server = ServerProcess.serve(file);
                RawClient client = new RawClient(server.port())) {
            assertThat(call(client, LIST, "", "").value()).isEqualTo("round0 round1 round2");
            server.stop();
        }
    }

    @Test
    void aDamagedFile_keepsTheServerFromStarting_andIsNamed() throws Exception {
        Path file = configuration("");
        Path state = Files.createDirectories(directory.resolve("data")).resolve("@buckets.json");
        Files.writeString(state, "{\"version\": 1, \"buckets\": {\"a\": ");
        try (ServerProcess server = ServerProcess.launch(Distribution.HOME, "--config", file.toString())) {
            assertThat(server.awaitExit()).isEqualTo(2);
            assertThat(server.errors())
                    .anySatisfy(
                            line -> assertThat(line).contains(state.toString()).contains("damaged"));
        }
    }

    @Test
    void aBucketWithAThousandBlockedCommandsAndStalledReaders_goesInTime_andEverybodyHearsOfIt() throws Exception {
        Path plugin = Files.createDirectories(directory.resolve("plugins").resolve("silent"));
        PluginJars.create(plugin.resolve("silent.jar"), "dev.sluice.integration.silent.SilentEngineProvider");
        PluginJars.copyJarOf(dev.sluice.testkit.NaiveEngineProvider.class, plugin);
        Path file = ServerProcess.configuration(
                directory,
                "\"plugins\": \"" + plugin.getParent()
                        + "\", \"buckets\": {\"default\": {\"engine\": \"memory\", \"quota\": \"64MiB\"},"
                        + " \"silent\": {\"engine\": \"silent\", \"quota\": \"8MiB\"}}");
        List<RawClient> clients = new ArrayList<>();
        try (ServerProcess server = ServerProcess.serve(file);
                RawClient admin = new RawClient(server.port())) {
            for (int i = 0; i < 1000; i++) {
                RawClient blocked = new RawClient(server.port());
                clients.add(blocked);
                assertThat(blocked.call(RawClient.selectBucket("silent")).status())
                        .isZero();
                blocked.send(RawClient.get("never"));
            }
            for (int i = 0; i < 20; i++) {
                RawClient stalled = new RawClient(server.port());
                clients.add(stalled);
                assertThat(stalled.call(RawClient.selectBucket("silent")).status())
                        .isZero();
                stalled.send(manyStats());
            }
            long before = System.nanoTime();

            assertThat(call(admin, DELETE, "silent", "{\"force\":true}").status())
                    .isZero();

            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(DELETED_SOON);
            for (RawClient client : clients) {
                client.awaitClose();
            }
            assertThat(call(admin, LIST, "", "").value()).isEqualTo("default");
            assertThat(call(admin, CREATE, "silent", MEMORY).status()).isZero();
            server.stop();
        } finally {
            clients.forEach(RawClient::close);
        }
    }

    /** Requests whose answers are far more than socket buffers hold. */
    private static byte[] manyStats() {
        byte[] one = RawClient.frame(RawClient.STAT, NOTHING, "", NOTHING);
        byte[] many = new byte[2_000 * one.length];
        for (int offset = 0; offset < many.length; offset += one.length) {
            System.arraycopy(one, 0, many, offset, one.length);
        }
        return many;
    }
}
