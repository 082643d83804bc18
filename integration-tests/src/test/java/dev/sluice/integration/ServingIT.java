package dev.sluice.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that serves, from its first line to its last. */
class ServingIT {

    private static final Duration STOP_SOON = Duration.ofSeconds(15);

    @TempDir
    Path directory;

    @Test
    void withoutBucketsInTheConfiguration_aMemoryBucketServesAnyMemcachedClient() throws Exception {
        try (ServerProcess server = ServerProcess.serve(ServerProcess.configuration(directory, ""))) {
            assertThat(server.readyLine())
                    .matches(
                            "Sluice \\S+ ready: 127\\.0\\.0\\.1:\\d+, buckets: default \\(memory, \\S+, 128 vbuckets\\),"
                                    + " management: 127\\.0\\.0\\.1:\\d+");
            Clients.with(server.port(), client -> {
                assertThat(client.set("greeting", 0, "hello").get()).isTrue();
                assertThat(client.get("greeting")).isEqualTo("hello");
            });
            server.stop();
        }
    }

    @Test
    void betweenStartAndStop_nothingIsSaid() throws Exception {
        try (ServerProcess server = ServerProcess.serve(ServerProcess.configuration(directory, ""))) {
            Clients.with(server.port(), client -> {
                for (int i = 0; i < 1000; i++) {
                    assertThat(client.set("key" + i, 0, "value" + i).get()).isTrue();
                    assertThat(client.get("key" + i)).isEqualTo("value" + i);
                }
                assertThat(client.get("missing")).isNull();
                assertThat(client.delete("key1").get()).isTrue();
                assertThat(client.getStats()).isNotEmpty();
            });

            List<String> errors = List.copyOf(server.errors());
            server.stop();

            assertThat(errors).isEmpty();
            assertThat(server.output()).containsExactly(server.readyLine());
            assertThat(server.errors())
                    .hasSize(2)
                    .allSatisfy(line -> assertThat(line).contains(" INFO "))
                    .satisfiesExactly(
                            first -> assertThat(first).endsWith(": stopping"),
                            last -> assertThat(last).endsWith(": stopped"));
        }
    }

    @Test
    void severalListenersAndBuckets_standInTheReadyLine() throws Exception {
        Path file = Files.writeString(directory.resolve("several.json"), """
                {
                  "listeners": [{"address": "127.0.0.1:0"}, {"address": "127.0.0.1:0"}],
                  "buckets": {
                    "one": {"engine": "memory", "quota": "8MiB", "vbuckets": 16},
                    "two": {"engine": "memory", "quota": "16MiB"}
                  }
                }
                """);
        try (ServerProcess server = ServerProcess.serve(file)) {
            assertThat(server.readyLine())
                    .matches("Sluice \\S+ ready: 127\\.0\\.0\\.1:\\d+, 127\\.0\\.0\\.1:\\d+, buckets:"
                            + " one \\(memory, 8MiB, 16 vbuckets\\), two \\(memory, 16MiB, 128 vbuckets\\),"
                            + " management: 127\\.0\\.0\\.1:\\d+");
            server.stop();
        }
    }

    /** libmemcached takes a major version of 0 for a failure, and reads what comes into 32 bytes. */
    @Test
    void version_isWhatLibmemcachedCanRead() throws Exception {
        try (ServerProcess server = ServerProcess.serve(ServerProcess.configuration(directory, ""));
                RawClient client = new RawClient(server.port())) {
            assertThat(client.call(RawClient.version()).value())
                    .matches("[1-9]\\d*\\.\\d+\\.\\d+ Sluice \\S+")
                    .hasSizeLessThan(32);
            server.stop();
        }
    }

    @Test
    void sigterm_withBlockedCommandsAndStalledReaders_stopsInTime() throws Exception {
        Path file = ServerProcess.configuration(
                directory,
                "\"plugins\": \"" + silentPlugin() + "\", \"limits\": {\"stop\": \"500ms\"}, \"buckets\": {\"default\":"
                        + " {\"engine\": \"memory\"}, \"silent\": {\"engine\": \"silent\", \"quota\": \"8MiB\"}}");
        List<RawClient> clients = new ArrayList<>();
        try (ServerProcess server = ServerProcess.serve(file)) {
            for (int i = 0; i < 20; i++) {
                clients.add(blocked(server.port()));
                clients.add(stalled(server.port()));
            }
            long before = System.nanoTime();

            server.stop();

            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(STOP_SOON);
            assertThat(server.errors()).last().asString().endsWith(": stopped");
        } finally {
            clients.forEach(RawClient::close);
        }
    }

    @Test
    void secondSigterm_doesNotWait() throws Exception {
        Path file = ServerProcess.configuration(
                directory,
                "\"plugins\": \"" + silentPlugin() + "\", \"limits\": {\"stop\": \"1h\"}, \"buckets\": {\"silent\":"
                        + " {\"engine\": \"silent\", \"quota\": \"8MiB\"}}");
        try (ServerProcess server = ServerProcess.serve(file);
                RawClient client = blocked(server.port())) {
            server.terminate();
            server.awaitError(": stopping");
            server.terminate();

            assertThat(server.awaitExit()).isEqualTo(128 + 15);
            client.awaitClose();
        }
    }

    @Test
    void killed_itStartsAgainOnTheSamePort() throws Exception {
        int port;
        try (ServerProcess server = ServerProcess.serve(ServerProcess.configuration(directory, ""))) {
            port = server.port();
            try (RawClient client = new RawClient(port)) {
                assertThat(client.call(RawClient.set("key", new byte[] {'v'})).status())
                        .isZero();
                server.kill();
                client.awaitClose();
            }
        }
        Path again = Files.writeString(
                directory.resolve("again.json"), "{\"listeners\": [{\"address\": \"127.0.0.1:" + port + "\"}]}");
        try (ServerProcess server = ServerProcess.serve(again)) {
            assertThat(server.port()).isEqualTo(port);
            Clients.with(port, client -> {
                assertThat(client.get("key")).isNull();
                assertThat(client.set("key", 0, "new").get()).isTrue();
            });
            server.stop();
        }
    }

    /** A connection whose GET is never answered. */
    private static RawClient blocked(int port) throws Exception {
        RawClient client = new RawClient(port);
        assertThat(client.call(RawClient.selectBucket("silent")).status()).isZero();
        client.send(RawClient.get("never"));
        return client;
    }

    /** A connection that has asked for far more than socket buffers hold, and reads none of it. */
    private static RawClient stalled(int port) throws Exception {
        RawClient client = new RawClient(port);
        assertThat(client.call(RawClient.set("large", new byte[1 << 20])).status())
                .isZero();
        for (int i = 0; i < 32; i++) {
            client.send(RawClient.get("large"));
        }
        return client;
    }

    /** A directory of plugins with an engine that owes answers for ever. */
    private Path silentPlugin() throws Exception {
        Path plugin = Files.createDirectories(directory.resolve("plugins").resolve("silent"));
        PluginJars.create(plugin.resolve("silent.jar"), "dev.sluice.integration.silent.SilentEngineProvider");
        PluginJars.copyJarOf(dev.sluice.testkit.NaiveEngineProvider.class, plugin);
        return plugin.getParent();
    }
}
