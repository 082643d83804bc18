package dev.sluice.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.ongres.scram.client.ScramClient;
import com.ongres.scram.common.StringPreparation;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A hundred connections at a time that come, log in or fail to in every way that there is, and go: they leave nothing behind.
 * For a few seconds in each build, and for as long as {@code -Dsluice.soak.minutes} says in the profile {@code soak}.
 */
class LoginsSoakIT {

    private static final Logger LOG = LoggerFactory.getLogger(LoginsSoakIT.class);
    private static final long SEED = 4_712;
    private static final int CONNECTIONS = 100;
    private static final String PASSWORD = "s3cret";
    private static final long HEAP_GROWTH_MAX = 2 << 20;

    /** A machine that is busy with other things computes few logins a second, and a hundred may wait. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final int AUTH_ERROR = 0x20;

    @TempDir
    Path directory;

    private SSLContext anonymous;
    private SSLContext certified;
    private SSLContext expired;
    private ServerProcess server;
    private RawClient observer;

    /** What a connection does between its beginning and its end. */
    private enum Way {
        NO_LOGIN,
        PLAIN,
        SCRAM_SHA512,
        SCRAM_SHA256,
        SCRAM_SHA1,
        WRONG_PASSWORD,
        WRONG_PROOF,
        UNKNOWN_USER,
        LEFT_DURING_PLAIN,
        LEFT_DURING_SCRAM,
        CONFIG_ONLY,
        TLS,
        TLS_CERTIFICATE,
        TLS_EXPIRED_CERTIFICATE,
        HALF_A_HANDSHAKE,
        TLS_ABORTED,
        HTTP,
        HTTP_WRONG_PASSWORD,
        HTTPS_HALF
    }

    @BeforeEach
    void start() throws Exception {
        X509Bundle authority = new CertificateBuilder()
                .ecp256()
                .subject("CN=authority")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        X509Bundle own = issue(authority, "CN=server", builder -> builder.addSanIpAddress("127.0.0.1"));
        Files.writeString(directory.resolve("server.pem"), own.getCertificatePathPEM());
        Files.writeString(directory.resolve("server.key"), own.getPrivateKeyPEM());
        Files.writeString(directory.resolve("ca.pem"), authority.getCertificatePEM());
        anonymous = context(authority, null);
        certified = context(authority, issue(authority, "CN=app", builder -> builder));
        Instant now = Instant.now();
        expired = context(
                authority,
                issue(
                        authority,
                        "CN=app",
                        builder -> builder.notBefore(now.minus(3, ChronoUnit.DAYS))
                                .notAfter(now.minus(1, ChronoUnit.DAYS))));
        String users = ServerProcess.userEntry("app", PASSWORD);
        users += ", " + users.replace("\"app\":", "\"admin\":").replace("data:*", "admin");
        server = ServerProcess.serve(
                Files.writeString(directory.resolve("sluice.json"), """
                {"listeners": [{"address": "127.0.0.1:0"},
                               {"address": "127.0.0.1:0",
                                "tls": {"certificate": "DIR/server.pem", "key": "DIR/server.key", "clientCa": "DIR/ca.pem",
                                        "clientCertificates": "enabled", "identities": [{"path": "subject.cn"}]}}],
                 "buckets": {"default": {"engine": "memory", "quota": "32MiB"}},
                 "limits": {"handshake": "1m"},
                 "users": {USERS}}
                """.replace("DIR", directory.toString())
                        .replace("USERS", users)));
        observer = new RawClient(plainPort()).patience(PATIENCE);
        assertThat(observer.call(RawClient.plain("admin", PASSWORD)).status()).isZero();
        byte[] version = ByteBuffer.allocate(16).putLong(1).putLong(1).array();
        byte[] map = "{\"rev\": 1}".getBytes(StandardCharsets.UTF_8);
        assertThat(observer.call(RawClient.frame(RawClient.SET_CLUSTER_CONFIG, version, "elsewhere", map))
                        .status())
                .isZero();
    }

    @AfterEach
    void stop() {
        observer.close();
        server.close();
    }

    private static X509Bundle issue(X509Bundle authority, String subject, UnaryOperator<CertificateBuilder> change)
            throws Exception {
        return change.apply(new CertificateBuilder().ecp256().subject(subject)).buildIssuedBy(authority);
    }

    private static SSLContext context(X509Bundle authority, X509Bundle client) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        KeyManager[] keys = client == null ? null : client.toKeyManagerFactory().getKeyManagers();
        context.init(keys, new TrustManager[] {authority.toTrustManager()}, null);
        return context;
    }

    private int plainPort() {
        return server.ports().get(0);
    }

    private int tlsPort() {
        return server.ports().get(1);
    }

    @Test
    void aFewSeconds_leaveNothing() throws Exception {
        soak(Duration.ofSeconds(1), Duration.ofSeconds(2));
    }

    @Test
    @Tag("soak")
    @Timeout(36_000)
    void manyMinutes_leaveNothing() throws Exception {
        soak(Duration.ofSeconds(30), Duration.ofMinutes(Long.getLong("sluice.soak.minutes", 10)));
    }

    /** What a server needs once is there after the warm-up; from then on nothing may grow. */
    private void soak(Duration warmUp, Duration time) throws Exception {
        comeAndGo(warmUp, SEED);
        Footprint.of(server, observer);
        Footprint before = atRest();

        Map<Way, Long> ways = comeAndGo(time, SEED + CONNECTIONS);

        Footprint after = atRest();
        LOG.info("soaked: seconds={} before=[{}] after=[{}] connections={}", time.toSeconds(), before, after, ways);
        assertThat(ways).containsOnlyKeys(Way.values());
        assertThat(after.threads()).isLessThanOrEqualTo(before.threads() + 2);
        assertThat(after.files()).isLessThanOrEqualTo(before.files() + 2);
        assertThat(after.heapBytes()).isLessThanOrEqualTo(before.heapBytes() + HEAP_GROWTH_MAX);
        assertThat(observer.statistics()).containsEntry("internal_errors", "0");
        assertThat(server.errors()).noneMatch(line -> line.contains(" ERROR "));
        server.stop();
    }

    private Footprint atRest() throws Exception {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(observer.statistics())
                        .containsEntry("curr_connections", "1")
                        .containsEntry("auth_running", "0")
                        .containsEntry("auth_waiting", "0"));
        return Footprint.of(server, observer);
    }

    /** How many connections of each way there were. */
    private Map<Way, Long> comeAndGo(Duration time, long seed) throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(CONNECTIONS);
        try {
            long endNanos = System.nanoTime() + time.toNanos();
            List<Future<Map<Way, Long>>> runs = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                int first = i;
                runs.add(clients.submit(() -> comeAndGo(first, new Random(seed + first), endNanos)));
            }
            Map<Way, Long> all = new TreeMap<>();
            for (Future<Map<Way, Long>> run : runs) {
                run.get().forEach((way, count) -> all.merge(way, count, Long::sum));
            }
            return all;
        } catch (ExecutionException e) {
            List<String> said = server.errors();
            throw new AssertionError(
                    "a connection went wrong; the server said last "
                            + said.subList(Math.max(0, said.size() - 20), said.size()),
                    e);
        } finally {
            clients.shutdownNow();
        }
    }

    /** One connection after the other, each in the next way, so that all ways occur however short the time is. */
    private Map<Way, Long> comeAndGo(int first, Random random, long endNanos) throws Exception {
        Map<Way, Long> ways = new TreeMap<>();
        for (int i = first; i == first || System.nanoTime() < endNanos; i++) {
            Way way = Way.values()[i % Way.values().length];
            try {
                go(way, random);
            } catch (IOException e) {
                throw new IOException("in the way " + way, e);
            }
            ways.merge(way, 1L, Long::sum);
        }
        return ways;
    }

    private void go(Way way, Random random) throws Exception {
        switch (way) {
            case NO_LOGIN, PLAIN, SCRAM_SHA512, SCRAM_SHA256, SCRAM_SHA1, CONFIG_ONLY -> {
                try (RawClient client = new RawClient(plainPort()).patience(PATIENCE)) {
                    converse(way, client, random);
                    if (random.nextInt(4) == 0) {
                        client.abort();
                    }
                }
            }
            case WRONG_PASSWORD, WRONG_PROOF, UNKNOWN_USER, LEFT_DURING_PLAIN, LEFT_DURING_SCRAM -> {
                try (RawClient client = new RawClient(plainPort()).patience(PATIENCE)) {
                    fail(way, client, random);
                }
            }
            case TLS, TLS_CERTIFICATE, TLS_EXPIRED_CERTIFICATE, HALF_A_HANDSHAKE, TLS_ABORTED -> tls(way, random);
            case HTTP -> assertThat(http(PASSWORD)).startsWith("HTTP/1.1 200");
            case HTTP_WRONG_PASSWORD -> assertThat(http("wrong")).startsWith("HTTP/1.1 401");
            case HTTPS_HALF -> halfAHandshake(server.managementPorts().get(1), random);
        }
    }

    private static void converse(Way way, RawClient client, Random random) throws Exception {
        switch (way) {
            case NO_LOGIN -> assertThat(client.call(RawClient.noop()).status()).isEqualTo(AUTH_ERROR);
            case PLAIN ->
                assertThat(client.call(RawClient.plain("app", PASSWORD)).status())
                        .isZero();
            case CONFIG_ONLY -> {
                assertThat(client.call(RawClient.plain("app", PASSWORD)).status())
                        .isZero();
                assertThat(client.call(RawClient.selectBucket("elsewhere")).status())
                        .isZero();
                assertThat(client.call(RawClient.frame(RawClient.GET_CLUSTER_CONFIG, new byte[0], "", new byte[0]))
                                .value())
                        .contains("rev");
                return;
            }
            default -> {
                String mechanism = way.name().replace('_', '-');
                ScramClient scram = scram(mechanism, PASSWORD);
                scram.serverFirstMessage(challenge(client, mechanism, scram));
                String last = scram.clientFinalMessage().toString();
                RawClient.Response end = client.call(RawClient.sasl(RawClient.SASL_STEP, mechanism, last));
                assertThat(end.status()).isZero();
                scram.serverFinalMessage(end.value());
            }
        }
        if (way != Way.NO_LOGIN) {
            work(client, random);
        }
    }

    private static void work(RawClient client, Random random) throws IOException {
        byte[] value = new byte[random.nextInt(2000)];
        Arrays.fill(value, (byte) 'v');
        String key = "key" + random.nextInt(100);
        assertThat(client.call(RawClient.set(key, value)).status()).isZero();
        assertThat(client.call(RawClient.get(key)).status()).isZero();
    }

    private static void fail(Way way, RawClient client, Random random) throws Exception {
        switch (way) {
            case WRONG_PASSWORD ->
                assertThat(client.call(RawClient.plain("app", "wrong")).status())
                        .isEqualTo(AUTH_ERROR);
            case UNKNOWN_USER ->
                assertThat(client.call(RawClient.plain("nobody", PASSWORD)).status())
                        .isEqualTo(AUTH_ERROR);
            case WRONG_PROOF -> {
                ScramClient scram = scram("SCRAM-SHA256", "wrong");
                scram.serverFirstMessage(challenge(client, "SCRAM-SHA256", scram));
                String last = scram.clientFinalMessage().toString();
                assertThat(client.call(RawClient.sasl(RawClient.SASL_STEP, "SCRAM-SHA256", last))
                                .status())
                        .isEqualTo(AUTH_ERROR);
            }
            case LEFT_DURING_PLAIN -> client.send(RawClient.plain("app", PASSWORD));
            default -> challenge(client, "SCRAM-SHA512", scram("SCRAM-SHA512", PASSWORD));
        }
        if (random.nextBoolean()) {
            client.abort();
        }
    }

    private static ScramClient scram(String mechanism, String password) {
        return ScramClient.builder()
                .advertisedMechanisms(List.of(mechanism.replace("SHA", "SHA-")))
                .username("app")
                .password(password.toCharArray())
                .stringPreparation(StringPreparation.NO_PREPARATION)
                .build();
    }

    /** What the server answers to the first message. */
    private static String challenge(RawClient client, String mechanism, ScramClient scram) throws IOException {
        String first = scram.clientFirstMessage().toString();
        RawClient.Response challenge = client.call(RawClient.sasl(RawClient.SASL_AUTH, mechanism, first));
        assertThat(challenge.status()).isEqualTo(0x21);
        return challenge.value();
    }

    private void tls(Way way, Random random) throws Exception {
        switch (way) {
            case TLS -> {
                try (RawClient client = new RawClient(handshake(anonymous)).patience(PATIENCE)) {
                    assertThat(client.call(RawClient.plain("app", PASSWORD)).status())
                            .isZero();
                    work(client, random);
                }
            }
            case TLS_CERTIFICATE -> {
                try (RawClient client = new RawClient(handshake(certified)).patience(PATIENCE)) {
                    work(client, random);
                }
            }
            case TLS_ABORTED -> {
                SSLSocket socket = handshake(anonymous);
                socket.setSoLinger(true, 0);
                socket.close();
            }
            case TLS_EXPIRED_CERTIFICATE -> {
                // With TLS 1.3 the client hears that it was refused behind what it takes for the end of the handshake.
                try (SSLSocket socket = handshake(expired)) {
                    assertThat(socket.getInputStream().read()).isNegative();
                } catch (IOException e) {
                    assertThat(e).hasMessageMatching("(?i).*(certificate_unknown|closed|reset|pipe|abort).*");
                }
            }
            default -> halfAHandshake(tlsPort(), random);
        }
    }

    private SSLSocket handshake(SSLContext context) throws IOException {
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", tlsPort());
        try {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.startHandshake();
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** The beginning of a ClientHello, and then nothing more. */
    private static void halfAHandshake(int port, Random random) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            byte[] record = {0x16, 0x03, 0x01, 0x01, 0x00, 0x01, 0x00, 0x00, (byte) 0xfc, 0x03, 0x03};
            socket.getOutputStream().write(record, 0, 1 + random.nextInt(record.length));
            if (random.nextBoolean()) {
                socket.setSoLinger(true, 0);
            }
        }
    }

    private String http(String password) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.managementPort())) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            String login = Base64.getEncoder().encodeToString(("app:" + password).getBytes(StandardCharsets.UTF_8));
            String request = "GET /pools/default HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic " + login
                    + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
