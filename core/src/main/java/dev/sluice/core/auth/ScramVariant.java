package dev.sluice.core.auth;

/** The three SCRAMs, strongest first. The mechanisms have no dash before the size; the hashes have one. */
public enum ScramVariant {
    SHA512("SCRAM-SHA512", "scram-sha-512", "SHA-512", "HmacSHA512", 64),
    SHA256("SCRAM-SHA256", "scram-sha-256", "SHA-256", "HmacSHA256", 32),
    SHA1("SCRAM-SHA1", "scram-sha-1", "SHA-1", "HmacSHA1", 20);

    private final String mechanism;
    private final String key;
    private final String digest;
    private final String hmac;
    private final int digestBytes;

    ScramVariant(String mechanism, String key, String digest, String hmac, int digestBytes) {
        this.mechanism = mechanism;
        this.key = key;
        this.digest = digest;
        this.hmac = hmac;
        this.digestBytes = digestBytes;
    }

    /** As SASL spells it. */
    public String mechanism() {
        return mechanism;
    }

    /** The key of its credentials in a user's entry. */
    public String key() {
        return key;
    }

    String digest() {
        return digest;
    }

    String hmac() {
        return hmac;
    }

    /** How long every key, salt of ours, proof and signature is. */
    public int digestBytes() {
        return digestBytes;
    }
}
