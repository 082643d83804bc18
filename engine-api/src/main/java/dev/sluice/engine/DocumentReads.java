package dev.sluice.engine;

import dev.sluice.engine.annotation.Evolving;
import dev.sluice.engine.annotation.OnEventLoop;
import java.util.Set;

/**
 * Capability: look-ups beyond {@link Engine#get}: in vbuckets that are not active, and of metadata alone. The commands that
 * read from replicas, and those that ask for metadata, stand on it. Without it the server takes {@link Engine#get} for
 * metadata, and says that it has no replicas.
 */
@Evolving
public interface DocumentReads {

    /**
     * Looks a document up, as {@link Engine#get} does apart from what the scope says.
     *
     * @return {@code SUCCESS}, {@code NO_SUCH_KEY}, {@code SYNC_WRITE_RE_COMMIT_IN_PROGRESS}, {@code UNKNOWN_COLLECTION},
     *     {@code WOULD_BLOCK}; and {@code NOT_MY_VBUCKET} where the vbucket is in none of the scope's states, pending or not
     */
    @OnEventLoop
    Status read(Cookie cookie, int vbucket, DocumentKey key, Scope scope, DocumentView out);

    /**
     * Where to look, and for what.
     *
     * @param states those in which the vbucket may be
     * @param filter which documents are seen
     * @param valueWanted whether the value will be looked at; otherwise an engine that does not have it at hand leaves it out
     */
    record Scope(Set<VBucketState> states, DocumentFilter filter, boolean valueWanted) {

        public Scope {
            states = Set.copyOf(states);
        }
    }
}
