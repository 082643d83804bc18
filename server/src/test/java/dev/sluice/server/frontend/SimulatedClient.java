package dev.sluice.server.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * One client of a simulation: makes random requests on keys that only it uses, sends them in random pieces, and knows from
 * a naive model what each answer must be.
 *
 * <p>The model is a map from key to value. Requests of a connection are executed in order, so the model moves when a
 * request is made, and the expected answer is kept until the real one comes.
 */
@SuppressWarnings("FutureReturnValueIgnored") // What becomes of a write shows in the answers.
final class SimulatedClient extends ChannelInboundHandlerAdapter {

    private static final int GET = 0x00;
    private static final int SET = 0x01;
    private static final int ADD = 0x02;
    private static final int REPLACE = 0x03;
    private static final int DELETE = 0x04;
    private static final int INCREMENT = 0x05;
    private static final int GETQ = 0x09;
    private static final int NOOP = 0x0a;
    private static final int APPEND = 0x0e;
    private static final int SETQ = 0x11;
    private static final int[] OPCODES = {
        GET, GET, GET, SET, SET, ADD, REPLACE, DELETE, INCREMENT, GETQ, NOOP, APPEND, SETQ
    };

    private static final int SUCCESS = 0;
    private static final int NO_SUCH_KEY = 1;
    private static final int EXISTS = 2;
    private static final int NOT_STORED = 5;
    private static final int BAD_DELTA = 6;

    /** One answer that must come. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared as a record.
    private record Expected(int opcode, int opaque, int status, byte @Nullable [] value) {

        @Override
        public String toString() {
            return "opcode " + opcode + " opaque " + opaque + " status " + status;
        }
    }

    private final String prefix;
    private final Random random;
    private final Map<String, byte[]> model = new HashMap<>();
    private final Deque<Expected> expected = new ArrayDeque<>();
    private final ByteBuf unsent = Unpooled.buffer();
    private final ByteBuf answers = Unpooled.buffer();
    private @Nullable Channel channel;
    private int opaque;
    private long increments;
    private boolean closed;

    /**
     * A client that is not connected yet.
     *
     * @param prefix of its keys, which no other client uses
     */
    SimulatedClient(String prefix, Random random) {
        this.prefix = prefix;
        this.random = random;
    }

    void connected(Channel connected) {
        channel = connected;
    }

    boolean closed() {
        return closed;
    }

    /** What was asked for and not answered, for the message of a failure. */
    String answersOutstanding() {
        return expected + (answers.isReadable() ? ", and half an answer" : "");
    }

    // ---- requests ---------------------------------------------------------------------------------------------------

    /** Makes one random request; its bytes wait for {@link #sendPiece}. */
    void makeRequest() {
        int opcode = OPCODES[random.nextInt(OPCODES.length)];
        String key = prefix + random.nextInt(8);
        byte[] existing = model.get(key);
        switch (opcode) {
            case GET -> {
                frame(opcode, key, "", new byte[0]);
                expect(opcode, existing == null ? NO_SUCH_KEY : SUCCESS, existing);
            }
            case GETQ -> {
                frame(opcode, key, "", new byte[0]);
                if (existing != null) {
                    expect(opcode, SUCCESS, existing);
                }
            }
            case SET, SETQ -> {
                store(opcode, key, value());
                if (opcode == SET) {
                    expect(opcode, SUCCESS, null);
                }
            }
            case ADD -> {
                if (existing == null) {
                    store(opcode, key, value());
                    expect(opcode, SUCCESS, null);
                } else {
                    frame(opcode, key, "0000000000000000", value());
                    expect(opcode, EXISTS, null);
                }
            }
            case REPLACE -> {
                if (existing != null) {
                    store(opcode, key, value());
                    expect(opcode, SUCCESS, null);
                } else {
                    frame(opcode, key, "0000000000000000", value());
                    expect(opcode, NO_SUCH_KEY, null);
                }
            }
            case DELETE -> {
                frame(opcode, key, "", new byte[0]);
                expect(opcode, model.remove(key) == null ? NO_SUCH_KEY : SUCCESS, null);
            }
            case APPEND -> append(key, existing);
            case INCREMENT -> increment(key, existing);
            case NOOP -> {
                frame(opcode, "", "", new byte[0]);
                expect(opcode, SUCCESS, null);
            }
            default -> throw new AssertionError(opcode);
        }
    }

    private void store(int opcode, String key, byte[] value) {
        frame(opcode, key, "0000000000000000", value);
        model.put(key, value);
    }

    private void append(String key, byte @Nullable [] existing) {
        byte[] value = value();
        frame(APPEND, key, "", value);
        if (existing == null) {
            expect(APPEND, NOT_STORED, null);
            return;
        }
        byte[] joined = Arrays.copyOf(existing, existing.length + value.length);
        System.arraycopy(value, 0, joined, existing.length, value.length);
        model.put(key, joined);
        expect(APPEND, SUCCESS, null);
    }

    /** Half of them on a counter of this client, which a model of one number follows, half on any key. */
    private void increment(String key, byte @Nullable [] existing) {
        String extras = "0000000000000003" + "0000000000000007" + "00000000";
        if (random.nextBoolean()) {
            String counter = prefix + "counter";
            frame(INCREMENT, counter, extras, new byte[0]);
            long result = 7 + 3 * increments++;
            model.put(counter, Long.toString(result).getBytes(StandardCharsets.US_ASCII));
            expect(INCREMENT, SUCCESS, ByteBuffer.allocate(8).putLong(result).array());
        } else if (existing != null) {
            frame(INCREMENT, key, extras, new byte[0]); // Values begin with a letter.
            expect(INCREMENT, BAD_DELTA, null);
        }
    }

    private byte[] value() {
        int length = random.nextInt(10) == 0 ? random.nextInt(200_000) : random.nextInt(200);
        byte[] value = new byte[1 + length];
        random.nextBytes(value);
        value[0] = 'v';
        return value;
    }

    private void frame(int opcode, String key, String extrasHex, byte[] value) {
        byte[] name = key.getBytes(StandardCharsets.US_ASCII);
        byte[] extras = java.util.HexFormat.of().parseHex(extrasHex);
        opaque++;
        unsent.writeByte(0x80)
                .writeByte(opcode)
                .writeShort(name.length)
                .writeByte(extras.length)
                .writeByte(0)
                .writeShort(0)
                .writeInt(extras.length + name.length + value.length)
                .writeInt(opaque)
                .writeLong(0)
                .writeBytes(extras)
                .writeBytes(name)
                .writeBytes(value);
    }

    private void expect(int opcode, int status, byte @Nullable [] value) {
        expected.add(new Expected(opcode, opaque, status, value));
    }

    /** Sends some of the bytes that wait: often one, sometimes all. */
    void sendPiece() {
        if (!unsent.isReadable() || channel == null || closed) {
            return;
        }
        int length = switch (random.nextInt(4)) {
            case 0 -> 1;
            case 1 -> random.nextInt(40);
            default -> unsent.readableBytes();
        };
        ByteBuf piece = channel.alloc().buffer();
        piece.writeBytes(unsent, Math.min(length, unsent.readableBytes()));
        unsent.discardReadBytes();
        channel.writeAndFlush(piece);
    }

    void sendAll() {
        while (unsent.isReadable() && !closed) {
            sendPiece();
        }
    }

    /** Stops reading, or reads again. */
    void reading(boolean enabled) {
        if (channel != null) {
            channel.config().setAutoRead(enabled);
        }
    }

    void disconnect() {
        if (channel != null) {
            channel.close();
        }
    }

    void release() {
        unsent.release();
        answers.release();
    }

    // ---- answers ----------------------------------------------------------------------------------------------------

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        answers.writeBytes(bytes);
        bytes.release();
        while (answers.readableBytes() >= 24
                && answers.readableBytes() >= 24 + answers.getInt(answers.readerIndex() + 8)) {
            check();
        }
        answers.discardSomeReadBytes();
    }

    private void check() {
        Expected next = expected.poll();
        assertThat(next).as("an answer that nothing asked for").isNotNull();
        int start = answers.readerIndex();
        int extrasLength = answers.getUnsignedByte(start + 4);
        int bodyLength = answers.getInt(start + 8);
        byte[] value = new byte[bodyLength - extrasLength];
        answers.getBytes(start + 24 + extrasLength, value);
        assertThat(answers.getUnsignedByte(start)).as("magic").isEqualTo((short) 0x81);
        assertThat(answers.getInt(start + 12)).as("opaque").isEqualTo(next.opaque());
        assertThat((int) answers.getUnsignedByte(start + 1)).as("opcode").isEqualTo(next.opcode());
        assertThat(answers.getUnsignedShort(start + 6)).as("status of %s", next).isEqualTo(next.status());
        if (next.value() != null) {
            assertThat(value).as("value of %s", next).isEqualTo(next.value());
        }
        answers.skipBytes(24 + bodyLength);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        closed = true;
    }
}
