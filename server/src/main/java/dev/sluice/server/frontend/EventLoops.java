package dev.sluice.server.frontend;

import dev.sluice.core.Node;
import dev.sluice.core.transport.Loop;
import dev.sluice.server.config.TransportKind;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.util.IdentityHashMap;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The threads that own the connections. Listeners run on them too: accepting is rare beside serving. */
public final class EventLoops {

    private static final Logger LOG = LoggerFactory.getLogger(EventLoops.class);

    private final SocketTransport transport;
    private final MultiThreadIoEventLoopGroup group;
    private final IdentityHashMap<EventLoop, NettyLoop> loops = new IdentityHashMap<>();

    /** Starts nothing yet: a loop's thread begins with its first task. */
    public EventLoops(TransportKind kind, int count) {
        transport = SocketTransport.choose(kind);
        group = new Group(count, transport.ioHandlerFactory());
        for (EventExecutor executor : group) {
            EventLoop eventLoop = (EventLoop) executor;
            loops.put(eventLoop, new NettyLoop(eventLoop, loops.size()));
        }
    }

    /** How sockets are served, after falling back where need be. */
    public TransportKind kind() {
        return transport.kind();
    }

    SocketTransport transport() {
        return transport;
    }

    MultiThreadIoEventLoopGroup group() {
        return group;
    }

    NettyLoop of(EventLoop eventLoop) {
        return Objects.requireNonNull(loops.get(eventLoop), "a loop of another group");
    }

    /** Has each loop tell the node once a second that time passes. */
    public void tick(Node node) {
        for (NettyLoop loop : loops.values()) {
            // Ends with the loop; nobody calls it off.
            Future<?> unused = loop.eventLoop().scheduleAtFixedRate(() -> tick(node, loop), 1, 1, TimeUnit.SECONDS);
        }
    }

    private static void tick(Node node, Loop loop) {
        try {
            node.tick(loop);
        } catch (Throwable e) {
            // Thrown on, it would end the ticking; also where there is no memory for a moment.
            LOG.error("tick failed: loop={}", loop.index(), e);
        }
    }

    /** Closes what is still open and ends the threads. */
    public Future<?> stop(long timeoutMs) {
        return group.shutdownGracefully(0, timeoutMs, TimeUnit.MILLISECONDS);
    }

    private static final class Group extends MultiThreadIoEventLoopGroup {

        Group(int count, IoHandlerFactory sockets) {
            super(count, new DefaultThreadFactory("sluice-loop"), sockets);
        }

        @Override
        protected IoEventLoop newChild(Executor executor, IoHandlerFactory sockets, Object... unused) {
            return new FairEventLoop(this, executor, sockets);
        }
    }
}
