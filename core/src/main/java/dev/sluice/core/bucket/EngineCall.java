package dev.sluice.core.bucket;

import dev.sluice.engine.Cookie;
import dev.sluice.engine.Status;
import org.jspecify.annotations.Nullable;

/** What the guard around an engine must know of the cookie that it passes on. */
public interface EngineCall extends Cookie {

    /** Whether the call under way has taken a handle with {@link #block()}. */
    boolean blockTaken();

    /** The call blocks: says whether it is one that changes something, as a nonsensical notification of it is undecided. */
    void blockedOn(boolean mutation);

    /**
     * The answer that the engine has notified to the call that is being repeated, and that stands for another call of the
     * engine; null where the engine is to be called. Taken once.
     */
    @Nullable
    Status takeAnswer();

    /** Drops what the engine has attached, and closes it if it can be: no call will use it. */
    void closeAttachment();

    /** Forgets the sentence for the client: the call that gave it has succeeded in the end. */
    void forgetErrorContext();

    /** Makes the handle that was taken void: the call answered otherwise. */
    void revoke();
}
