package dev.sluice.core.bucket;

import dev.sluice.engine.Statistic;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Something that the server keeps for each bucket and that uses its engine on background threads: it must be quiet before
 * the engine is closed. Any thread.
 *
 * <p>A pause of the bucket is its end too: the first use after it makes another. What has to live as long as the bucket
 * does is no companion.
 */
public interface BucketCompanion {

    /** Once a second or so, on a background thread: time passes. */
    default void tick() {}

    /** The bucket has another manifest. On a background thread. */
    default void collectionsChanged() {}

    /**
     * The statistics of a group that this knows about. On a background thread.
     *
     * @return null where it is not this one's
     */
    default @Nullable Iterator<Statistic> statistics(String group) {
        return null;
    }

    /** Begins nothing more, and calls off what runs. Must not wait. */
    void shutDown();

    /** Whether nothing of it runs any more; stays true once it was after {@link #shutDown}. */
    boolean quiet();
}
