package dev.sluice.server.config;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says that a data directory is one server's. Two that write down what was done to buckets, each as it knows it, would lose
 * what the other has answered with success.
 *
 * <p>It is a lock of the operating system on a file that stays behind: it ends with the process, however that ends. The file
 * holds the number of the process that had it last, for messages. A directory that cannot be written needs no lock.
 */
final class DataLock implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(DataLock.class);

    /** A name that no bucket's directory can have. */
    private static final String NAME = "@lock";

    private static final int PID_BYTES_MAX = 20;

    private final @Nullable FileChannel channel;

    private DataLock(@Nullable FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Takes a directory, which is made where there is none.
     *
     * @throws IOException where another server has it, with that server's process in the message
     */
    static DataLock take(Path directory) throws IOException {
        Path file = directory.resolve(NAME);
        FileChannel channel;
        try {
            Files.createDirectories(directory);
            channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } catch (IOException e) {
            LOG.warn("data directory cannot be written, and is not locked: directory={} reason={}", directory, e);
            return new DataLock(null);
        }
        try {
            if (isTaken(channel)) {
                throw new IOException("data directory " + directory + ": another server has it, process "
                        + holder(channel) + " (expected: one server for each directory, see \"data\")");
            }
            channel.truncate(0);
            channel.write(pid(), 0);
            return new DataLock(channel);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static boolean isTaken(FileChannel channel) throws IOException {
        try {
            FileLock lock =
                    channel.tryLock(PID_BYTES_MAX, 1, false); // Behind the number, so that others can read that.
            return lock == null;
        } catch (OverlappingFileLockException e) {
            return true; // By another server of this process.
        }
    }

    private static ByteBuffer pid() {
        return ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII));
    }

    private static String holder(FileChannel channel) throws IOException {
        ByteBuffer number = ByteBuffer.allocate(PID_BYTES_MAX);
        int length = Math.max(0, channel.read(number, 0));
        return length == 0 ? "unknown" : new String(number.array(), 0, length, StandardCharsets.US_ASCII);
    }

    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
        }
    }
}
