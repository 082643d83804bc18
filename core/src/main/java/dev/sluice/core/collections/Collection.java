package dev.sluice.core.collections;

import org.jspecify.annotations.Nullable;

/**
 * One collection of a manifest.
 *
 * <p>What the server only carries for others is null where nobody has set it, and is then not printed.
 *
 * @param id unsigned; 0 is the default collection, 1 to 7 do not exist
 * @param name unique in its scope
 * @param scopeId the scope that it belongs to, unsigned
 * @param system whether its name, or its scope's, begins with an underscore and is not {@code _default}
 * @param maxTtlSeconds how long its documents live at most; 0 for no limit whatever the bucket says, {@link #NO_MAX_TTL}
 *     where the bucket's limit holds
 * @param history carried: whether change streams keep superseded versions
 * @param metered carried: whether operations count for metering
 * @param flushUid carried: the uid of the manifest that emptied the collection last
 */
public record Collection(
        int id,
        String name,
        int scopeId,
        boolean system,
        long maxTtlSeconds,
        @Nullable Boolean history,
        @Nullable Boolean metered,
        @Nullable Long flushUid) {

    /** The collection says nothing about how long its documents live. */
    public static final long NO_MAX_TTL = -1;

    /** The name that the default scope and its default collection have. */
    public static final String DEFAULT_NAME = "_default";

    /** Whether a name marks a scope or collection of the system's own. */
    public static boolean systemName(String name) {
        return name.startsWith("_") && !name.equals(DEFAULT_NAME);
    }
}
