package dev.sluice.persistent.store.rocks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** How much files take, while others may be creating and removing them. */
final class DirectorySize {

    private DirectorySize() {}

    /** Bytes of all files below a directory whose names end like this. */
    static long of(Path directory, String nameEnd) {
        Sum sum = new Sum(nameEnd);
        try {
            Files.walkFileTree(directory, sum);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return sum.bytes;
    }

    private static final class Sum extends SimpleFileVisitor<Path> {

        private final String nameEnd;
        private long bytes;

        Sum(String nameEnd) {
            this.nameEnd = nameEnd;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.toString().endsWith(nameEnd)) {
                bytes += attributes.size();
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) {
            return FileVisitResult.CONTINUE; // Removed meanwhile.
        }

        @Override
        public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException e) {
            return FileVisitResult.CONTINUE;
        }
    }
}
