package dev.sluice.benchmarks.memory;

import dev.sluice.engine.HeapDocumentKey;
import dev.sluice.engine.MutationResult;
import dev.sluice.engine.RangeScans;
import dev.sluice.engine.Status;
import dev.sluice.engine.StoreRequest;
import dev.sluice.memory.MemoryEngineProvider;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;

/**
 * How long do stores take at the worst while one table grows to millions of documents, and how long is a range scan over all
 * of them in opening?
 *
 * <p>Prints percentiles of single stores on one thread, with whatever the collector does in between, and the time from the
 * first call of open to the one that has the scan.
 *
 * <pre>{@code java -Xmx4g dev.sluice.benchmarks.memory.ScanOpening [documents]}</pre>
 *
 * <p>Results: see {@code docs/performance.md}.
 */
public final class ScanOpening {

    private static final long PRIME = 0x9E3779B97F4A7C15L;
    private static final int VALUE_LENGTH = 100;

    private ScanOpening() {}

    /** Measures; see the class. */
    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) {
        int documents = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_000_000;
        PrintStream out = System.out;
        try (StandaloneBucket bucket = new StandaloneBucket(new MemoryEngineProvider(), 1, 1L << 40)) {
            long[] nanos = load(bucket, documents);
            Arrays.sort(nanos);
            out.printf(
                    Locale.ROOT,
                    "java %s, %,d stores into one vbucket: p50 %d ns, p99 %d ns, p99.9 %d ns, p99.99 %d ns, max %d us%n",
                    Runtime.version(),
                    documents,
                    nanos[documents / 2],
                    nanos[(int) (documents * 0.99)],
                    nanos[(int) (documents * 0.999)],
                    nanos[(int) (documents * 0.9999)],
                    nanos[documents - 1] / 1_000);
            for (int i = 0; i < 3; i++) {
                out.printf(Locale.ROOT, "scan of %,d documents opened in %d ms%n", documents, open(bucket) / 1_000_000);
            }
        }
    }

    private static long[] load(StandaloneBucket bucket, int documents) {
        byte[] value = new byte[VALUE_LENGTH];
        HeapDocumentKey key = new HeapDocumentKey();
        StoreRequest request = new StoreRequest();
        MutationResult result = new MutationResult();
        StandaloneBucket.LoopCookie cookie = new StandaloneBucket.LoopCookie();
        byte[] keyBytes = "user::profile::0000000000000000".getBytes(StandardCharsets.US_ASCII);
        long[] nanos = new long[documents];
        for (int i = 0; i < documents; i++) {
            long digits = (i * PRIME) >>> 8; // unique, in no order
            for (int at = keyBytes.length - 1; at >= keyBytes.length - 16; at--) {
                keyBytes[at] = (byte) ('a' + (digits & 15));
                digits >>>= 4;
            }
            key.wrap(0, keyBytes, 0, keyBytes.length);
            request.clear().value(value, 0, VALUE_LENGTH);
            long before = System.nanoTime();
            Status status = bucket.engine.store(cookie, 0, key, request, result);
            nanos[i] = System.nanoTime() - before;
            if (status != Status.SUCCESS) {
                throw new IllegalStateException("store answered " + status);
            }
        }
        return nanos;
    }

    private static long open(StandaloneBucket bucket) {
        RangeScans scans = Objects.requireNonNull(bucket.engine.capability(RangeScans.class));
        RangeScans.Request request = new RangeScans.Request(0, new byte[0], null, true, 0, 0, false, 0);
        RangeScans.Holder holder = new RangeScans.Holder();
        StandaloneBucket.LoopCookie cookie = new StandaloneBucket.LoopCookie();
        long before = System.nanoTime();
        while (true) {
            Status status = scans.open(cookie, 0, request, holder);
            if (status == Status.SUCCESS) {
                long taken = System.nanoTime() - before;
                Objects.requireNonNull(holder.scan()).close();
                return taken;
            }
            if (status != Status.WOULD_BLOCK) {
                throw new IllegalStateException("open answered " + status);
            }
            while (!cookie.notified()) {
                LockSupport.parkNanos(100_000);
            }
        }
    }
}
