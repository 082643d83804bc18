package dev.sluice.core.auth;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
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

    OpenUsers(KnownUsers known, Users users) {
        this.known = known;
        this.users = users;
    }

    /** Slowing guesses down is of no use for a password that is in the manual. */
    static final int ITERATIONS = 4096;

    /**
     * Salts are the hash of a text, and keys were computed once and are written down here, since there is nothing to guard:
     * to compute them takes a fifth of a second in a server that has just started, which the first client would wait for.
     */
    static byte[] salt(ScramVariant variant) {
        return Scram.hash(variant, "sluice open user".getBytes(StandardCharsets.US_ASCII));
    }

    /** The one credential of each SCRAM. */
    static ScramCredential credential(ScramVariant variant) {
        return switch (variant) {
            case SHA512 ->
                credential(
                        variant,
                        "8xXtlGwIO2Gw+lWRMiBq4RZvdjnmwy6WCibnolLzq9c+nq8eeOq4Wb38xnW4dw/OuYGoGBGe2eM/8/PsyF12gQ==",
                        "5xd7HoWh87LGR68zQpoA1akpUd+zrHJXKL71/w6OwXIFjr8qXiBLBXXptEOhu/E4BdNfEVARCUM61uSa1wv3LA==");
            case SHA256 ->
                credential(
                        variant,
                        "ggsvyp+pKgNmjRv9M8ubQ+nJ2VmwGOTIdbnHRJmCpDU=",
                        "yKJ6QwQLMoJafANgpQKeYCa/KLUMK6G8TpRb4IbnVks=");
            case SHA1 -> credential(variant, "VK/UR6T6n/hkKi/QI4H4gz5Qd6E=", "YtIxgQAFPWuQwP7pE6JBbtwP+bY=");
        };
    }

    private static ScramCredential credential(ScramVariant variant, String storedKey, String serverKey) {
        Base64.Decoder base64 = Base64.getDecoder();
        ScramCredential.KeyPair keys = new ScramCredential.KeyPair(base64.decode(storedKey), base64.decode(serverKey));
        return new ScramCredential(salt(variant), ITERATIONS, List.of(keys));
    }

    @Override
    public ScramCredential scram(ScramVariant variant, String user) {
        return users.user(user) == null ? credential(variant) : known.scram(variant, user);
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
