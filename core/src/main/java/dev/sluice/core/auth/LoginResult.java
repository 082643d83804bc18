package dev.sluice.core.auth;

import java.nio.charset.StandardCharsets;

/**
 * What a client's message has come to.
 *
 * @param kind how it goes on
 * @param user who the client says it is; empty where it has not
 * @param message for the client: the challenge, the last message of the server, or what is wrong with a malformed message
 * @param cause why a refused login was refused, for the log and nobody else
 */
@SuppressWarnings("ArrayRecordComponent") // Nobody compares results.
public record LoginResult(Kind kind, String user, byte[] message, String cause) {

    private static final byte[] NOTHING = new byte[0];

    /** How a login goes on. */
    public enum Kind {
        /** The client has to answer the challenge. */
        CONTINUE,
        /** The client is who it says. */
        SUCCESS,
        /** It is not, or nobody is told. */
        REFUSED,
        /** The message makes no sense. */
        MALFORMED
    }

    static LoginResult challenge(String user, byte[] challenge) {
        return new LoginResult(Kind.CONTINUE, user, challenge, "");
    }

    static LoginResult success(String user, byte[] last) {
        return new LoginResult(Kind.SUCCESS, user, last, "");
    }

    /** A refusal, with its cause for the log. */
    public static LoginResult refused(String user, String cause) {
        return new LoginResult(Kind.REFUSED, user, NOTHING, cause);
    }

    static LoginResult malformed(String sentence) {
        return new LoginResult(Kind.MALFORMED, "", sentence.getBytes(StandardCharsets.UTF_8), sentence);
    }
}
