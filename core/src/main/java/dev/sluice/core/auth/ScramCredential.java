package dev.sluice.core.auth;

import java.util.List;

/**
 * What the server keeps of a user's passwords for one SCRAM: enough to check, not enough to log in elsewhere. Arrays are
 * shared and never changed.
 *
 * @param salt of any length
 * @param iterations from 1
 * @param keys one pair for each password that is good, such as the old and the new one while it is changed
 */
@SuppressWarnings("ArrayRecordComponent") // Nobody compares these, and nobody changes the arrays.
public record ScramCredential(byte[] salt, int iterations, List<KeyPair> keys) {

    public ScramCredential {
        keys = List.copyOf(keys);
    }

    /** What follows from one password. Both as long as the hash. */
    @SuppressWarnings("ArrayRecordComponent") // As above.
    public record KeyPair(byte[] storedKey, byte[] serverKey) {}
}
