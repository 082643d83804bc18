package dev.sluice.engine;

import dev.sluice.engine.annotation.AnyThread;
import dev.sluice.engine.annotation.Stable;
import java.util.function.LongConsumer;

/**
 * The memory of one bucket. The engine charges what its documents really hold, array headers, padding and tables
 * included; the server may charge what it holds in the bucket's name.
 *
 * <p>The account only counts. Refusing, evicting and answering {@link Status#NO_MEMORY} are the engine's.
 */
@Stable
@AnyThread
public interface MemoryAccount {

    /** The quota in bytes; may change at any time. */
    long quotaBytes();

    /** What is charged now, in bytes. */
    long usedBytes();

    /** Adds to what is charged; a negative number gives back. Cheap enough for every mutation. */
    void charge(long bytes);

    /**
     * Registers the one listener that hears of a new quota, in bytes, after {@link #quotaBytes()} shows it. Called on a
     * background thread; may be a quota below current use.
     */
    void onQuotaChange(LongConsumer listener);
}
