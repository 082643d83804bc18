package dev.sluice.server;

import dev.sluice.core.auth.MalformedMessageException;
import dev.sluice.core.auth.ScramLogin;
import dev.sluice.core.auth.ScramVariant;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * A server that runs, as a subcommand talks to it: the binary protocol over one blocking socket, a request at a time.
 *
 * <p>Passwords go by SCRAM only, so that a server that is not the one it should be does not learn them, with TLS or without.
 */
final class Peer implements Closeable {

    private static final int HELLO = 0x1f;
    private static final int SASL_LIST_MECHS = 0x20;
    private static final int SASL_AUTH = 0x21;
    private static final int SASL_STEP = 0x22;

    private static final int SUCCESS = 0x00;
    private static final int AUTH_CONTINUE = 0x21;

    private static final int MAGIC_REQUEST = 0x80;
    private static final int MAGIC_RESPONSE = 0x81;
    private static final int HEADER_BYTES = 24;
    private static final int BODY_BYTES_MAX = 1 << 20;

    private static final int TIMEOUT_MS = 20_000;

    /** XERROR, so that errors are told apart, and JSON, so that they come with a reason. */
    private static final byte[] FEATURES = {0, 0x07, 0, 0x0b};

    private static final byte[] NOTHING = {};

    private final Socket socket;
    private final DataInputStream input;

    /** What the server has answered. */
    record Answer(int status, String value) {
        boolean succeeded() {
            return status == SUCCESS;
        }
    }

    private Peer(Socket socket) throws IOException {
        this.socket = socket;
        this.input = new DataInputStream(socket.getInputStream());
    }

    /**
     * Connects and says hello.
     *
     * @param authority certificates of those whom to trust, in PEM; null for a connection without TLS
     * @throws IOException the message is for an operator
     */
    static Peer connect(String host, int port, @Nullable Path authority) throws IOException {
        String where = host + ":" + port;
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(host, port), TIMEOUT_MS);
            socket.setSoTimeout(TIMEOUT_MS);
            Peer peer = new Peer(authority == null ? socket : encrypted(socket, host, port, authority));
            String agent = "{\"a\":\"sluice/" + Version.text() + "\"}";
            Answer hello = peer.ask(HELLO, agent, FEATURES);
            if (!hello.succeeded()) {
                throw new IOException("HELLO is answered with status " + hello.status() + " (expected: 0)");
            }
            return peer;
        } catch (IOException e) {
            socket.close();
            throw new IOException("no server at " + where + ": " + reason(e), e);
        } catch (GeneralSecurityException e) {
            socket.close();
            throw new IOException("certificates in " + authority + " cannot be used: " + reason(e), e);
        }
    }

    private static String reason(Exception e) {
        String message = e.getMessage();
        return message == null || e instanceof java.net.UnknownHostException ? e.toString() : message;
    }

    private static Socket encrypted(Socket plain, String host, int port, Path authority)
            throws IOException, GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        try (InputStream pem = Files.newInputStream(authority)) {
            int count = 0;
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
                trusted.setCertificateEntry("authority " + count++, certificate);
            }
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, host, port, true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS"); // The certificate must be that host's.
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    /**
     * Logs in by the strongest SCRAM that the server has.
     *
     * @throws IOException where the server refuses, or does not know the password itself
     */
    void login(String user, byte[] password) throws IOException {
        Answer offered = ask(SASL_LIST_MECHS, "", NOTHING);
        List<String> mechanisms = List.of(offered.value().split(" ", -1));
        ScramVariant variant = Stream.of(ScramVariant.values())
                .filter(one -> mechanisms.contains(one.mechanism()))
                .findFirst()
                .orElseThrow(() -> new IOException("the server offers " + offered.value() + " (expected: a SCRAM)"));
        ScramLogin login = new ScramLogin(variant, user, password, new SecureRandom());
        Answer challenge = ask(SASL_AUTH, variant.mechanism(), login.first().getBytes(StandardCharsets.UTF_8));
        if (challenge.status() != AUTH_CONTINUE) {
            throw refused(user);
        }
        String last;
        try {
            last = login.last(challenge.value());
        } catch (MalformedMessageException e) {
            throw new IOException(e.getMessage(), e);
        }
        Answer verdict = ask(SASL_STEP, variant.mechanism(), last.getBytes(StandardCharsets.UTF_8));
        if (!verdict.succeeded()) {
            throw refused(user);
        }
        if (!login.proven(verdict.value())) {
            throw new IOException("the server does not know the password of " + user + " itself");
        }
    }

    private static IOException refused(String user) {
        return new IOException(
                "login of " + user + " is refused (expected: a user of the server's configuration, and its password)");
    }

    /** From here on the server may take as long as it needs to answer. */
    void beginLongWork() throws IOException {
        socket.setSoTimeout(0);
        socket.setKeepAlive(true);
    }

    /** A request without extras, and the answer to it. */
    Answer ask(int opcode, String key, byte[] value) throws IOException {
        byte[] name = key.getBytes(StandardCharsets.UTF_8);
        ByteBuffer request = ByteBuffer.allocate(HEADER_BYTES + name.length + value.length)
                .put((byte) MAGIC_REQUEST)
                .put((byte) opcode)
                .putShort((short) name.length)
                .putInt(0)
                .putInt(name.length + value.length)
                .putInt(0)
                .putLong(0)
                .put(name)
                .put(value);
        socket.getOutputStream().write(request.array());
        try {
            return answer(opcode);
        } catch (EOFException e) {
            throw new IOException("the server has closed the connection", e);
        }
    }

    private Answer answer(int opcode) throws IOException {
        ByteBuffer header = ByteBuffer.wrap(input.readNBytes(HEADER_BYTES));
        if (header.remaining() < HEADER_BYTES) {
            throw new EOFException();
        }
        int magic = header.get(0) & 0xff;
        int skipped = (header.get(4) & 0xff) + (header.getShort(2) & 0xffff);
        int length = header.getInt(8);
        if (magic != MAGIC_RESPONSE
                || (header.get(1) & 0xff) != opcode
                || length < skipped
                || length > BODY_BYTES_MAX) {
            throw new IOException("what answers there does not speak the protocol");
        }
        byte[] body = new byte[length];
        input.readFully(body);
        String value = new String(body, skipped, length - skipped, StandardCharsets.UTF_8);
        return new Answer(header.getShort(6) & 0xffff, value);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
