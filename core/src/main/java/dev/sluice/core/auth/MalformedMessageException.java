package dev.sluice.core.auth;

/** A message is none of its mechanism's. The text is for whoever logs in and quotes nothing of what was sent. */
public final class MalformedMessageException extends Exception {

    private static final long serialVersionUID = 1L;

    MalformedMessageException(String message) {
        super(message, null, false, false);
    }
}
