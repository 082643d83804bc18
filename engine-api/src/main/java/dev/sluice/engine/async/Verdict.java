package dev.sluice.engine.async;

import dev.sluice.engine.Status;
import org.jspecify.annotations.Nullable;

/** What an operation makes of its {@link Turn}: an answer at once, or a change of the store that must succeed first. */
final class Verdict {
    enum Action {
        ANSWER,
        WRITE,
        DELETE
    }

    private static final byte[] NONE = new byte[0];

    final Action action;
    final Status status;
    private final byte[] record;

    private Verdict(Action action, Status status, byte @Nullable [] record) {
        this.action = action;
        this.status = status;
        this.record = record == null ? NONE : record;
    }

    static Verdict answer(Status status) {
        return new Verdict(Action.ANSWER, status, null);
    }

    /** Success, once the record is stored. It is sealed and changes no more. */
    static Verdict write(byte[] record) {
        return new Verdict(Action.WRITE, Status.SUCCESS, record);
    }

    /** Success, once the record is gone. */
    static Verdict delete() {
        return new Verdict(Action.DELETE, Status.SUCCESS, null);
    }

    byte[] record() {
        return record;
    }
}
