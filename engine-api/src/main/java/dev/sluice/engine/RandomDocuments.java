package dev.sluice.engine;

import dev.sluice.engine.annotation.Evolving;
import dev.sluice.engine.annotation.OnEventLoop;

/** Capability: any live document of a collection, another one each time if there are many. */
@Evolving
public interface RandomDocuments {

    /**
     * Shows a live document of an active vbucket, with its key. How evenly the engine chooses is its own affair; it must
     * find one in a bucket that holds few documents, and may give up in a large one that has hardly any of the collection.
     *
     * @return {@code SUCCESS}, {@code NO_SUCH_KEY} where none was found, {@code UNKNOWN_COLLECTION} or {@code WOULD_BLOCK}
     */
    @OnEventLoop
    Status random(Cookie cookie, int collection, DocumentView out);
}
