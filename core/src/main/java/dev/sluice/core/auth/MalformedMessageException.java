package dev.sluice.core.auth;

/** A client's message is none of its mechanism's. The text is for the client and quotes nothing of what it sent. */
final class MalformedMessageException extends Exception {

    private static final long serialVersionUID = 1L;

    MalformedMessageException(String message) {
        super(message, null, false, false);
    }
}
