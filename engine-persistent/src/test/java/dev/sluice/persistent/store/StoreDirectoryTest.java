package dev.sluice.persistent.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.persistent.store.StoreException.Kind;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreDirectoryTest {

    @TempDir
    Path directory;

    private StoreDirectory open() throws StoreException {
        return StoreDirectory.open(directory, "rocksdb", FailPoints.NONE);
    }

    private static void assertRefused(Kind kind, String message, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.kind()).isEqualTo(kind))
                .hasMessageContaining(message);
    }

    private String layout() throws IOException {
        return Files.readString(directory.resolve("store.layout"));
    }

    @Test
    void newDirectory_saysWhatItIs() throws Exception {
        try (StoreDirectory store = open()) {
            assertThat(store.creating()).isTrue();
            assertThat(layout()).isEqualTo("sluice-store: 1\nkind: rocksdb\nstate: creating\n");
            store.created();
        }
        assertThat(layout()).isEqualTo("sluice-store: 1\nkind: rocksdb\nstate: ready\n");
        try (StoreDirectory store = open()) {
            assertThat(store.creating()).isFalse();
        }
    }

    @Test
    void crashWhileCreating_isTakenUpAgain() throws Exception {
        for (FailPoint point : List.of(FailPoint.BEFORE_MANIFEST, FailPoint.AFTER_MANIFEST)) {
            Path fresh = directory.resolve(point.name());
            assertThatThrownBy(() -> StoreDirectory.open(fresh, "rocksdb", reached -> {
                        if (reached == point) {
                            throw new StoreException(Kind.IO, "here");
                        }
                    }))
                    .hasMessage("here");
            try (StoreDirectory store = StoreDirectory.open(fresh, "rocksdb", FailPoints.NONE)) {
                assertThat(store.creating()).isTrue();
            }
        }
    }

    @Test
    void openDirectory_isNotOpenedTwice() throws Exception {
        try (StoreDirectory store = open()) {
            assertThat(store.path()).isEqualTo(directory);
            assertRefused(Kind.IN_USE, "in this process", this::open);
        }
        open().close();
    }

    /** Its answer, after its end if it does not hold the directory. */
    private Process otherProcess() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        directory.toString())
                .redirectErrorStream(true)
                .start();
    }

    private static void end(Process process) throws InterruptedException {
        process.destroyForcibly();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void directoryOfAnotherProcess_isNotOpened_andItsPidIsNamed() throws Exception {
        Process other = otherProcess();
        try {
            assertThat(other.inputReader(StandardCharsets.UTF_8).readLine()).isEqualTo("open");
            assertRefused(Kind.IN_USE, "another process, pid " + other.pid(), this::open);
        } finally {
            end(other);
        }
        open().close();
    }

    /** A descriptor of the lock file that is closed takes all locks of its process along. */
    @Test
    void secondOpening_doesNotTakeTheLockAway() throws Exception {
        try (StoreDirectory store = open()) {
            assertRefused(Kind.IN_USE, "in this process", this::open);
            Path link =
                    Files.createSymbolicLink(directory.resolveSibling(directory.getFileName() + "-link"), directory);
            assertRefused(Kind.IN_USE, "in this process", () -> StoreDirectory.open(link, "rocksdb", FailPoints.NONE));
            Files.delete(link);
            Process other = otherProcess();
            try {
                assertThat(other.inputReader(StandardCharsets.UTF_8).readLine())
                        .isEqualTo("IN_USE " + store.path() + " is open in another process, pid "
                                + ProcessHandle.current().pid());
            } finally {
                end(other);
            }
        }
    }

    /** The other process. */
    static final class Holder {

        private Holder() {}

        public static void main(String[] arguments) throws Exception {
            try (StoreDirectory store = StoreDirectory.open(Path.of(arguments[0]), "rocksdb", FailPoints.NONE)) {
                System.out.println(store.creating() ? "open" : "ready");
                System.in.read();
            } catch (StoreException e) {
                System.out.println(e.kind() + " " + e.getMessage());
            }
        }
    }

    @Test
    void foreignDirectory_isRefused_andNotTouched() throws Exception {
        Files.writeString(directory.resolve("letters.txt"), "dear");
        assertRefused(Kind.FOREIGN, "letters.txt", this::open);
        try (var files = Files.list(directory)) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void file_isNoDirectory() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "");
        assertRefused(Kind.FOREIGN, "not a directory", () -> StoreDirectory.open(file, "rocksdb", FailPoints.NONE));
    }

    @Test
    void newerLayout_isRefused() throws Exception {
        Files.writeString(directory.resolve("store.layout"), "sluice-store: 2\nkind: x\nnew: y\n");
        assertRefused(Kind.NEWER, "layout 2 was written by a newer version (expected: up to 1)", this::open);
    }

    @Test
    void otherKind_isRefused() throws Exception {
        Files.writeString(directory.resolve("store.layout"), "sluice-store: 1\nkind: log\nstate: ready\n");
        assertRefused(Kind.FOREIGN, "kind log (expected: rocksdb)", this::open);
    }

    @Test
    void layoutOfSomebodyElse_isRefused() throws Exception {
        for (String text : new String[] {"", "hello", "sluice-store: one\n", "sluice-store: 0\n", "x".repeat(5000)}) {
            Files.writeString(directory.resolve("store.layout"), text);
            assertRefused(Kind.FOREIGN, "is not the layout of a store", this::open);
        }
    }

    @Test
    void unknownState_isDamage() throws Exception {
        Files.writeString(directory.resolve("store.layout"), "sluice-store: 1\nkind: rocksdb\nstate: resdy\n");
        assertRefused(Kind.CORRUPT, "state resdy", this::open);
    }

    @Test
    void lockFileThatWasLeft_meansNothing() throws Exception {
        Files.writeString(directory.resolve("store.lock"), "1\n");
        open().close();
        try (FileChannel lock = FileChannel.open(directory.resolve("store.lock"), StandardOpenOption.READ)) {
            assertThat(lock.size()).isGreaterThan(0);
        }
        assertThat(Files.readString(directory.resolve("store.lock")))
                .isEqualTo(ProcessHandle.current().pid() + "\n");
    }

    @Test
    void probe_failsWithoutSpace() throws Exception {
        try (StoreDirectory store = open()) {
            store.probe(1);
            assertRefused(Kind.NO_SPACE, "bytes are free (expected: ", () -> store.probe(Long.MAX_VALUE));
        }
    }

    @Test
    void errorsOfTheSystem_haveKinds() {
        Path file = Path.of("f");
        assertThat(IoErrors.translate(new AccessDeniedException("f"), file).kind())
                .isEqualTo(Kind.READ_ONLY);
        assertThat(IoErrors.translate(new FileSystemException("f", null, "Read-only file system"), file)
                        .kind())
                .isEqualTo(Kind.READ_ONLY);
        assertThat(IoErrors.translate(new IOException("No space left on device"), file)
                        .kind())
                .isEqualTo(Kind.NO_SPACE);
        assertThat(IoErrors.translate(new FileSystemException("f", null, "Disk quota exceeded"), file)
                        .kind())
                .isEqualTo(Kind.NO_SPACE);
        assertThat(IoErrors.translate(new IOException(), file).kind()).isEqualTo(Kind.IO);
        assertThat(IoErrors.translate(new IOException("Input/output error"), file))
                .hasMessage("f: Input/output error");
    }
}
