package dev.sluice.core.limits;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that unfinished frames of all connections may take together. Any thread.
 *
 * <p>A client may announce 20 MiB and send them one byte a minute; a thousand such clients must not take the heap with
 * them. Buffers grow with what has arrived, not with what was announced, and are charged here as they grow.
 */
public final class InboundBudget {

    private final long maxBytes;
    private final AtomicLong usedBytes = new AtomicLong();

    public InboundBudget(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Charges so many bytes if they fit; false, and nothing charged, if they do not. */
    public boolean tryCharge(long bytes) {
        if (usedBytes.addAndGet(bytes) > maxBytes) {
            usedBytes.addAndGet(-bytes);
            return false;
        }
        return true;
    }

    /** Charges bytes that are there already, or gives back with a negative number. */
    public void charge(long bytes) {
        long now = usedBytes.addAndGet(bytes);
        assert now >= 0 : "more given back than was charged";
    }

    public long usedBytes() {
        return usedBytes.get();
    }
}
