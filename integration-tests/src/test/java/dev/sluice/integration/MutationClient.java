package dev.sluice.integration;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One blocking socket that writes documents into vbuckets of its caller's choice and learns what became of them: CAS, vbucket
 * UUID and sequence number of each, by HELLO MutationSeqno.
 */
final class MutationClient implements AutoCloseable {

    static final int SUCCESS = 0x00;
    static final int NO_SUCH_KEY = 0x01;
    static final int TEMPORARY_FAILURE = 0x86;

    /** Durability levels. Protocol: {@code durability} 2. */
    static final int NONE = 0;

    static final int PERSIST_TO_MAJORITY = 3;

    private static final int GET = 0x00;
    private static final int SET = 0x01;
    private static final int DELETE = 0x04;
    private static final int HELLO = 0x1f;
    private static final int OBSERVE_SEQNO = 0x91;
    private static final int GET_FAILOVER_LOG = 0x96;
    private static final int SEQNO_PERSISTENCE = 0xb7;

    /** MutationSeqno, XERROR, alternative requests, synchronous replication. */
    private static final short[] FEATURES = {0x04, 0x07, 0x10, 0x11};

    private static final int HEADER = 24;
    private static final int TIMEOUT_MS = 40_000;
    private static final byte[] NOTHING = new byte[0];
    private static final byte[] FLAGS_AND_EXPIRY = new byte[8];

    private final Socket socket;
    private final DataInputStream input;
    private final OutputStream output;

    /** What the server answers; UUID and sequence number are 0 where it sent none. */
    record Answer(int status, long cas, long uuid, long seqno, ByteBuffer content) {

        byte[] value() {
            byte[] bytes = new byte[content.remaining()];
            content.get(content.position(), bytes);
            return bytes;
        }
    }

    /** One history of a vbucket: its UUID and the sequence number at which it begins. */
    record History(long uuid, long seqno) {}

    MutationClient(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MS);
        input = new DataInputStream(socket.getInputStream());
        output = socket.getOutputStream();
        ByteBuffer features = ByteBuffer.allocate(FEATURES.length * Short.BYTES);
        for (short feature : FEATURES) {
            features.putShort(feature);
        }
        Answer hello = call(HELLO, 0, NONE, 0, NOTHING, "crash runs", features.array());
        if (hello.status() != SUCCESS || hello.value().length != features.capacity()) {
            throw new IOException("HELLO does not grant what it has to: status " + hello.status());
        }
    }

    Answer set(int vbucket, String key, byte[] value, int durability) throws IOException {
        return call(SET, vbucket, durability, 0, FLAGS_AND_EXPIRY, key, value);
    }

    Answer delete(int vbucket, String key, int durability) throws IOException {
        return call(DELETE, vbucket, durability, 0, NOTHING, key, NOTHING);
    }

    Answer get(int vbucket, String key) throws IOException {
        return call(GET, vbucket, NONE, 0, NOTHING, key, NOTHING);
    }

    /** Waits until everything up to that sequence number is on disk. */
    Answer awaitPersistence(int vbucket, long seqno) throws IOException {
        byte[] extras = ByteBuffer.allocate(Long.BYTES).putLong(seqno).array();
        return call(SEQNO_PERSISTENCE, vbucket, NONE, 0, extras, "", NOTHING);
    }

    Answer observe(int vbucket, long uuid) throws IOException {
        byte[] value = ByteBuffer.allocate(Long.BYTES).putLong(uuid).array();
        return call(OBSERVE_SEQNO, vbucket, NONE, 0, NOTHING, "", value);
    }

    /** Newest first. */
    History[] failoverLog(int vbucket) throws IOException {
        Answer answer = call(GET_FAILOVER_LOG, vbucket, NONE, 0, NOTHING, "", NOTHING);
        if (answer.status() != SUCCESS) {
            throw new IOException("GET_FAILOVER_LOG: status " + answer.status());
        }
        ByteBuffer value = ByteBuffer.wrap(answer.value());
        History[] log = new History[value.remaining() / (2 * Long.BYTES)];
        for (int i = 0; i < log.length; i++) {
            log[i] = new History(value.getLong(), value.getLong());
        }
        return log;
    }

    private Answer call(
            int opcode, int vbucket, int durability, long cas, byte[] extras, String key, byte @Nullable [] value)
            throws IOException {
        byte[] name = key.getBytes(StandardCharsets.UTF_8);
        byte[] content = value == null ? NOTHING : value;
        int framing = durability == NONE ? 0 : 2;
        int body = framing + extras.length + name.length + content.length;
        ByteBuffer frame = ByteBuffer.allocate(HEADER + body)
                .put((byte) (framing > 0 ? 0x08 : 0x80))
                .put((byte) opcode);
        if (framing > 0) {
            frame.put((byte) framing).put((byte) name.length);
        } else {
            frame.putShort((short) name.length);
        }
        frame.put((byte) extras.length)
                .put((byte) 0)
                .putShort((short) vbucket)
                .putInt(body)
                .putInt(0)
                .putLong(cas);
        if (framing > 0) {
            frame.put((byte) 0x11).put((byte) durability);
        }
        output.write(frame.put(extras).put(name).put(content).array());
        output.flush();
        return receive();
    }

    private Answer receive() throws IOException {
        byte[] bytes = new byte[HEADER];
        input.readFully(bytes);
        ByteBuffer header = ByteBuffer.wrap(bytes);
        if (header.get(0) != (byte) 0x81) {
            throw new IOException("no response: magic " + header.get(0));
        }
        ByteBuffer body = ByteBuffer.allocate(header.getInt(8));
        input.readFully(body.array());
        int extras = header.get(4) & 0xff;
        boolean token = extras == 2 * Long.BYTES;
        long uuid = token ? body.getLong(0) : 0;
        long seqno = token ? body.getLong(Long.BYTES) : 0;
        body.position(extras + (header.getShort(2) & 0xffff));
        return new Answer(header.getShort(6) & 0xffff, header.getLong(16), uuid, seqno, body.slice());
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
