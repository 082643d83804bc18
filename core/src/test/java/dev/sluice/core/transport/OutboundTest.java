package dev.sluice.core.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OutboundTest {

    private static final int COPY_BYTES_MAX = 64 << 10;
    private static final int HEAD_BYTES = 28;

    private final StuckTransport transport = new StuckTransport();
    private final Outbound outbound = new Outbound(transport, COPY_BYTES_MAX);
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    @AfterEach
    void release() {
        outbound.release();
        transport.release();
    }

    @Test
    void whatTheSocketDoesNotTake_liesInFullChunks() {
        SplittableRandom random = new SplittableRandom(4711);
        say(random, 100);
        outbound.flush(); // this one the socket was given, and did not take
        for (int i = 0; i < 500; i++) {
            say(random, random.nextInt(COPY_BYTES_MAX));
            outbound.flush();
        }
        List<ByteBuf> queued = transport.queue.subList(1, transport.queue.size());
        assertThat(queued).hasSizeGreaterThan(500);
        assertThat(queued).allSatisfy(chunk -> {
            assertThat(chunk.capacity()).isEqualTo(Outbound.CHUNK_BYTES);
            // At most a head that found no room is missing.
            assertThat(chunk.readableBytes()).isGreaterThan(Outbound.CHUNK_BYTES - HEAD_BYTES);
        });
        assertThat(outbound.pendingBytes()).isEqualTo(said.size());
        assertThat(outbound.sentBytes()).isZero();
    }

    @Test
    void heads_stayWhole_andBytesStayInOrder() {
        SplittableRandom random = new SplittableRandom(4712);
        for (int i = 0; i < 2_000; i++) {
            say(random, random.nextInt(3_000));
            if (random.nextInt(20) == 0) {
                outbound.flush();
            }
        }
        outbound.flush();
        transport.stuck = false;
        outbound.drained();
        assertThat(outbound.flush()).isTrue();
        assertThat(transport.taken()).isEqualTo(said.toByteArray());
        assertThat(outbound.sentBytes()).isEqualTo(said.size());
        assertThat(outbound.pendingBytes()).isZero();
    }

    private void say(SplittableRandom random, int length) {
        byte[] head = new byte[HEAD_BYTES];
        byte[] value = new byte[length + 5];
        random.nextBytes(head);
        random.nextBytes(value);
        ByteBuf out = outbound.reserve(HEAD_BYTES);
        assertThat(out.writableBytes()).isGreaterThanOrEqualTo(HEAD_BYTES);
        out.writeBytes(head);
        outbound.append(value, 3, length);
        said.writeBytes(head);
        said.write(value, 3, length);
    }

    /** A socket whose peer reads nothing, until it reads everything. */
    private static final class StuckTransport implements Transport {

        final List<ByteBuf> queue = new ArrayList<>();
        boolean stuck = true;

        byte[] taken() {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            for (ByteBuf buffer : queue) {
                byte[] array = new byte[buffer.readableBytes()];
                buffer.getBytes(buffer.readerIndex(), array);
                bytes.writeBytes(array);
            }
            return bytes.toByteArray();
        }

        void release() {
            queue.forEach(ByteBuf::release);
        }

        @Override
        public ByteBuf allocate(int capacityBytes) {
            return Unpooled.directBuffer(capacityBytes, capacityBytes);
        }

        @Override
        public void write(ByteBuf buffer) {
            queue.add(buffer);
        }

        @Override
        public void flush() {}

        @Override
        public long pendingBytes() {
            return stuck ? queue.stream().mapToLong(ByteBuf::readableBytes).sum() : 0;
        }

        @Override
        public boolean writable() {
            return true;
        }

        @Override
        public void notifyWhenDrained() {}

        @Override
        public void reading(boolean enabled) {}

        @Override
        public void closeAfterFlush() {}

        @Override
        public void closeNow() {}

        @Override
        public String remoteAddress() {
            return "";
        }

        @Override
        public String localAddress() {
            return "";
        }

        @Override
        public boolean encrypted() {
            return false;
        }
    }
}
