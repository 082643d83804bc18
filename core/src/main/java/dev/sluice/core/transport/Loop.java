package dev.sluice.core.transport;

import java.util.concurrent.Executor;

/**
 * The event loop that owns a connection for life. Tasks run one after another, in the order in which one thread submits
 * them, and never inside {@link #execute}.
 */
public interface Loop extends Executor {

    /** Which loop of the server this is, from 0; counters of a loop have their slot by it. */
    int index();

    /** Whether the caller runs on this loop. */
    boolean inLoop();

    /**
     * Runs a task on the loop, later. Any thread may call it; it never waits.
     *
     * @throws java.util.concurrent.RejectedExecutionException when the loop has ended
     */
    @Override
    void execute(Runnable task);
}
