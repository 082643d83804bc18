package dev.sluice.benchmarks.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A well-behaved client beside the slow ones: so many GETs a second, each timed from the moment at which it was due, so
 * that a server that stands still is charged for all that waited.
 */
final class SteadyReader implements AutoCloseable {

    private static final int PER_SECOND = 2_000;
    private static final long INTERVAL_NANOS = 1_000_000_000L / PER_SECOND;
    private static final int SAMPLES_MAX = PER_SECOND * 600;

    private final SocketChannel channel;
    private final Documents documents;
    private final Thread thread = new Thread(this::run, "steady-reader");
    private final long[] samples = new long[SAMPLES_MAX];
    private int count;
    private @Nullable IOException failure;
    private volatile boolean stopped;

    SteadyReader(InetSocketAddress address, Documents documents) throws IOException {
        this.channel = Wire.connect(address, 0);
        this.documents = documents;
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        SplittableRandom random = new SplittableRandom(1);
        long due = System.nanoTime();
        try {
            while (!stopped) {
                due += INTERVAL_NANOS;
                for (long now = System.nanoTime(); now < due; now = System.nanoTime()) {
                    LockSupport.parkNanos(due - now);
                }
                byte[] key = Documents.key(random.nextInt(documents.count()));
                Wire.write(channel, Wire.frame(Wire.GET, 0, Wire.NOTHING, key, Wire.NOTHING));
                Wire.expectSuccess(Wire.read(channel));
                add(System.nanoTime() - due);
            }
        } catch (IOException e) {
            synchronized (this) {
                failure = e;
            }
        }
    }

    private synchronized void add(long nanos) {
        if (count < samples.length) {
            samples[count++] = nanos;
        }
    }

    /** What was measured since the last report. */
    synchronized String report() throws IOException {
        if (failure != null) {
            throw failure;
        }
        long[] sorted = Arrays.copyOf(samples, count);
        count = 0;
        Arrays.sort(sorted);
        if (sorted.length == 0) {
            return "no GETs";
        }
        return String.format(
                Locale.ROOT,
                "%d GETs, p50 %.0f us, p99 %.0f us, p99.9 %.0f us, max %.1f ms",
                sorted.length,
                at(sorted, 0.5) / 1e3,
                at(sorted, 0.99) / 1e3,
                at(sorted, 0.999) / 1e3,
                sorted[sorted.length - 1] / 1e6);
    }

    private static double at(long[] sorted, double share) {
        return sorted[Math.min(sorted.length - 1, (int) (sorted.length * share))];
    }

    @Override
    public void close() throws IOException {
        stopped = true;
        try {
            thread.join(5_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        channel.close();
    }
}
