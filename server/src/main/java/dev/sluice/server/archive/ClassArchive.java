package dev.sluice.server.archive;

import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The archive of classes that a start loads, as they are in memory once they have been parsed and checked ("class-data
 * sharing", JEP 310 and JEP 350). Half of what a start takes without one is the loading of some 4,000 classes.
 *
 * <p><b>Who makes it.</b> An archive fits one build of Java and one set of jars at one place, so it cannot come with the
 * distribution. It is made here, at the place, by a second Java that starts a server, is its own client for a moment
 * ({@code Rehearsal}), and writes down at its end what it has loaded. That is asked for by {@code sluice archive}, and by a
 * server that runs without one: see {@link ArchiveKeeper}. The alternatives were ruled out. An archive written by the server
 * itself at its end would add a second to every first stop, and end with the process where that is killed. Java's own
 * {@code -XX:+AutoCreateSharedArchive} does the same, and Java 17 does not have it.
 *
 * <p><b>Who uses it.</b> The launcher passes it to Java if it is there. Java itself sees whether it fits, down to the time and
 * size of each jar, and otherwise starts without it and says nothing. (Jars of a build have a fixed time, which is why the
 * build removes the archive of the distribution that it unpacks; releases differ in their names.) So what is decided
 * here is merely when to make a new one. That is told by a text beside the archive, {@code .stamp}: what it was made of.
 *
 * <p><b>Files.</b> A new archive is written beside the old one and moved into its place. The first of several processes that
 * want to make one holds a lock on {@code .lock} and the others let it. Servers that run keep what they have mapped.
 */
public final class ClassArchive {

    /** Where the launcher tells where the archive is, or should be. */
    public static final String PROPERTY = "sluice.archive";

    private static final long CREATION_SECONDS_MAX = 300;

    private final Path file;
    private final Path stamp;
    private final Path lock;

    /** What came of making one. */
    public enum Outcome {
        /** There is a new one. */
        CREATED,

        /** Another process is making it. */
        BUSY
    }

    public ClassArchive(Path file) {
        this.file = file;
        this.stamp = beside(".stamp");
        this.lock = beside(".lock");
    }

    /** The one that the launcher has named; null where it has not. */
    public static @Nullable ClassArchive named() {
        String name = System.getProperty(PROPERTY);
        return name == null || name.isEmpty() ? null : new ClassArchive(Path.of(name));
    }

    private Path beside(String suffix) {
        return file.resolveSibling(file.getFileName() + suffix);
    }

    public Path file() {
        return file;
    }

    /** Whether there is one that was made of what this process runs on. */
    public boolean fits() throws IOException {
        try {
            return Files.isReadable(file)
                    && Files.readString(stamp, StandardCharsets.UTF_8).equals(currentStamp());
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** Whether one could be written. */
    public boolean writable() {
        Path nearest = file.toAbsolutePath().getParent();
        while (nearest != null && !Files.exists(nearest)) {
            nearest = nearest.getParent();
        }
        return nearest != null && Files.isDirectory(nearest) && Files.isWritable(nearest);
    }

    /** Java's build and the jars with their sizes and times: what Java itself holds an archive against. */
    static String currentStamp() throws IOException {
        StringBuilder text = new StringBuilder();
        text.append(System.getProperty("java.vm.version")).append('\n');
        text.append(System.getProperty("java.home")).append('\n');
        for (String jar : System.getProperty("java.class.path", "").split(File.pathSeparator, -1)) {
            Path path = Path.of(jar);
            FileTime modified = Files.getLastModifiedTime(path);
            text.append(jar)
                    .append(' ')
                    .append(Files.size(path))
                    .append(' ')
                    .append(modified.toMillis())
                    .append('\n');
        }
        return text.toString();
    }

    /**
     * Makes one. Takes some seconds of processor time, and memory for a second, small Java.
     *
     * @param aside whether it can take its time, as others have better use for the processors
     * @param running gets the process that does it, so that whoever ends can end that, too
     * @throws IOException where that does not work; what was there before is still there
     */
    public Outcome create(boolean aside, Consumer<Process> running) throws IOException, InterruptedException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            FileLock held;
            try {
                held = channel.tryLock();
            } catch (OverlappingFileLockException e) {
                held = null;
            }
            if (held == null) {
                return Outcome.BUSY;
            }
            write(aside, running);
            return Outcome.CREATED;
        }
    }

    private void write(boolean aside, Consumer<Process> running) throws IOException, InterruptedException {
        Path draft = beside(".new");
        Path said = beside(".log");
        Files.deleteIfExists(draft);
        String made = currentStamp();
        try {
            Process process = new ProcessBuilder(command(aside, draft))
                    .redirectErrorStream(true)
                    .redirectInput(ProcessBuilder.Redirect.PIPE)
                    .redirectOutput(said.toFile())
                    .start();
            running.accept(process);
            try {
                process.getOutputStream().close();
                if (!process.waitFor(CREATION_SECONDS_MAX, TimeUnit.SECONDS)) {
                    throw new IOException("not done after " + CREATION_SECONDS_MAX + " s");
                }
            } finally {
                process.destroyForcibly();
            }
            if (process.exitValue() != 0 || !Files.isReadable(draft)) {
                throw new IOException("Java has ended with " + process.exitValue() + " and said: "
                        + Files.readString(said, StandardCharsets.UTF_8).strip());
            }
            Files.deleteIfExists(stamp);
            Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            Files.writeString(stamp, made, StandardCharsets.UTF_8);
        } finally {
            Files.deleteIfExists(draft);
            Files.deleteIfExists(said);
        }
    }

    /** The same jars in the same order, or Java would not take the archive. */
    private static List<String> command(boolean aside, Path draft) {
        List<String> command = new ArrayList<>();
        Path nice = Path.of("/usr/bin/nice");
        if (aside && Files.isExecutable(nice)) {
            command.addAll(List.of(nice.toString(), "-n", "10"));
        }
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:ArchiveClassesAtExit=" + draft);
        command.add("-Xmx128m");
        command.add("-Dguice_bytecode_gen_option=DISABLED");
        if (Runtime.version().feature() >= 22) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        if (Runtime.version().feature() >= 23) {
            command.add("--sun-misc-unsafe-memory-access=allow");
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.sluice.server.Rehearsal"));
        return command;
    }
}
