package dev.sluice.core.spool;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The bytes of a spool. A producer appends whole records until {@link #full()}; the last one may go beyond the limit, so a
 * buffer holds its limit and one record at the most.
 *
 * <p><b>Thread.</b> Whoever owns the spool; see {@link Spool}.
 */
public final class SpoolBuffer {

    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private static final byte[] NOTHING = new byte[0];

    private final int limitBytes;
    /** Comes with the first byte. A spool that nothing is in holds none. */
    private byte[] array = NOTHING;

    private int size;

    public SpoolBuffer(int limitBytes) {
        this.limitBytes = limitBytes;
    }

    /** Whether the limit is reached, and the next record belongs into the next spool. */
    public boolean full() {
        return size >= limitBytes;
    }

    public byte[] array() {
        return array;
    }

    /** How many bytes of {@link #array()} count, from 0. */
    public int size() {
        return size;
    }

    /** Empties the buffer. One that a large document had grown gives that memory back. */
    public void clear() {
        size = 0;
        if (array.length > 2 * limitBytes) {
            array = NOTHING;
        }
    }

    /** Empties the buffer and lets go of its memory. */
    void release() {
        size = 0;
        array = NOTHING;
    }

    public SpoolBuffer putByte(int value) {
        ensure(1);
        array[size++] = (byte) value;
        return this;
    }

    public SpoolBuffer putInt(int value) {
        ensure(Integer.BYTES);
        INTS.set(array, size, value);
        size += Integer.BYTES;
        return this;
    }

    public SpoolBuffer putLong(long value) {
        ensure(Long.BYTES);
        LONGS.set(array, size, value);
        size += Long.BYTES;
        return this;
    }

    public SpoolBuffer putBytes(byte[] source, int offset, int length) {
        ensure(length);
        System.arraycopy(source, offset, array, size, length);
        size += length;
        return this;
    }

    /** A number that a producer has appended at this position. */
    public int intAt(int position) {
        return (int) INTS.get(array, position);
    }

    private void ensure(int more) {
        long needed = (long) size + more;
        if (needed > array.length) {
            if (needed > Integer.MAX_VALUE - 8) {
                throw new IllegalStateException("spool of " + needed + " bytes (expected: one record below 2 GiB)");
            }
            // Room for the last record, if it is not large; then exactly what it needs. So the bound of a stream's
            // memory is the limit plus one record.
            long roomy = size == 0 ? limitBytes : limitBytes + limitBytes / 4L;
            array = Arrays.copyOf(array, (int) Math.max(needed, roomy));
        }
    }
}
