package dev.sluice.benchmarks.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * What the Java SDK says on a connection with a bucket until a GET is answered, in the order in which it says it: HELLO with
 * its features, GET_ERROR_MAP, SASL_LIST_MECHS and SASL_AUTH (SCRAM-SHA512) in one write; SASL_STEP and SELECT_BUCKET;
 * GET_CLUSTER_CONFIG; GET.
 */
final class SessionClient implements ServerStart.Client {

    private static final int SASL_LIST_MECHS = 0x20;
    private static final int SASL_AUTH = 0x21;
    private static final int SASL_STEP = 0x22;
    private static final int SELECT_BUCKET = 0x89;
    private static final int GET_CLUSTER_CONFIG = 0xb5;
    private static final int GET_ERROR_MAP = 0xfe;
    private static final int AUTH_CONTINUE = 0x21;
    private static final int KEY_ENOENT = 0x01;

    private static final byte RESPONSE_WITH_FRAMES = 0x18;

    private static final byte[] MECHANISM = ascii("SCRAM-SHA512");
    private static final String FIRST = "n=Administrator,r=c2x1aWNlLXN0YXJ0";
    private static final String PASSWORD = "password";

    /** All that the SDK asks for by default, Snappy (0x0a, 0x13) among it. */
    private static final int[] FEATURES = {
        0x04, 0x06, 0x07, 0x08, 0x0a, 0x0b, 0x0c, 0x0e, 0x0f, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x17, 0x1a, 0x1c,
        0x1d, 0x1e, 0x1f, 0x21
    };

    @Override
    public void firstGet(InetSocketAddress address) throws IOException {
        try (SocketChannel channel = Wire.connectSilently(address)) {
            ByteBuffer features = ByteBuffer.allocate(2 * FEATURES.length);
            for (int feature : FEATURES) {
                features.putShort((short) feature);
            }
            ByteBuffer out = ByteBuffer.allocate(1024);
            Wire.put(out, Wire.HELLO, 0, Wire.NOTHING, ascii("{\"a\":\"start\",\"i\":\"0/0\"}"), features.array());
            Wire.put(out, GET_ERROR_MAP, 0, Wire.NOTHING, Wire.NOTHING, new byte[] {0, 2});
            Wire.put(out, SASL_LIST_MECHS, 0, Wire.NOTHING, Wire.NOTHING, Wire.NOTHING);
            Wire.put(out, SASL_AUTH, 0, Wire.NOTHING, MECHANISM, ascii("n,," + FIRST));
            Wire.write(channel, out.flip());
            Wire.expectSuccess(Wire.read(channel));
            Wire.expectSuccess(Wire.read(channel));
            Wire.expectSuccess(Wire.read(channel));
            ByteBuffer challenge = Wire.read(channel);
            Wire.expect(AUTH_CONTINUE, challenge);

            out.clear();
            Wire.put(out, SASL_STEP, 0, Wire.NOTHING, MECHANISM, ascii(proof(value(challenge))));
            Wire.put(out, SELECT_BUCKET, 0, Wire.NOTHING, ascii("default"), Wire.NOTHING);
            Wire.write(channel, out.flip());
            Wire.expectSuccess(Wire.read(channel));
            Wire.expectSuccess(Wire.read(channel));

            Wire.write(channel, Wire.frame(GET_CLUSTER_CONFIG, 0, Wire.NOTHING, Wire.NOTHING, Wire.NOTHING));
            Wire.expectSuccess(Wire.read(channel));

            // With collections a key begins with its collection's id: 0, the default one.
            Wire.write(channel, Wire.frame(Wire.GET, 0, Wire.NOTHING, ascii("\0missing"), Wire.NOTHING));
            Wire.expect(KEY_ENOENT, Wire.read(channel));
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String value(ByteBuffer frame) {
        // With Tracing granted there is a frame in front of the extras, and its length in the key length's upper byte.
        boolean framing = frame.get(0) == RESPONSE_WITH_FRAMES;
        int frames = framing ? frame.get(2) & 0xff : 0;
        int keyLength = framing ? frame.get(3) & 0xff : frame.getShort(2) & 0xffff;
        int behindKey = Wire.HEADER_BYTES + frames + frame.get(4) + keyLength;
        return StandardCharsets.US_ASCII.decode(frame.position(behindKey)).toString();
    }

    /** The client's last message. RFC 5802, section 3. */
    private static String proof(String challenge) throws IOException {
        String nonce = field(challenge, 'r');
        byte[] salt = Base64.getDecoder().decode(field(challenge, 's'));
        int iterations = Integer.parseInt(field(challenge, 'i'));
        String withoutProof = "c=biws,r=" + nonce;
        try {
            byte[] salted = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512")
                    .generateSecret(new PBEKeySpec(PASSWORD.toCharArray(), salt, iterations, 512))
                    .getEncoded();
            byte[] clientKey = hmac(salted, "Client Key");
            byte[] storedKey = MessageDigest.getInstance("SHA-512").digest(clientKey);
            byte[] signature = hmac(storedKey, FIRST + "," + challenge + "," + withoutProof);
            byte[] proof = new byte[clientKey.length];
            for (int i = 0; i < proof.length; i++) {
                proof[i] = (byte) (clientKey[i] ^ signature[i]);
            }
            return withoutProof + ",p=" + Base64.getEncoder().encodeToString(proof);
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA512");
        mac.init(new SecretKeySpec(key, "HmacSHA512"));
        return mac.doFinal(ascii(text));
    }

    private static String field(String message, char name) throws IOException {
        for (String field : message.split(",", -1)) {
            if (field.startsWith(name + "=")) {
                return field.substring(2);
            }
        }
        throw new IOException("no " + name + " in the server's challenge");
    }
}
