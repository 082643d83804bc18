package dev.sluice.benchmarks.request;

import dev.sluice.benchmarks.MemoryNode;
import dev.sluice.core.connection.Connection;
import dev.sluice.core.limits.Limits;
import dev.sluice.core.transport.Loop;
import dev.sluice.core.transport.Transport;
import dev.sluice.memory.MemoryEngineProvider;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.TimeUnit;

/**
 * All of a server but its sockets, with one bucket in memory and one connection, whose loop is the thread that made this.
 * What is sent is copied once, as a socket would, and forgotten.
 */
final class InMemoryServer implements AutoCloseable {

    static final int OPCODE_GET = 0x00;
    static final int OPCODE_SET = 0x01;
    static final int OPCODE_SETQ = 0x11;
    static final int OPCODE_HELLO = 0x1f;
    static final int OPCODE_RANGE_SCAN_CREATE = 0xda;
    static final int OPCODE_RANGE_SCAN_CONTINUE = 0xdb;
    static final int HEADER_BYTES = 24;

    /** Each bucket has one collection beside the default one. */
    static final int NAMED_COLLECTION = 8;

    /** The HELLO feature by which keys begin with their collection's id. */
    static final int FEATURE_COLLECTIONS = 0x12;

    private static final int KEY_LENGTH = 30;
    private static final int SENT_BYTES = 1 << 20;

    private final MemoryNode server;
    private final LinkedTransferQueue<Runnable> tasks = new LinkedTransferQueue<>();
    private final Thread owner = Thread.currentThread();
    private final ArrayTransport transport = new ArrayTransport();
    private final Connection connection;

    InMemoryServer(Limits limits, long quotaBytes) {
        server = new MemoryNode(limits, new MemoryEngineProvider(), 128, quotaBytes);
        connection = Objects.requireNonNull(server.node().open(transport, new ThreadLoop(), true));
    }

    /** One turn of the loop: these bytes have arrived, and whatever that leads to at once. */
    void turn(byte[] input, int length) {
        connection.received(input, 0, length);
        connection.readComplete();
        runTasks();
    }

    private void runTasks() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    /** Waits for somebody to give the loop a task, and runs it. */
    void awaitTask() {
        try {
            Runnable task = tasks.poll(10, TimeUnit.SECONDS);
            if (task == null) {
                throw new IllegalStateException("nobody has given the loop anything to do for 10 s");
            }
            task.run();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether the connection waits for nothing: what it was asked for is answered. */
    boolean idle() {
        return transport.reading;
    }

    /** How many bytes were sent since the server began. */
    long sentBytes() {
        return transport.sentBytes;
    }

    /** The last bytes that were sent, as far as they were one buffer. */
    ByteBuffer lastSent() {
        return ByteBuffer.wrap(transport.sent, 0, transport.lastLength);
    }

    /** One request, for vbucket 0. */
    static byte[] frame(int opcode, int datatype, byte[] extras, byte[] key, byte[] value) {
        ByteBuffer frame = ByteBuffer.allocate(HEADER_BYTES + extras.length + key.length + value.length);
        frame.put((byte) 0x80).put((byte) opcode).putShort((short) key.length);
        frame.put((byte) extras.length).put((byte) datatype).putShort((short) 0);
        frame.putInt(extras.length + key.length + value.length).putInt(0).putLong(0);
        return frame.put(extras).put(key).put(value).array();
    }

    /** A key of 30 bytes. */
    static byte[] key(int number) {
        return String.format(Locale.ROOT, "key:%0" + (KEY_LENGTH - 4) + "d", number)
                .getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public void close() {
        connection.closed();
        server.close();
    }

    private final class ThreadLoop implements Loop {

        @Override
        public int index() {
            return 0;
        }

        @Override
        public boolean inLoop() {
            return Thread.currentThread() == owner;
        }

        @Override
        public void execute(Runnable task) {
            tasks.add(task);
        }
    }

    private static final class ArrayTransport implements Transport {

        private final byte[] sent = new byte[SENT_BYTES];
        private int lastLength;
        private long sentBytes;
        private boolean reading = true;

        @Override
        public ByteBuf allocate(int capacityBytes) {
            return ByteBufAllocator.DEFAULT.directBuffer(capacityBytes);
        }

        @Override
        public void write(ByteBuf buffer) {
            int length = buffer.readableBytes();
            sentBytes += length;
            lastLength = Math.min(length, sent.length);
            buffer.readBytes(sent, 0, lastLength);
            buffer.release();
        }

        @Override
        public void flush() {}

        @Override
        public long pendingBytes() {
            return 0;
        }

        @Override
        public boolean writable() {
            return true;
        }

        @Override
        public void notifyWhenDrained() {
            throw new IllegalStateException("nothing is ever pending here");
        }

        @Override
        public void reading(boolean enabled) {
            reading = enabled;
        }

        @Override
        public void closeAfterFlush() {}

        @Override
        public void closeNow() {}

        @Override
        public String remoteAddress() {
            return "client";
        }

        @Override
        public String localAddress() {
            return "server";
        }

        @Override
        public boolean encrypted() {
            return false;
        }
    }
}
