package dev.sluice.benchmarks.path;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.core.datatype.JsonDetector;
import dev.sluice.core.subdoc.EditedDocument;
import dev.sluice.core.subdoc.PathExecutor;
import dev.sluice.core.subdoc.PathOperation;
import dev.sluice.core.subdoc.PathStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * Does a look-up or an edit at the end of a document cost a small multiple of reading the document once, and how does that
 * compare with a tree? And from what size on does it keep a loop busy for more than 50 µs?
 *
 * <p>"Scanning once" is what the server does anyway when it stores a value: Jackson's streaming parser that looks whether it
 * is JSON. {@code scan} is the same by the walk of this library.
 *
 * <p>Results: see {@code docs/performance.md}, "Paths in documents".
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 2,
        jvmArgsAppend = {"-Xms2g", "-Xmx2g", "-XX:+UseParallelGC"})
@SuppressWarnings("NullAway.Init") // JMH calls @Setup before all else.
public class PathBenchmark {

    /** What the document has most of. */
    public enum Document {
        /** Small objects of short members. */
        RECORDS,
        /** Strings of some three hundred bytes, a few of them no ASCII. */
        TEXTS
    }

    private static final int EDITS = 16;

    private static final byte[] NOTHING = {};

    @Param
    Document document;

    @Param({"1024", "16384", "32768", "102400"})
    int bytes;

    private final PathExecutor executor = new PathExecutor();
    private final ObjectMapper mapper = new ObjectMapper();
    private final JsonPointer pointer = JsonPointer.compile("/last/name");
    private final byte[] path = ascii("last.name");
    private final byte[] earlyPath = ascii("records[0]");
    private final byte[] value = ascii("\"somebody else\"");
    private final byte[] otherValue = ascii("0");
    private byte[] text;

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Setup
    public void prepare() {
        String member = document == Document.RECORDS
                ? "{\"id\":12345,\"name\":\"Ann Other\",\"ok\":true,\"score\":3.25}"
                : "\"" + "It takes three words, or \u00fcber \\\"three\\\", to say something to somebody. ".repeat(4)
                        + "\"";
        StringBuilder content = new StringBuilder("{\"records\":[").append(member);
        String end = "],\"last\":{\"id\":1,\"name\":\"nobody\"}}";
        while (content.length() + member.length() + end.length() < bytes) {
            content.append(',').append(member);
        }
        text = content.append(end).toString().getBytes(StandardCharsets.UTF_8);
        if (!detect() || lookUp() != 8 || !"nobody".equals(lookUpInTree().textValue()) || edit()[0] != '{') {
            throw new IllegalStateException("what is measured does not work");
        }
    }

    private PathStatus execute(PathOperation operation, byte[] path, byte[] value) {
        return executor.execute(operation, false, text, 0, text.length, path, 0, path.length, value, 0, value.length);
    }

    /** Whether it is JSON, by Jackson's streaming parser. */
    @Benchmark
    public boolean detect() {
        return JsonDetector.isJson(text, 0, text.length);
    }

    /** All of the document, by the walk. */
    @Benchmark
    public long scan() {
        execute(PathOperation.GET_COUNT, NOTHING, NOTHING);
        return executor.number();
    }

    @Benchmark
    public int lookUp() {
        execute(PathOperation.GET, path, NOTHING);
        return executor.matchLength();
    }

    @Benchmark
    public int lookUpEarly() {
        execute(PathOperation.GET, earlyPath, NOTHING);
        return executor.matchLength();
    }

    @Benchmark
    public JsonNode lookUpInTree() {
        try {
            return mapper.readTree(text).at(pointer);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Benchmark
    public byte[] edit() {
        execute(PathOperation.DICT_UPSERT, path, value);
        return executor.toByteArray();
    }

    @Benchmark
    public byte[] editTree() throws IOException {
        ObjectNode root = (ObjectNode) mapper.readTree(text);
        ((ObjectNode) root.get("last")).put("name", "somebody else");
        return mapper.writeValueAsBytes(root);
    }

    /** Sixteen edits at the end, in one working copy. */
    @Benchmark
    public int editSixteenTimes() {
        EditedDocument edited = new EditedDocument(text, 0, text.length);
        for (int i = 0; i < EDITS; i++) {
            executor.execute(
                    PathOperation.DICT_UPSERT,
                    false,
                    edited.array(),
                    edited.offset(),
                    edited.length(),
                    path,
                    0,
                    path.length,
                    value,
                    0,
                    value.length);
            edited.apply(executor);
        }
        return edited.length();
    }

    /** Sixteen edits at the beginning, where moving what is behind costs more than finding the place. */
    @Benchmark
    public int editSixteenTimesEarly() {
        EditedDocument edited = new EditedDocument(text, 0, text.length);
        for (int i = 0; i < EDITS; i++) {
            byte[] other = i % 2 == 0 ? value : otherValue;
            executor.execute(
                    PathOperation.REPLACE,
                    false,
                    edited.array(),
                    edited.offset(),
                    edited.length(),
                    earlyPath,
                    0,
                    earlyPath.length,
                    other,
                    0,
                    other.length);
            edited.apply(executor);
        }
        return edited.length();
    }
}
