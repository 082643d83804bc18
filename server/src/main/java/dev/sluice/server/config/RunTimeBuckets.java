package dev.sluice.server.config;

import dev.sluice.core.administration.BucketPlan;
import dev.sluice.core.administration.BucketReader;
import dev.sluice.core.administration.BucketStore;
import dev.sluice.core.administration.RunTimeChange;
import dev.sluice.core.engine.EngineCatalog;
import dev.sluice.core.engine.EngineSettings;
import dev.sluice.core.engine.EngineType;
import dev.sluice.core.engine.Problem;
import dev.sluice.core.limits.Limits;
import dev.sluice.engine.ConfigurationKey;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
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
    private final Path backups;
    private final Limits limits;
    private final long heapBytes;
    private final BucketStateFile state;
    private final Map<String, Map<String, @Nullable Object>> file;
    private final Map<String, RunTimeChange> written;
    private final Map<String, RunTimeChange> changes;
    private final Set<String> filesLeft;

    /**
     * What a start has found.
     *
     * @param backups where backups go
     * @param written what the state file says was done, whether it still holds or not
     */
    RunTimeBuckets(
            EngineCatalog catalog,
            Path home,
            Path data,
            Path backups,
            Limits limits,
            long heapBytes,
            BucketStateFile state,
            Map<String, Map<String, @Nullable Object>> file,
            Map<String, RunTimeChange> written) {
        this.catalog = catalog;
        this.home = home;
        this.data = data;
        this.backups = backups;
        this.limits = limits;
        this.heapBytes = heapBytes;
        this.state = state;
        this.file = file;
        this.written = written;
        this.changes = holding(written, file);
        this.filesLeft = written.entrySet().stream()
                .filter(entry -> entry.getValue().filesLeft())
                .map(Map.Entry::getKey)
                .filter(EngineSettings::isBucketName)
                .collect(Collectors.toCollection(TreeSet::new));
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
    private static Map<String, RunTimeChange> holding(
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

    @Override
    public Path backups() {
        return backups;
    }

    /** As a bucket that was created at run time: so a server whose configuration does not have it begins with it. */
    @Override
    public void describe(Path backup, String bucket, Map<String, @Nullable Object> object) throws IOException {
        EngineType type = object.get(Keys.ENGINE) instanceof String text ? catalog.find(text) : null;
        Map<String, @Nullable Object> described = new LinkedHashMap<>(object);
        if (type != null) {
            type.provider().configurationKeys().stream()
                    .filter(key -> key.type() == ConfigurationKey.Type.PATH)
                    .forEach(key -> described.remove(key.name()));
        }
        new BucketStateFile(backup).write(Map.of(bucket, new RunTimeChange(null, described, false)));
    }

    /** First moves the directory away, so that a bucket of the same name that comes soon does not find half of the old. */
    @Override
    public void deleteData(Path dataDirectory) throws IOException {
        if (!Files.exists(dataDirectory, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Path doomed = data.resolve(DELETED + dataDirectory.getFileName());
        deleteTree(doomed);
        Files.move(dataDirectory, doomed);
        try {
            deleteTree(doomed);
        } catch (IOException e) {
            LOG.warn("files of a deleted bucket are left behind until the next start: directory={}", doomed, e);
        }
    }

    /**
     * Takes the data directory for this server alone, until the answer is closed.
     *
     * @throws IOException where another server has it, or had it until a moment ago and has changed what was read since
     */
    public Closeable lock() throws IOException {
        DataLock lock = DataLock.take(data);
        List<Problem> problems = new ArrayList<>();
        if (!state.read(problems::add).equals(written) || !problems.isEmpty()) {
            lock.close();
            throw new IOException("data directory " + data + ": another server has changed it just now; start again");
        }
        return lock;
    }

    /**
     * Finishes deletions that a crash, a stop or an obstinate file system has cut short, before the first bucket begins.
     *
     * @throws IOException where a bucket that is to begin would find the documents of a deleted one
     */
    public void finishDeletions() throws IOException {
        deleteLeftovers();
        for (String name : filesLeft) {
            RunTimeChange deletion = changes.get(name);
            Map<String, @Nullable Object> entry = file.get(name);
            boolean left = false;
            try {
                deleteData(EngineSettings.directoryOf(data, name));
            } catch (IOException e) {
                if (deletion == null && entry != null) { // The file was edited since, and a bucket begins.
                    throw new IOException("the files of the deleted bucket " + name + " cannot be removed: " + e, e);
                }
                LOG.warn("files of a deleted bucket are left behind: bucket={}", name, e);
                left = true;
            }
            if (left || (deletion != null && entry != null)) {
                changes.put(name, new RunTimeChange(entry, null, left));
            } else {
                changes.remove(name);
            }
        }
        if (!filesLeft.isEmpty()) {
            save(changes);
        }
    }

    private void deleteLeftovers() {
        if (!Files.isDirectory(data)) {
            return;
        }
        try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(data, DELETED + "*")) {
            for (Path leftover : leftovers) {
                deleteTree(leftover);
            }
        } catch (IOException e) {
            LOG.warn("files of deleted buckets are left behind: directory={}", data, e);
        }
    }

    @Override
    public void deleteTree(Path tree) throws IOException {
        if (!Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
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
