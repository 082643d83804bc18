package dev.sluice.server.frontend;

import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.util.concurrent.RejectedExecutionHandlers;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * An event loop that looks at its sockets again soon, however many tasks there are.
 *
 * <p>Requests come from sockets; streams go on by tasks, a task for each spool. A client that asks for one thing after the
 * other is answered once in a turn of the loop, so with hundreds of streams the time that a turn gives to tasks is the time
 * that every such request takes. Netty gives tasks a second by itself, and where it is told otherwise it looks at the clock
 * after each 64 of them: with a task of 30 us, which sends a spool, that is 2 ms. This one looks after every task. Looking
 * costs 25 ns, and looking at the sockets a few times as often less than a hundredth of what the streams' own calls do.
 */
final class FairEventLoop extends SingleThreadIoEventLoop {

    /** How long tasks run between two looks at the sockets: some ten spools. */
    private static final long TASKS_NANOS_MAX = 300_000;

    private boolean bounded;
    private long deadlineNanos;

    FairEventLoop(IoEventLoopGroup group, Executor executor, IoHandlerFactory sockets) {
        super(group, executor, sockets, Integer.MAX_VALUE, RejectedExecutionHandlers.reject(), 1);
    }

    @Override
    protected boolean runAllTasks(long timeoutNanos) {
        bounded = true;
        deadlineNanos = System.nanoTime() + TASKS_NANOS_MAX;
        try {
            return super.runAllTasks(timeoutNanos);
        } finally {
            bounded = false;
        }
    }

    /** The next task, or null where there is none, or its turn is the next one. What is left keeps the loop from waiting. */
    @Override
    protected @Nullable Runnable pollTask() {
        return bounded && System.nanoTime() - deadlineNanos >= 0 ? null : super.pollTask();
    }
}
