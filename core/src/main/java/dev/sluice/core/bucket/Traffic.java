package dev.sluice.core.bucket;

import dev.sluice.engine.Status;

/**
 * Whether clients may change a bucket's documents: switched by ENABLE_TRAFFIC and DISABLE_TRAFFIC, and on from the start.
 * Any thread.
 *
 * <p>While it is off, a node does not know yet what it has. So mutations are put off, a document that is found is served,
 * and neither a miss nor a vbucket that is not here is believed. Protocol: {@code protocol-kv} 7.1.1 and 7.1.3.
 */
final class Traffic {

    private volatile boolean enabled = true;

    void enabled(boolean enabled) {
        this.enabled = enabled;
    }

    boolean enabled() {
        return enabled;
    }

    /**
     * Whether a call of the engine is put off. One that the engine has begun goes on: it may have changed something.
     *
     * @param begun whether the engine has attached something to the call
     */
    boolean putsOff(Statuses call, boolean begun) {
        return !enabled && call.mutation() && !begun;
    }

    /** What a client hears for what the engine says. */
    Status seen(Status status, Statuses call) {
        if ((status != Status.NO_SUCH_KEY && status != Status.NOT_MY_VBUCKET) || enabled) {
            return status;
        }
        boolean doubted = switch (call) {
            case GET, LOCK, UNLOCK -> true;
            case OPEN_SCAN -> status == Status.NOT_MY_VBUCKET;
            default -> false; // The rest is put off, or about vbuckets.
        };
        return doubted ? Status.TEMPORARY_FAILURE : status;
    }
}
