package dev.sluice.persistent.store;

/** What happens at a {@link FailPoint}: nothing, outside tests. */
@FunctionalInterface
public interface FailPoints {

    /** Nothing happens. */
    FailPoints NONE = point -> {};

    /**
     * Called on the thread that has come to the point; may throw, or end the process.
     *
     * @throws StoreException as if the disk had failed there
     */
    void reach(FailPoint point) throws StoreException;
}
