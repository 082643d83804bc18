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
     * Drops every document. CAS values and sequence numbers go on rising.
     *
     * @return {@code SUCCESS} or {@code WOULD_BLOCK}
     */
    @OnEventLoop
    Status flush(Cookie cookie);
}
