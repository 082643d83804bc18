package dev.sluice.core.auth;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A user of the configuration. Immutable.
 *
 * @param name unique
 * @param credentials of the SCRAMs that the user can log in by; one at least
 * @param expirySeconds from when on no password is good, in seconds since 1970 UTC; {@link #NEVER} for never
 * @param rights what the user may do
 */
public record User(String name, Map<ScramVariant, ScramCredential> credentials, long expirySeconds, Rights rights) {

    public static final long NEVER = Long.MAX_VALUE;

    public User {
        credentials = Map.copyOf(credentials);
    }

    /** Whether it is a service's own, which acts for others without leave. Protocol: {@code auth} 8. */
    static boolean internal(String name) {
        return name.startsWith("@");
    }

    /** The strongest of the credentials, which a password in clear text is checked against; null where there is none. */
    @Nullable
    ScramVariant strongest() {
        for (ScramVariant variant : ScramVariant.values()) {
            if (credentials.containsKey(variant)) {
                return variant;
            }
        }
        return null;
    }

    boolean expired(long wallSeconds) {
        return wallSeconds >= expirySeconds;
    }
}
