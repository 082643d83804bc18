package dev.sluice.integration;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What {@code mvn package} unpacked: {@code bin conf lib plugins}. */
final class Distribution {

    /** Where it is; the build says so. */
    static final Path HOME = Path.of(System.getProperty("sluice.distribution", "../distribution/target/sluice"))
            .toAbsolutePath()
            .normalize();

    private Distribution() {}

    /** A copy that a test may change: plugins put in, data written. */
    static Path copyTo(Path target) throws IOException {
        try (Stream<Path> files = Files.walk(HOME)) {
            files.forEach(file -> copy(file, target.resolve(HOME.relativize(file))));
        }
        return target;
    }

    private static void copy(Path from, Path to) {
        try {
            if (Files.isDirectory(from)) {
                Files.createDirectories(to);
            } else {
                Files.copy(from, to);
                // Where the file system has such a bit: bin/sluice is nothing without it.
                if (Files.isExecutable(from) && !to.toFile().setExecutable(true)) {
                    throw new IOException("cannot be made executable: " + to);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
