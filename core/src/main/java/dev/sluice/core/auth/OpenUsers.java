package dev.sluice.core.auth;

import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Credentials for listeners that ask for no login. SDKs log in all the same, and their SCRAM wants the server to prove that
 * it knows the password; so every name that is not configured has the password {@value #PASSWORD}, and by PLAIN any. That
 * gives nothing away: whoever can reach such a listener may do everything there without a word. Names that are configured
 * are checked as everywhere.
 */
final class OpenUsers implements Credentials {

    /** Documented, and known to everybody. */
    static final String PASSWORD = "password";

    private final KnownUsers known;
    private final Users users;
    private final Cache cache;

    OpenUsers(KnownUsers known, Users users, Cache cache) {
        this.known = known;
        this.users = users;
        this.cache = cache;
    }

    /** The one credential of each SCRAM, made when it is first needed. Any thread. */
    static final class Cache {

        /** Slowing guesses down is of no use for a password that is in the manual. */
        private static final int ITERATIONS = 4096;

        private final byte[] secret;
        private final Object lock = new Object();
        private final Map<ScramVariant, ScramCredential> made = new EnumMap<>(ScramVariant.class);

        Cache(byte[] secret) {
            this.secret = secret;
        }

        ScramCredential credential(ScramVariant variant) {
            synchronized (lock) {
                return made.computeIfAbsent(variant, v -> {
                    byte[] salt = Scram.hmac(v, secret, new byte[] {1});
                    byte[] password = PASSWORD.getBytes(StandardCharsets.US_ASCII);
                    return Scram.credential(v, password, salt, ITERATIONS);
                });
            }
        }
    }

    @Override
    public ScramCredential scram(ScramVariant variant, String user) {
        return users.user(user) == null ? cache.credential(variant) : known.scram(variant, user);
    }

    @Override
    public boolean matches(String user, byte[] password) {
        return users.user(user) == null || known.matches(user, password);
    }

    @Override
    public @Nullable String refusal(String user, boolean matches) {
        return users.user(user) == null ? null : known.refusal(user, matches);
    }
}
