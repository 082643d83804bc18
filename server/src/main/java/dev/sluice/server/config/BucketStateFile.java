package dev.sluice.server.config;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.sluice.core.administration.RunTimeChange;
import dev.sluice.core.disk.DurableFile;
import dev.sluice.core.engine.Problem;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The file in the data directory in which the server writes down what was done to buckets while it ran.
 *
 * <pre>
 *   {"version": 1,
 *    "buckets": {
 *      "new":     {"bucket": {"engine": "memory"}},                                 created
 *      "gone":    {"file": {"engine": "memory"}, "bucket": null},                   deleted
 *      "going":   {"file": {"engine": "memory"}, "bucket": null, "filesLeft": true},  and perhaps not its files yet
 *      "changed": {"file": {"engine": "memory"}, "bucket": {"engine": "memory", "quota": 1048576}}}}
 * </pre>
 *
 * <p>{@code file} is what the configuration file said about the bucket at that time. A file is replaced as a whole ({@link
 * DurableFile}), so that a crash leaves the old or the new one. A file that is not as written here is a mistake like one in the configuration, and the server does not
 * start: to go on without it could bring deleted buckets back, and lose others.
 */
final class BucketStateFile {

    /** A name that no bucket's directory can have. */
    private static final String NAME = "@buckets.json";

    private static final long VERSION = 1;
    private static final String ROOT = "$";
    private static final String VERSION_KEY = "version";
    private static final String BUCKETS_KEY = "buckets";
    private static final String FILE_KEY = "file";
    private static final String BUCKET_KEY = "bucket";
    private static final String FILES_LEFT_KEY = "filesLeft";
    private static final String CURE =
            "a file that the server has written; with it moved away, the server starts with the buckets of its configuration";

    /** Loaded when it is first needed: Jackson's data binding is a tenth of a start, and few servers need it here. */
    private static final class Json {

        static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

        private Json() {}
    }

    private final Path file;

    BucketStateFile(Path dataDirectory) {
        this.file = dataDirectory.resolve(NAME);
    }

    /** Where a bucket's object stands, for messages. */
    String pathOf(String bucket) {
        return file + ": " + Problem.member(Problem.member(ROOT, BUCKETS_KEY), bucket);
    }

    /** What was written last; nothing where nothing was, and where there are problems. */
    Map<String, RunTimeChange> read(Consumer<Problem> problems) {
        String text;
        try {
            text = Files.readString(file, StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            return Map.of();
        } catch (CharacterCodingException e) {
            problems.accept(new Problem(file.toString(), "damaged: not a text in UTF-8", CURE));
            return Map.of();
        } catch (IOException e) {
            problems.accept(new Problem(file.toString(), "cannot be read: " + e, CURE));
            return Map.of();
        }
        List<Problem> found = new ArrayList<>();
        SourceTree tree = SourceTree.read(text, found::add);
        Map<String, RunTimeChange> changes = found.isEmpty() ? changes(tree.root(), found::add) : Map.of();
        for (Problem problem : found) {
            JsonLocation at = tree.location(problem.path());
            String place = file + ":" + at.getLineNr() + ":" + at.getColumnNr() + ": " + problem.path();
            problems.accept(new Problem(place, "damaged: " + problem.found(), problem.expected() + ", in " + CURE));
        }
        return found.isEmpty() ? changes : Map.of();
    }

    private static Map<String, RunTimeChange> changes(@Nullable Object root, Consumer<Problem> problems) {
        Map<String, @Nullable Object> object = SourceTree.asObject(ROOT, root, problems);
        Object version = object.get(VERSION_KEY);
        if (!Long.valueOf(VERSION).equals(version)) {
            String found = version == null ? "nothing" : Problem.describe(version);
            problems.accept(new Problem(Problem.member(ROOT, VERSION_KEY), found, Long.toString(VERSION)));
            return Map.of();
        }
        String path = Problem.member(ROOT, BUCKETS_KEY);
        Map<String, RunTimeChange> changes = new TreeMap<>();
        SourceTree.asObject(path, object.get(BUCKETS_KEY), problems).forEach((name, value) -> {
            String member = Problem.member(path, name);
            Map<String, @Nullable Object> entry = SourceTree.asObject(member, value, problems);
            changes.put(
                    name,
                    new RunTimeChange(
                            optional(member, entry, FILE_KEY, problems),
                            optional(member, entry, BUCKET_KEY, problems),
                            filesLeft(member, entry, problems)));
        });
        return changes;
    }

    private static @Nullable Map<String, @Nullable Object> optional(
            String path, Map<String, @Nullable Object> entry, String key, Consumer<Problem> problems) {
        Object value = entry.get(key);
        return value == null ? null : SourceTree.asObject(Problem.member(path, key), value, problems);
    }

    private static boolean filesLeft(String path, Map<String, @Nullable Object> entry, Consumer<Problem> problems) {
        Object value = entry.get(FILES_LEFT_KEY);
        boolean wanted = value == null || (value instanceof Boolean && entry.get(BUCKET_KEY) == null);
        if (!wanted) {
            problems.accept(new Problem(
                    Problem.member(path, FILES_LEFT_KEY),
                    Problem.describe(value),
                    "true or false, for a deleted bucket only"));
        }
        return Boolean.TRUE.equals(value);
    }

    /** Replaces the file. */
    void write(Map<String, RunTimeChange> changes) throws IOException {
        Map<String, Object> buckets = new LinkedHashMap<>();
        changes.forEach((name, change) -> {
            Map<String, @Nullable Object> entry = new LinkedHashMap<>();
            if (change.file() != null) {
                entry.put(FILE_KEY, change.file());
            }
            entry.put(BUCKET_KEY, change.bucket());
            if (change.filesLeft()) {
                entry.put(FILES_LEFT_KEY, true);
            }
            buckets.put(name, entry);
        });
        byte[] text = Json.MAPPER.writeValueAsBytes(Map.of(VERSION_KEY, VERSION, BUCKETS_KEY, buckets));
        DurableFile.replace(file, text);
    }
}
