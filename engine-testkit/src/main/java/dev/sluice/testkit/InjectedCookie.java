package dev.sluice.testkit;

import dev.sluice.engine.BlockedCookie;
import dev.sluice.engine.Cookie;
import org.jspecify.annotations.Nullable;

/**
 * The cookie as the inner engine of a {@link FaultInjectingEngine} sees it: with an attachment of its own, which hangs
 * beside the wrapper's notes on the real cookie. Lives for one call.
 */
final class InjectedCookie implements Cookie {
    /** What the wrapper keeps with a command from call to call. */
    private static final class Notes implements AutoCloseable {
        final Operation operation;

        @Nullable
        Object innerAttachment;

        boolean innerBegan;

        Notes(Operation operation) {
            this.operation = operation;
        }

        /** The command has ended with notes attached: so it has for the inner engine. */
        @Override
        public void close() {
            if (innerAttachment instanceof AutoCloseable resource) {
                try {
                    resource.close();
                } catch (Exception e) {
                    throw new IllegalStateException("the inner engine's attachment does not close", e);
                }
            }
        }
    }

    private final Cookie outer;
    private final Notes notes;
    private final boolean first;
    private @Nullable BlockedCookie handle;

    InjectedCookie(Cookie outer, Operation operation) {
        this.outer = outer;
        // Another operation's notes are of an earlier step of a command whose server forgot to clear them.
        if (outer.attachment() instanceof Notes kept && kept.operation == operation) {
            this.notes = kept;
            this.first = false;
        } else {
            this.notes = new Notes(operation);
            this.first = true;
        }
    }

    /** Whether this is no repetition. */
    boolean first() {
        return first;
    }

    /** Whether the inner engine has been called for this command. */
    boolean innerBegan() {
        return notes.innerBegan;
    }

    void beginInner() {
        notes.innerBegan = true;
    }

    /** Whether a handle was taken in this call. */
    boolean blocked() {
        return handle != null;
    }

    /** Has the notes wait with the real cookie for the repeated call. */
    void keepNotes() {
        outer.attach(notes);
    }

    /** The command is over; nothing of ours stays with the real cookie. */
    void dropNotes() {
        outer.attach(null);
    }

    @Override
    public BlockedCookie block() {
        handle = outer.block();
        return handle;
    }

    @Override
    public @Nullable Object attachment() {
        return notes.innerAttachment;
    }

    @Override
    public void attach(@Nullable Object attachment) {
        notes.innerAttachment = attachment;
    }

    @Override
    public long connectionId() {
        return outer.connectionId();
    }

    @Override
    public void errorContext(String sentence) {
        outer.errorContext(sentence);
    }
}
