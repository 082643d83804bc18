package dev.sluice.core.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/**
 * The client's side of SCRAM, for tools that talk to a server: it shows that it has the password without saying it, and
 * finds out whether the server knows it. The messages are drawn at {@link ScramExchange}.
 *
 * <p><b>Thread.</b> One. {@link #last} hashes, some ten milliseconds.
 */
public final class ScramLogin {

    private static final int NONCE_BYTES = 16;

    /** A server that asks for more wants the client to hash for ever. */
    private static final int ITERATIONS_MAX = 10_000_000;

    private final ScramVariant variant;
    private final byte[] password;
    private final String bare;
    private final String nonce;
    private String authMessage = "";
    private byte[] serverKey = {};

    /**
     * A login that has not begun.
     *
     * @param password in UTF-8; the caller's, who may overwrite it when the login is over
     */
    public ScramLogin(ScramVariant variant, String user, byte[] password, RandomGenerator random) {
        this.variant = variant;
        this.password = password;
        byte[] bytes = new byte[NONCE_BYTES];
        random.nextBytes(bytes);
        this.nonce = HexFormat.of().formatHex(bytes);
        this.bare = "n=" + user.replace("=", "=3D").replace(",", "=2C") + ",r=" + nonce;
    }

    /** What the client says first. */
    public String first() {
        return "n,," + bare;
    }

    /**
     * What the client answers to the server's challenge.
     *
     * @throws MalformedMessageException where it is none, or answers somebody else
     */
    public String last(String challenge) throws MalformedMessageException {
        String[] parts = challenge.split(",", -1);
        if (parts.length != 3
                || !parts[0].startsWith("r=" + nonce)
                || !parts[1].startsWith("s=")
                || !parts[2].matches("i=[1-9][0-9]{0,7}")) {
            throw new MalformedMessageException(
                    "SCRAM: the challenge is none (expected: r=, with the client's nonce, s= and i=)");
        }
        int iterations = Integer.parseInt(parts[2].substring(2));
        if (iterations > ITERATIONS_MAX) {
            throw new MalformedMessageException(
                    "SCRAM: " + iterations + " iterations (expected: at most " + ITERATIONS_MAX + ")");
        }
        byte[] salt;
        try {
            salt = Base64.getDecoder().decode(parts[1].substring(2));
        } catch (IllegalArgumentException e) {
            throw new MalformedMessageException("SCRAM: the salt is not in base64");
        }
        Scram.ClientKeys keys = Scram.clientKeys(variant, password, salt, iterations);
        serverKey = keys.pair().serverKey();
        String withoutProof = "c=biws," + parts[0];
        authMessage = bare + "," + challenge + "," + withoutProof;
        byte[] proof = Scram.hmac(variant, keys.pair().storedKey(), authMessage.getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < proof.length; i++) {
            proof[i] ^= keys.clientKey()[i];
        }
        return withoutProof + ",p=" + Base64.getEncoder().encodeToString(proof);
    }

    /** Whether the server's last message shows that it knows the password too. */
    public boolean proven(String verdict) {
        byte[] signature = Scram.hmac(variant, serverKey, authMessage.getBytes(StandardCharsets.UTF_8));
        String expected = "v=" + Base64.getEncoder().encodeToString(signature);
        return MessageDigest.isEqual(
                expected.getBytes(StandardCharsets.US_ASCII), verdict.getBytes(StandardCharsets.UTF_8));
    }
}
