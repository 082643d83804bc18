package dev.sluice.benchmarks.load;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * How fast could a server on Netty be that does nothing at all? Answers every GET with the same 100 bytes and every other
 * loud request with success, without looking at a key; sockets, buffers and flushes are handled as Sluice does. What
 * Sluice is slower by is what it does for its clients.
 *
 * <pre>{@code java dev.sluice.benchmarks.load.BareResponder <port> <threads>}</pre>
 */
public final class BareResponder {

    private static final int HEADER_BYTES = 24;
    private static final int VALUE_BYTES = 100;
    private static final int FLAGS_BYTES = 4;
    private static final int CHUNK_BYTES = 16 << 10;
    private static final int BACKLOG = 1024;

    private static final int OPCODE_GET = 0x00;
    private static final int OPCODE_SETQ = 0x11;

    private BareResponder() {}

    /** Serves until the process is ended. */
    public static void main(String[] arguments) {
        int port = Integer.parseInt(arguments[0]);
        int threads = Integer.parseInt(arguments[1]);
        Channel listener = new ServerBootstrap()
                .group(new MultiThreadIoEventLoopGroup(threads, EpollIoHandler.newFactory()))
                .channel(EpollServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new Handler());
                    }
                })
                .bind("127.0.0.1", port)
                .syncUninterruptibly()
                .channel();
        System.out.println("ready: " + listener.localAddress());
    }

    /** Confined to its channel's loop. */
    @SuppressWarnings("FutureReturnValueIgnored") // A connection that is lost shows in channelInactive.
    private static final class Handler extends ChannelInboundHandlerAdapter {

        private static final byte[] VALUE = new byte[VALUE_BYTES];

        /** The beginning of a frame whose end has not come. */
        private @Nullable ByteBuf rest;

        private @Nullable ByteBuf answers;

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf input = (ByteBuf) message;
            if (rest != null) {
                rest.writeBytes(input);
                input.release();
                input = rest;
                rest = null;
            }
            while (input.readableBytes() >= HEADER_BYTES) {
                int frame = HEADER_BYTES + input.getInt(input.readerIndex() + 8);
                if (input.readableBytes() < frame) {
                    break;
                }
                answer(context, input);
                input.skipBytes(frame);
            }
            if (input.isReadable()) {
                rest = context.alloc().directBuffer(CHUNK_BYTES).writeBytes(input);
            }
            input.release();
        }

        private void answer(ChannelHandlerContext context, ByteBuf input) {
            int start = input.readerIndex();
            int opcode = input.getUnsignedByte(start + 1);
            if (opcode == OPCODE_SETQ) {
                return;
            }
            int body = opcode == OPCODE_GET ? FLAGS_BYTES + VALUE_BYTES : 0;
            ByteBuf out = reserve(context, HEADER_BYTES + body);
            out.writeLong((0x81L << 56) | ((long) opcode << 48) | (body == 0 ? 0 : (long) FLAGS_BYTES << 24));
            out.writeInt(body).writeInt(input.getInt(start + 12)).writeLong(0);
            if (body != 0) {
                out.writeInt(0).writeBytes(VALUE);
            }
        }

        private ByteBuf reserve(ChannelHandlerContext context, int bytes) {
            ByteBuf current = answers;
            if (current != null && current.writableBytes() < bytes) {
                context.write(current, context.voidPromise());
                current = null;
            }
            if (current == null) {
                current = context.alloc().directBuffer(CHUNK_BYTES);
                answers = current;
            }
            return current;
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            if (answers != null) {
                context.write(answers, context.voidPromise());
                answers = null;
                context.flush();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            if (rest != null) {
                rest.release();
                rest = null;
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }
}
