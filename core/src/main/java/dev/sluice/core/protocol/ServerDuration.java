package dev.sluice.core.protocol;

/**
 * How long the server took for a command, as answers tell it: microseconds squeezed into 16 bits, fine where they are few
 * and coarse where they are many (the longest, two minutes, to about 0.1 s). Protocol: {@code protocol-kv} 1.5.
 */
final class ServerDuration {

    /** Response frame info 0 of 2 bytes. */
    static final int FRAME_INFO = 0x02;

    /** The frame info and its 2 bytes. */
    static final int FRAME_INFO_BYTES = 3;

    private static final long MICROS_MAX = 120_125_042;
    private static final double EXPONENT = 1.74;

    /** Nearly all commands are faster than this, and a power costs more than many a command. */
    private static final short[] QUICK = new short[1024];

    static {
        for (int micros = 0; micros < QUICK.length; micros++) {
            QUICK[micros] = (short) compute(micros);
        }
    }

    private ServerDuration() {}

    /** The 16 bits for so many microseconds. */
    static int encode(long micros) {
        if (micros >= 0 && micros < QUICK.length) {
            return QUICK[(int) micros];
        }
        return compute(Math.max(0, Math.min(micros, MICROS_MAX)));
    }

    private static int compute(long micros) {
        return (int) Math.round(Math.pow(2.0 * micros, 1 / EXPONENT));
    }
}
