package dev.sluice.core.connection;

import dev.sluice.core.limits.InboundBudget;
import java.util.Arrays;

/**
 * Bytes that have arrived and cannot be executed yet: the beginning of a frame, or frames behind a command that waits. A
 * connection that has none holds no memory here.
 *
 * <p>The array grows by doubling as bytes arrive, never because a header announces many. Its size is charged to the budget
 * of all connections.
 *
 * <p><b>Thread.</b> The connection's loop.
 */
final class Inbound {

    private static final byte[] NOTHING = new byte[0];
    /** A partial header that waits for the rest, as a byte-by-byte sender leaves, does not need a whole spare array. */
    private static final int SMALLEST_BYTES = 256;

    private final InboundBudget budget;
    private final SpareArrays spares;
    private byte[] array = NOTHING;
    private int start;
    private int end;

    Inbound(InboundBudget budget, SpareArrays spares) {
        this.budget = budget;
        this.spares = spares;
    }

    boolean isEmpty() {
        return start == end;
    }

    byte[] array() {
        return array;
    }

    int start() {
        return start;
    }

    int end() {
        return end;
    }

    int size() {
        return end - start;
    }

    /**
     * Appends bytes.
     *
     * @param expected how long the frame at the beginning is, if that is known, otherwise 0: the array need not be longer
     * @param force append whatever the budget says
     * @return false when the budget does not allow it, and nothing was appended
     */
    boolean append(byte[] data, int offset, int length, int expected, boolean force) {
        if (array.length - end < length && !makeRoom(length, expected, force)) {
            return false;
        }
        System.arraycopy(data, offset, array, end, length);
        end += length;
        return true;
    }

    private boolean makeRoom(int length, int expected, boolean force) {
        int size = size();
        int needed = size + length;
        if (needed <= array.length / 2) {
            System.arraycopy(array, start, array, 0, size);
        } else {
            int doubled = (int) Math.min(Integer.MAX_VALUE - 8, Math.max(SMALLEST_BYTES, 2L * needed));
            int capacity = expected >= needed ? Math.min(expected, doubled) : doubled;
            if (capacity > SMALLEST_BYTES && capacity < SpareArrays.LENGTH) {
                capacity = SpareArrays.LENGTH;
            }
            int more = capacity - array.length;
            if (force) {
                budget.charge(more);
            } else if (!budget.tryCharge(more)) {
                return false;
            }
            byte[] larger = capacity == SpareArrays.LENGTH ? spares.take() : null;
            if (larger == null) {
                larger = new byte[capacity];
            }
            System.arraycopy(array, start, larger, 0, size);
            spares.give(array);
            array = larger;
        }
        start = 0;
        end = size;
        return true;
    }

    /** So many bytes from the beginning were used. */
    void consumed(int bytes) {
        start += bytes;
        assert start <= end;
        if (start == end) {
            release();
        }
    }

    /**
     * Gives the array away to a command, whose frame is the first {@code length} bytes, and keeps what stands behind them.
     * The frame begins at {@link #start()} as it was before this call. The array stays charged to the budget: whoever is
     * given it gives that back.
     */
    byte[] giveAway(int length) {
        byte[] given = array;
        byte[] rest = start + length == end ? NOTHING : Arrays.copyOfRange(array, start + length, end);
        budget.charge(rest.length);
        array = rest;
        start = 0;
        end = rest.length;
        return given;
    }

    /** Forgets everything. */
    void release() {
        budget.charge(-array.length);
        spares.give(array);
        array = NOTHING;
        start = 0;
        end = 0;
    }
}
