package dev.sluice.core.limits;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The memory that large values of all connections may take together which are copies of the server's own: those that clients
 * sent compressed and that are not stored yet, those inflated for clients that do not take Snappy, and documents that range
 * scans have gathered. Any thread.
 *
 * <p>A megabyte on the wire or in the bucket can be twenty inflated, and a slow reader keeps its twenty; a thousand of them
 * must not take the heap with them. One value is let through whatever the limit, so that a small server serves large values
 * one after the other.
 */
public final class InflatedBudget {

    private final long maxBytes;
    private final AtomicLong usedBytes = new AtomicLong();

    public InflatedBudget(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Charges so many bytes, to be given back by closing the lease; null, and nothing charged, where they do not fit. */
    public @Nullable Lease tryLease(long bytes) {
        long after = usedBytes.addAndGet(bytes);
        if (after > maxBytes && after != bytes) {
            usedBytes.addAndGet(-bytes);
            return null;
        }
        return new Lease(bytes);
    }

    public long usedBytes() {
        return usedBytes.get();
    }

    /** Bytes that are charged until this is closed. Closed once, by its owner; further times are in vain. */
    public final class Lease implements Runnable {

        private final AtomicLong bytes;

        private Lease(long bytes) {
            this.bytes = new AtomicLong(bytes);
        }

        /** Gives the bytes back. */
        @Override
        public void run() {
            long now = usedBytes.addAndGet(-bytes.getAndSet(0));
            assert now >= 0 : "more given back than was charged";
        }
    }
}
