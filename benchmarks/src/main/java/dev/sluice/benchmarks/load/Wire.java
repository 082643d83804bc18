package dev.sluice.benchmarks.load;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** As much of the binary protocol as the load programs speak. Sockets block unless said otherwise. */
final class Wire {

    static final int HEADER_BYTES = 24;
    static final int GET = 0x00;
    static final int NOOP = 0x0a;
    static final int STAT = 0x10;
    static final int SETQ = 0x11;
    static final int HELLO = 0x1f;
    static final int RANGE_SCAN_CREATE = 0xda;
    static final int RANGE_SCAN_CONTINUE = 0xdb;

    static final int SUCCESS = 0x00;
    static final int RANGE_SCAN_COMPLETE = 0xa7;

    static final byte DATATYPE_JSON = 1;
    static final byte[] NOTHING = new byte[0];

    private static final short FEATURE_XERROR = 0x07;
    private static final short FEATURE_JSON = 0x0b;

    private Wire() {}

    /** A connection that has said nothing yet. */
    static SocketChannel connectSilently(InetSocketAddress address) throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.connect(address);
        return channel;
    }

    /** A connection that has said HELLO. */
    static SocketChannel connect(InetSocketAddress address, int receiveBytes) throws IOException {
        SocketChannel channel = SocketChannel.open();
        if (receiveBytes > 0) {
            channel.setOption(StandardSocketOptions.SO_RCVBUF, receiveBytes);
        }
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.connect(address);
        byte[] features = ByteBuffer.allocate(4)
                .putShort(FEATURE_XERROR)
                .putShort(FEATURE_JSON)
                .array();
        write(channel, frame(HELLO, 0, NOTHING, "slow-scan".getBytes(StandardCharsets.US_ASCII), features));
        expectSuccess(read(channel));
        return channel;
    }

    static ByteBuffer frame(int opcode, int datatype, byte[] extras, byte[] key, byte[] value) {
        ByteBuffer frame = ByteBuffer.allocate(HEADER_BYTES + extras.length + key.length + value.length);
        put(frame, opcode, datatype, extras, key, value);
        return frame.flip();
    }

    /** Appends a request for vbucket 0. */
    static void put(ByteBuffer out, int opcode, int datatype, byte[] extras, byte[] key, byte[] value) {
        out.put((byte) 0x80).put((byte) opcode).putShort((short) key.length);
        out.put((byte) extras.length).put((byte) datatype).putShort((short) 0);
        out.putInt(extras.length + key.length + value.length).putInt(0).putLong(0);
        out.put(extras).put(key).put(value);
    }

    static void write(SocketChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** One whole answer. */
    static ByteBuffer read(SocketChannel channel) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
        fill(channel, header);
        ByteBuffer frame = ByteBuffer.allocate(HEADER_BYTES + header.getInt(8));
        frame.put(header.flip());
        fill(channel, frame);
        return frame.flip();
    }

    private static void fill(SocketChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new EOFException("the server has closed the connection");
            }
        }
    }

    static int status(ByteBuffer frame) {
        return frame.getShort(frame.position() + 6) & 0xffff;
    }

    static void expectSuccess(ByteBuffer frame) throws IOException {
        expect(SUCCESS, frame);
    }

    static void expect(int status, ByteBuffer frame) throws IOException {
        if (status(frame) != status) {
            throw new IOException(String.format(
                    Locale.ROOT,
                    "opcode 0x%02x answered with status 0x%x (expected: 0x%x)",
                    frame.get(1) & 0xff,
                    status(frame),
                    status));
        }
    }

    /** A number among the server's statistics. */
    static long statistic(InetSocketAddress address, String group, String name) throws IOException {
        return Long.parseLong(statisticText(address, group, name));
    }

    /** One of the server's statistics. */
    static String statisticText(InetSocketAddress address, String group, String name) throws IOException {
        try (SocketChannel channel = connect(address, 0)) {
            write(channel, frame(STAT, 0, NOTHING, group.getBytes(StandardCharsets.US_ASCII), NOTHING));
            while (true) {
                ByteBuffer answer = read(channel);
                expectSuccess(answer);
                int keyLength = answer.getShort(2);
                String text = StandardCharsets.US_ASCII
                        .decode(answer.position(HEADER_BYTES))
                        .toString();
                if (text.isEmpty()) {
                    throw new IOException("STAT " + group + " has no " + name);
                }
                if (text.substring(0, keyLength).equals(name)) {
                    return text.substring(keyLength);
                }
            }
        }
    }
}
