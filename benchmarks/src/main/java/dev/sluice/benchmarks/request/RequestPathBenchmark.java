package dev.sluice.benchmarks.request;

import dev.sluice.core.limits.Limits;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does a request cost between the socket's read and its write, and what does it allocate?
 *
 * <p>A turn of the loop with so many requests in one read, through codec, command, bucket, memory engine and reply. The
 * budget for a GET that hits is no allocation at all; for a SET, the document. Run it with {@code -prof gc} and divide by
 * the number of requests; both are figures for a whole turn.
 *
 * <p>Results: see {@code docs/performance.md}, "The request path".
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 3,
        jvmArgsAppend = {"-Xms1g", "-Xmx1g", "-XX:+UseParallelGC", LoopThreads.EXECUTOR, LoopThreads.EXECUTOR_CLASS})
@SuppressWarnings("NullAway.Init") // JMH calls @Setup before all else.
public class RequestPathBenchmark {

    private static final int DOCUMENTS = 10_000;
    private static final int VALUE_BYTES = 100;

    /** A power of two: keys are taken in turn from a table of this many random ones. */
    private static final int TURNS = 4096;

    /** Up to 20 are executed in one turn; the rest waits for the next one. */
    @Param({"1", "16", "32"})
    int requestsPerRead;

    /** Keys of the default collection without a prefix, or of another one with its id before them. */
    @Param({"plain", "named"})
    String keys;

    private InMemoryServer server;
    private int getBytes;
    private int setBytes;
    private byte[][] gets;
    private byte[][] sets;
    private int next;

    @Setup
    public void load() {
        server = new InMemoryServer(Limits.defaults(), 256 << 20);
        if (keys.equals("named")) {
            byte[] feature = {0, InMemoryServer.FEATURE_COLLECTIONS};
            byte[] hello = InMemoryServer.frame(InMemoryServer.OPCODE_HELLO, 0, new byte[0], new byte[0], feature);
            server.turn(hello, hello.length);
        }
        getBytes = get(0).length;
        setBytes = set(0).length;
        for (int i = 0; i < DOCUMENTS; i++) {
            server.turn(set(i), setBytes);
        }
        SplittableRandom random = new SplittableRandom(1);
        gets = new byte[TURNS][requestsPerRead * getBytes];
        sets = new byte[TURNS][requestsPerRead * setBytes];
        for (int turn = 0; turn < TURNS; turn++) {
            for (int i = 0; i < requestsPerRead; i++) {
                int number = random.nextInt(DOCUMENTS);
                System.arraycopy(get(number), 0, gets[turn], i * getBytes, getBytes);
                System.arraycopy(set(number), 0, sets[turn], i * setBytes, setBytes);
            }
        }
        check();
    }

    /** That what is measured is what it is said to be. */
    private void check() {
        long before = server.sentBytes();
        server.turn(gets[0], gets[0].length);
        long answered = server.sentBytes() - before;
        long expected = (long) requestsPerRead * (InMemoryServer.HEADER_BYTES + 4 + VALUE_BYTES);
        if (answered != expected) {
            throw new IllegalStateException(answered + " bytes answered (expected: " + expected + ")");
        }
    }

    private byte[] key(int number) {
        byte[] key = InMemoryServer.key(number);
        if (keys.equals("plain")) {
            return key;
        }
        byte[] prefixed = new byte[1 + key.length];
        prefixed[0] = InMemoryServer.NAMED_COLLECTION;
        System.arraycopy(key, 0, prefixed, 1, key.length);
        return prefixed;
    }

    private byte[] get(int number) {
        return InMemoryServer.frame(InMemoryServer.OPCODE_GET, 0, new byte[0], key(number), new byte[0]);
    }

    private byte[] set(int number) {
        return InMemoryServer.frame(InMemoryServer.OPCODE_SET, 0, new byte[8], key(number), new byte[VALUE_BYTES]);
    }

    @TearDown
    public void close() {
        server.close();
    }

    @Benchmark
    public long getHit() {
        byte[] input = gets[next++ & (TURNS - 1)];
        server.turn(input, input.length);
        return server.sentBytes();
    }

    @Benchmark
    public long set() {
        byte[] input = sets[next++ & (TURNS - 1)];
        server.turn(input, input.length);
        return server.sentBytes();
    }
}
