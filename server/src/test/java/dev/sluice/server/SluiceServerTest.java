package dev.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.server.BinaryClient.Response;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(ServerChecks.class)
class SluiceServerTest {

    private static final byte[] VALUE = "value".getBytes(StandardCharsets.UTF_8);

    private static final InetAddress LOOPBACK_V6 = loopbackV6();

    private static InetAddress loopbackV6() {
        byte[] address = new byte[16];
        address[15] = 1;
        try {
            return InetAddress.getByAddress(address);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    @Nested
    class Serving {

        @ParameterizedTest
        @ValueSource(strings = {"auto", "epoll", "io_uring", "nio"})
        void everyTransport_answers(String transport) throws Exception {
            try (SluiceServer server = TestServers.start("\"transport\": \"" + transport + "\"");
                    BinaryClient client = new BinaryClient(server.ports().get(0))) {
                assertThat(client.call(BinaryClient.noop(7)).opaque()).isEqualTo(7);
                assertThat(client.call(BinaryClient.set(1, "key", VALUE)).status())
                        .isZero();
                assertThat(client.call(BinaryClient.get(2, "key")).value()).isEqualTo("value");
                assertThat(client.call(BinaryClient.get(3, "other")).status()).isEqualTo(1);
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"epoll", "io_uring", "nio"})
        void largeValues_leaveInPieces(String transport) throws Exception {
            byte[] value = new byte[20 << 20];
            new Random(1).nextBytes(value);
            try (SluiceServer server = TestServers.start("\"transport\": \"" + transport + "\"");
                    BinaryClient client = new BinaryClient(server.ports().get(0))) {
                assertThat(client.call(BinaryClient.set(1, "large", value)).status())
                        .isZero();
                client.send(BinaryClient.get(2, "large"));
                client.send(BinaryClient.get(3, "large"));
                client.send(BinaryClient.noop(4));

                String text = new String(value, StandardCharsets.ISO_8859_1);
                assertThat(client.receive().value().equals(text)).isTrue();
                assertThat(client.receive().value().equals(text)).isTrue();
                assertThat(client.receive().opaque()).isEqualTo(4);
            }
        }

        @Test
        void oneByteAtATime_isUnderstood() throws Exception {
            try (SluiceServer server = TestServers.start("");
                    BinaryClient client = new BinaryClient(server.ports().get(0))) {
                for (byte b : BinaryClient.set(1, "slow", VALUE)) {
                    client.send(new byte[] {b});
                }

                assertThat(client.receive().status()).isZero();
                assertThat(client.call(BinaryClient.get(2, "slow")).value()).isEqualTo("value");
            }
        }

        @Test
        void pipelinedCommands_areAnsweredInOrder() throws Exception {
            int count = 10_000;
            ByteArrayOutputStream frames = new ByteArrayOutputStream();
            for (int i = 0; i < count; i++) {
                frames.write(i % 2 == 0 ? BinaryClient.set(i, "k" + i / 2, VALUE) : BinaryClient.get(i, "k" + i / 2));
            }
            try (SluiceServer server = TestServers.start("");
                    BinaryClient client = new BinaryClient(server.ports().get(0))) {
                Thread sender = new Thread(() -> {
                    try {
                        client.send(frames.toByteArray());
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
                sender.start();
                for (int i = 0; i < count; i++) {
                    Response response = client.receive();
                    assertThat(response.opaque()).isEqualTo(i);
                    assertThat(response.status()).isZero();
                }
                sender.join();
            }
        }

        /** The peer is not read, so what it asked for stays here, up to a bound; then it reads all of it. */
        @Test
        void clientThatDoesNotRead_stopsBeingRead_andLosesNothing() throws Exception {
            byte[] value = new byte[1 << 20];
            int gets = 100;
            try (SluiceServer server = TestServers.start("");
                    BinaryClient slow = new BinaryClient(server.ports().get(0));
                    BinaryClient other = new BinaryClient(server.ports().get(0))) {
                assertThat(slow.call(BinaryClient.set(0, "big", value)).status())
                        .isZero();
                for (int i = 1; i <= gets; i++) {
                    slow.send(BinaryClient.get(i, "big"));
                }
                assertThat(other.call(BinaryClient.noop(1)).status()).isZero();
                for (int i = 1; i <= gets; i++) {
                    assertThat(slow.receive().opaque()).isEqualTo(i);
                }
            }
        }

        @Test
        void quit_isAnswered_andTheConnectionCloses() throws Exception {
            try (SluiceServer server = TestServers.start("");
                    BinaryClient client = new BinaryClient(server.ports().get(0))) {
                byte[] quit = BinaryClient.frame(BinaryClient.QUIT, 9, new byte[0], "", new byte[0]);
                assertThat(client.call(quit).opaque()).isEqualTo(9);
                assertThat(client.closedByServer()).isTrue();
            }
        }

        @Test
        void clientThatEndsItsOutput_getsTheAnswersToWhatItSent() throws Exception {
            try (SluiceServer server = TestServers.start("");
                    BinaryClient client = new BinaryClient(server.ports().get(0))) {
                client.send(BinaryClient.noop(5));
                client.shutdownOutput();

                assertThat(client.receive().opaque()).isEqualTo(5);
                assertThat(client.closedByServer()).isTrue();
            }
        }

        @Test
        void connectionsBeyondTheLimit_areClosedWithoutAByte() throws Exception {
            try (SluiceServer server = TestServers.start("\"limits\": {\"connections\": 2}")) {
                int port = server.ports().get(0);
                try (BinaryClient first = new BinaryClient(port);
                        BinaryClient second = new BinaryClient(port)) {
                    assertThat(first.call(BinaryClient.noop(1)).status()).isZero();
                    assertThat(second.call(BinaryClient.noop(1)).status()).isZero();
                    try (BinaryClient third = new BinaryClient(port)) {
                        assertThat(third.closedByServer()).isTrue();
                    }
                }
                Awaitility.await().until(() -> answers(port));
            }
        }

        private boolean answers(int port) throws Exception {
            try (BinaryClient client = new BinaryClient(port)) {
                client.send(BinaryClient.noop(1));
                return client.receive().opaque() == 1;
            } catch (IOException e) {
                return false;
            }
        }

        @Test
        void severalListeners_serveTheSameBuckets() throws Exception {
            String json = "{\"listeners\": [{\"address\": \"127.0.0.1:0\"}, {\"address\": \"[::1]:0\"},"
                    + " {\"address\": \"0.0.0.0:0\", \"authentication\": \"none\"}]}";
            try (SluiceServer server = SluiceServer.start(TestServers.configuration(json))) {
                List<Integer> ports = server.ports();
                assertThat(ports).hasSize(3).doesNotHaveDuplicates().doesNotContain(0);
                try (BinaryClient v4 = new BinaryClient(ports.get(0));
                        BinaryClient v6 = new BinaryClient(LOOPBACK_V6, ports.get(1));
                        BinaryClient any = new BinaryClient(ports.get(2))) {
                    assertThat(v4.call(BinaryClient.set(1, "shared", VALUE)).status())
                            .isZero();
                    assertThat(v6.call(BinaryClient.get(2, "shared")).value()).isEqualTo("value");
                    assertThat(any.call(BinaryClient.get(3, "shared")).value()).isEqualTo("value");
                }
            }
        }
    }

    @Nested
    class StartAndStop {

        @Test
        void readyLine_saysWhatIsServedAndWhere() throws Exception {
            String buckets = "\"buckets\": {\"default\": {\"engine\": \"memory\", \"quota\": \"64MiB\"},"
                    + " \"b\": {\"engine\": \"memory\", \"quota\": \"1MiB\", \"vbuckets\": 8}}";
            try (SluiceServer server = TestServers.start(buckets)) {
                assertThat(server.readyLine())
                        .isEqualTo("Sluice " + Version.text() + " ready: 127.0.0.1:"
                                + server.ports().get(0) + ", buckets: default (memory, 64MiB, 128 vbuckets),"
                                + " b (memory, 1MiB, 8 vbuckets), management: 127.0.0.1:"
                                + server.managementAddresses().get(0).getPort());
            }
        }

        @Test
        void addressInUse_saysWhich_andLeavesNothingBehind() throws Exception {
            try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                String address = "127.0.0.1:" + taken.getLocalPort();
                String json = "{\"listeners\": [{\"address\": \"127.0.0.1:0\"}, {\"address\": \"" + address + "\"}]}";

                assertThatThrownBy(() -> SluiceServer.start(TestServers.configuration(json)))
                        .isInstanceOf(StartException.class)
                        .hasMessageContaining("cannot listen on " + address)
                        .hasMessageContaining("in use");
            }
            assertNoLoopLives();
        }

        @Test
        void stop_closesConnections_andEndsAllThreads() throws Exception {
            List<BinaryClient> clients = new ArrayList<>();
            SluiceServer server = TestServers.start("");
            for (int i = 0; i < 20; i++) {
                BinaryClient client = new BinaryClient(server.ports().get(0));
                assertThat(client.call(BinaryClient.noop(i)).opaque()).isEqualTo(i);
                clients.add(client);
            }

            server.close();

            for (BinaryClient client : clients) {
                assertThat(client.closedByServer()).isTrue();
                client.close();
            }
            assertNoLoopLives();
        }

        private void assertNoLoopLives() {
            Awaitility.await()
                    .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                            .filteredOn(thread -> thread.getName().startsWith("sluice-"))
                            .isEmpty());
        }
    }
}
