package dev.sluice.core.bucket;

import dev.sluice.engine.Cookie;

/** What the guard around an engine must know of the cookie that it passes on. */
public interface EngineCall extends Cookie {

    /** Whether the call under way has taken a handle with {@link #block()}. */
    boolean blockTaken();

    /** The call blocks: says whether it is one that changes something, as a nonsensical notification of it is undecided. */
    void blockedOn(boolean mutation);

    /** Makes the handle that was taken void: the call answered otherwise. */
    void revoke();
}
