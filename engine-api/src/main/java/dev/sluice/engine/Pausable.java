package dev.sluice.engine;

import dev.sluice.engine.annotation.AnyThread;
import dev.sluice.engine.annotation.Evolving;
import dev.sluice.engine.annotation.OnBackground;

/**
 * Capability: a bucket that can be put to rest, so that its files stay as they are while somebody copies them. A bucket
 * whose engine lacks this cannot be paused.
 *
 * <p>The server calls {@link #pause} and {@link #resume} in turn, never two at a time. No command is under way when it
 * calls {@code pause}, and none comes before {@code resume} has answered; statistics and changes of the quota may come at
 * any time, and {@link Engine#close} may come in place of {@code resume}.
 */
@Evolving
public interface Pausable {

    /**
     * Makes everything that was acknowledged durable, as far as this engine does that at all, and changes no file from then
     * on. May wait.
     *
     * @param cancellation whether the pause is still wanted; an engine that needs long looks at it, and ends soon
     * @return {@code SUCCESS}; {@code CANCELLED} for a pause that is not wanted any more, and any failure: then the bucket
     *     goes on as if nothing had been asked
     */
    @OnBackground
    Status pause(Cancellation cancellation);

    /**
     * Ends the rest. May wait.
     *
     * @return {@code SUCCESS}, or a failure with which the bucket stays paused
     */
    @OnBackground
    Status resume();

    /** Whether a pause is still wanted. */
    interface Cancellation {

        @AnyThread
        boolean cancelled();

        /** Runs an action once the pause is not wanted any more: at once if it is so already, otherwise on any thread. */
        @AnyThread
        void onCancel(Runnable action);
    }
}
