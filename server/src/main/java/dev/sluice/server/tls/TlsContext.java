package dev.sluice.server.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * What one listener needs to speak TLS, replaceable while it serves: a connection keeps what it began with, new ones get
 * what is in force. Any thread.
 *
 * <p>No session is ever resumed, as the reference server has it: a client whose certificate was taken away cannot come back
 * on an old ticket. Of the JDK that takes three things, since it has no switch: tickets of TLS 1.2 are off by a property of
 * the process, tickets of TLS 1.3 because none is sent for sessions that would live longer than a week, and sessions that
 * are kept by their id are invalidated when their handshake is done.
 */
public final class TlsContext {

    /** RFC 8446 4.6.1 lets a ticket live for seven days at most; the JDK sends none where the session lives longer. */
    private static final long BEYOND_TICKETS_SECONDS = 8 * 86_400L;

    static {
        propose("jdk.tls.server.enableSessionTicketExtension", "false");
        // A client that asks again and again for new keys would have the server do the costly part each time.
        propose("jdk.tls.rejectClientInitiatedRenegotiation", "true");
    }

    private final TlsSettings settings;
    private final ClientNames clientNames;
    private volatile SslContext current;

    /** A context of what was loaded from these settings. */
    public TlsContext(TlsSettings settings, TlsMaterial material) throws SSLException {
        this.settings = settings;
        this.clientNames = new ClientNames(settings.clientCertificates(), settings.identities());
        this.current = build(settings, material);
    }

    private static void propose(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    private static SslContext build(TlsSettings settings, TlsMaterial material) throws SSLException {
        X509Certificate[] chain = material.chain().toArray(new X509Certificate[0]);
        SslContextBuilder builder = SslContextBuilder.forServer(material.key(), chain)
                .sslProvider(SslProvider.JDK)
                .protocols(settings.minimumVersion().protocols())
                .sessionCacheSize(1)
                .sessionTimeout(BEYOND_TICKETS_SECONDS)
                .clientAuth(
                        switch (settings.clientCertificates()) {
                            case DISABLED -> ClientAuth.NONE;
                            case ENABLED -> ClientAuth.OPTIONAL;
                            case MANDATORY -> ClientAuth.REQUIRE;
                        });
        if (!settings.ciphers().isEmpty()) {
            builder.ciphers(settings.ciphers());
        }
        if (!material.clientCas().isEmpty()) {
            builder.trustManager(material.clientCas().toArray(new X509Certificate[0]));
        }
        return builder.build();
    }

    /** What this was made from. */
    public TlsSettings settings() {
        return settings;
    }

    /**
     * Gets what would take the place of what is in force, and leaves that as it is. Waits for disks where files are read:
     * not on an event loop.
     *
     * @param loaded what is in the files; null to read them
     * @return puts it in force: connections from then on get it. Null where the files are not fit for use, and {@code
     *     mistakes} knows why
     */
    public @Nullable Runnable replacement(@Nullable TlsMaterial loaded, Mistakes mistakes) {
        TlsMaterial material = loaded == null ? TlsMaterial.load(settings, mistakes) : loaded;
        if (material == null) {
            return null;
        }
        try {
            SslContext next = build(settings, material);
            return () -> current = next;
        } catch (SSLException e) {
            mistakes.add(
                    settings.keystore() == null ? TlsSettings.CERTIFICATE : TlsSettings.KEYSTORE,
                    "what Java's TLS does not take: " + e.getMessage(),
                    "a certificate and its key");
            return null;
        }
    }

    /**
     * What encrypts one connection.
     *
     * @param tasks runs signing and verifying, which takes milliseconds
     */
    public SslHandler newHandler(ByteBufAllocator allocator, Executor tasks) {
        SslHandler handler = current.newHandler(allocator, tasks);
        SSLEngine engine = handler.engine();
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setUseCipherSuitesOrder(true);
        engine.setSSLParameters(parameters);
        return handler;
    }

    /**
     * Ends a handshake: finds out who the client is, and makes sure that its session is not resumed.
     *
     * @param known whether there is a user of that name
     */
    public Identification identify(SSLEngine engine, Predicate<String> known) {
        SSLSession session = engine.getSession();
        X509Certificate certificate = null;
        try {
            Certificate[] peer = session.getPeerCertificates();
            certificate = peer.length > 0 && peer[0] instanceof X509Certificate x509 ? x509 : null;
        } catch (SSLPeerUnverifiedException e) {
            certificate = null; // The JDK's way to say that none was sent.
        }
        session.invalidate();
        return clientNames.identify(certificate, known);
    }
}
