package dev.sluice.server.tls;

import org.jspecify.annotations.Nullable;

/**
 * What becomes of a client after its handshake.
 *
 * @param accepted whether the connection goes on
 * @param user whom the client's certificate names; null where the client is to log in
 * @param reason why it does not go on, for the log
 */
public record Identification(boolean accepted, @Nullable String user, String reason) {

    static final Identification LOGIN = new Identification(true, null, "");

    static Identification user(String name) {
        return new Identification(true, name, "");
    }

    static Identification refused(String reason) {
        return new Identification(false, null, reason);
    }
}
