package dev.sluice.benchmarks.request;

import dev.sluice.core.limits.Limits;
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
 * From what size on does finding out whether a value is JSON keep a loop busy for more than 50 µs, so that {@code
 * Limits.valueOffLoadBytes} should send it away?
 *
 * <p>The time of a whole SET on the loop, by the size of its value. Text, whose first byte tells that it is no JSON, pays
 * for the copies alone; the difference to the others is the detection: of records with many short members, and of one
 * long string, which is the cheapest text to parse.
 *
 * <p>Results: see {@code docs/performance.md}, "Long work on values".
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 2,
        jvmArgsAppend = {"-Xms2g", "-Xmx2g", "-XX:+UseParallelGC", LoopThreads.EXECUTOR, LoopThreads.EXECUTOR_CLASS})
@SuppressWarnings("NullAway.Init") // JMH calls @Setup before all else.
public class JsonDetectionBenchmark {

    /** What the value looks like. */
    public enum Value {
        TEXT,
        RECORDS,
        STRING
    }

    @Param
    Value value;

    @Param({"100", "1024", "8192", "16384", "32768", "65536", "262144"})
    int bytes;

    private InMemoryServer server;
    private byte[] input;

    @Setup
    public void prepare() {
        server = new InMemoryServer(Limits.defaults().with("valueOffLoadBytes", Integer.MAX_VALUE), 1 << 30);
        input = InMemoryServer.frame(
                InMemoryServer.OPCODE_SET, 0, new byte[8], InMemoryServer.key(1), content(value, bytes));
        server.turn(input, input.length);
        if (server.sentBytes() != InMemoryServer.HEADER_BYTES) {
            throw new IllegalStateException("SET was not answered at once, or not with success");
        }
    }

    /** A value of exactly so many bytes. */
    private static byte[] content(Value value, int bytes) {
        byte[] content = new byte[bytes];
        Arrays.fill(content, (byte) (value == Value.RECORDS ? ' ' : 'x'));
        if (value == Value.STRING) {
            content[0] = '"';
            content[bytes - 1] = '"';
        } else if (value == Value.RECORDS) {
            byte[] record = "{\"id\":12345,\"name\":\"Ann Other\",\"ok\":true,\"score\":3.25}"
                    .getBytes(StandardCharsets.US_ASCII);
            content[0] = '[';
            int position = 1;
            while (position + record.length + 1 < bytes) {
                if (position > 1) {
                    content[position++] = ',';
                }
                System.arraycopy(record, 0, content, position, record.length);
                position += record.length;
            }
            content[bytes - 1] = ']';
        }
        return content;
    }

    @TearDown
    public void close() {
        server.close();
    }

    @Benchmark
    public long set() {
        server.turn(input, input.length);
        return server.sentBytes();
    }
}
