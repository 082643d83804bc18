package dev.sluice.engine;

import dev.sluice.engine.annotation.Evolving;
import dev.sluice.engine.annotation.OnEventLoop;

/**
 * Capability: dropping all documents of the bucket at once, for classic memcached users. Served only where the bucket's
 * configuration says {@code "flush": true}.
 */
@Evolving
public interface Flush {

    /**
     * Drops every document. CAS values and sequence numbers go on rising. Answered when no document comes back any more,
     * whatever happens to the process.
     *
     * @return {@code SUCCESS}, {@code TEMPORARY_FAILURE} where that cannot be said, or {@code WOULD_BLOCK}
     */
    @OnEventLoop
    Status flush(Cookie cookie);
}
