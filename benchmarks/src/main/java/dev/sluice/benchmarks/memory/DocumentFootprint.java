package dev.sluice.benchmarks.memory;

import dev.sluice.engine.HeapDocumentKey;
import dev.sluice.engine.MutationResult;
import dev.sluice.engine.Status;
import dev.sluice.engine.StoreRequest;
import dev.sluice.memory.MemoryEngineProvider;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * How many bytes does a document take above its key and value?
 *
 * <p>Loads documents of 30-byte keys and 100-byte values, into one vbucket and into 128, and compares what the heap holds
 * after a full collection with what the engine has charged to the bucket's account. Samples the heap all along, since a table
 * takes most right after it has grown, and the account far more often. Then it overwrites as many documents at random as
 * there are, which leaves the log of sequence numbers half empty, and samples again.
 *
 * <p>Allowed are 64 bytes in steady state and 72 right after growth, on heaps below 32 GiB. Exits with 1 if that fails.
 *
 * <pre>{@code java -Xmx5g dev.sluice.benchmarks.memory.DocumentFootprint [documents]}</pre>
 *
 * <p>Results: see {@code docs/performance.md}.
 */
public final class DocumentFootprint {

    private static final int KEY_LENGTH = 30;
    private static final int VALUE_LENGTH = 100;
    private static final int SAMPLES = 20;
    private static final int ACCOUNT_SAMPLE_DOCUMENTS = 5_000;

    /** Below this, what an empty bucket takes is most of it. */
    private static final int SMALL_DOCUMENTS = 500_000;

    private static final double STEADY_BYTES_MAX = 64;
    private static final double GROWN_BYTES_MAX = 72;

    private final MemoryMXBean heap = ManagementFactory.getMemoryMXBean();
    private final PrintStream out;
    private final int vbucketCount;
    private final byte[] keyBytes = new byte[KEY_LENGTH];
    private final byte[] value = new byte[VALUE_LENGTH];
    private final HeapDocumentKey key = new HeapDocumentKey();
    private final StoreRequest request = new StoreRequest();
    private final MutationResult result = new MutationResult();
    private final StandaloneBucket.LoopCookie cookie = new StandaloneBucket.LoopCookie();
    private double worstHeap;
    private double worstAccount;

    private DocumentFootprint(PrintStream out, int vbucketCount) {
        this.out = out;
        this.vbucketCount = vbucketCount;
    }

    /** Measures; see the class. */
    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) {
        int documents = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 5_000_000;
        PrintStream out = System.out;
        out.printf(
                Locale.ROOT,
                "java %s, %,d documents of %d + %d bytes%n",
                Runtime.version(),
                documents,
                KEY_LENGTH,
                VALUE_LENGTH);
        boolean good = true;
        for (int vbucketCount : new int[] {1, 128}) {
            good &= new DocumentFootprint(out, vbucketCount).measure(documents);
        }
        System.exit(good ? 0 : 1);
    }

    private boolean measure(int documents) {
        long before = heapBytes();
        try (StandaloneBucket bucket = new StandaloneBucket(new MemoryEngineProvider(), vbucketCount, 1L << 40)) {
            for (int i = 0; i < documents; i++) {
                store(bucket, i);
                int count = i + 1;
                if (count % ACCOUNT_SAMPLE_DOCUMENTS == 0 && count >= SMALL_DOCUMENTS) {
                    worstAccount = Math.max(worstAccount, overhead(bucket.usedBytes(), count));
                }
                if (count % (documents / SAMPLES) == 0 && count >= SMALL_DOCUMENTS) {
                    double measured = overhead(heapBytes() - before, count);
                    worstHeap = Math.max(worstHeap, measured);
                    out.printf(
                            Locale.ROOT,
                            "%,11d: heap %.2f, account %.2f%n",
                            count,
                            measured,
                            overhead(bucket.usedBytes(), count));
                }
            }
            double steady = overhead(heapBytes() - before, documents);
            SplittableRandom random = new SplittableRandom(1);
            double churned = 0;
            for (int i = 0; i < documents; i++) {
                store(bucket, random.nextInt(documents));
                worstAccount = i % ACCOUNT_SAMPLE_DOCUMENTS == 0
                        ? Math.max(worstAccount, overhead(bucket.usedBytes(), documents))
                        : worstAccount;
                if ((i + 1) % (documents / 5) == 0) {
                    churned = Math.max(churned, overhead(heapBytes() - before, documents));
                }
            }
            out.printf(
                    Locale.ROOT,
                    "%d vbuckets: loaded %.2f (worst on the way %.2f), after overwriting at most %.2f;"
                            + " account at most %.2f, now %.2f and the heap %.2f%n",
                    vbucketCount,
                    steady,
                    worstHeap,
                    churned,
                    worstAccount,
                    overhead(bucket.usedBytes(), documents),
                    overhead(heapBytes() - before, documents));
            return steady <= STEADY_BYTES_MAX && churned <= STEADY_BYTES_MAX && worstHeap <= GROWN_BYTES_MAX;
        }
    }

    private static double overhead(long bytes, int documents) {
        return (double) bytes / documents - KEY_LENGTH - VALUE_LENGTH;
    }

    private void store(StandaloneBucket bucket, int number) {
        long digits = number;
        for (int i = KEY_LENGTH - 1; i >= 0; i--) {
            keyBytes[i] = (byte) ('0' + digits % 10);
            digits /= 10;
        }
        key.wrap(0, keyBytes, 0, KEY_LENGTH);
        request.clear().value(value, 0, VALUE_LENGTH);
        Status status;
        do {
            // As a client that knows vbuckets does: by the key.
            status = bucket.engine.store(cookie, number % vbucketCount, key, request, result);
        } while (status == Status.WOULD_BLOCK);
        if (status != Status.SUCCESS) {
            throw new IllegalStateException("store answered " + status);
        }
    }

    private long heapBytes() {
        System.gc();
        System.gc();
        return heap.getHeapMemoryUsage().getUsed();
    }
}
