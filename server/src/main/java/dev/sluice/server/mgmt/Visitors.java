package dev.sluice.server.mgmt;

import java.util.concurrent.CompletableFuture;

/** Who may look at the management interface where a login is asked for. Any thread. */
public interface Visitors {

    /** Nobody: there are no users. */
    Visitors NONE = new Visitors() {
        @Override
        public CompletableFuture<Boolean> login(String peer, String user, byte[] password) {
            return CompletableFuture.completedFuture(false);
        }

        @Override
        public boolean sees(String user, String bucket) {
            return false;
        }
    };

    /**
     * Checks a password, away from event loops.
     *
     * <p><b>Ownership.</b> The array is the caller's, who wipes it when this has completed.
     *
     * @param peer from where, for the log
     * @return completes on any thread but an event loop with whether it is the user's, or exceptionally where that could not
     *     be found out; may have so completed already
     */
    CompletableFuture<Boolean> login(String peer, String user, byte[] password);

    /** Whether a user may know of a bucket. */
    boolean sees(String user, String bucket);
}
