package dev.sluice.server;

import dev.sluice.core.auth.Authentication;
import dev.sluice.server.mgmt.Visitors;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;

/** The users of the configuration at the management interface. Their passwords are checked where those of SASL are. */
final class UserVisitors implements Visitors {

    /** How the log calls it. RFC 7617. */
    private static final String MECHANISM = "HTTP-BASIC";

    private final Authentication authentication;

    UserVisitors(Authentication authentication) {
        this.authentication = authentication;
    }

    @Override
    public CompletableFuture<Boolean> login(String peer, String user, byte[] password) {
        CompletableFuture<Boolean> known = new CompletableFuture<>();
        try {
            authentication.compute(() -> {
                try {
                    known.complete(authentication.isPassword(peer, MECHANISM, user, password));
                } catch (RuntimeException | Error e) {
                    known.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException e) {
            known.completeExceptionally(e);
        }
        return known;
    }

    @Override
    public boolean sees(String user, String bucket) {
        return authentication.mayUse(user, bucket);
    }
}
