package dev.sluice.server.config;

import dev.sluice.core.administration.BucketPlan;
import dev.sluice.core.administration.BucketReader;
import dev.sluice.core.administration.BucketStore;
import dev.sluice.core.administration.RunTimeChange;
import dev.sluice.core.engine.EngineCatalog;
import dev.sluice.core.engine.EngineType;
import dev.sluice.core.engine.Problem;
import dev.sluice.core.limits.Limits;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the server needs to create, change and delete buckets while it runs: what the configuration file says, what was done
 * at run time before, and where the two are kept. Background threads.
 */
public final class RunTimeBuckets implements BucketReader, BucketStore {

    private static final Logger LOG = LoggerFactory.getLogger(RunTimeBuckets.class);

    /** Begins names that no bucket's directory can have: directories of buckets that are being deleted. */
    private static final String DELETED = "@deleted-";

    private final EngineCatalog catalog;
    private final Path home;
    private final Path data;
    private final Limits limits;
    private final long heapBytes;
    private final BucketStateFile state;
    private final Map<String, Map<String, @Nullable Object>> file;
    private final Map<String, RunTimeChange> changes;

    RunTimeBuckets(
            EngineCatalog catalog,
            Path home,
            Path data,
            Limits limits,
            long heapBytes,
            BucketStateFile state,
            Map<String, Map<String, @Nullable Object>> file,
            Map<String, RunTimeChange> changes) {
        this.catalog = catalog;
        this.home = home;
        this.data = data;
        this.limits = limits;
        this.heapBytes = heapBytes;
        this.state = state;
        this.file = file;
        this.changes = changes;
    }

    /** The objects of the configuration file, by name of bucket. */
    public Map<String, Map<String, @Nullable Object>> file() {
        return file;
    }

    /** What was done at run time and still holds. */
    public Map<String, RunTimeChange> changes() {
        return changes;
    }

    /** The most that the heap can grow to. */
    public long heapBytes() {
        return heapBytes;
    }

    /** Those of the changes that still hold: about which the file says what it said when they were made. */
    static Map<String, RunTimeChange> holding(
            Map<String, RunTimeChange> changes, Map<String, Map<String, @Nullable Object>> file) {
        Map<String, RunTimeChange> holding = new TreeMap<>();
        changes.forEach((name, change) -> {
            if (Objects.equals(change.file(), file.get(name))) {
                holding.put(name, change);
            }
        });
        return holding;
    }

    @Override
    public @Nullable BucketPlan read(String name, Map<String, @Nullable Object> object, Consumer<Problem> problems) {
        BucketsSection section = new BucketsSection(catalog, home, data, limits, heapBytes, problems);
        return section.plan("$", name, object);
    }

    @Override
    public @Nullable Map<String, @Nullable Object> parse(String json, Consumer<Problem> problems) {
        boolean[] wrong = {false};
        Consumer<Problem> noticing = problem -> {
            wrong[0] = true;
            problems.accept(problem);
        };
        Object root = SourceTree.read(json, noticing).root();
        if (wrong[0]) {
            return null;
        }
        Map<String, @Nullable Object> object = SourceTree.asObject("$", root, noticing);
        return wrong[0] ? null : object;
    }

    @Override
    public @Nullable Boolean isDynamic(@Nullable String engineType, String key) {
        if (Keys.RESERVED.contains(key)) {
            return Keys.BUCKET_DYNAMIC.contains(key);
        }
        EngineType type = engineType == null ? null : catalog.find(engineType);
        if (type == null) {
            return null;
        }
        return type.provider().configurationKeys().stream()
                .filter(declared -> declared.name().equals(key))
                .map(declared -> declared.dynamic())
                .findFirst()
                .orElse(null);
    }

    @Override
    public void save(Map<String, RunTimeChange> present) throws IOException {
        state.write(present);
    }

    /** First moves the directory away, so that a bucket of the same name that comes soon does not find half of the old. */
    @Override
    public void deleteData(Path dataDirectory) {
        if (!Files.isDirectory(dataDirectory)) {
            return;
        }
        Path doomed = data.resolve(DELETED + dataDirectory.getFileName());
        try {
            delete(doomed);
            Files.move(dataDirectory, doomed);
            delete(doomed);
        } catch (IOException e) {
            LOG.warn("files of a deleted bucket are left behind: directory={}", doomed, e);
        }
    }

    /** Finishes deletions that a crash has cut short. */
    public void deleteLeftovers() {
        if (!Files.isDirectory(data)) {
            return;
        }
        try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(data, DELETED + "*")) {
            for (Path leftover : leftovers) {
                delete(leftover);
            }
        } catch (IOException e) {
            LOG.warn("files of deleted buckets are left behind: directory={}", data, e);
        }
    }

    private static void delete(Path tree) throws IOException {
        if (!Files.exists(tree)) {
            return;
        }
        Path unused = Files.walkFileTree(tree, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
                    throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** The buckets to start with: the file's, with what was done at run time over them. */
    static Map<String, @Nullable Object> combine(
            Map<String, @Nullable Object> file, Map<String, RunTimeChange> holding) {
        Map<String, @Nullable Object> combined = new LinkedHashMap<>(file);
        holding.forEach((name, change) -> {
            if (change.bucket() == null) {
                combined.remove(name);
            } else {
                combined.put(name, change.bucket());
            }
        });
        return combined;
    }
}
