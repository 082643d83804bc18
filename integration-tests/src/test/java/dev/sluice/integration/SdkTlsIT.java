package dev.sluice.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.couchbase.client.core.cnc.Event;
import com.couchbase.client.core.cnc.events.endpoint.EndpointConnectionFailedEvent;
import com.couchbase.client.core.cnc.events.io.SecureConnectionFailedEvent;
import com.couchbase.client.core.diagnostics.PingState;
import com.couchbase.client.core.env.Authenticator;
import com.couchbase.client.core.env.CertificateAuthenticator;
import com.couchbase.client.core.env.PasswordAuthenticator;
import com.couchbase.client.core.error.CouchbaseException;
import com.couchbase.client.core.error.UnambiguousTimeoutException;
import com.couchbase.client.core.retry.RetryReason;
import com.couchbase.client.core.service.ServiceType;
import com.couchbase.client.java.Bucket;
import com.couchbase.client.java.Collection;
import com.couchbase.client.java.codec.RawBinaryTranscoder;
import com.couchbase.client.java.env.ClusterEnvironment;
import com.couchbase.client.java.kv.GetOptions;
import com.couchbase.client.java.kv.UpsertOptions;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** The newest Couchbase SDK for Java over TLS: how it is served, and what it is told where that cannot be. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SdkTlsIT {

    private static final String PASSWORD = "s3cret";

    /** How long operations may take that cannot succeed. */
    private static final Duration SOON = Duration.ofSeconds(1);

    @TempDir
    static Path directory;

    private static X509Bundle authority;
    private static String users;
    private static ServerProcess server;
    private static Instant expiry;
    private static ServerProcess expiring;

    @BeforeAll
    static void start() throws Exception {
        authority = new CertificateBuilder()
                .ecp256()
                .subject("CN=authority")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        String entry = ServerProcess.userEntry("app", PASSWORD);
        users = entry + ", " + entry.replace("\"app\":", "\"reader\":").replace("data:*", "data-read:travel");
        expiry = Instant.now().plusSeconds(8).truncatedTo(ChronoUnit.SECONDS);
        expiring = launch("expiring", builder -> builder.notAfter(expiry));
        server = launch("server", UnaryOperator.identity());
        expiring.awaitReady();
        server.awaitReady();
    }

    @AfterAll
    static void stop() throws Exception {
        for (ServerProcess process : List.of(server, expiring)) {
            process.stop();
            process.close();
        }
    }

    /** A server with a listener of each kind, and a bucket. */
    private static ServerProcess launch(String name, UnaryOperator<CertificateBuilder> change) throws Exception {
        X509Bundle certificate =
                issue("CN=server", change.andThen(builder -> builder.addSanIpAddress("127.0.0.1"))::apply);
        Files.writeString(directory.resolve(name + ".pem"), certificate.getCertificatePathPEM());
        Files.writeString(directory.resolve(name + ".key"), certificate.getPrivateKeyPEM());
        Files.writeString(directory.resolve("ca.pem"), authority.getCertificatePEM());
        Path configuration = Files.writeString(
                directory.resolve(name + ".json"),
                """
                {"listeners": [{"address": "127.0.0.1:0"},
                               {"address": "127.0.0.1:0",
                                "tls": {"certificate": "DIR/NAME.pem", "key": "DIR/NAME.key", "clientCa": "DIR/ca.pem",
                                        "clientCertificates": "enabled",
                                        "identities": [{"path": "subject.cn", "prefix": "user "}]}}],
                 "data": "DIR/NAME-data",
                 "buckets": {"travel": {"engine": "memory", "quota": "100MiB", "vbuckets": 64}},
                 "users": {USERS}}
                """.replace("DIR", directory.toString()).replace("NAME", name).replace("USERS", users));
        return ServerProcess.launch(Distribution.HOME, "--config", configuration.toString());
    }

    private static X509Bundle issue(String subject, UnaryOperator<CertificateBuilder> change) throws Exception {
        return change.apply(new CertificateBuilder().ecp256().subject(subject)).buildIssuedBy(authority);
    }

    private static int plainPort() {
        return server.ports().get(0);
    }

    private static int tlsPort() {
        return server.ports().get(1);
    }

    private static Authenticator password(String password) {
        return PasswordAuthenticator.create("app", password);
    }

    private static Authenticator certificate(String subject, UnaryOperator<CertificateBuilder> change)
            throws Exception {
        X509Bundle client = issue(subject, change);
        return CertificateAuthenticator.fromKey(
                client.getKeyPair().getPrivate(), "", Arrays.asList(client.getCertificatePath()));
    }

    private static Sdk connect(Authenticator login) {
        return Sdk.connectTls(tlsPort(), login, authority.getCertificate(), settings -> {});
    }

    private static CertificateBuilder expired(CertificateBuilder builder) {
        Instant now = Instant.now();
        return builder.notBefore(now.minus(3, ChronoUnit.DAYS)).notAfter(now.minus(1, ChronoUnit.DAYS));
    }

    @Test
    void everything_worksWithTls() {
        try (Sdk sdk = connect(password(PASSWORD))) {
            sdk.cluster().waitUntilReady(Sdk.PATIENCE);
            Bucket bucket = sdk.cluster().bucket("travel");
            bucket.waitUntilReady(Sdk.PATIENCE);
            Collection collection = bucket.defaultCollection();
            byte[] large = new byte[5 << 20];
            large[large.length - 1] = 1;

            collection.upsert("k", "v");
            collection.upsert("large", large, UpsertOptions.upsertOptions().transcoder(RawBinaryTranscoder.INSTANCE));

            assertThat(collection.get("k").contentAs(String.class)).isEqualTo("v");
            assertThat(collection
                            .get("large", GetOptions.getOptions().transcoder(RawBinaryTranscoder.INSTANCE))
                            .contentAs(byte[].class))
                    .isEqualTo(large);
            assertThat(bucket.ping().endpoints().get(ServiceType.KV))
                    .isNotEmpty()
                    .allSatisfy(endpoint -> {
                        assertThat(endpoint.state()).isEqualTo(PingState.OK);
                        assertThat(endpoint.remote()).endsWith(":" + tlsPort());
                    });
        }
    }

    @Test
    void clientCertificate_isTheUser() throws Exception {
        try (Sdk sdk = connect(certificate("CN=user reader", UnaryOperator.identity()))) {
            Bucket bucket = sdk.cluster().bucket("travel");
            bucket.waitUntilReady(Sdk.PATIENCE);

            assertThat(bucket.defaultCollection().exists("none").exists()).isFalse();
            assertThatThrownBy(() -> bucket.defaultCollection().upsert("mine", "v"))
                    .isInstanceOf(CouchbaseException.class)
                    .hasMessageContaining("NO_ACCESS");
        }
    }

    @Test
    void wrongPassword_isAnAuthenticationError() {
        try (Sdk sdk = connect(password("wrong"))) {
            // The first operation may be over before the SDK has tried to log in.
            await().atMost(Sdk.PATIENCE)
                    .untilAsserted(() -> assertThat(
                                    refused(sdk).context().requestContext().retryReasons())
                            .contains(RetryReason.AUTHENTICATION_ERROR));
        }
    }

    /** Last, as the certificate of this server is good for as long as the other tests take. */
    @Test
    @Order(Integer.MAX_VALUE)
    void expiredCertificateOfTheServer_isNamed() throws Exception {
        await().atMost(Sdk.PATIENCE).until(() -> Instant.now().isAfter(expiry.plusSeconds(1)));
        try (Sdk sdk = Sdk.connectTls(
                expiring.ports().get(1), password(PASSWORD), authority.getCertificate(), settings -> {})) {
            assertNotConnected(sdk, SecureConnectionFailedEvent.class, "PKIX path validation failed");
        }
    }

    /** The Java that serves has one alert for all bad certificates of clients; it does come at once. */
    @Test
    void expiredCertificateOfTheClient_isRefusedByAnAlert() throws Exception {
        try (Sdk sdk = connect(certificate("CN=user reader", SdkTlsIT::expired))) {
            assertNotConnected(sdk, SecureConnectionFailedEvent.class, "ALERT_CERTIFICATE_UNKNOWN");
        }
    }

    /** The server closes at once. This SDK nevertheless sees it only when its time for connecting is over. */
    @Test
    void tlsToAPlainPort_isAFailedConnection() {
        try (Sdk sdk =
                Sdk.connectTls(plainPort(), password(PASSWORD), authority.getCertificate(), SdkTlsIT::impatient)) {
            assertNotConnected(sdk, EndpointConnectionFailedEvent.class, "timeout");
        }
    }

    @Test
    void noTlsToATlsPort_isAFailedConnection() {
        try (Sdk sdk = Sdk.connect(tlsPort(), "app", PASSWORD, SdkTlsIT::impatient)) {
            assertNotConnected(sdk, EndpointConnectionFailedEvent.class, "timeout");
        }
    }

    private static void impatient(ClusterEnvironment.Builder settings) {
        settings.timeoutConfig(timeouts -> timeouts.connectTimeout(SOON.dividedBy(2)));
    }

    /** The error of an operation that gets no connection: the SDK goes on trying until its time is over. */
    private static UnambiguousTimeoutException refused(Sdk sdk) {
        Collection collection = sdk.cluster().bucket("travel").defaultCollection();
        long start = System.nanoTime();
        UnambiguousTimeoutException error = catchThrowableOfType(
                UnambiguousTimeoutException.class,
                () -> collection.get("k", GetOptions.getOptions().timeout(SOON)));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(SOON, SOON.multipliedBy(3));
        return error;
    }

    private static void assertNotConnected(Sdk sdk, Class<? extends Event> kind, String reason) {
        assertThat(refused(sdk).context().requestContext().retryReasons())
                .contains(RetryReason.BUCKET_OPEN_IN_PROGRESS);
        await().atMost(Sdk.PATIENCE)
                .untilAsserted(() -> assertThat(sdk.events())
                        .filteredOn(kind::isInstance)
                        .extracting(Event::description)
                        .anySatisfy(description -> assertThat(description).containsIgnoringCase(reason)));
    }
}
