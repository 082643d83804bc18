package dev.sluice.core.connection;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Small arrays that the connections of one loop hand to each other. A client that pipelines leaves a few hundred bytes of
 * requests behind in each turn: with an array made anew for each of them, pipelined look-ups would allocate more than
 * anything else does.
 *
 * <p><b>Thread.</b> The loop. <b>Limits.</b> Holds {@link #SPARES_MAX} arrays of {@link #LENGTH} bytes at the most.
 */
public final class SpareArrays {

    /** Room for what a turn of twenty small requests leaves of a read of a hundred. */
    static final int LENGTH = 8 << 10;

    private static final int SPARES_MAX = 64;

    private final ArrayDeque<byte[]> spares = new ArrayDeque<>();

    /** An array of {@link #LENGTH} bytes, with anything in it, or null where there is no spare one. */
    byte @Nullable [] take() {
        return spares.pollLast();
    }

    /** Keeps an array that nobody refers to any more, if it is of the one length that is kept. */
    void give(byte[] array) {
        if (array.length == LENGTH && spares.size() < SPARES_MAX) {
            spares.addLast(array);
        }
    }
}
