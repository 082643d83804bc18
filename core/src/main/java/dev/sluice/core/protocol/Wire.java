package dev.sluice.core.protocol;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Where things are in a frame, and big-endian reads.
 *
 * <pre>
 *  0        1        2        3        4        5        6        7
 * +--------+--------+-----------------+--------+--------+-----------------+
 * | magic  | opcode | key length      | extras | data-  | vbucket, or     |   magic 0x08: byte 2 is the length of the
 * |        |        | (u16)           | length | type   | status          |   framing extras, byte 3 that of the key
 * +--------+--------+-----------------+--------+--------+-----------------+
 * | body length (u32), framing extras | opaque                            |
 * | + extras + key + value            |                                   |
 * +-----------------------------------+-----------------------------------+
 * | CAS (u64)                                                             |
 * +-----------------------------------------------------------------------+
 * | framing extras, extras, key, value                                    |
 * </pre>
 */
final class Wire {

    static final int HEADER_BYTES = 24;

    static final int OPCODE = 1;
    static final int KEY_LENGTH = 2;
    static final int EXTRAS_LENGTH = 4;
    static final int DATATYPE = 5;
    static final int VBUCKET = 6;
    static final int BODY_LENGTH = 8;
    static final int OPAQUE = 12;
    static final int CAS = 16;

    private static final VarHandle SHORTS = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private Wire() {}

    static int u8(byte[] array, int position) {
        return array[position] & 0xff;
    }

    static int u16(byte[] array, int position) {
        return (short) SHORTS.get(array, position) & 0xffff;
    }

    static int i32(byte[] array, int position) {
        return (int) INTS.get(array, position);
    }

    static long u32(byte[] array, int position) {
        return i32(array, position) & 0xffff_ffffL;
    }

    static long i64(byte[] array, int position) {
        return (long) LONGS.get(array, position);
    }
}
