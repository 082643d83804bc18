package dev.sluice.integration;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** One blocking socket and the frames that well-behaved client libraries cannot be made to send. */
final class RawClient implements AutoCloseable {

    static final int GET = 0x00;
    static final int SET = 0x01;
    static final int NOOP = 0x0a;
    static final int VERSION = 0x0b;
    static final int STAT = 0x10;
    static final int SASL_AUTH = 0x21;
    static final int SASL_STEP = 0x22;
    static final int SELECT_BUCKET = 0x89;
    static final int SET_CLUSTER_CONFIG = 0xb4;
    static final int GET_CLUSTER_CONFIG = 0xb5;

    private static final int HEADER = 24;
    private static final int TIMEOUT_MS = 20_000;
    private static final byte[] NOTHING = new byte[0];
    private static final byte[] FLAGS_AND_EXPIRY = new byte[8];

    private final Socket socket;
    private final DataInputStream input;
    private final OutputStream output;

    RawClient(int port) throws IOException {
        this(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    /** A client of a socket that is connected, which it takes over. */
    RawClient(Socket connected) throws IOException {
        socket = connected;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MS);
        input = new DataInputStream(socket.getInputStream());
        output = socket.getOutputStream();
    }

    /** What a server answers; key and value with one character for each byte. */
    record Response(int opcode, int status, String key, String value) {}

    static byte[] frame(int opcode, byte[] extras, String key, byte[] value) {
        byte[] name = key.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(HEADER + extras.length + name.length + value.length)
                .put((byte) 0x80)
                .put((byte) opcode)
                .putShort((short) name.length)
                .put((byte) extras.length)
                .put((byte) 0)
                .putShort((short) 0)
                .putInt(extras.length + name.length + value.length)
                .putInt(0)
                .putLong(0)
                .put(extras)
                .put(name)
                .put(value)
                .array();
    }

    static byte[] noop() {
        return frame(NOOP, NOTHING, "", NOTHING);
    }

    static byte[] get(String key) {
        return frame(GET, NOTHING, key, NOTHING);
    }

    static byte[] set(String key, byte[] value) {
        return frame(SET, FLAGS_AND_EXPIRY, key, value);
    }

    static byte[] selectBucket(String name) {
        return frame(SELECT_BUCKET, NOTHING, name, NOTHING);
    }

    static byte[] plain(String user, String password) {
        return sasl(SASL_AUTH, "PLAIN", "\0" + user + "\0" + password);
    }

    /** A client's message in a login: {@link #SASL_AUTH} the first, {@link #SASL_STEP} the others. */
    static byte[] sasl(int opcode, String mechanism, String message) {
        return frame(opcode, NOTHING, mechanism, message.getBytes(StandardCharsets.UTF_8));
    }

    static byte[] version() {
        return frame(VERSION, NOTHING, "", NOTHING);
    }

    void send(byte[] bytes) throws IOException {
        output.write(bytes);
        output.flush();
    }

    Response receive() throws IOException {
        byte[] bytes = new byte[HEADER];
        input.readFully(bytes);
        ByteBuffer header = ByteBuffer.wrap(bytes);
        if (header.get(0) != (byte) 0x81) {
            throw new IOException("no response: magic " + header.get(0));
        }
        int extras = header.get(4) & 0xff;
        int keyLength = header.getShort(2) & 0xffff;
        byte[] body = new byte[header.getInt(8)];
        input.readFully(body);
        int valueLength = body.length - extras - keyLength;
        return new Response(
                header.get(1) & 0xff,
                header.getShort(6) & 0xffff,
                new String(body, extras, keyLength, StandardCharsets.ISO_8859_1),
                new String(body, extras + keyLength, valueLength, StandardCharsets.ISO_8859_1));
    }

    Response call(byte[] frame) throws IOException {
        send(frame);
        return receive();
    }

    /** STAT without a group. */
    Map<String, String> statistics() throws IOException {
        return statistics("");
    }

    Map<String, String> statistics(String group) throws IOException {
        Map<String, String> all = new TreeMap<>();
        send(frame(STAT, NOTHING, group, NOTHING));
        for (Response next = receive(); !next.key().isEmpty(); next = receive()) {
            all.put(next.key(), next.value());
        }
        return all;
    }

    /** Waits until the server closes, whatever it says before that. */
    void awaitClose() throws IOException {
        try {
            byte[] buffer = new byte[4096];
            int read;
            do {
                read = input.read(buffer);
            } while (read >= 0);
        } catch (SocketException e) {
            // A reset is an end as well: the server has closed before it read everything.
            if (!socket.isConnected()) {
                throw e;
            }
        }
    }

    /** Waits so long for each piece of an answer, in place of 20 s. */
    RawClient patience(Duration patience) throws IOException {
        socket.setSoTimeout((int) patience.toMillis());
        return this;
    }

    /** Ends the connection by a reset, as a process does that dies with unread input. */
    void abort() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
