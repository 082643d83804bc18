package dev.sluice.server.frontend;

import dev.sluice.server.config.TransportKind;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What differs between the ways of serving sockets: the handler of the loops, the class of listeners, and how one asks for
 * keep-alive times.
 */
enum SocketTransport {
    EPOLL(TransportKind.EPOLL) {
        @Override
        IoHandlerFactory ioHandlerFactory() {
            return EpollIoHandler.newFactory();
        }

        @Override
        @Nullable
        Throwable unavailable() {
            return Epoll.unavailabilityCause();
        }

        @Override
        void configure(ServerBootstrap bootstrap) {
            bootstrap
                    .channel(EpollServerSocketChannel.class)
                    .childOption(EpollChannelOption.TCP_KEEPIDLE, IDLE_SECONDS)
                    .childOption(EpollChannelOption.TCP_KEEPINTVL, INTERVAL_SECONDS)
                    .childOption(EpollChannelOption.TCP_KEEPCNT, PROBES);
        }
    },
    IO_URING(TransportKind.IO_URING) {
        @Override
        IoHandlerFactory ioHandlerFactory() {
            return IoUringIoHandler.newFactory();
        }

        @Override
        @Nullable
        Throwable unavailable() {
            return IoUring.unavailabilityCause();
        }

        @Override
        void configure(ServerBootstrap bootstrap) {
            bootstrap
                    .channel(IoUringServerSocketChannel.class)
                    .childOption(IoUringChannelOption.TCP_KEEPIDLE, IDLE_SECONDS)
                    .childOption(IoUringChannelOption.TCP_KEEPINTVL, INTERVAL_SECONDS)
                    .childOption(IoUringChannelOption.TCP_KEEPCNT, PROBES);
        }
    },
    NIO(TransportKind.NIO) {
        @Override
        IoHandlerFactory ioHandlerFactory() {
            return NioIoHandler.newFactory();
        }

        @Override
        @Nullable
        Throwable unavailable() {
            return null;
        }

        @Override
        void configure(ServerBootstrap bootstrap) {
            // The JDK has no portable way to set the times; the system's are used.
            bootstrap.channel(NioServerSocketChannel.class);
        }
    };

    private static final Logger LOG = LoggerFactory.getLogger(SocketTransport.class);

    // As the reference server: a peer that vanished without a word is noticed after 390 s.
    private static final int IDLE_SECONDS = 360;
    private static final int INTERVAL_SECONDS = 10;
    private static final int PROBES = 3;

    private final TransportKind kind;

    SocketTransport(TransportKind kind) {
        this.kind = kind;
    }

    TransportKind kind() {
        return kind;
    }

    /** What the loops serve sockets with. Loads native code. */
    abstract IoHandlerFactory ioHandlerFactory();

    /** Why this transport does not work here; null where it does. */
    abstract @Nullable Throwable unavailable();

    /** Sets the class of listeners, and the times of keep-alive for the sockets that they accept. */
    abstract void configure(ServerBootstrap bootstrap);

    /** The transport asked for; where that does not work, and says so in the log if it was asked for by name, another. */
    static SocketTransport choose(TransportKind kind) {
        return switch (kind) {
            case AUTO -> EPOLL.unavailable() == null ? EPOLL : NIO;
            case EPOLL -> EPOLL.orFallBack();
            case IO_URING -> IO_URING.orFallBack();
            case NIO -> NIO;
        };
    }

    private SocketTransport orFallBack() {
        Throwable reason = unavailable();
        if (reason == null) {
            return this;
        }
        SocketTransport other = choose(TransportKind.AUTO);
        LOG.warn(
                "transport not available, falling back: wanted={} used={} reason={}",
                kind.text(),
                other.kind.text(),
                String.valueOf(reason));
        return other;
    }
}
