package dev.sluice.core.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of SCRAM, without channel binding.
 *
 * <pre>
 *   client first   n,[a=authzid],n=user,r=cnonce
 *   server first   r=cnonce snonce,s=salt,i=iterations
 *   client final   c=biws,r=cnonce snonce,p=proof
 *   server final   v=signature
 * </pre>
 *
 * <p>Whoever is unknown gets a whole exchange like everybody else, with a salt that is the same each time, and fails at its
 * end: {@link Credentials} decides who is known, this class does not see a difference. Several key pairs are all tried, all
 * the time. Protocol: {@code auth} 2.2; RFC 5802; RFC 7677.
 */
final class ScramExchange implements Exchange {

    static final int NONCE_BYTES = 8;

    private final ScramVariant variant;
    private final Credentials credentials;
    private final byte[] serverNonce;

    private String user = "";
    private String nonce = "";
    private String authMessage = "";
    private @Nullable ScramCredential credential;

    /**
     * An exchange that waits for the client's first message.
     *
     * @param serverNonce random, {@link #NONCE_BYTES} long
     */
    ScramExchange(ScramVariant variant, Credentials credentials, byte[] serverNonce) {
        this.variant = variant;
        this.credentials = credentials;
        this.serverNonce = serverNonce;
    }

    @Override
    public LoginResult step(byte[] message) {
        try {
            return credential == null ? first(message) : last(message, credential);
        } catch (MalformedMessageException e) {
            return LoginResult.malformed(String.valueOf(e.getMessage()));
        }
    }

    private LoginResult first(byte[] message) throws MalformedMessageException {
        String text = text(message);
        if (!text.startsWith("n,")) {
            throw new MalformedMessageException("SCRAM: the first message has channel binding (expected: n,)");
        }
        int comma = text.indexOf(',', 2);
        if (comma < 0 || (comma > 2 && !text.startsWith("a=", 2))) {
            throw new MalformedMessageException("SCRAM: the header of the first message does not end (expected: n,,)");
        }
        String bare = text.substring(comma + 1);
        String name = null;
        String clientNonce = null;
        for (String attribute : bare.split(",", -1)) {
            if (attribute.startsWith("n=") && name == null) {
                name = unescape(attribute.substring(2));
            } else if (attribute.startsWith("r=") && clientNonce == null) {
                clientNonce = attribute.substring(2);
            } else {
                throw new MalformedMessageException("SCRAM: the first message has an attribute that is not expected");
            }
        }
        if (name == null || clientNonce == null || name.isEmpty() || clientNonce.isEmpty()) {
            throw new MalformedMessageException("SCRAM: the first message lacks the user or the nonce");
        }
        user = name;
        nonce = clientNonce + HexFormat.of().formatHex(serverNonce);
        ScramCredential found = credentials.scram(variant, name);
        credential = found;
        String salt = Base64.getEncoder().encodeToString(found.salt());
        String challenge = "r=" + nonce + ",s=" + salt + ",i=" + found.iterations();
        authMessage = bare + "," + challenge;
        return LoginResult.challenge(name, challenge.getBytes(StandardCharsets.UTF_8));
    }

    private LoginResult last(byte[] message, ScramCredential found) throws MalformedMessageException {
        String text = text(message);
        boolean bound = false;
        String echoed = null;
        String proofText = null;
        int proofAt = -1;
        int position = 0;
        for (String attribute : text.split(",", -1)) {
            if (attribute.startsWith("c=") && !bound) {
                bound = true;
            } else if (attribute.startsWith("r=") && echoed == null) {
                echoed = attribute.substring(2);
            } else if (attribute.startsWith("p=") && proofText == null) {
                proofText = attribute.substring(2);
                proofAt = position - 1;
            } else if (attribute.startsWith("c=") || attribute.startsWith("r=") || attribute.startsWith("p=")) {
                throw new MalformedMessageException("SCRAM: the final message has an attribute twice");
            }
            position += attribute.length() + 1;
        }
        if (!bound || echoed == null || proofText == null || proofAt < 0) {
            throw new MalformedMessageException("SCRAM: the final message lacks one of c, r and p");
        }
        if (!echoed.equals(nonce)) {
            throw new MalformedMessageException("SCRAM: the nonce of the final message is another one");
        }
        byte[] proof = decode(proofText);
        String whole = authMessage + "," + text.substring(0, proofAt);
        byte[] signature = verify(proof, whole.getBytes(StandardCharsets.UTF_8), found);
        String refusal = credentials.refusal(user, signature != null);
        if (refusal != null || signature == null) {
            return LoginResult.refused(user, refusal == null ? "wrong password" : refusal);
        }
        String last = "v=" + Base64.getEncoder().encodeToString(signature);
        return LoginResult.success(user, last.getBytes(StandardCharsets.UTF_8));
    }

    /** The server's signature by the pair that the proof belongs to; null where it belongs to none. */
    private byte @Nullable [] verify(byte[] proof, byte[] message, ScramCredential found) {
        byte[] signature = null;
        for (ScramCredential.KeyPair pair : found.keys()) {
            byte[] clientKey = Scram.hmac(variant, pair.storedKey(), message);
            for (int i = 0; i < clientKey.length; i++) {
                clientKey[i] ^= proof[i];
            }
            byte[] own = Scram.hmac(variant, pair.serverKey(), message);
            if (MessageDigest.isEqual(Scram.hash(variant, clientKey), pair.storedKey())) {
                signature = own;
            }
        }
        return signature;
    }

    private byte[] decode(String text) throws MalformedMessageException {
        byte[] proof;
        try {
            proof = Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new MalformedMessageException("SCRAM: the proof is not in base64");
        }
        if (proof.length != variant.digestBytes()) {
            throw new MalformedMessageException("SCRAM: the proof is not as long as the hash");
        }
        return proof;
    }

    private static String text(byte[] message) throws MalformedMessageException {
        String text = UserText.decode(message, 0, message.length);
        if (text == null) {
            throw new MalformedMessageException("SCRAM: the message is no text in UTF-8, or has control characters");
        }
        return text;
    }

    /** {@code =2C} is a comma and {@code =3D} an equals sign; nothing else may follow one. */
    private static String unescape(String name) throws MalformedMessageException {
        StringBuilder plain = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c != '=') {
                plain.append(c);
            } else if (name.startsWith("=2C", i)) {
                plain.append(',');
                i += 2;
            } else if (name.startsWith("=3D", i)) {
                plain.append('=');
                i += 2;
            } else {
                throw new MalformedMessageException("SCRAM: an = in the user's name (expected: =2C or =3D)");
            }
        }
        return plain.toString();
    }
}
