package dev.sluice.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Connections of every kind that come and go for as long as {@code -Dsluice.soak.minutes} says. */
@Tag("soak")
class ConnectionsSoakIT {

    private static final long SEED = 4_711;
    private static final int CLIENT_THREADS = 4;
    private static final Duration SOAK = Duration.ofMinutes(Long.getLong("sluice.soak.minutes", 10));
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    @Test
    @Timeout(36_000)
    void connectionsThatComeAndGo_leaveNothing() throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(CLIENT_THREADS);
        try (ServerProcess server = ServerProcess.serve(ServerProcess.configuration(directory, ""));
                RawClient observer = new RawClient(server.port())) {
            long start = System.nanoTime();
            List<Future<Long>> runs = new ArrayList<>();
            for (int i = 0; i < CLIENT_THREADS; i++) {
                Random random = new Random(SEED + i);
                String key = "key" + i;
                runs.add(clients.submit(() -> comeAndGo(server.port(), random, key, start + SOAK.toNanos())));
            }
            for (Future<Long> run : runs) {
                assertThat(run.get()).isPositive();
            }

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(observer.statistics()).containsEntry("curr_connections", "1"));
            Map<String, String> statistics = observer.statistics();
            assertThat(statistics).containsEntry("internal_errors", "0");
            assertThat(server.errors()).isEmpty();
            server.stop();
        } finally {
            clients.shutdownNow();
        }
    }

    /** How many connections it has made. */
    private static long comeAndGo(int port, Random random, String key, long endNanos) throws Exception {
        long connections = 0;
        for (; System.nanoTime() < endNanos; connections++) {
            try (RawClient client = new RawClient(port)) {
                switch (random.nextInt(5)) {
                    case 0 -> converse(client, random, key);
                    case 1 -> client.send(Arrays.copyOf(RawClient.noop(), 1 + random.nextInt(23)));
                    case 2 -> {
                        assertThat(client.call(RawClient.set(key + "large", new byte[1 << 20]))
                                        .status())
                                .isZero();
                        client.send(RawClient.get(key + "large"));
                    }
                    case 3 -> nonsense(client, random);
                    default ->
                        assertThat(client.call(RawClient.noop()).status()).isZero();
                }
            }
        }
        return connections;
    }

    private static void converse(RawClient client, Random random, String key) throws Exception {
        for (int i = 0; i < 100; i++) {
            byte[] value = new byte[random.nextInt(4096)];
            Arrays.fill(value, (byte) ('a' + random.nextInt(26)));
            assertThat(client.call(RawClient.set(key, value)).status()).isZero();
            assertThat(client.call(RawClient.get(key)).value().getBytes(StandardCharsets.ISO_8859_1))
                    .isEqualTo(value);
        }
    }

    private static void nonsense(RawClient client, Random random) throws Exception {
        try {
            for (int i = 0; i < 20; i++) {
                client.send(HostileClientsIT.frameOfChance(random));
            }
        } catch (SocketException e) {
            assertThat(e).hasMessageMatching(HostileClientsIT.CLOSED_BY_SERVER);
        }
    }
}
