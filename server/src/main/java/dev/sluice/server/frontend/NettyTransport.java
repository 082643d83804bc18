package dev.sluice.server.frontend;

import dev.sluice.core.transport.Transport;
import dev.sluice.server.config.ListenerConfiguration;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * One Netty channel as a {@link Transport}.
 *
 * <p>Netty calls back within calls: a flush that empties the queue tells of it before it returns. The contract of {@link
 * Transport} forbids that, since the connection would be entered while it is at work. So what is noticed during a call is
 * said on a turn of its own.
 *
 * <p>Behind TLS what is queued is counted as it goes over the wire, encrypted. What was flushed is encrypted at once, so a
 * flushed byte is never anywhere but in the channel's own queue, and all that is said here of draining holds there too.
 */
@SuppressWarnings("FutureReturnValueIgnored") // What becomes of a write or a close shows in channelInactive.
final class NettyTransport implements Transport, ChannelOutboundBuffer.MessageProcessor {

    private final ChannelHandlerContext context;
    private final Channel channel;
    private final ConnectionHandler handler;
    private final @Nullable SslHandler ssl;
    private final String remoteAddress;
    private final String localAddress;
    private final ChannelFutureListener drained = this::onDrained;

    private boolean closing;

    /** Written and not flushed, in bytes. */
    private long unflushedBytes;

    /** Adds up while {@link #pendingBytes()} looks at what is queued. */
    private long countedBytes;

    NettyTransport(ChannelHandlerContext context, ConnectionHandler handler, @Nullable SslHandler ssl) {
        this.context = context;
        this.channel = context.channel();
        this.handler = handler;
        this.ssl = ssl;
        this.remoteAddress = text(channel.remoteAddress());
        this.localAddress = text(channel.localAddress());
    }

    private static String text(SocketAddress address) {
        return address instanceof InetSocketAddress inet && inet.getAddress() != null
                ? ListenerConfiguration.text(inet)
                : String.valueOf(address);
    }

    /** Whether the connection has given the socket up: input no longer matters. */
    boolean closing() {
        return closing;
    }

    @Override
    public ByteBuf allocate(int capacityBytes) {
        return channel.alloc().directBuffer(capacityBytes);
    }

    @Override
    public void write(ByteBuf buffer) {
        unflushedBytes += buffer.readableBytes();
        context.write(buffer, context.voidPromise());
    }

    @Override
    public void flush() {
        unflushedBytes = 0;
        context.flush();
    }

    /** Netty's own sum has an overhead for each buffer in it, and would say that something is queued when it has left. */
    @Override
    public long pendingBytes() {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        if (buffer == null) {
            return 0; // The channel is closed: nothing is queued any more.
        }
        if (buffer.isEmpty()) {
            return unflushedBytes;
        }
        countedBytes = unflushedBytes;
        try {
            buffer.forEachFlushedMessage(this);
        } catch (Exception e) {
            throw new AssertionError("counting does not throw", e);
        }
        return countedBytes;
    }

    @Override
    public boolean processMessage(Object message) {
        countedBytes += ((ByteBuf) message).readableBytes();
        return true;
    }

    @Override
    public boolean writable() {
        return channel.isWritable();
    }

    /** An empty buffer behind what is queued: it has left when all before it has. */
    @Override
    public void notifyWhenDrained() {
        context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(drained);
    }

    private void onDrained(ChannelFuture future) {
        if (future.isSuccess()) {
            channel.eventLoop().execute(handler::drained);
        }
    }

    @Override
    public void reading(boolean enabled) {
        channel.config().setAutoRead(enabled);
    }

    @Override
    public void closeAfterFlush() {
        if (!closing) {
            closing = true;
            context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    @Override
    public void closeNow() {
        closing = true;
        ChannelHandlerContext encryption =
                ssl == null ? null : channel.pipeline().context(ssl);
        if (encryption == null) {
            context.close();
        } else {
            // Past the handler of TLS, which would first say farewell to a peer that may not read.
            encryption.close();
        }
    }

    @Override
    public String remoteAddress() {
        return remoteAddress;
    }

    @Override
    public String localAddress() {
        return localAddress;
    }

    @Override
    public boolean encrypted() {
        return ssl != null;
    }
}
