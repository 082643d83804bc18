package dev.sluice.benchmarks.request;

import dev.sluice.engine.HeapDocumentKey;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Is the seeded hash of keys cheap enough to be taken anew for each request, and is it worth its own code beside what the
 * JDK has ready?
 *
 * <p>Rivals: the polynomial of {@code Arrays.hashCode}, which anybody can aim at one slot, and the processor's CRC-32C,
 * which is linear and no harder to aim with.
 *
 * <p>Results: see {@code docs/performance.md}, "The hash of a key".
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
@SuppressWarnings("NullAway.Init") // JMH calls @Setup before all else.
public class KeyHashBenchmark {

    /** A power of two. */
    private static final int KEYS = 1024;

    @Param({"8", "30", "100", "250"})
    int length;

    private final CRC32C crc = new CRC32C();
    private byte[][] keys;
    private int next;

    @Setup
    public void makeKeys() {
        SplittableRandom random = new SplittableRandom(1);
        keys = new byte[KEYS][length];
        for (byte[] key : keys) {
            random.nextBytes(key);
        }
    }

    private byte[] key() {
        return keys[next++ & (KEYS - 1)];
    }

    @Benchmark
    public int ours() {
        byte[] key = key();
        return HeapDocumentKey.hash(0, key, 0, key.length);
    }

    @Benchmark
    public int polynomial() {
        return Arrays.hashCode(key());
    }

    @Benchmark
    public long crc32c() {
        byte[] key = key();
        crc.reset();
        crc.update(key, 0, key.length);
        return crc.getValue();
    }
}
