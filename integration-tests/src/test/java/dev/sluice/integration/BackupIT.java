package dev.sluice.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.integration.MutationClient.Answer;
import dev.sluice.integration.MutationClient.History;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code sluice backup} of a server that is written to, and servers that start on what it has made. */
class BackupIT {

    private static final int VBUCKETS = 4;
    private static final int BEFORE = 2_000;
    private static final int LAST = 500;
    private static final int STEP = 17;

    @TempDir
    Path directory;

    private static byte[] value(int i) {
        return ("value of document " + i).getBytes(StandardCharsets.UTF_8);
    }

    /** Writes documents one after the other until it is told to stop, and knows how many were acknowledged. */
    private static final class Writer implements Callable<Integer> {
        private final MutationClient client;
        final AtomicInteger acknowledged = new AtomicInteger();
        final AtomicBoolean enough = new AtomicBoolean();

        Writer(MutationClient client) {
            this.client = client;
        }

        @Override
        public Integer call() throws IOException {
            for (int i = 0; !enough.get(); i++) {
                Answer answer = client.set(i % VBUCKETS, "key " + i, value(i), MutationClient.NONE);
                if (answer.status() == MutationClient.SUCCESS) {
                    acknowledged.incrementAndGet();
                } else {
                    assertThat(answer.status()).isEqualTo(MutationClient.TEMPORARY_FAILURE);
                    i--;
                }
            }
            return acknowledged.get();
        }
    }

    private static String backup(String... arguments) throws IOException, InterruptedException {
        try (ServerProcess process = ServerProcess.launch(Distribution.HOME, arguments)) {
            int exitCode = process.awaitExit();
            assertThat(process.errors()).isEmpty();
            assertThat(exitCode).isZero();
            assertThat(process.output()).hasSize(1);
            return process.output().get(0);
        }
    }

    private static Map<Integer, History[]> failoverLogs(MutationClient client) throws IOException {
        Map<Integer, History[]> logs = new HashMap<>();
        for (int vbucket = 0; vbucket < VBUCKETS; vbucket++) {
            logs.put(vbucket, client.failoverLog(vbucket));
        }
        return logs;
    }

    /** A server on a backup alone has all documents, in a history of their own. */
    private void assertHas(Path backup, int documents, Map<Integer, History[]> before) throws Exception {
        Path file = Files.writeString(
                directory.resolve("restored.json"),
                "{\"listeners\": [{\"address\": \"127.0.0.1:0\"}], \"mgmt\": false, \"buckets\": {}, \"data\": \""
                        + backup + "\"}");
        try (ServerProcess server = ServerProcess.serve(file);
                MutationClient client = new MutationClient(server.port())) {
            // All of the last ones, which a flush could have missed, and some of those before.
            for (int i = 0; i < documents; i += i < documents - LAST ? STEP : 1) {
                Answer answer = client.get(i % VBUCKETS, "key " + i);
                assertThat(answer.status())
                        .as("document %d of %d", i, documents)
                        .isZero();
                assertThat(answer.value()).isEqualTo(value(i));
            }
            for (int vbucket = 0; vbucket < VBUCKETS; vbucket++) {
                History[] log = client.failoverLog(vbucket);
                assertThat(log[0].uuid()).isNotEqualTo(before.get(vbucket)[0].uuid());
                assertThat(List.of(log).subList(1, log.length)).containsExactly(before.get(vbucket));
            }
            server.stop();
        }
    }

    @Test
    void backupUnderWrites_andOfTheFilesAfterwards_bothStart() throws Exception {
        Path file = ServerProcess.configuration(
                directory,
                "\"buckets\": {\"default\": {\"engine\": \"persistent\", \"quota\": \"64MiB\", \"vbuckets\": "
                        + VBUCKETS + "}}");
        ExecutorService pool = Executors.newSingleThreadExecutor();
        Map<Integer, History[]> histories;
        String monday;
        int before;
        int all;
        try (ServerProcess server = ServerProcess.serve(file);
                MutationClient client = new MutationClient(server.port());
                MutationClient other = new MutationClient(server.port())) {
            histories = failoverLogs(other);
            Writer writer = new Writer(client);
            Future<Integer> writing = pool.submit(writer);
            while (writer.acknowledged.get() < BEFORE && !writing.isDone()) {
                Thread.onSpinWait();
            }
            before = writer.acknowledged.get();
            monday = backup("backup", "--server", "127.0.0.1:" + server.port(), "default", "monday");
            assertThat(writer.acknowledged.get()).as("writes went on").isGreaterThan(before);
            writer.enough.set(true);
            all = writing.get();
            server.stop();
        } finally {
            pool.shutdownNow();
        }
        String tuesday = backup("backup", "--config", file.toString(), "default", "tuesday");
        assertHas(Path.of(monday), before, histories);
        assertHas(Path.of(tuesday), all, histories);
    }
}
