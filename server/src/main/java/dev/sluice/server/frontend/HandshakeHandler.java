package dev.sluice.server.frontend;

import dev.sluice.server.config.ListenerConfiguration;
import dev.sluice.server.tls.Identification;
import dev.sluice.server.tls.TlsContext;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.util.function.Predicate;
import javax.net.ssl.SSLException;

/**
 * Stands behind a connection's {@link SslHandler} until the handshake is done, and gives its place to what serves the
 * connection then: nothing of the server knows of a client that has not got so far.
 *
 * <p>Handshakes that fail are the clients' affair, and there may be many: the log says so at a limited rate.
 */
@SuppressWarnings("FutureReturnValueIgnored") // What becomes of a close shows in channelInactive.
final class HandshakeHandler extends ChannelInboundHandlerAdapter {

    private final ListenerConfiguration listener;
    private final TlsContext tls;
    private final SslHandler ssl;
    private final Handshakes handshakes;
    private final Predicate<String> known;
    private final Service service;
    private boolean over;

    HandshakeHandler(
            ListenerConfiguration listener,
            TlsContext tls,
            SslHandler ssl,
            Handshakes handshakes,
            Predicate<String> known,
            Service service) {
        this.listener = listener;
        this.tls = tls;
        this.ssl = ssl;
        this.handshakes = handshakes;
        this.known = known;
        this.service = service;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (!(event instanceof SslHandshakeCompletionEvent handshake)) {
            context.fireUserEventTriggered(event);
            return;
        }
        end();
        if (!handshake.isSuccess()) {
            failed(context, handshake.cause());
            return;
        }
        Identification client = tls.identify(ssl.engine(), known);
        if (!client.accepted()) {
            handshakes.refused(context.channel(), client.reason());
            context.close();
            return;
        }
        service.begin(context.channel(), listener, ssl, client.user());
        context.pipeline().remove(this);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        end();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        end();
        context.close();
    }

    private void end() {
        if (!over) {
            over = true;
            handshakes.end();
        }
    }

    private void failed(ChannelHandlerContext context, Throwable cause) {
        if (!(cause instanceof ClosedChannelException)) { // Port scanners and load balancers come and go.
            handshakes.refused(context.channel(), reason(cause));
        }
        context.close();
    }

    /** In words that hold nothing of what the client has sent: it may have been a document. */
    private static String reason(Throwable cause) {
        if (cause instanceof NotSslRecordException) {
            return "the client does not speak TLS";
        }
        if (cause instanceof SslHandshakeTimeoutException) {
            return "the handshake took too long";
        }
        Throwable deepest = cause instanceof DecoderException && cause.getCause() != null ? cause.getCause() : cause;
        return deepest instanceof SSLException
                ? String.valueOf(deepest.getMessage())
                : deepest.getClass().getSimpleName();
    }
}
