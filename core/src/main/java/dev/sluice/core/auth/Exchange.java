package dev.sluice.core.auth;

/**
 * One login under way. Used by one thread at a time: the background thread of each step, handed on through the loop of the
 * connection.
 */
interface Exchange {

    /** Takes the client's next message. What is not {@link LoginResult.Kind#CONTINUE} is the end of the exchange. */
    LoginResult step(byte[] message);
}
