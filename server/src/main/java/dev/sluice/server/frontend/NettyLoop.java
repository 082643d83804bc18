package dev.sluice.server.frontend;

import dev.sluice.core.transport.Loop;
import io.netty.channel.EventLoop;

/** One of Netty's event loops, with what is the loop's own rather than a connection's. */
final class NettyLoop implements Loop {

    /**
     * How much input is handed to a connection at a time. Netty reads up to 64 KiB at once from a busy socket, so that one
     * read is one piece.
     */
    private static final int SCRATCH_BYTES = 64 << 10;

    private final EventLoop eventLoop;
    private final int index;
    private final byte[] scratch = new byte[SCRATCH_BYTES];

    NettyLoop(EventLoop eventLoop, int index) {
        this.eventLoop = eventLoop;
        this.index = index;
    }

    EventLoop eventLoop() {
        return eventLoop;
    }

    /** Where input lies on the heap while a connection looks at it. One for all connections of the loop: they take turns. */
    byte[] scratch() {
        assert inLoop();
        return scratch;
    }

    @Override
    public int index() {
        return index;
    }

    @Override
    public boolean inLoop() {
        return eventLoop.inEventLoop();
    }

    @Override
    public void execute(Runnable task) {
        eventLoop.execute(task);
    }
}
