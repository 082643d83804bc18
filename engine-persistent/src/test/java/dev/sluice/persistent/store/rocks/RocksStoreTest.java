package dev.sluice.persistent.store.rocks;

import static dev.sluice.persistent.store.Docs.active;
import static dev.sluice.persistent.store.Docs.doc;
import static dev.sluice.persistent.store.Docs.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.persistent.store.Content;
import dev.sluice.persistent.store.DocumentCursor;
import dev.sluice.persistent.store.FailPoint;
import dev.sluice.persistent.store.FailPoints;
import dev.sluice.persistent.store.KeyRange;
import dev.sluice.persistent.store.KvStore;
import dev.sluice.persistent.store.Lookup;
import dev.sluice.persistent.store.Snapshot;
import dev.sluice.persistent.store.StoreBatch;
import dev.sluice.persistent.store.StoreException;
import dev.sluice.persistent.store.StoreException.Kind;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/** What is particular to RocksDB. */
class RocksStoreTest {

    private static final int VB = 7;

    @TempDir
    Path directory;

    private String name = "store";

    private RocksSettings settings() {
        return RocksSettings.at(directory.resolve(name));
    }

    private static void assertRefused(Kind kind, String message, ThrowingCallable call) {
        assertThatThrownBy(call)
                .hasMessageContaining(message)
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.kind()).isEqualTo(kind));
    }

    /** Documents of 500 bytes that no compression makes smaller. */
    private static void fill(KvStore store, int first, int count) throws StoreException {
        Random random = new Random(first);
        StoreBatch batch = new StoreBatch();
        for (int seqno = first; seqno < first + count; seqno++) {
            byte[] value = new byte[500];
            random.nextBytes(value);
            batch.put(VB, doc("key-" + seqno, seqno, "").value(value, 0, value.length));
        }
        batch.record(VB, active(first + count - 1));
        store.commit(batch, true);
    }

    private static List<Lookup> lookups(int count) {
        List<Lookup> lookups = new ArrayList<>();
        for (int seqno = 1; seqno <= count; seqno++) {
            lookups.add(Lookup.of(key("key-" + seqno)));
        }
        return lookups;
    }

    private List<Path> files(String end) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(end)).sorted().toList();
        }
    }

    private static void flip(Path file, long offset, int length) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            byte[] content = new byte[length];
            bytes.seek(offset);
            bytes.readFully(content);
            for (int i = 0; i < length; i++) {
                content[i] ^= 0x10;
            }
            bytes.seek(offset);
            bytes.write(content);
        }
    }

    private static void copy(Path source, Path target) throws IOException {
        Files.walkFileTree(source, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path visited, BasicFileAttributes attributes) throws IOException {
                Files.createDirectories(
                        target.resolve(source.relativize(visited).toString()));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.copy(file, target.resolve(source.relativize(file).toString()));
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** Damage of files is found, named, and never taken for documents that are not there. */
    @Nested
    class Damage {

        private void filled(Map<String, String> options) throws StoreException {
            try (RocksStore store = RocksStore.open(settings().withOptions(options))) {
                fill(store, 1, 200);
                store.compact(VB); // Which flushes first, so that all is in files.
            }
        }

        /** Reads in all ways; each must fail and name the file, or be right. */
        private int failures(Path damaged, Map<String, String> options) {
            List<ThrowingCallable> reads = List.of(
                    () -> read(
                            options,
                            store -> assertThat(store.get(VB, lookups(200))).doesNotContainNull()),
                    () -> read(
                            options,
                            store ->
                                    assertThat(store.metadata(VB, lookups(200))).doesNotContainNull()),
                    () -> read(options, store -> count(store, false)),
                    () -> read(options, store -> count(store, true)),
                    () -> read(options, store -> fill(store, 1, 1)));
            int failures = 0;
            for (ThrowingCallable read : reads) {
                Throwable thrown = catchThrowableOfType(Throwable.class, read);
                if (thrown != null) {
                    assertThat(thrown).isInstanceOf(StoreException.class);
                    assertThat(((StoreException) thrown).kind()).isEqualTo(Kind.CORRUPT);
                    assertThat(thrown)
                            .hasMessageContaining(damaged.getFileName().toString());
                    assertThat(((StoreException) thrown).file()).isEqualTo(damaged);
                    failures++;
                }
            }
            return failures;
        }

        private interface Read {
            void from(RocksStore store) throws Exception;
        }

        private void read(Map<String, String> options, Read read) throws Exception {
            try (RocksStore store = RocksStore.open(settings().withOptions(options))) {
                read.from(store);
            }
        }

        private static void count(KvStore store, boolean bySeqno) throws StoreException {
            int count = 0;
            try (Snapshot snapshot = store.snapshot();
                    DocumentCursor cursor = bySeqno
                            ? snapshot.changes(VB, 0, Content.WHOLE)
                            : snapshot.documents(VB, KeyRange.all(), Content.METADATA)) {
                while (cursor.next()) {
                    count++;
                }
            }
            assertThat(count).isEqualTo(200);
        }

        @Test
        void ofTables_isFoundByEveryReadThatComesAcross() throws Exception {
            filled(Map.of());
            Path whole = directory.resolve("store");
            int damaged = 0;
            for (Path table : files(".sst")) {
                if (Files.size(table) > 4096) {
                    // On a copy each time: whoever opens a store may also have it compact its tables.
                    name = "copy-" + table.getFileName();
                    copy(whole, directory.resolve(name));
                    Path damagedTable = directory.resolve(name).resolve(whole.relativize(table));
                    flip(damagedTable, 1024, 1);
                    assertThat(failures(damagedTable, Map.of()))
                            .as(table.toString())
                            .isPositive();
                    damaged++;
                }
            }
            assertThat(damaged).isGreaterThanOrEqualTo(2);
            name = "store";
            assertThat(failures(whole, Map.of())).isZero();
        }

        @Test
        void ofBlobFiles_isFound() throws Exception {
            Map<String, String> options = Map.of("records.enable_blob_files", "true");
            filled(options);
            Path blobs = files(".blob").get(0);
            flip(blobs, Files.size(blobs) / 2, 1);
            StoreException e = catchThrowableOfType(
                    StoreException.class, () -> read(options, store -> store.get(VB, lookups(200))));
            assertThat(e.kind()).isEqualTo(Kind.CORRUPT);
            // RocksDB does not say which.
            assertThat(e).hasMessageContaining("Blob CRC mismatch");
            assertThat(e.file()).isEqualTo(directory.resolve("store/rocksdb"));
        }

        @Test
        void missingTable_isNamed() throws Exception {
            filled(Map.of());
            Path table = files(".sst").get(0);
            Files.delete(table);
            assertRefused(Kind.CORRUPT, table.getFileName().toString(), () -> RocksStore.open(settings()));
        }

        @Test
        void missingManifest_isNotTakenForANewStore() throws Exception {
            filled(Map.of());
            Files.delete(directory.resolve("store/rocksdb/CURRENT"));
            assertRefused(Kind.CORRUPT, "CURRENT", () -> RocksStore.open(settings()));
        }

        /** A log as it is after a crash: copied while the store is open. */
        private Path crashed() throws Exception {
            try (RocksStore store = RocksStore.open(settings())) {
                for (int i = 0; i < 4; i++) {
                    fill(store, 1 + 50 * i, 50);
                }
                copy(directory.resolve("store"), directory.resolve("crashed"));
            }
            return directory.resolve("crashed");
        }

        private Path log(Path crashed) throws IOException {
            try (Stream<Path> files = Files.walk(crashed)) {
                return files.filter(file -> file.getFileName().toString().matches("\\d+\\.log"))
                        .max(Comparator.comparingLong(file -> file.toFile().length()))
                        .orElseThrow();
            }
        }

        @Test
        void ofTheLog_isFoundAndNamed() throws Exception {
            Path crashed = crashed();
            Path log = log(crashed);
            flip(log, 40_000, 1); // Within the second of four batches.
            assertRefused(Kind.CORRUPT, log.getFileName().toString(), () -> RocksStore.open(RocksSettings.at(crashed)));
        }

        @Test
        void tornEndOfTheLog_isACrash_andEndsTheLogThere() throws Exception {
            Path crashed = crashed();
            Path log = log(crashed);
            try (RandomAccessFile bytes = new RandomAccessFile(log.toFile(), "rw")) {
                bytes.setLength(bytes.length() - 100);
            }
            try (RocksStore store = RocksStore.open(RocksSettings.at(crashed))) {
                assertThat(store.vbucket(VB).record().highSeqno()).isEqualTo(150);
                assertThat(store.vbucket(VB).tally().documents()).isEqualTo(150);
                assertThat(store.get(VB, lookups(200)))
                        .filteredOn(Objects::nonNull)
                        .hasSize(150);
            }
        }
    }

    @Nested
    class Options {

        @Test
        void areTakenByName() throws StoreException {
            Map<String, String> options = Map.of(
                    "max_background_jobs", "3",
                    "write_buffer_size", "1048576",
                    "records.min_blob_size", "512",
                    "index.compression", "kNoCompression");
            try (RocksStore store = RocksStore.open(settings().withOptions(options))) {
                fill(store, 1, 10);
            }
        }

        @Test
        void unknownName_isNamed() {
            assertRefused(
                    Kind.SETTING,
                    "rocksdb option write_buffer_sise: 1 (expected: ",
                    () -> RocksStore.open(settings().withOptions(Map.of("write_buffer_sise", "1"))));
            assertRefused(
                    Kind.SETTING,
                    "rocksdb option records.max_background_jobs: 1",
                    () -> RocksStore.open(settings().withOptions(Map.of("records.max_background_jobs", "1"))));
        }

        @Test
        void badValue_isNamed() {
            assertRefused(
                    Kind.SETTING,
                    "rocksdb option max_background_jobs: many",
                    () -> RocksStore.open(settings().withOptions(Map.of("max_background_jobs", "many"))));
        }

        @Test
        void whatPromisesRestOn_isNotToBeSet() {
            assertRefused(
                    Kind.SETTING,
                    "rocksdb option wal_recovery_mode is set by the engine",
                    () -> RocksStore.open(
                            settings().withOptions(Map.of("wal_recovery_mode", "kSkipAnyCorruptedRecords"))));
            assertThat(directory.resolve("store")).doesNotExist();
        }

        @Test
        void directReadsAndRateLimit_work() throws StoreException {
            RocksSettings direct =
                    new RocksSettings(directory.resolve("store"), 1 << 20, true, 50 << 20, Map.of(), FailPoints.NONE);
            try (RocksStore store = RocksStore.open(direct)) {
                fill(store, 1, 100);
                store.compact(VB);
                assertThat(store.get(VB, lookups(100))).doesNotContainNull();
                assertThat(store.statistics().cacheSize()).isBetween(1L, 2L << 20);
            }
        }
    }

    @Nested
    class Directory {

        @Test
        void openedTwice_isRefused() throws StoreException {
            try (RocksStore store = RocksStore.open(settings())) {
                assertRefused(Kind.IN_USE, "is open already in this process", () -> RocksStore.open(settings()));
                fill(store, 1, 1);
            }
        }

        @Test
        void foreign_isRefused() throws Exception {
            Files.createDirectories(directory.resolve("store/letters"));
            assertRefused(Kind.FOREIGN, "letters", () -> RocksStore.open(settings()));
        }

        @Test
        void newer_isRefused() throws Exception {
            RocksStore.open(settings()).close();
            Path layout = directory.resolve("store/store.layout");
            Files.writeString(layout, Files.readString(layout).replace("store: 1", "store: 9"));
            assertRefused(Kind.NEWER, "layout 9", () -> RocksStore.open(settings()));
        }

        @Test
        void documentsThatAreGone_areNotTakenForANewStore() throws Exception {
            RocksStore.open(settings()).close();
            Path documents = directory.resolve("store/rocksdb");
            Files.move(documents, directory.resolve("elsewhere"));
            assertRefused(Kind.CORRUPT, "rocksdb", () -> RocksStore.open(settings()));
        }

        @Test
        void creationThatWasBrokenOff_isTakenUpAgain() throws Exception {
            int failed = 0;
            for (int failAt = 1; failAt <= 4; failAt++) {
                int number = failAt;
                List<FailPoint> reached = new ArrayList<>();
                try (RocksStore store = RocksStore.open(settings().withFailPoints(point -> {
                    reached.add(point);
                    if (reached.size() == number) {
                        throw new StoreException(Kind.IO, "here");
                    }
                }))) {
                    assertThat(store.vbuckets()).isEmpty();
                } catch (StoreException e) {
                    assertThat(e).hasMessage("here");
                    failed++;
                }
            }
            assertThat(failed).isGreaterThanOrEqualTo(2);
            try (RocksStore store = RocksStore.open(settings())) {
                fill(store, 1, 10);
            }
        }

        @Test
        void spaceThatIsMissing_isNamed() {
            assertThat(RocksErrors.translate(
                                    new RocksDBException(
                                            "While appending to file: /d/000004.log: No space left on device",
                                            new Status(Status.Code.IOError, Status.SubCode.NoSpace, "")),
                                    Path.of("/d"))
                            .kind())
                    .isEqualTo(Kind.NO_SPACE);
        }
    }

    @Test
    void deletionOfAVBucket_thatACrashBrokeOff_isEndedByOpening() throws Exception {
        List<Boolean> syncs = new ArrayList<>();
        RocksStore store = RocksStore.open(settings().withFailPoints(point -> {
            if (point == FailPoint.AFTER_SYNC) {
                syncs.add(true);
                if (syncs.size() == 2) {
                    throw new StoreException(Kind.IO, "here");
                }
            }
        }));
        fill(store, 1, 100);
        assertRefused(Kind.IO, "here", () -> store.deleteVBucket(VB));
        assertThat(store.vbucket(VB)).isNull();
        assertThat(store.get(VB, lookups(1))).doesNotContainNull();
        store.close();
        try (RocksStore reopened = RocksStore.open(settings())) {
            assertThat(reopened.vbucket(VB)).isNull();
            assertThat(reopened.get(VB, lookups(1))).containsOnlyNulls();
        }
    }

    @Test
    void scans_leaveTheCacheToLookups() throws StoreException {
        try (RocksStore store = RocksStore.open(settings())) {
            fill(store, 1, 2000);
            store.compact(VB);
            try (Snapshot snapshot = store.snapshot()) {
                long before = store.statistics().cacheSize();
                try (DocumentCursor cursor = snapshot.changes(VB, 0, Content.WHOLE)) {
                    while (cursor.next()) {
                        assertThat(cursor.document().valueLength()).isEqualTo(500);
                    }
                }
                long scanned = store.statistics().cacheSize();
                assertThat(store.get(VB, lookups(2000))).doesNotContainNull();
                long lookedUp = store.statistics().cacheSize();
                assertThat(scanned - before).isLessThan((lookedUp - scanned) / 4);
            }
        }
    }
}
