package dev.sluice.persistent.store;

import dev.sluice.engine.DocumentView;

/**
 * Goes through documents one after the other.
 *
 * <p><b>Thread.</b> One at a time. <b>Ownership.</b> The caller closes it.
 */
public interface DocumentCursor extends AutoCloseable {

    /**
     * Goes to the next document; to the first when called for the first time.
     *
     * @return whether there is one. Once false, always false
     */
    boolean next() throws StoreException;

    /**
     * The document that the cursor is at. The view is the cursor's and shows another document after {@link #next}; the
     * arrays that it points at never change and may be kept.
     *
     * @throws IllegalStateException where the last {@link #next} was not true
     */
    DocumentView document();

    /**
     * How long the value of {@link #document} is, also where it was not asked for.
     *
     * @throws IllegalStateException as {@link #document}
     */
    int valueLength();

    @Override
    void close();
}
