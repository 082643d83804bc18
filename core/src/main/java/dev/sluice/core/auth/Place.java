package dev.sluice.core.auth;

import dev.sluice.core.collections.Collection;
import org.jspecify.annotations.Nullable;

/**
 * Where in a bucket a privilege is asked for. A scope without a collection is a place too.
 *
 * @param scope the scope's name
 * @param collection the collection's name, or null for the scope itself
 */
public record Place(String scope, @Nullable String collection) {

    /** What has no collection's id is here. */
    public static final Place DEFAULT = new Place(Collection.DEFAULT_NAME, Collection.DEFAULT_NAME);

    /** Whether it belongs to the system: names that begin with an underscore do, but for those of the default. */
    public boolean system() {
        return Collection.systemName(scope) || (collection != null && Collection.systemName(collection));
    }
}
