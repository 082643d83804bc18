package dev.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(ServerChecks.class)
class TlsTest {

    private static final Certificates CERTIFICATES = Certificates.common();
    private static final Duration AT_ONCE = Duration.ofSeconds(2);
    private static final byte[] VALUE = "value".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path files;

    private SluiceServer start(String more) throws Exception {
        return start(CERTIFICATES.server(), more, "");
    }

    /** A server with one listener of TLS; {@code more} are further members of {@code tls}, {@code root} of all. */
    private SluiceServer start(X509Bundle server, String more, String root) throws Exception {
        String tls = CERTIFICATES.write(files, server) + (more.isEmpty() ? "" : ", " + more);
        String listeners = "{\"mgmt\": false, \"listeners\": [{\"address\": \"127.0.0.1:0\", \"tls\": {" + tls + "}}]";
        return SluiceServer.start(TestServers.configuration(listeners + (root.isEmpty() ? "" : ", " + root) + "}"));
    }

    private static BinaryClient client(SluiceServer server, @Nullable X509Bundle certificate, String... protocols)
            throws IOException {
        SSLContext context = CERTIFICATES.clientContext(certificate);
        return new BinaryClient(Certificates.connect(context, server.ports().get(0), protocols));
    }

    private static BinaryClient client(SluiceServer server) throws IOException {
        return client(server, null);
    }

    private static void assertServed(BinaryClient client) throws IOException {
        assertThat(client.call(BinaryClient.noop(7)).opaque()).isEqualTo(7);
    }

    @Nested
    class Serving {

        @ParameterizedTest
        @CsvSource({"auto, TLSv1.3", "auto, TLSv1.2", "nio, TLSv1.3", "io_uring, TLSv1.3"})
        void smallAndLargeValues_goThrough(String transport, String version) throws Exception {
            byte[] value = new byte[20 << 20];
            new Random(1).nextBytes(value);
            try (SluiceServer server = start(CERTIFICATES.server(), "", "\"transport\": \"" + transport + "\"");
                    BinaryClient client = client(server, null, version)) {
                assertThat(client.call(BinaryClient.set(1, "key", VALUE)).status())
                        .isZero();
                assertThat(client.call(BinaryClient.get(2, "key")).value()).isEqualTo("value");
                assertThat(client.call(BinaryClient.set(3, "large", value)).status())
                        .isZero();
                client.send(BinaryClient.get(4, "large"));
                client.send(BinaryClient.noop(5));

                assertThat(client.receive().value().equals(new String(value, StandardCharsets.ISO_8859_1)))
                        .isTrue();
                assertThat(client.receive().opaque()).isEqualTo(5);
            }
        }

        /** What it asked for stays here, up to a bound, while others are served; then it reads all of it. */
        @Test
        void clientThatDoesNotRead_stopsBeingRead_andLosesNothing() throws Exception {
            byte[] value = new byte[1 << 20];
            int gets = 20;
            try (SluiceServer server = start("");
                    BinaryClient slow = client(server);
                    BinaryClient other = client(server)) {
                assertThat(slow.call(BinaryClient.set(0, "big", value)).status())
                        .isZero();
                for (int i = 1; i <= gets; i++) {
                    slow.send(BinaryClient.get(i, "big"));
                }
                assertServed(other);
                for (int i = 1; i <= gets; i++) {
                    assertThat(slow.receive().opaque()).isEqualTo(i);
                }
            }
        }

        @Test
        void manyCommandsInOnePiece_areAnsweredInOrder() throws Exception {
            int count = 5_000;
            try (SluiceServer server = start("");
                    BinaryClient client = client(server)) {
                Thread sender = new Thread(() -> {
                    try {
                        for (int i = 0; i < count; i++) {
                            client.send(BinaryClient.set(i, "k" + i, VALUE));
                        }
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                });
                sender.start();
                for (int i = 0; i < count; i++) {
                    assertThat(client.receive().opaque()).isEqualTo(i);
                }
                sender.join();
            }
        }

        /** The farewell of TLS comes before the end, so that the client knows that nothing was cut off. */
        @ParameterizedTest
        @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
        void quit_isAnswered_andTheConnectionCloses(String version) throws Exception {
            try (SluiceServer server = start("")) {
                SSLSocket socket = Certificates.connect(
                        CERTIFICATES.clientContext(null), server.ports().get(0), version);
                try (BinaryClient client = new BinaryClient(socket)) {
                    byte[] quit = BinaryClient.frame(BinaryClient.QUIT, 9, new byte[0], "", new byte[0]);
                    assertThat(client.call(quit).opaque()).isEqualTo(9);
                    assertThat(socket.getInputStream().read()).isEqualTo(-1);
                }
            }
        }

        @Test
        void stop_answersWhatWasReceived_andCloses() throws Exception {
            SluiceServer server = start("");
            try (BinaryClient client = client(server)) {
                assertServed(client);

                server.close();

                assertThat(client.closedByServer()).isTrue();
            }
        }

        @Test
        void stop_cutsAClientThatDoesNotRead() throws Exception {
            byte[] value = new byte[16 << 20];
            SluiceServer server = start(CERTIFICATES.server(), "", "\"limits\": {\"stop\": \"200ms\"}");
            try (BinaryClient stuck = client(server)) {
                assertThat(stuck.call(BinaryClient.set(0, "big", value)).status())
                        .isZero();
                for (int i = 1; i <= 10; i++) {
                    stuck.send(BinaryClient.get(i, "big"));
                }

                long before = System.nanoTime();

                server.close();

                assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(AT_ONCE);
                assertThat(server.node().counters().connections()).isZero();
            }
        }

        @Test
        void sessions_areNeverResumed() throws Exception {
            try (SluiceServer server = start("")) {
                for (String version : List.of("TLSv1.3", "TLSv1.2")) {
                    SSLContext context = CERTIFICATES.clientContext(null);
                    List<Long> created = new ArrayList<>();
                    List<String> ids = new ArrayList<>();
                    for (int i = 0; i < 3; i++) {
                        SSLSocket socket =
                                Certificates.connect(context, server.ports().get(0), version);
                        try (BinaryClient client = new BinaryClient(socket)) {
                            assertServed(client); // Tickets of TLS 1.3 come behind the handshake.
                            created.add(socket.getSession().getCreationTime());
                            ids.add(new BigInteger(1, socket.getSession().getId()).toString(16));
                        }
                    }
                    assertThat(ids).as(version).doesNotHaveDuplicates();
                    assertThat(created).as(version).doesNotHaveDuplicates();
                }
            }
        }

        @Test
        void olderVersionThanAllowed_isRefused() throws Exception {
            try (SluiceServer server = start("\"minimumVersion\": \"TLS 1.3\"")) {
                assertThatThrownBy(() -> client(server, null, "TLSv1.2")).isInstanceOf(SSLException.class);
                try (BinaryClient client = client(server, null, "TLSv1.3")) {
                    assertServed(client);
                }
            }
        }

        @Test
        void chosenCipher_isUsed() throws Exception {
            String cipher = "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384";
            try (SluiceServer server = start("\"ciphers\": [\"" + cipher + "\"]")) {
                SSLSocket socket = Certificates.connect(
                        CERTIFICATES.clientContext(null), server.ports().get(0));
                try (BinaryClient client = new BinaryClient(socket)) {
                    assertServed(client);
                    assertThat(socket.getSession().getCipherSuite()).isEqualTo(cipher);
                }
            }
        }

        @Test
        void rsaKeys_work() throws Exception {
            try (SluiceServer server = start(CERTIFICATES.server(builder -> builder.rsa2048()), "", "");
                    BinaryClient client = client(server)) {
                assertServed(client);
            }
        }
    }

    @Nested
    class Strangers {

        @Test
        void clientOfAnotherAuthority_doesNotTrustTheServer() throws Exception {
            SSLContext stranger = new Certificates("somebody else").clientContext(null);
            try (SluiceServer server = start("")) {
                assertThatThrownBy(() ->
                                Certificates.connect(stranger, server.ports().get(0)))
                        .isInstanceOf(SSLHandshakeException.class);
                try (BinaryClient client = client(server)) {
                    assertServed(client);
                }
            }
        }

        @Test
        void plainClient_atAPortOfTls_isClosedAtOnce() throws Exception {
            try (SluiceServer server = start("");
                    BinaryClient client = new BinaryClient(server.ports().get(0))) {
                long before = System.nanoTime();
                client.send(BinaryClient.set(1, "key", new byte[100_000]));

                awaitEnd(client);

                assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(AT_ONCE);
            }
        }

        /** Perhaps an alert of TLS comes before the end; an answer never. */
        private void awaitEnd(BinaryClient client) {
            assertThatThrownBy(client::receive).isInstanceOf(IOException.class);
        }

        @Test
        void clientOfTls_atAPlainPort_isClosedAtOnce() throws Exception {
            try (SluiceServer server = TestServers.start("")) {
                long before = System.nanoTime();

                assertThatThrownBy(() -> client(server)).isInstanceOfAny(SSLException.class, SocketException.class);

                assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(AT_ONCE);
            }
        }

        @Test
        void handshakeThatTakesTooLong_isCut() throws Exception {
            try (SluiceServer server = start(CERTIFICATES.server(), "", "\"limits\": {\"handshake\": \"100ms\"}");
                    BinaryClient silent = new BinaryClient(server.ports().get(0));
                    BinaryClient client = client(server)) {
                assertThat(silent.closedByServer()).isTrue();
                assertServed(client);
            }
        }

        @Test
        void handshakesBeyondTheLimit_areClosedWithoutAByte_andOthersFollowWhenOneIsOver() throws Exception {
            // One loop, so that who comes first is first.
            String root = "\"limits\": {\"handshakes\": 1}, \"threads\": {\"eventLoops\": 1}";
            try (SluiceServer server = start(CERTIFICATES.server(), "", root)) {
                int port = server.ports().get(0);
                Socket half = new Socket(InetAddress.getLoopbackAddress(), port);
                try (BinaryClient other = new BinaryClient(port)) {
                    assertThat(other.closedByServer()).isTrue();
                }
                half.close();
                Awaitility.await().until(() -> {
                    try (BinaryClient client = client(server)) {
                        assertServed(client);
                        return true;
                    } catch (IOException e) {
                        return false;
                    }
                });
            }
        }

        @Test
        void garbage_costsOnlyWhoSendsIt() throws Exception {
            Random random = new Random(7);
            try (SluiceServer server = start("");
                    BinaryClient client = client(server)) {
                for (int i = 0; i < 30; i++) {
                    try (Socket socket = new Socket(
                            InetAddress.getLoopbackAddress(), server.ports().get(0))) {
                        byte[] bytes = new byte[1 + random.nextInt(300)];
                        random.nextBytes(bytes);
                        if (i % 2 == 0) {
                            bytes[0] = 0x16; // A record of a handshake, as far as anybody can tell.
                        }
                        socket.getOutputStream().write(bytes);
                        socket.shutdownOutput();
                        drain(socket);
                    }
                    assertServed(client);
                }
            }
        }

        private void drain(Socket socket) throws IOException {
            InputStream input = socket.getInputStream();
            byte[] buffer = new byte[512];
            try {
                while (input.read(buffer) >= 0) {
                    assertThat(socket.isConnected()).isTrue();
                }
            } catch (SocketException e) {
                assertThat(e).hasMessageContaining("reset");
            }
        }
    }

    @Nested
    class Reloading {

        @Test
        void newCertificate_isForNewConnections_andOldOnesLiveOn() throws Exception {
            X509Bundle first = CERTIFICATES.server();
            X509Bundle second = CERTIFICATES.server();
            try (SluiceServer server = start(first, "", "");
                    BinaryClient old = client(server)) {
                assertServed(old);
                CERTIFICATES.write(files, second);
                assertThat(certificateOf(server)).isEqualTo(first.getCertificate());

                assertThat(server.reload()).isEmpty();

                assertThat(certificateOf(server)).isEqualTo(second.getCertificate());
                assertServed(old);
            }
        }

        @Test
        void brokenFiles_leaveTheOldOnesInForce_andSayWhy() throws Exception {
            X509Bundle first = CERTIFICATES.server();
            try (SluiceServer server = start(first, "", "")) {
                CERTIFICATES.write(files, CERTIFICATES.server(Certificates::expired));
                assertThat(server.reload()).singleElement().asString().contains("server.pem", "has expired");
                Files.delete(files.resolve("server.key"));
                assertThat(server.reload()).singleElement().asString().contains("no file", "server.key");
                Files.writeString(files.resolve("server.pem"), "nothing");
                assertThat(server.reload()).hasSize(2);

                assertThat(certificateOf(server)).isEqualTo(first.getCertificate());
            }
        }

        private X509Certificate certificateOf(SluiceServer server) throws IOException {
            try (SSLSocket socket = Certificates.connect(
                    CERTIFICATES.clientContext(null), server.ports().get(0))) {
                return (X509Certificate) socket.getSession().getPeerCertificates()[0];
            }
        }
    }

    @Nested
    class ClientCertificates {

        private String mode(String mode, String... rules) {
            String identities = rules.length == 0 ? "" : ", \"identities\": [" + String.join(", ", rules) + "]";
            return "\"clientCa\": \"" + files.resolve("ca.pem") + "\", \"clientCertificates\": \"" + mode + "\""
                    + identities;
        }

        private static final String BY_EMAIL =
                "{\"path\": \"san.email\", \"prefix\": \"app-\", \"suffix\": \".org\", \"delimiter\": \"@%\"}";

        private X509Bundle withEmail(String email) {
            return CERTIFICATES.client("CN=somebody", builder -> builder.addSanRfc822Name(email));
        }

        /** Whether it is served: with TLS 1.3 a client hears only then that its certificate was refused. */
        private boolean served(SluiceServer server, @Nullable X509Bundle certificate) {
            try (BinaryClient client = client(server, certificate)) {
                assertServed(client);
                return true;
            } catch (IOException e) {
                return false;
            }
        }

        @Test
        void enabled_takesClientsWithoutOne_andThoseWhoseUserIsFound() throws Exception {
            try (SluiceServer server = start(mode("enabled", BY_EMAIL))) {
                assertThat(served(server, null)).isTrue();
                assertThat(served(server, withEmail("app-joe@example.org"))).isTrue();
                assertThat(served(server, withEmail("joe@example.org"))).isFalse();
                assertThat(served(server, withEmail("app-joe@example.com"))).isFalse();
            }
        }

        @Test
        void enabled_withoutRules_findsNobody_andLetsAllLogIn() throws Exception {
            try (SluiceServer server = start(mode("enabled"))) {
                assertThat(served(server, null)).isTrue();
                assertThat(served(server, withEmail("app-joe@example.org"))).isTrue();
            }
        }

        @Test
        void mandatory_refusesClientsWithoutOne() throws Exception {
            try (SluiceServer server = start(mode("mandatory", "{\"path\": \"subject.cn\"}"))) {
                assertThat(served(server, null)).isFalse();
                assertThat(served(server, CERTIFICATES.client("CN=joe,O=Sluice", UnaryOperator.identity())))
                        .isTrue();
                assertThat(served(server, CERTIFICATES.client("O=Sluice", UnaryOperator.identity())))
                        .isFalse();
            }
        }

        @Test
        void certificatesOfOthers_andExpiredOnes_areRefused() throws Exception {
            // An authority of the same name: clients do not even show certificates of others than the server asks for.
            X509Bundle stranger = new Certificates("Sluice tests").client("CN=joe", UnaryOperator.identity());
            X509Bundle expired = CERTIFICATES.client("CN=joe", Certificates::expired);
            for (String mode : List.of("enabled", "mandatory")) {
                try (SluiceServer server = start(mode(mode, "{\"path\": \"subject.cn\"}"))) {
                    assertThat(served(server, stranger)).isFalse();
                    assertThat(served(server, expired)).isFalse();
                }
            }
        }

        @Test
        void disabled_doesNotAsk() throws Exception {
            X509Bundle stranger = new Certificates("others").client("CN=joe", UnaryOperator.identity());
            try (SluiceServer server = start("")) {
                assertThat(served(server, stranger)).isTrue();
            }
        }
    }
}
