package dev.sluice.server;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The smallest client of the binary protocol: frames over one blocking socket, without knowing what they mean. */
final class BinaryClient implements AutoCloseable {

    static final int GET = 0x00;
    static final int SET = 0x01;
    static final int QUIT = 0x07;
    static final int NOOP = 0x0a;
    static final int VERSION = 0x0b;

    private static final int HEADER = 24;
    private static final int TIMEOUT_MS = 20_000;

    private final Socket socket;
    private final DataInputStream input;
    private final OutputStream output;

    BinaryClient(int port) throws IOException {
        this(InetAddress.getLoopbackAddress(), port);
    }

    BinaryClient(InetAddress address, int port) throws IOException {
        this(new Socket(address, port));
    }

    /** A client of a socket that is connected, which it takes over. */
    BinaryClient(Socket connected) throws IOException {
        socket = connected;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MS);
        input = new DataInputStream(socket.getInputStream());
        output = socket.getOutputStream();
    }

    /**
     * What a server answers.
     *
     * @param status 0 for success
     * @param value the bytes as characters 0 to 255
     */
    record Response(int opcode, int status, int opaque, String value) {}

    static byte[] frame(int opcode, int opaque, byte[] extras, String key, byte[] value) {
        byte[] name = key.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(HEADER + extras.length + name.length + value.length)
                .put((byte) 0x80)
                .put((byte) opcode)
                .putShort((short) name.length)
                .put((byte) extras.length)
                .put((byte) 0)
                .putShort((short) 0)
                .putInt(extras.length + name.length + value.length)
                .putInt(opaque)
                .putLong(0)
                .put(extras)
                .put(name)
                .put(value)
                .array();
    }

    static byte[] noop(int opaque) {
        return frame(NOOP, opaque, new byte[0], "", new byte[0]);
    }

    static byte[] get(int opaque, String key) {
        return frame(GET, opaque, new byte[0], key, new byte[0]);
    }

    static byte[] set(int opaque, String key, byte[] value) {
        return frame(SET, opaque, new byte[8], key, value);
    }

    void send(byte[] bytes) throws IOException {
        output.write(bytes);
        output.flush();
    }

    Response receive() throws IOException {
        byte[] bytes = new byte[HEADER];
        input.readFully(bytes);
        ByteBuffer header = ByteBuffer.wrap(bytes);
        if ((header.get(0) & 0xff) != 0x81) {
            throw new IOException("no response: magic " + header.get(0));
        }
        int extras = header.get(4) & 0xff;
        int key = header.getShort(2) & 0xffff;
        byte[] body = new byte[header.getInt(8)];
        input.readFully(body);
        int skipped = extras + key;
        String value = new String(body, skipped, body.length - skipped, StandardCharsets.ISO_8859_1);
        return new Response(header.get(1) & 0xff, header.getShort(6) & 0xffff, header.getInt(12), value);
    }

    Response call(byte[] frame) throws IOException {
        send(frame);
        return receive();
    }

    /** Waits until the server closes; false if it sends something instead. */
    boolean closedByServer() throws IOException {
        try {
            return input.read() < 0;
        } catch (EOFException | SocketException e) {
            return true;
        }
    }

    /** Ends this side's output, as {@code nc -N} does. */
    void shutdownOutput() throws IOException {
        socket.shutdownOutput();
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
