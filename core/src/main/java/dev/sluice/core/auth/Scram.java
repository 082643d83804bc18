package dev.sluice.core.auth;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The arithmetic of SCRAM (RFC 5802, section 3; RFC 7677), on bytes. The JDK's own PBKDF2 takes characters, and a password
 * that is no valid text must fail, not change.
 *
 * <p><b>Thread.</b> Any, but no event loop: 15,000 iterations take some ten milliseconds.
 */
public final class Scram {

    private static final byte[] CLIENT_KEY = "Client Key".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SERVER_KEY = "Server Key".getBytes(StandardCharsets.US_ASCII);

    /** HMAC pads keys with zeros, so the key of no byte is the key of one zero; the JDK takes only the latter. */
    private static final byte[] EMPTY_KEY = {0};

    private Scram() {}

    /** The credential of one password. */
    public static ScramCredential credential(ScramVariant variant, byte[] password, byte[] salt, int iterations) {
        return new ScramCredential(salt, iterations, List.of(keys(variant, password, salt, iterations)));
    }

    static ScramCredential.KeyPair keys(ScramVariant variant, byte[] password, byte[] salt, int iterations) {
        return clientKeys(variant, password, salt, iterations).pair();
    }

    /** What a client has of its password: also what a server must never have. */
    @SuppressWarnings("ArrayRecordComponent") // Nobody compares keys in this way.
    record ClientKeys(byte[] clientKey, ScramCredential.KeyPair pair) {}

    static ClientKeys clientKeys(ScramVariant variant, byte[] password, byte[] salt, int iterations) {
        byte[] salted = saltedPassword(variant, password, salt, iterations);
        byte[] clientKey = hmac(variant, salted, CLIENT_KEY);
        byte[] storedKey = hash(variant, clientKey);
        return new ClientKeys(clientKey, new ScramCredential.KeyPair(storedKey, hmac(variant, salted, SERVER_KEY)));
    }

    /**
     * Whether the password is one of those that the credential was made from. Takes as long for a wrong one as for a right
     * one, and whichever of several it is.
     */
    static boolean matches(ScramVariant variant, ScramCredential credential, byte[] password) {
        ScramCredential.KeyPair keys = keys(variant, password, credential.salt(), credential.iterations());
        boolean matches = false;
        for (ScramCredential.KeyPair pair : credential.keys()) {
            // The other key follows from the same password.
            matches |= MessageDigest.isEqual(pair.storedKey(), keys.storedKey());
        }
        return matches;
    }

    /** PBKDF2 for one block, which is all that is asked for: RFC 5802's Hi(). */
    private static byte[] saltedPassword(ScramVariant variant, byte[] password, byte[] salt, int iterations) {
        Mac mac = mac(variant, password);
        mac.update(salt);
        mac.update(new byte[] {0, 0, 0, 1});
        byte[] last = mac.doFinal();
        byte[] sum = last.clone();
        try {
            for (int i = 1; i < iterations; i++) {
                mac.update(last);
                mac.doFinal(last, 0);
                for (int j = 0; j < sum.length; j++) {
                    sum[j] ^= last[j];
                }
            }
        } catch (GeneralSecurityException e) {
            throw new AssertionError("the array is as long as the hash", e);
        }
        return sum;
    }

    static byte[] hmac(ScramVariant variant, byte[] key, byte[] data) {
        return mac(variant, key).doFinal(data);
    }

    static byte[] hash(ScramVariant variant, byte[] data) {
        try {
            return MessageDigest.getInstance(variant.digest()).digest(data);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java lacks " + variant.digest(), e);
        }
    }

    private static Mac mac(ScramVariant variant, byte[] key) {
        try {
            Mac mac = Mac.getInstance(variant.hmac());
            mac.init(new SecretKeySpec(key.length == 0 ? EMPTY_KEY : key, variant.hmac()));
            return mac;
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("this Java lacks " + variant.hmac(), e);
        }
    }
}
