package dev.sluice.engine;

import dev.sluice.engine.annotation.Evolving;
import dev.sluice.engine.annotation.OnBackground;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;

/**
 * Capability: copying what a bucket keeps on disk while it serves. A bucket whose engine lacks this cannot be backed up by
 * the server.
 *
 * <p>Unlike most of what clients ask for this is no call with a cookie: the server makes files of its own around the
 * engine's, on the same background thread.
 */
@Evolving
public interface Backups {

    /**
     * Makes a copy from which the bucket can be made again: {@link EngineProvider#create}, given the copy as its data
     * directory, opens what was there at some moment of this call. May take long; clients are served meanwhile.
     *
     * <p>Everything that was acknowledged before the call is in the copy, also what would otherwise have been on disk only
     * later. What is acknowledged during the call may be in it. Since the original goes on, the copy must not pass for it:
     * where the engine has histories ({@link VBuckets#failoverLog}), each vbucket of the copy begins a new one when it is
     * opened.
     *
     * <p>One call at a time, and none while the bucket is paused.
     *
     * @param target does not exist, its parent does. What a failure leaves there is removed by the caller, and must not be
     *     taken for a whole copy by {@code create}
     * @param cancelled whether the copy is not wanted any more; an engine that needs long looks at it, and ends soon
     * @throws EngineException where there is no copy; the message is for an operator
     */
    @OnBackground
    void copyTo(Path target, BooleanSupplier cancelled) throws EngineException;
}
