package dev.sluice.core.protocol;

/** What is wrong with a request whose value is JSON; the message goes to the client. */
final class MalformedRequestException extends Exception {

    private static final long serialVersionUID = 1L;

    MalformedRequestException(String message) {
        super(message, null, false, false);
    }
}
