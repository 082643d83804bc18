package dev.sluice.core.auth;

import org.jspecify.annotations.Nullable;

/**
 * Where in a bucket a privilege is asked for. A scope without a collection is a place too.
 *
 * @param scope the scope's name
 * @param collection the collection's name, or null for the scope itself
 */
public record Place(String scope, @Nullable String collection) {

    /** What has no collection's id is here. */
    public static final Place DEFAULT = new Place("_default", "_default");

    /** Whether it belongs to the system: names that begin with an underscore do, but for those of the default. */
    public boolean system() {
        return systemName(scope) || (collection != null && systemName(collection));
    }

    private static boolean systemName(String name) {
        return name.startsWith("_") && !name.equals("_default");
    }
}
