package dev.sluice.server;

/** The server cannot start, for a reason outside its configuration; the message is for an operator. */
public final class StartException extends Exception {

    private static final long serialVersionUID = 1L;

    StartException(String message, Throwable cause) {
        super(message, cause);
    }
}
