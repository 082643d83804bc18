package dev.sluice.server.mgmt;

import dev.sluice.core.Node;
import dev.sluice.server.config.ListenerConfiguration;
import dev.sluice.server.frontend.Service;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.ssl.SslHandler;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Serves the management interface to a connection: HTTP with bounds that are tight, since all it takes is GET. */
public final class ManagementService implements Service {

    /** One more is closed at once. SDKs keep a handful open each, and most of them none. */
    private static final int CONNECTIONS_MAX = 256;

    private static final int LINE_BYTES_MAX = 4096;
    private static final int HEADER_BYTES_MAX = 16 << 10;

    private final Pages pages;
    private final Visitors visitors;
    private final Executor pool;
    private final AtomicInteger connections = new AtomicInteger();

    public ManagementService(Node node, Visitors visitors) {
        this.pages = new Pages(node, visitors);
        this.visitors = visitors;
        this.pool = node.pools().nonIo();
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // Nobody waits for the close.
    public void begin(
            Channel channel, ListenerConfiguration listener, @Nullable SslHandler ssl, @Nullable String certifiedUser) {
        if (connections.incrementAndGet() > CONNECTIONS_MAX) {
            connections.decrementAndGet();
            channel.close();
            return;
        }
        channel.closeFuture().addListener(closed -> connections.decrementAndGet());
        HttpDecoderConfig decoding =
                new HttpDecoderConfig().setMaxInitialLineLength(LINE_BYTES_MAX).setMaxHeaderSize(HEADER_BYTES_MAX);
        channel.pipeline()
                .addLast(
                        new HttpServerCodec(decoding),
                        new ManagementHandler(pages, visitors, pool, listener.open(), certifiedUser));
    }
}
