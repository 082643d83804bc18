package dev.sluice.core.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Replaces a small file as a whole, so that there is a whole one at any moment: the new bytes are written beside it and forced
 * to the disk, take its name, and the directory is forced, without which the name could still be lost. A power failure at any
 * point leaves the old file or the new one; what was written beside it and not renamed, under the name with {@code .new}
 * behind it, is overwritten the next time.
 *
 * <p><b>Thread.</b> Background; one at a time for each file.
 */
public final class DurableFile {

    private static final String DRAFT = ".new";

    /** Where a process may be killed, for tests that kill it there. */
    public enum Step {
        WRITTEN,
        FORCED,
        RENAMED,
        DIRECTORY_FORCED
    }

    private DurableFile() {}

    /**
     * Puts these bytes in the place of what the file held. Directories that are not there are made. On an exception either
     * of the two contents is there.
     */
    public static void replace(Path file, byte[] bytes) throws IOException {
        replace(file, bytes, step -> {});
    }

    /** As {@link #replace(Path, byte[])}; is shown each step when it is done. */
    public static void replace(Path file, byte[] bytes, Consumer<Step> steps) throws IOException {
        Path absolute = file.toAbsolutePath();
        Path directory = absolute.getParent();
        if (directory == null) {
            throw new IOException(file + ": a file system's root is no file");
        }
        createDirectories(directory);
        Path draft = absolute.resolveSibling(absolute.getFileName() + DRAFT);
        try (FileChannel channel = FileChannel.open(
                draft, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer left = ByteBuffer.wrap(bytes);
            while (left.hasRemaining()) {
                channel.write(left);
            }
            steps.accept(Step.WRITTEN);
            channel.force(true);
        }
        steps.accept(Step.FORCED);
        Files.move(draft, absolute, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        steps.accept(Step.RENAMED);
        force(directory);
        steps.accept(Step.DIRECTORY_FORCED);
    }

    /**
     * Gives a directory another name beside its own, for good. Nothing may be there under it.
     *
     * <p>What is in the directory must be on the disk already, or a whole name could stand for half a content.
     */
    public static void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        Path directory = to.toAbsolutePath().getParent();
        if (directory != null) {
            force(directory);
        }
    }

    /** Makes a directory and those above it, for good: each new one is an entry of the one above, and lost with it. */
    public static void createDirectories(@Nullable Path directory) throws IOException {
        if (directory == null || Files.isDirectory(directory)) {
            return;
        }
        Path above = directory.getParent();
        createDirectories(above);
        Files.createDirectories(directory);
        if (above != null) {
            force(above);
        }
    }

    /** Has a directory's entries reach the disk, where the system lets a directory be opened. */
    private static void force(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (AccessDeniedException e) {
            return; // Windows; there the move itself is written through.
        }
    }
}
