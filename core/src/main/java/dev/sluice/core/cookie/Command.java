package dev.sluice.core.cookie;

import dev.sluice.engine.Status;

/**
 * What one kind of request does. Stateless: all state is the cookie's.
 *
 * <p><b>Thread.</b> The loop of the cookie's connection. Never waits.
 */
@FunctionalInterface
public interface Command {

    /**
     * Runs the command, or goes on with it from the cookie's step.
     *
     * @return {@code SUCCESS} when the reply was given through the cookie, {@code WOULD_BLOCK} when the command waits and
     *     is to be run again, {@code UNDECIDED} when nothing may be answered that makes the client repeat; any other is
     *     the failure to answer with
     */
    Status execute(CommandCookie cookie);
}
