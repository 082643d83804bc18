package dev.sluice.benchmarks.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Arrays;

/**
 * The documents of a run: their keys are numbers of 20 digits, their values of equal size and no JSON.
 *
 * @param count how many
 * @param valueBytes how long each value is
 */
record Documents(int count, int valueBytes) {

    private static final int KEY_BYTES = 20;
    private static final int BATCH = 1000;
    private static final byte[] FLAGS_AND_EXPIRY = new byte[8];

    static byte[] key(int number) {
        byte[] key = new byte[KEY_BYTES];
        int digits = number;
        for (int i = KEY_BYTES - 1; i >= 0; i--) {
            key[i] = (byte) ('0' + digits % 10);
            digits /= 10;
        }
        return key;
    }

    /** The number of a key. */
    int number(ByteBuffer bytes, int offset, int length) throws IOException {
        int number = 0;
        for (int i = offset; i < offset + length; i++) {
            number = number * 10 + bytes.get(i) - '0';
        }
        if (length != KEY_BYTES || number < 0 || number >= count) {
            throw new IOException("a key of " + length + " bytes and number " + number + " was never stored");
        }
        return number;
    }

    /** Stores all of them with SETQ, and sees that none is refused. */
    void load(InetSocketAddress address) throws IOException {
        byte[] value = new byte[valueBytes];
        Arrays.fill(value, (byte) 'x');
        ByteBuffer batch = ByteBuffer.allocate(BATCH * (2 * Wire.HEADER_BYTES + 8 + KEY_BYTES + valueBytes));
        try (SocketChannel channel = Wire.connect(address, 0)) {
            for (int i = 0; i < count; i++) {
                Wire.put(batch, Wire.SETQ, 0, FLAGS_AND_EXPIRY, key(i), value);
                if ((i + 1) % BATCH == 0 || i + 1 == count) {
                    Wire.put(batch, Wire.NOOP, 0, Wire.NOTHING, Wire.NOTHING, Wire.NOTHING);
                    Wire.write(channel, batch.flip());
                    Wire.expectSuccess(Wire.read(channel)); // The NOOP's, or that of the first SETQ that was refused.
                    batch.clear();
                }
            }
        }
    }
}
