package dev.sluice.benchmarks.load;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * Prints statistics of the bucket {@code default} on one line, in the order in which they are named; or waits until one of
 * them is 0.
 *
 * <pre>{@code java dev.sluice.benchmarks.load.BucketStatistics PORT [--await-zero] GROUP:NAME ...}</pre>
 *
 * <p>{@code GROUP} may be empty.
 */
public final class BucketStatistics {

    private static final String AWAIT_ZERO = "--await-zero";
    private static final long PAUSE_MS = 50;
    private static final long WAIT_NANOS = 900_000_000_000L;

    private BucketStatistics() {}

    /** See the class. */
    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) throws IOException, InterruptedException {
        InetSocketAddress address =
                new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0]));
        if (arguments[1].equals(AWAIT_ZERO)) {
            long deadline = System.nanoTime() + WAIT_NANOS;
            while (!value(address, arguments[2]).equals("0")) {
                if (System.nanoTime() - deadline > 0) {
                    throw new IllegalStateException(arguments[2] + " is not 0 after 15 minutes");
                }
                Thread.sleep(PAUSE_MS);
            }
            return;
        }
        StringBuilder line = new StringBuilder();
        for (int i = 1; i < arguments.length; i++) {
            line.append(line.length() == 0 ? "" : " ").append(value(address, arguments[i]));
        }
        System.out.println(line);
    }

    private static String value(InetSocketAddress address, String statistic) throws IOException {
        int colon = statistic.indexOf(':');
        return Wire.statisticText(address, statistic.substring(0, colon), statistic.substring(colon + 1));
    }
}
