package dev.sluice.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The distribution behind TLS. */
class TlsIT {

    private static final byte[] VALUE = "hello".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path directory;

    private X509Bundle authority;
    private SSLContext clients;

    @BeforeEach
    void authority() throws Exception {
        authority = new CertificateBuilder()
                .ecp256()
                .subject("CN=authority")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        clients = SSLContext.getInstance("TLS");
        clients.init(null, new TrustManager[] {authority.toTrustManager()}, null);
    }

    private X509Bundle install(UnaryOperator<CertificateBuilder> change) throws Exception {
        X509Bundle server = change.apply(
                        new CertificateBuilder().ecp256().subject("CN=server").addSanIpAddress("127.0.0.1"))
                .buildIssuedBy(authority);
        Files.writeString(directory.resolve("server.pem"), server.getCertificatePathPEM());
        Files.writeString(directory.resolve("server.key"), server.getPrivateKeyPEM());
        return server;
    }

    private Path configuration() throws IOException {
        return Files.writeString(directory.resolve("sluice.json"), """
                {"listeners": [{"address": "127.0.0.1:0",
                                "tls": {"certificate": "DIR/server.pem", "key": "DIR/server.key"}}]}
                """.replace("DIR", directory.toString()));
    }

    private SSLSocket connect(ServerProcess server) throws IOException {
        SSLSocket socket = (SSLSocket) clients.getSocketFactory().createSocket("127.0.0.1", server.port());
        socket.startHandshake();
        return socket;
    }

    private X509Certificate certificateOf(ServerProcess server) throws IOException {
        try (SSLSocket socket = connect(server)) {
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }

    @Test
    void certificates_areReplacedOnRequest_whileConnectionsLiveOn() throws Exception {
        assumeFalse(ServerProcess.hangUpIsIgnored(), "run under nohup");
        X509Bundle first = install(UnaryOperator.identity());
        try (ServerProcess server = ServerProcess.serve(configuration());
                RawClient old = new RawClient(connect(server))) {
            assertThat(old.call(RawClient.set("greeting", VALUE)).status()).isZero();
            assertThat(certificateOf(server)).isEqualTo(first.getCertificate());

            X509Bundle second = install(UnaryOperator.identity());
            server.hangUp();

            await().until(() -> certificateOf(server).equals(second.getCertificate()));
            assertThat(old.call(RawClient.get("greeting")).value()).isEqualTo("hello");
            Files.writeString(directory.resolve("server.pem"), "nothing");
            server.hangUp();
            server.awaitError("nothing in PEM in it (expected: certificates in PEM (-----BEGIN CERTIFICATE-----))");
            assertThat(certificateOf(server)).isEqualTo(second.getCertificate());
            server.stop();
        }
    }

    @Test
    void expiredCertificate_isAMistakeAtStart() throws Exception {
        Instant now = Instant.now();
        install(builder -> builder.notBefore(now.minus(2, ChronoUnit.DAYS)).notAfter(now.minus(1, ChronoUnit.DAYS)));
        try (ServerProcess server = ServerProcess.launch(
                Distribution.HOME, "--config", configuration().toString())) {
            assertThat(server.awaitExit()).isEqualTo(2);
            assertThat(server.errors())
                    .anySatisfy(line ->
                            assertThat(line).contains("$.listeners[0].tls.certificate", "server.pem", "has expired"));
        }
    }

    @Test
    void managementInterface_isThereWithTheSameCertificate() throws Exception {
        install(UnaryOperator.identity());
        try (ServerProcess server = ServerProcess.serve(configuration())) {
            HttpClient http = HttpClient.newBuilder().sslContext(clients).build();
            URI uri = URI.create("https://127.0.0.1:" + server.managementPort() + "/pools/default/buckets/default");

            HttpResponse<String> response =
                    http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());

            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.body()).contains("\"status\":\"healthy\"");
            server.stop();
        }
    }
}
