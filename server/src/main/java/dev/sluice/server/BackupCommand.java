package dev.sluice.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.core.Node;
import dev.sluice.core.administration.BucketAdministration;
import dev.sluice.core.administration.QuotaBudget;
import dev.sluice.server.config.RunTimeBuckets;
import dev.sluice.server.config.ServerConfiguration;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * {@code sluice backup}. A server that runs is asked for the backup, as a client of its port. Where none runs, this process
 * takes the data directory as a server does, opens the one bucket, has it backed up in the same way, and closes it.
 *
 * <p>What is wrong comes out as an {@link IOException} whose message is for an operator.
 */
final class BackupCommand {

    private static final int IOCTL_SET = 0x24;
    private static final String CONTROL = "backup";

    private static final int AUTH_ERROR = 0x20;
    private static final int EACCESS = 0x24;
    private static final int NOT_SUPPORTED = 0x83;

    private static final long STOP_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(60);

    private BackupCommand() {}

    /**
     * Has a server that runs make a backup.
     *
     * @param password of the user, if there is one
     * @return the directory, on the server's machine
     */
    static String ofServer(BackupArguments arguments, byte @Nullable [] password) throws IOException {
        try (Peer peer = Peer.connect(arguments.host(), arguments.port(), arguments.authority())) {
            String user = arguments.user();
            if (user != null && password != null) {
                peer.login(user, password);
            }
            peer.beginLongWork();
            String order = JsonText.of(Map.of("bucket", arguments.bucket(), "name", arguments.name()));
            Peer.Answer answer = peer.ask(IOCTL_SET, CONTROL, order.getBytes(StandardCharsets.UTF_8));
            if (!answer.succeeded()) {
                throw new IOException(reason(answer, user));
            }
            return member(answer.value(), "", "path");
        }
    }

    private static String reason(Peer.Answer answer, @Nullable String user) {
        String context = member(answer.value(), "error", "context");
        boolean refused = answer.status() == EACCESS || answer.status() == AUTH_ERROR;
        if (refused) {
            return (user == null ? "the server wants to know who asks" : "user " + user + " may not do that")
                    + " (expected: --user with the name of an administrator)";
        }
        if (!context.isEmpty()) {
            return context;
        }
        return answer.status() == NOT_SUPPORTED
                ? "the server has no backups (expected: a Sluice of version " + Version.text() + ")"
                : "the server answers with status " + answer.status() + " (expected: 0)";
    }

    /** A text in a JSON object, or in an object in it; empty where there is none. */
    private static String member(String json, String object, String name) {
        try {
            var root = new ObjectMapper().readTree(json);
            return (object.isEmpty() ? root : root.path(object)).path(name).asText("");
        } catch (JsonProcessingException e) {
            return "";
        }
    }

    /**
     * Makes a backup of a bucket whose server does not run.
     *
     * <p><b>Ownership.</b> The configuration's engine catalog is closed when this returns.
     */
    static String ofFiles(ServerConfiguration configuration, String bucket, String name) throws IOException {
        Closeable lock = null;
        try {
            lock = lock(configuration);
            configuration.runTime().finishDeletions();
            return opened(configuration, only(configuration, bucket), name).toString();
        } finally {
            if (lock != null) {
                lock.close();
            }
            configuration.catalog().close();
        }
    }

    private static Closeable lock(ServerConfiguration configuration) throws IOException {
        try {
            return configuration.runTime().lock();
        } catch (IOException e) {
            throw new IOException(e.getMessage() + " (expected: --server instead of --config while it runs)", e);
        }
    }

    private static ServerConfiguration.Bucket only(ServerConfiguration configuration, String name) throws IOException {
        List<String> names =
                configuration.buckets().stream().map(one -> one.spec().name()).toList();
        if (!names.contains(name)) {
            throw new IOException("bucket " + name + " does not exist (expected: "
                    + (names.isEmpty() ? "a bucket in the configuration" : "one of " + String.join(", ", names)) + ")");
        }
        return configuration.buckets().get(names.indexOf(name));
    }

    private static Path opened(ServerConfiguration configuration, ServerConfiguration.Bucket bucket, String name)
            throws IOException {
        WorkerPools pools = new WorkerPools(configuration.threads());
        Node node = new Node(Version.text(), configuration.limits(), new SystemClock(), pools.pools());
        try {
            await(node.buckets().create(bucket.spec()));
            RunTimeBuckets runTime = configuration.runTime();
            BucketAdministration administration = new BucketAdministration(
                    node.buckets(),
                    node.pools().auxIo(),
                    runTime,
                    runTime,
                    QuotaBudget.of(runTime.heapBytes()),
                    List.of(bucket.plan()),
                    runTime.file(),
                    runTime.changes());
            return await(administration.backUp(bucket.spec().name(), name));
        } finally {
            close(node);
            pools.stop();
        }
    }

    private static <T> T await(CompletableFuture<T> future) throws IOException {
        try {
            return future.join();
        } catch (CompletionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException(String.valueOf(cause.getMessage()), cause);
        }
    }

    private static void close(Node node) throws IOException {
        try {
            node.stop().get(STOP_TIMEOUT_NANOS, TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw new IOException("the bucket does not close: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }
}
