package dev.sluice.server.frontend;

import dev.sluice.core.Node;
import dev.sluice.core.connection.Connection;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last handler in a connection's pipeline, and without TLS the only one: takes what Netty says about the channel to the {@link Connection}.
 *
 * <p>Input is copied from Netty's direct buffer to an array of the loop's, since engines and parsers want arrays; it is the
 * one copy that input sees before an engine copies what it keeps. The connection is told once that it is closed, whatever
 * happens and however often, and nothing after.
 */
@SuppressWarnings("FutureReturnValueIgnored") // What becomes of a write or a close shows in channelInactive.
final class ConnectionHandler extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(ConnectionHandler.class);

    private final Node node;
    private final NettyLoop loop;
    private final boolean open;
    private final @Nullable SslHandler ssl;
    private final @Nullable String certifiedUser;

    private @Nullable NettyTransport transport;
    private @Nullable Connection connection;
    private boolean writableDue;

    /** For a connection that is not encrypted. */
    ConnectionHandler(Node node, NettyLoop loop, boolean open) {
        this(node, loop, open, null, null);
    }

    /**
     * For a connection that is encrypted, and whose handshake is done.
     *
     * @param ssl encrypts it; null for none
     * @param certifiedUser whom the client's certificate names; null for nobody
     */
    ConnectionHandler(
            Node node, NettyLoop loop, boolean open, @Nullable SslHandler ssl, @Nullable String certifiedUser) {
        this.node = node;
        this.loop = loop;
        this.open = open;
        this.ssl = ssl;
        this.certifiedUser = certifiedUser;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        assert loop.inLoop();
        NettyTransport opened = new NettyTransport(context, this, ssl);
        transport = opened;
        connection = node.open(opened, loop, open, certifiedUser);
        if (connection == null) {
            context.close();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf input = (ByteBuf) message;
        try {
            byte[] scratch = loop.scratch();
            while (input.isReadable() && takesInput()) {
                int length = Math.min(input.readableBytes(), scratch.length);
                input.readBytes(scratch, 0, length);
                received(scratch, length);
            }
        } finally {
            input.release();
        }
    }

    private boolean takesInput() {
        return connection != null && transport != null && !transport.closing();
    }

    private void received(byte[] scratch, int length) {
        Connection receiver = connection;
        if (receiver != null) {
            receiver.received(scratch, 0, length);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        Connection receiver = connection;
        if (receiver != null) {
            receiver.readComplete();
        }
    }

    /**
     * Netty says this within a flush, so the connection hears of it later. One notice is enough for all changes until then.
     */
    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (!writableDue && context.channel().isWritable() && connection != null) {
            writableDue = true;
            loop.execute(this::writable);
        }
    }

    private void writable() {
        writableDue = false;
        Connection receiver = connection;
        if (receiver != null && transport != null && transport.writable()) {
            receiver.writable();
        }
    }

    void drained() {
        Connection receiver = connection;
        if (receiver != null) {
            receiver.drained();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        Connection closed = connection;
        connection = null;
        if (closed != null) {
            closed.closed();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        boolean tls = cause instanceof DecoderException && cause.getCause() instanceof SSLException;
        if (cause instanceof IOException || tls) {
            // The peer is gone; it may say so as it likes.
            LOG.debug("connection lost: {}", transport == null ? "" : transport.remoteAddress(), cause);
        } else if (connection != null) {
            LOG.error("connection failed: {}", transport == null ? "" : transport.remoteAddress(), cause);
        }
        context.close();
    }
}
