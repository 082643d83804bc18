package dev.sluice.persistent.store;

import java.util.concurrent.atomic.AtomicInteger;

/** What happens at a {@link FailPoint}: nothing, outside tests. */
@FunctionalInterface
public interface FailPoints {

    /** Nothing happens. */
    FailPoints NONE = point -> {};

    /**
     * The system property that has a process end at a fail point, as if it had been killed: {@code POINT:n}, at the n-th
     * time that the point is reached, from 1. For tests of what a crash leaves behind.
     */
    String PROPERTY = "sluice.persistent.failpoint";

    /**
     * Called on the thread that has come to the point; may throw, or end the process.
     *
     * @throws StoreException as if the disk had failed there
     */
    void reach(FailPoint point) throws StoreException;

    /** What {@link #PROPERTY} says; nothing happens where it is not set. */
    static FailPoints ofProcess() {
        String text = System.getProperty(PROPERTY, "");
        if (text.isEmpty()) {
            return NONE;
        }
        int colon = text.indexOf(':');
        FailPoint deadly = FailPoint.valueOf(colon < 0 ? text : text.substring(0, colon));
        AtomicInteger left = new AtomicInteger(colon < 0 ? 1 : Integer.parseInt(text.substring(colon + 1)));
        return point -> {
            if (point == deadly && left.decrementAndGet() == 0) {
                // Not exit: neither hooks nor anything that would still write.
                Runtime.getRuntime().halt(137);
            }
        };
    }
}
