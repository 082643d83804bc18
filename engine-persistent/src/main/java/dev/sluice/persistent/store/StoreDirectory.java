package dev.sluice.persistent.store;

import dev.sluice.persistent.store.StoreException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A directory that is, or becomes, a store: who may open it, and what is in it.
 *
 * <pre>
 * store.lock     held by the process that has the store open; its text is that process's id
 * store.layout   what the store is; text, a line "name: value" each
 *                  sluice-store: 1        the version of the layout
 *                  kind: rocksdb          what keeps the documents
 *                  state: ready           "creating" until the store has been opened for the first time
 * </pre>
 *
 * and a directory with the store's name, where the documents are.
 *
 * <p>A directory that has other files and no layout is somebody else's and is not touched. The layout is written before
 * anything else, and says <em>ready</em> only once the store was created whole: so a crash in between is told from a store
 * whose files were lost, which must not come back as an empty one.
 *
 * <p>The lock is the operating system's, on the file, and ends with the process; the file itself stays and means nothing.
 *
 * <p><b>Thread.</b> One at a time.
 */
public final class StoreDirectory implements AutoCloseable {

    /** The newest layout that this version knows. */
    static final int VERSION = 1;

    private static final String LAYOUT = "store.layout";
    private static final String LOCK = "store.lock";
    private static final List<String> OWN = List.of(LAYOUT, LOCK, LAYOUT + ".new");

    private static final String VERSION_NAME = "sluice-store";
    private static final String KIND_NAME = "kind";
    private static final String STATE_NAME = "state";
    private static final String CREATING = "creating";
    private static final String READY = "ready";

    /** Longer than any layout can be, so that a large file of somebody else's is not read. */
    private static final int LAYOUT_LENGTH_MAX = 4096;

    private final Path path;
    private final String kind;
    private final FailPoints failPoints;
    private final FileChannel lockFile;
    private boolean creating;

    private StoreDirectory(Path path, String kind, FailPoints failPoints, FileChannel lockFile) {
        this.path = path;
        this.kind = kind;
        this.failPoints = failPoints;
        this.lockFile = lockFile;
    }

    /**
     * Takes a directory for a store, and makes it one where it is empty or does not exist.
     *
     * @param kind what keeps the documents; also the name of the directory that they are in
     * @throws StoreException {@code IN_USE}, {@code FOREIGN}, {@code NEWER}, {@code CORRUPT}, {@code READ_ONLY}, {@code
     *     NO_SPACE}, {@code IO}
     */
    public static StoreDirectory open(Path path, String kind, FailPoints failPoints) throws StoreException {
        try {
            Files.createDirectories(path);
        } catch (FileAlreadyExistsException e) {
            throw new StoreException(Kind.FOREIGN, path + " is not a directory", path, e);
        } catch (IOException e) {
            throw IoErrors.translate(e, path);
        }
        refuseForeign(path);
        FileChannel lockFile = lock(path.resolve(LOCK));
        StoreDirectory directory = new StoreDirectory(path, kind, failPoints, lockFile);
        try {
            directory.readOrCreateLayout();
        } catch (StoreException | RuntimeException e) {
            directory.close();
            throw e;
        }
        return directory;
    }

    /** Before anything of ours is written, the lock included. */
    private static void refuseForeign(Path path) throws StoreException {
        if (Files.exists(path.resolve(LAYOUT))) {
            return;
        }
        try (Stream<Path> files = Files.list(path)) {
            List<String> foreign = files.map(file -> file.getFileName().toString())
                    .filter(name -> !OWN.contains(name))
                    .sorted()
                    .limit(3)
                    .toList();
            if (!foreign.isEmpty()) {
                throw new StoreException(
                        Kind.FOREIGN,
                        path + " holds " + String.join(", ", foreign)
                                + " and no store (expected: a store, or an empty directory)",
                        path,
                        null);
            }
        } catch (IOException e) {
            throw IoErrors.translate(e, path);
        }
    }

    private static FileChannel lock(Path file) throws StoreException {
        FileChannel channel = null;
        try {
            channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            FileLock lock;
            try {
                lock = channel.tryLock();
            } catch (OverlappingFileLockException e) {
                channel.close();
                throw new StoreException(Kind.IN_USE, file.getParent() + " is open already in this process", file, e);
            }
            if (lock == null) {
                String holder = holder(channel);
                channel.close();
                throw new StoreException(
                        Kind.IN_USE, file.getParent() + " is open in another process" + holder, file, null);
            }
            byte[] pid = (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII);
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(pid), 0);
            return channel;
        } catch (IOException e) {
            closeQuietly(channel);
            throw IoErrors.translate(e, file);
        }
    }

    private static String holder(FileChannel channel) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(20);
        channel.read(text, 0);
        String pid = new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII).trim();
        return pid.isEmpty() ? "" : ", pid " + pid;
    }

    private void readOrCreateLayout() throws StoreException {
        Path file = path.resolve(LAYOUT);
        String text;
        try {
            if (Files.exists(file) && Files.size(file) > LAYOUT_LENGTH_MAX) {
                throw foreign(file);
            }
            text = Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            creating = true;
            writeLayout(path, CREATING);
            return;
        } catch (IOException e) {
            throw IoErrors.translate(e, file);
        }
        Map<String, String> lines = new HashMap<>();
        for (String line : text.lines().toList()) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                lines.put(line.substring(0, colon), line.substring(colon + 1).trim());
            }
        }
        check(file, lines);
        creating = CREATING.equals(lines.get(STATE_NAME));
    }

    private void check(Path file, Map<String, String> lines) throws StoreException {
        String version = lines.get(VERSION_NAME);
        if (version == null || !version.matches("[1-9][0-9]{0,8}")) {
            throw foreign(file);
        }
        if (Integer.parseInt(version) > VERSION) {
            throw new StoreException(
                    Kind.NEWER,
                    file + ": layout " + version + " was written by a newer version (expected: up to " + VERSION + ")",
                    file,
                    null);
        }
        String found = lines.get(KIND_NAME);
        if (!kind.equals(found)) {
            throw new StoreException(
                    Kind.FOREIGN, file + ": store of kind " + found + " (expected: " + kind + ")", file, null);
        }
        String state = lines.get(STATE_NAME);
        if (!Arrays.asList(CREATING, READY).contains(state)) {
            throw new StoreException(
                    Kind.CORRUPT,
                    file + ": state " + state + " (expected: " + CREATING + " or " + READY + ")",
                    file,
                    null);
        }
    }

    private static StoreException foreign(Path file) {
        return new StoreException(
                Kind.FOREIGN,
                file + " is not the layout of a store (expected: a line " + VERSION_NAME + ": 1)",
                file,
                null);
    }

    private void writeLayout(Path target, String state) throws StoreException {
        Path file = target.resolve(LAYOUT);
        Path fresh = target.resolve(LAYOUT + ".new");
        String text = VERSION_NAME + ": " + VERSION + "\n" + KIND_NAME + ": " + kind + "\n" + STATE_NAME + ": " + state
                + "\n";
        failPoints.reach(FailPoint.BEFORE_MANIFEST);
        try {
            try (FileChannel channel = FileChannel.open(
                    fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
                channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
                channel.force(true);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            syncDirectory(target);
        } catch (IOException e) {
            throw IoErrors.translate(e, file);
        }
        failPoints.reach(FailPoint.AFTER_MANIFEST);
    }

    /** Makes names in a directory survive a loss of power, where the operating system can. */
    private static void syncDirectory(Path directory) throws IOException {
        FileChannel channel;
        try {
            channel = FileChannel.open(directory, StandardOpenOption.READ);
        } catch (IOException e) {
            return; // Windows opens no directories, and needs no sync of them either.
        }
        try (channel) {
            channel.force(true);
        }
    }

    /** Whether the store has never been opened whole, so that missing files are to be created. */
    public boolean creating() {
        return creating;
    }

    /** Says that the store has been created whole. */
    public void created() throws StoreException {
        if (creating) {
            writeLayout(path, READY);
            creating = false;
        }
    }

    /** Makes another directory, whose documents are all there, a store of the same kind. */
    public void describe(Path target) throws StoreException {
        writeLayout(target, READY);
    }

    public Path path() {
        return path;
    }

    /** Where the documents are. */
    public Path documents() {
        return documents(path);
    }

    /** Where they are in another directory. */
    public Path documents(Path target) {
        return target.resolve(kind);
    }

    /**
     * Whether something can be written and stays written.
     *
     * @param bytes how much must be free
     */
    public void probe(long bytes) throws StoreException {
        Path file = path.resolve(LOCK);
        try {
            long usable = Files.getFileStore(path).getUsableSpace();
            if (usable < bytes) {
                throw new StoreException(
                        Kind.NO_SPACE, path + ": " + usable + " bytes are free (expected: " + bytes + ")", path, null);
            }
            lockFile.write(ByteBuffer.wrap(new byte[] {'\n'}), lockFile.size());
            lockFile.force(true);
        } catch (IOException e) {
            throw IoErrors.translate(e, file);
        }
    }

    /** Lets the directory go. */
    @Override
    public void close() {
        closeQuietly(lockFile); // With it goes the lock.
    }

    private static void closeQuietly(@Nullable FileChannel channel) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                // Nothing was written through it that anybody would miss.
            }
        }
    }
}
