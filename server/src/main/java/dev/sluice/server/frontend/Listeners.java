package dev.sluice.server.frontend;

import dev.sluice.core.Node;
import dev.sluice.core.limits.Limits;
import dev.sluice.server.config.ListenerConfiguration;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** The open listeners. Opened and closed by the thread that starts and stops the server. */
public final class Listeners {

    private static final int BACKLOG = 1024;

    private final EventLoops loops;
    private final Node node;
    private final Limits limits;
    private final List<Channel> open = new ArrayList<>();

    public Listeners(EventLoops loops, Node node, Limits limits) {
        this.loops = loops;
        this.node = node;
        this.limits = limits;
    }

    /**
     * Begins to accept connections.
     *
     * @throws IOException where the address cannot be had, with the address in the message
     */
    public void open(ListenerConfiguration listener) throws IOException {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops.group())
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(
                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(limits.outboundLowBytes(), limits.outboundHighBytes()))
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        NettyLoop loop = loops.of(channel.eventLoop());
                        channel.pipeline().addLast(new ConnectionHandler(node, loop, listener.authenticated()));
                    }
                });
        loops.transport().configure(bootstrap);
        ChannelFuture bound = bootstrap.bind(listener.address()).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            Throwable cause = bound.cause();
            String why = cause == null ? "interrupted" : cause.getMessage();
            throw new IOException("cannot listen on " + listener.addressText() + ": " + why, cause);
        }
        open.add(bound.channel());
    }

    /** Where connections are accepted, with the real ports, in the order of {@link #open}. */
    public List<InetSocketAddress> addresses() {
        return open.stream()
                .map(channel -> (InetSocketAddress) channel.localAddress())
                .toList();
    }

    /** Accepts no more; what was accepted stays. */
    public void close() {
        open.forEach(channel -> channel.close().awaitUninterruptibly());
        open.clear();
    }
}
