package dev.sluice.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that send nonsense, half of something, or nothing: each costs itself, and leaves nothing behind. */
class HostileClientsIT {

    private static final long SEED = 20_261_101;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** What sending says to who is no longer listened to. */
    static final String CLOSED_BY_SERVER = "(?i).*(reset|pipe|abort).*";

    @TempDir
    Path directory;

    private ServerProcess server;
    private RawClient bystander;

    @BeforeEach
    void start() throws Exception {
        server = ServerProcess.serve(ServerProcess.configuration(
                directory, "\"limits\": {\"inbound\": \"8MiB\", \"frame\": \"8MiB\", \"value\": \"4MiB\"}"));
        bystander = new RawClient(server.port());
    }

    /** Whatever a test did to it, the server serves, has no connection left but one, and stops. */
    @AfterEach
    void stop() throws Exception {
        try (ServerProcess closedServer = server;
                RawClient closedClient = bystander) {
            assertBystanderIsServed();
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(bystander.statistics()).containsEntry("curr_connections", "1"));
            assertThat(closedClient.statistics()).containsEntry("internal_errors", "0");
            closedServer.stop();
        }
    }

    private void assertBystanderIsServed() throws Exception {
        assertThat(bystander.call(RawClient.set("key", new byte[] {'v'})).status())
                .isZero();
        assertThat(bystander.call(RawClient.get("key")).value()).isEqualTo("v");
    }

    @Test
    void garbage_closesItsConnection() throws Exception {
        Random random = new Random(SEED);
        for (int i = 0; i < 200; i++) {
            byte[] garbage = new byte[1 + random.nextInt(4096)];
            random.nextBytes(garbage);
            // No magic that exists, so that no frame begins.
            garbage[0] = (byte) ((garbage[0] & 0x77) | 0x70);
            try (RawClient client = new RawClient(server.port())) {
                client.send(garbage);
                if (garbage.length >= 24) {
                    client.awaitClose();
                }
            }
            assertBystanderIsServed();
        }
    }

    /** Lengths that fit and nothing else that must: any opcode, any datatype, any vbucket, any content. */
    @Test
    void framesOfChance_harmNobodyElse() throws Exception {
        Random random = new Random(SEED);
        for (int i = 0; i < 200; i++) {
            try (RawClient client = new RawClient(server.port())) {
                for (int j = 0; j < 50; j++) {
                    client.send(frameOfChance(random));
                }
            } catch (SocketException e) {
                // One of them has closed the connection, and the rest had nowhere to go.
                assertThat(e).hasMessageMatching(CLOSED_BY_SERVER);
            }
            assertBystanderIsServed();
        }
    }

    /** A frame that is one, and has nothing else right but by chance. */
    static byte[] frameOfChance(Random random) {
        int extras = random.nextInt(3) == 0 ? random.nextInt(32) : 0;
        int key = random.nextInt(4) == 0 ? 0 : random.nextInt(40);
        int value = random.nextInt(64);
        byte[] frame = new byte[24 + extras + key + value];
        random.nextBytes(frame);
        ByteBuffer.wrap(frame)
                .put(0, (byte) 0x80)
                .putShort(2, (short) key)
                .put(4, (byte) extras)
                .putInt(8, extras + key + value);
        return frame;
    }

    @Test
    void lengthsThatLie_closeTheirConnection() throws Exception {
        for (long header : new long[] {
            0x8000_0000_0000_0000L, // GET, no key, a body of 4 GiB
            0x8001_ffff_ff00_0000L, // SET, a key and extras longer than the body
            0x0801_ffff_ff00_0000L // the same with framing extras
        }) {
            byte[] frame = ByteBuffer.allocate(24)
                    .putLong(header)
                    .putInt(header == 0x8000_0000_0000_0000L ? -1 : 8)
                    .array();
            try (RawClient client = new RawClient(server.port())) {
                client.send(frame);
                client.awaitClose();
            }
        }
    }

    @Test
    void halfFrames_waitWithoutHarm() throws Exception {
        byte[] frame = RawClient.set("half", new byte[1 << 16]);
        List<RawClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 200; i++) {
                RawClient client = new RawClient(server.port());
                clients.add(client);
                client.send(Arrays.copyOf(frame, i % 2 == 0 ? 1 + i % 23 : frame.length / 2));
            }
            assertBystanderIsServed();
        } finally {
            clients.forEach(RawClient::close);
        }
    }

    /** Together they would take 64 MiB, eight times what they may. */
    @Test
    void halfFrames_takeNoMoreMemoryThanTheyMay() throws Exception {
        byte[] frame = RawClient.set("half", new byte[1 << 20]);
        byte[] first = Arrays.copyOf(frame, frame.length - 1);
        byte[] last = {frame[frame.length - 1]};
        List<RawClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 64; i++) {
                RawClient client = new RawClient(server.port());
                clients.add(client);
                client.send(first);
            }
            assertBystanderIsServed();

            int refused = 0;
            for (RawClient client : clients) {
                int status = client.call(last).status();
                assertThat(status).isIn(0x00, 0x86); // success, temporary failure
                refused += status == 0 ? 0 : 1;
            }
            assertThat(refused).isPositive().isLessThan(64);
        } finally {
            clients.forEach(RawClient::close);
        }
    }

    @Test
    void manyConnections_thatComeAndGo_leaveNothing() throws Exception {
        for (int i = 0; i < 2000; i++) {
            try (RawClient client = new RawClient(server.port())) {
                if (i % 3 == 0) {
                    assertThat(client.call(RawClient.noop()).status()).isZero();
                } else if (i % 3 == 1) {
                    client.send(RawClient.get("key"));
                }
            }
        }
    }
}
