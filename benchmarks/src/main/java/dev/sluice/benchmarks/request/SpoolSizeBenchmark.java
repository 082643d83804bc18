package dev.sluice.benchmarks.request;

import dev.sluice.core.limits.Limits;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
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
 * How large should a spool be? Each one costs two changes of thread, and each scan that nobody reads from keeps one.
 *
 * <p>The time of a scan over all documents, created, continued and read to its end: a producer on a background thread, the
 * loop on the benchmark's own, no socket between. A second scan at the same sequence number stays open, so that the sorted
 * snapshot is shared and not made anew each time.
 *
 * <p>Results: see {@code docs/performance.md}, "The size of a spool".
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
        value = 2,
        jvmArgsAppend = {"-Xms2g", "-Xmx2g", "-XX:+UseParallelGC", LoopThreads.EXECUTOR, LoopThreads.EXECUTOR_CLASS})
@SuppressWarnings("NullAway.Init") // JMH calls @Setup before all else.
public class SpoolSizeBenchmark {

    private static final int DOCUMENTS = 100_000;
    private static final byte DATATYPE_JSON = 1;
    private static final short FEATURE_JSON = 0x0b;
    private static final short FEATURE_XERROR = 0x07;
    private static final int SCAN_ID_BYTES = 16;
    private static final byte[] NOTHING = new byte[0];

    @Param({"2048", "4096", "8192", "16384", "32768", "65536", "131072", "262144"})
    int spoolBytes;

    @Param({"100", "1024"})
    int valueBytes;

    private InMemoryServer server;
    private byte[] createFrame;

    @Setup
    public void load() {
        server = new InMemoryServer(Limits.defaults().with("spoolBytes", spoolBytes), 1L << 30);
        byte[] features = ByteBuffer.allocate(4)
                .putShort(FEATURE_JSON)
                .putShort(FEATURE_XERROR)
                .array();
        send(InMemoryServer.frame(InMemoryServer.OPCODE_HELLO, 0, NOTHING, NOTHING, features));
        byte[] value = new byte[valueBytes];
        Arrays.fill(value, (byte) 'x');
        for (int i = 0; i < DOCUMENTS; i++) {
            send(InMemoryServer.frame(InMemoryServer.OPCODE_SETQ, 0, new byte[8], InMemoryServer.key(i), value));
        }
        createFrame = InMemoryServer.frame(
                InMemoryServer.OPCODE_RANGE_SCAN_CREATE,
                DATATYPE_JSON,
                NOTHING,
                NOTHING,
                "{}".getBytes(StandardCharsets.US_ASCII));
        create(); // Stays, and keeps the snapshot.
        long before = server.sentBytes();
        scan();
        long expected = (long) DOCUMENTS * (25 + 30 + valueBytes);
        if (server.sentBytes() - before < expected) {
            throw new IllegalStateException(
                    "a scan of " + (server.sentBytes() - before) + " bytes (expected: at least " + expected + ")");
        }
    }

    @TearDown
    public void close() {
        server.close();
    }

    private void send(byte[] frame) {
        server.turn(frame, frame.length);
    }

    /** Creates a scan; answers its id. */
    private byte[] create() {
        long before = server.sentBytes();
        send(createFrame);
        while (server.sentBytes() == before) {
            server.awaitTask();
        }
        ByteBuffer answer = server.lastSent();
        if (status(answer) != 0) {
            throw new IllegalStateException("RANGE_SCAN_CREATE answered " + status(answer));
        }
        byte[] id = new byte[SCAN_ID_BYTES];
        answer.position(InMemoryServer.HEADER_BYTES).get(id);
        return id;
    }

    private static int status(ByteBuffer frame) {
        return frame.getShort(frame.position() + 6) & 0xffff;
    }

    @Benchmark
    public long scan() {
        byte[] extras = Arrays.copyOf(create(), SCAN_ID_BYTES + 12);
        long before = server.sentBytes();
        send(InMemoryServer.frame(InMemoryServer.OPCODE_RANGE_SCAN_CONTINUE, 0, extras, NOTHING, NOTHING));
        while (!server.idle()) {
            server.awaitTask();
        }
        return server.sentBytes() - before;
    }
}
