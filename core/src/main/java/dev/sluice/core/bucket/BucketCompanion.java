package dev.sluice.core.bucket;

/**
 * Something that the server keeps for each bucket and that uses its engine on background threads: it must be quiet before
 * the engine is closed. Any thread.
 */
public interface BucketCompanion {

    /** Once a second or so, on a background thread: time passes. */
    default void tick() {}

    /** The bucket has another manifest. On a background thread. */
    default void collectionsChanged() {}

    /** Begins nothing more, and calls off what runs. Must not wait. */
    void shutDown();

    /** Whether nothing of it runs any more; stays true once it was after {@link #shutDown}. */
    boolean quiet();
}
