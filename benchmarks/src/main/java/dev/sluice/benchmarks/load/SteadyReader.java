package dev.sluice.benchmarks.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Well-behaved clients beside the slow ones: so many GETs a second in all, each timed twice. From the moment at which it was
 * <em>due</em>, so that a server that stands still is charged for all that waited; and from the moment at which it was
 * <em>sent</em>. A client asks for one thing at a time, so where the second is longer than the interval the first adds up
 * to a backlog, which is the client's as much as the server's: more clients at the same rate in all tell which.
 */
final class SteadyReader implements AutoCloseable {

    private static final int PER_SECOND = 2_000;
    private static final int SAMPLES_MAX = PER_SECOND * 600;

    private final InetSocketAddress address;
    private final Documents documents;
    private final long intervalNanos;
    private final List<Thread> threads = new ArrayList<>();
    private final long[] fromDue = new long[SAMPLES_MAX];
    private final long[] fromSent = new long[SAMPLES_MAX];
    private int count;
    private @Nullable IOException failure;
    private volatile boolean stopped;

    SteadyReader(InetSocketAddress address, Documents documents, int clients) {
        this.address = address;
        this.documents = documents;
        this.intervalNanos = 1_000_000_000L * clients / PER_SECOND;
        for (int i = 0; i < clients; i++) {
            int seed = i;
            Thread thread = new Thread(() -> run(seed), "steady-reader-" + i);
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
    }

    private void run(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        try (SocketChannel channel = Wire.connect(address, 0)) {
            // Not all at the same moment.
            long due = System.nanoTime() + random.nextLong(intervalNanos);
            while (!stopped) {
                due += intervalNanos;
                for (long now = System.nanoTime(); now < due; now = System.nanoTime()) {
                    LockSupport.parkNanos(due - now);
                }
                byte[] key = Documents.key(random.nextInt(documents.count()));
                long sent = System.nanoTime();
                Wire.write(channel, Wire.frame(Wire.GET, 0, Wire.NOTHING, key, Wire.NOTHING));
                Wire.expectSuccess(Wire.read(channel));
                long now = System.nanoTime();
                add(now - due, now - sent);
            }
        } catch (IOException e) {
            synchronized (this) {
                failure = e;
            }
        }
    }

    private synchronized void add(long nanosFromDue, long nanosFromSent) {
        if (count < SAMPLES_MAX) {
            fromDue[count] = nanosFromDue;
            fromSent[count++] = nanosFromSent;
        }
    }

    /** What was measured since the last report. */
    synchronized String report() throws IOException {
        if (failure != null) {
            throw failure;
        }
        String text = count == 0
                ? "no GETs"
                : count + " GETs, from due: " + percentiles(fromDue) + "; from sent: " + percentiles(fromSent);
        count = 0;
        return text;
    }

    private String percentiles(long[] samples) {
        long[] sorted = Arrays.copyOf(samples, count);
        Arrays.sort(sorted);
        return String.format(
                Locale.ROOT,
                "p50 %.0f us, p99 %.0f us, p99.9 %.0f us, max %.1f ms",
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
            for (Thread thread : threads) {
                thread.join(5_000);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
