package dev.sluice.memory.table;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Eight bytes of an array at a time, the first one lowest. Plain reads: later Javas promise no more for arrays of bytes. A
 * class of its own because the model checker of the tests must be told to leave it alone.
 */
final class Words {

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Words() {}

    static long at(byte[] array, int offset) {
        return (long) LONGS.get(array, offset);
    }
}
