package dev.sluice.engine;

import dev.sluice.engine.annotation.AnyThread;
import dev.sluice.engine.annotation.Evolving;
import dev.sluice.engine.annotation.OnEventLoop;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Capability: vbuckets whose states can be seen and set. All of them are active after creation unless the engine found
 * other states on disk. An engine without this capability serves every vbucket number below the configured count.
 *
 * <p>The state is checked by the engine inside each read and write, under whatever makes that atomic there.
 */
@Evolving
public interface VBuckets {

    /** The state, or null where the vbucket does not exist. */
    @AnyThread
    @Nullable
    VBucketState state(int vbucket);

    /**
     * Creates the vbucket if need be and sets its state. One that becomes active from another state gets a new entry in
     * its failover log. The engine then calls {@link EngineContext#vbucketStateChanged}.
     *
     * @return {@code SUCCESS}, {@code OUT_OF_RANGE} for a number beyond the count, or {@code WOULD_BLOCK}
     */
    @OnEventLoop
    Status setState(Cookie cookie, int vbucket, VBucketState state);

    /**
     * Deletes a dead vbucket with all its documents.
     *
     * @return {@code SUCCESS}, {@code INVALID_ARGUMENTS} where it is not dead, {@code NOT_MY_VBUCKET} where it does not
     *     exist, {@code TEMPORARY_FAILURE} where it is gone and its room is given back later, or {@code WOULD_BLOCK}
     */
    @OnEventLoop
    Status delete(Cookie cookie, int vbucket);

    /** The highest sequence number given out, 0 for none; -1 where the vbucket does not exist. */
    @AnyThread
    long highSeqno(int vbucket);

    /** The highest CAS given out or taken over in the vbucket, unsigned; 0 where there is none or the engine cannot tell. */
    @AnyThread
    default long highCas(int vbucket) {
        return 0;
    }

    /** The histories of the vbucket, newest first, never empty for one that exists; empty where it does not. */
    @AnyThread
    List<FailoverEntry> failoverLog(int vbucket);

    /**
     * From which sequence number on a history is this one.
     *
     * @param vbucketUuid names the history; not 0
     * @param seqno where it began
     */
    record FailoverEntry(long vbucketUuid, long seqno) {}
}
