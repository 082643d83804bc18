package dev.sluice.persistent.store.log;

import java.io.Serial;

/** The simulated machine has gone off in the middle of something, or is still off. */
public final class PowerLoss extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1;

    PowerLoss(String message) {
        super(message);
    }
}
