package dev.sluice.engine;

import dev.sluice.engine.annotation.Stable;

/** The version of this SPI, a compile-time constant: a plugin carries the number that it was compiled against. */
@Stable
public final class SpiVersion {

    /** Rises only when an engine compiled before cannot work after. */
    public static final int CURRENT = 1;

    private SpiVersion() {}
}
