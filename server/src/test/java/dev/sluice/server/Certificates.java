package dev.sluice.server;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.UnaryOperator;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** An authority made for tests, what it issues, and clients that trust it. */
public final class Certificates {

    /** How a password of files is written; for PKCS#12 and encrypted keys. */
    public static final String PASSWORD = "correct horse";

    private static final Certificates COMMON = new Certificates("Sluice tests");

    private final X509Bundle authority;

    public Certificates(String name) {
        try {
            authority = builder("CN=" + name).setIsCertificateAuthority(true).buildSelfSigned();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** The authority that most tests share. */
    public static Certificates common() {
        return COMMON;
    }

    private static CertificateBuilder builder(String subject) {
        return new CertificateBuilder().ecp256().subject(subject);
    }

    /** A server's certificate, for 127.0.0.1. */
    public X509Bundle server() {
        return server(builder -> builder);
    }

    /** A server's certificate with something else about it. */
    public X509Bundle server(UnaryOperator<CertificateBuilder> change) {
        return issue(
                change.apply(builder("CN=server").addSanIpAddress("127.0.0.1").addExtendedKeyUsageServerAuth()));
    }

    /** A client's certificate. */
    public X509Bundle client(String subject, UnaryOperator<CertificateBuilder> change) {
        return issue(change.apply(builder(subject).addExtendedKeyUsageClientAuth()));
    }

    /** What makes a certificate one that was valid until yesterday. */
    public static CertificateBuilder expired(CertificateBuilder builder) {
        Instant now = Instant.now();
        return builder.notBefore(now.minus(3, ChronoUnit.DAYS)).notAfter(now.minus(1, ChronoUnit.DAYS));
    }

    private X509Bundle issue(CertificateBuilder builder) {
        try {
            return builder.buildIssuedBy(authority);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** Writes {@code server.pem}, {@code server.key} and {@code ca.pem}; answers the two members of {@code tls}. */
    public String write(Path directory, X509Bundle server) {
        write(directory.resolve("server.pem"), server.getCertificatePathPEM());
        write(directory.resolve("server.key"), server.getPrivateKeyPEM());
        write(directory.resolve("ca.pem"), authority.getCertificatePEM());
        return "\"certificate\": \"" + directory.resolve("server.pem") + "\", \"key\": \""
                + directory.resolve("server.key") + "\"";
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text, StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The authority's certificate in PEM. */
    public String authorityPem() {
        return authority.getCertificatePEM();
    }

    /** What a client needs that trusts this authority, with a certificate of its own or without. */
    public SSLContext clientContext(@Nullable X509Bundle client) {
        try {
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry("authority", authority.getCertificate());
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            KeyManagerFactory keys = client == null ? null : client.toKeyManagerFactory();
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys == null ? null : keys.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** A connection to a port of this machine whose handshake is done, as far as the client can tell. */
    public static SSLSocket connect(SSLContext context, int port, String... protocols) throws IOException {
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port);
        try {
            socket.setSoTimeout(20_000);
            if (protocols.length > 0) {
                socket.setEnabledProtocols(protocols);
            }
            socket.startHandshake();
            return socket;
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }
}
