package dev.sluice.core.auth;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The credentials of the configured users, and for all others some that nothing fits. Who asks learns from neither what is
 * answered nor how long it takes whether a user exists: the salt of an unknown one is the same each time, the iterations
 * are those of most users of that SCRAM, and the same is computed. Protocol: {@code auth} 2.2, fake items.
 */
final class KnownUsers implements Credentials {

    private static final byte[] STORED = "stored".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SERVER = "server".getBytes(StandardCharsets.US_ASCII);

    private final Users users;
    private final byte[] fallbackSalt;
    private final long wallSeconds;

    /**
     * The users of a moment.
     *
     * @param fallbackSalt a secret of the process
     * @param wallSeconds what time it is, for passwords that expire
     */
    KnownUsers(Users users, byte[] fallbackSalt, long wallSeconds) {
        this.users = users;
        this.fallbackSalt = fallbackSalt;
        this.wallSeconds = wallSeconds;
    }

    @Override
    public ScramCredential scram(ScramVariant variant, String name) {
        ScramCredential fake = fake(variant, name); // Made for everybody, as it takes its time.
        User user = users.user(name);
        ScramCredential own = user == null ? null : user.credentials().get(variant);
        return own == null ? fake : own;
    }

    @Override
    public boolean matches(String name, byte[] password) {
        User user = users.user(name);
        ScramVariant strongest = user == null ? null : user.strongest();
        ScramVariant variant = strongest == null ? users.usualStrongest() : strongest;
        return Scram.matches(variant, scram(variant, name), password);
    }

    @Override
    public @Nullable String refusal(String name, boolean matches) {
        User user = users.user(name);
        if (user == null) {
            return "unknown user";
        }
        return matches && user.expired(wallSeconds) ? "expired password" : null;
    }

    private ScramCredential fake(ScramVariant variant, String name) {
        byte[] user = name.getBytes(StandardCharsets.UTF_8);
        byte[] salt = Scram.hmac(variant, user, fallbackSalt);
        byte[] secret = Scram.hmac(variant, fallbackSalt, user);
        ScramCredential.KeyPair keys =
                new ScramCredential.KeyPair(Scram.hmac(variant, secret, STORED), Scram.hmac(variant, secret, SERVER));
        return new ScramCredential(salt, users.usualIterations(variant), List.of(keys));
    }
}
