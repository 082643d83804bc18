package dev.sluice.core.command;

import dev.sluice.engine.Status;

/** A group of statistics was asked about something that there is not; the status says what it is that is missing. */
final class UnknownNameException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Status status;

    UnknownNameException(Status status) {
        super(status.name(), null, false, false);
        this.status = status;
    }

    Status status() {
        return status;
    }
}
