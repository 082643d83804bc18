package dev.sluice.benchmarks.store;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.zip.CRC32;

/**
 * The keys that {@code mcbpload} writes, where it writes them, and the two ways in which it chooses among them.
 *
 * <p><b>Thread.</b> Any.
 */
final class Keys {

    private static final String PREFIX = "key:";
    private static final int LENGTH = 30;
    private static final double THETA = 0.99;

    private final int count;
    private final int vbuckets;
    private final boolean skewed;

    // Of the skewed choice: Gray et al., "Quickly generating billion-record synthetic databases".
    private final double zetaAll;
    private final double zetaTwo;
    private final double alpha;
    private final double eta;

    Keys(int count, int vbuckets, boolean skewed) {
        this.count = count;
        this.vbuckets = vbuckets;
        this.skewed = skewed;
        double zeta = 0;
        for (int i = 1; skewed && i <= count; i++) {
            zeta += 1 / Math.pow(i, THETA);
        }
        zetaAll = zeta;
        zetaTwo = 1 + Math.pow(0.5, THETA);
        alpha = 1 / (1 - THETA);
        eta = (1 - Math.pow(2.0 / count, 1 - THETA)) / (1 - zetaTwo / zetaAll);
    }

    static byte[] key(int number) {
        byte[] key = new byte[LENGTH];
        byte[] prefix = PREFIX.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(prefix, 0, key, 0, prefix.length);
        int rest = number;
        for (int i = LENGTH - 1; i >= prefix.length; i--) {
            key[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        return key;
    }

    /** Where a client that knows the protocol sends a key. */
    int vbucket(byte[] key) {
        CRC32 crc = new CRC32();
        crc.update(key);
        return (int) ((crc.getValue() >>> 16) & 0x7fff) % vbuckets;
    }

    /** The number of a key. */
    int choose(SplittableRandom random) {
        if (!skewed) {
            return random.nextInt(count);
        }
        double u = random.nextDouble();
        double uz = u * zetaAll;
        long rank = uz < 1 ? 0 : uz < zetaTwo ? 1 : (long) (count * Math.pow(eta * u - eta + 1, alpha));
        // Popular keys lie anywhere.
        return (int) Long.remainderUnsigned(mix(Math.min(rank, count - 1) + 1), count);
    }

    private static long mix(long x) {
        long mixed = (x ^ (x >>> 33)) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return mixed ^ (mixed >>> 33);
    }
}
