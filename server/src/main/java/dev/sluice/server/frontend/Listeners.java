package dev.sluice.server.frontend;

import dev.sluice.core.Node;
import dev.sluice.core.cluster.NetworkInterface;
import dev.sluice.core.limits.Limits;
import dev.sluice.server.config.ListenerConfiguration;
import dev.sluice.server.tls.TlsConfiguration;
import dev.sluice.server.tls.TlsContext;
import dev.sluice.server.tls.TlsMaterial;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The open listeners. Opened and closed by the thread that starts and stops the server.
 *
 * <p>A listener that was opened holds its address, and clients can connect; but none is let in before {@link #accept},
 * when all addresses are known and clients can be told of them.
 */
public final class Listeners {

    private static final int BACKLOG = 1024;

    private final EventLoops loops;
    private final Node node;
    private final Limits limits;
    private final Handshakes handshakes;
    private final List<Open> open = new CopyOnWriteArrayList<>();

    private record Open(
            Channel channel,
            ListenerConfiguration configuration,
            String type,
            String uuid,
            @Nullable TlsContext tls) {

        InetSocketAddress address() {
            return (InetSocketAddress) channel.localAddress();
        }
    }

    public Listeners(EventLoops loops, Node node, Limits limits, Handshakes handshakes) {
        this.loops = loops;
        this.node = node;
        this.limits = limits;
        this.handshakes = handshakes;
    }

    /**
     * Takes an address for connections of the binary protocol.
     *
     * @throws IOException where the address cannot be had, with the address in the message
     */
    public void open(ListenerConfiguration listener) throws IOException {
        open(listener, NetworkInterface.MCBP, this::serve);
    }

    private void serve(
            Channel channel, ListenerConfiguration listener, @Nullable SslHandler ssl, @Nullable String certifiedUser) {
        NettyLoop loop = loops.of(channel.eventLoop());
        ConnectionHandler handler = new ConnectionHandler(node, loop, listener.open(), ssl, certifiedUser);
        channel.pipeline().addLast(handler);
        if (ssl != null) {
            handler.channelActive(channel.pipeline().context(handler)); // The channel has long been active.
        }
    }

    /**
     * Takes an address.
     *
     * @param type what {@link NetworkInterface} calls it
     * @param service gets each connection
     * @throws IOException where the address cannot be had, with the address in the message
     */
    public void open(ListenerConfiguration listener, String type, Service service) throws IOException {
        TlsContext tls = context(listener);
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops.group())
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(
                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(limits.outboundLowBytes(), limits.outboundHighBytes()))
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (tls == null) {
                            service.begin(channel, listener, null, null);
                        } else {
                            shakeHands(channel, listener, tls, service);
                        }
                    }
                });
        loops.transport().configure(bootstrap);
        ChannelFuture bound = bootstrap.bind(listener.address()).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            Throwable cause = bound.cause();
            String why = cause == null ? "interrupted" : cause.getMessage();
            throw new IOException("cannot listen on " + listener.addressText() + ": " + why, cause);
        }
        open.add(new Open(bound.channel(), listener, type, UUID.randomUUID().toString(), tls));
    }

    /** Lets clients in, at all addresses. */
    public void accept() {
        open.forEach(listener -> listener.channel.config().setAutoRead(true));
    }

    private static @Nullable TlsContext context(ListenerConfiguration listener) throws IOException {
        TlsConfiguration tls = listener.tls();
        try {
            return tls == null ? null : new TlsContext(tls.settings(), tls.material());
        } catch (SSLException e) {
            throw new IOException("no TLS at " + listener.addressText() + ": " + e.getMessage(), e);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // Nobody waits for the close.
    private void shakeHands(Channel channel, ListenerConfiguration listener, TlsContext tls, Service service) {
        if (!handshakes.begin(channel)) {
            channel.close();
            return;
        }
        // Where no login is asked for, everybody is who the certificate says.
        Predicate<String> known =
                name -> listener.open() || node.authentication().knows(name);
        SslHandler ssl = tls.newHandler(channel.alloc(), handshakes.tasks(channel));
        ssl.setHandshakeTimeoutMillis(handshakes.timeoutMs());
        channel.pipeline().addLast(ssl, new HandshakeHandler(listener, tls, ssl, handshakes, known, service));
    }

    /** Where connections of the binary protocol are accepted, with the real ports, in the order of {@link #open}. */
    public List<InetSocketAddress> addresses() {
        return addresses(NetworkInterface.MCBP);
    }

    /** Where connections of that type are accepted, with the real ports, in the order of opening. */
    public List<InetSocketAddress> addresses(String type) {
        return open.stream()
                .filter(listener -> listener.type.equals(type))
                .map(Open::address)
                .toList();
    }

    /** The first port of that type, with TLS or without; 0 where there is none. */
    public int port(String type, boolean encrypted) {
        return open.stream()
                .filter(listener -> listener.type.equals(type) && (listener.tls != null) == encrypted)
                .map(listener -> listener.address().getPort())
                .findFirst()
                .orElse(0);
    }

    /** All of them, for IFCONFIG. */
    public List<NetworkInterface> interfaces() {
        return open.stream().map(Listeners::describe).toList();
    }

    private static NetworkInterface describe(Open listener) {
        InetSocketAddress address = listener.address();
        return new NetworkInterface(
                address.getAddress() instanceof Inet6Address ? "inet6" : "inet",
                address.getAddress().getHostAddress(),
                address.getPort(),
                false,
                "",
                listener.tls != null,
                listener.type,
                listener.uuid);
    }

    /**
     * Gets new certificates and keys for all TLS listeners, and puts none of them in force yet. Waits for disks: not on an
     * event loop.
     *
     * @param fresh what the configuration says of listeners now, files included; empty where it is the same, and its files
     *     are to be read
     */
    public TlsReplacement replaceTls(List<ListenerConfiguration> fresh) {
        List<Runnable> replacements = new ArrayList<>();
        List<String> mistakes = new ArrayList<>();
        List<String> left = new ArrayList<>();
        for (Open listener : open) {
            TlsContext tls = listener.tls;
            if (tls == null) {
                continue;
            }
            TlsMaterial loaded = fresh.stream()
                    .map(ListenerConfiguration::tls)
                    .filter(there -> there != null && there.settings().equals(tls.settings()))
                    .map(TlsConfiguration::material)
                    .findFirst()
                    .orElse(null);
            // What a configuration does not name any more is no mistake in it.
            List<String> wrong = loaded == null && !fresh.isEmpty() ? left : mistakes;
            String where = ListenerConfiguration.text(listener.address());
            Runnable replacement = tls.replacement(
                    loaded,
                    (key, found, expected) -> wrong.add(
                            "listener " + where + ": " + key + ": " + found + " (expected: " + expected + ")"));
            if (replacement != null) {
                replacements.add(replacement);
            }
        }
        return new TlsReplacement(mistakes, left, () -> replacements.forEach(Runnable::run));
    }

    /**
     * New certificates and keys.
     *
     * @param mistakes one line each, with the listener's address: with any, nothing is to be put in force
     * @param left why listeners keep what they have, as their settings have changed and their files are not fit any more
     * @param install puts all in force
     */
    public record TlsReplacement(List<String> mistakes, List<String> left, Runnable install) {}

    /** Accepts no more; what was accepted stays. */
    public void close() {
        open.forEach(listener -> listener.channel.close().awaitUninterruptibly());
        open.clear();
    }
}
