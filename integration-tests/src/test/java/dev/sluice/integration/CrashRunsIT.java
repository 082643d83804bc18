package dev.sluice.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.integration.MutationClient.Answer;
import dev.sluice.integration.MutationClient.History;
import dev.sluice.integration.WriteLog.Place;
import dev.sluice.integration.WriteLog.Write;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A server with a persistent bucket is killed under load, again and again on the same data, and each time it comes back
 * everything is compared with what its clients were told: {@link WriteLog} says how.
 *
 * <p>The moments are of chance, with a seed that is printed, and those of the store's fail points: there the server halts
 * itself, before or after a write, a sync, or a change of files.
 */
class CrashRunsIT {

    private static final long SEED = Long.getLong("sluice.crash.seed", 20_261_121);
    private static final int LONG_RUN_KILLS = Integer.getInteger("sluice.crash.kills", 200);
    private static final int SHORT_RUN_KILLS = 3;

    private static final int WRITERS = 6;
    private static final int VBUCKETS = 16;
    private static final int KEYS_OF_A_WRITER = 60;
    private static final int VALUE_BYTES_MAX = 3_000;
    private static final int LOAD_MS_MIN = 80;
    private static final int LOAD_MS_MAX = 900;
    private static final int FAIL_POINT_PASSES_MAX = 60;
    /** How a process ends that halted itself. */
    private static final int HALTED = 137;

    private static final Duration WARM_MAX = Duration.ofSeconds(30);

    private static final String[] FAIL_POINTS = {
        "BEFORE_WRITE", "AFTER_WRITE", "BEFORE_SYNC", "AFTER_SYNC", "BEFORE_MANIFEST", "AFTER_MANIFEST"
    };

    @TempDir
    Path directory;

    private final List<WriteLog> logs = new ArrayList<>();
    private final Map<Integer, Long> currentHistory = new HashMap<>();

    @ParameterizedTest
    @ValueSource(strings = {"valueOnly", "full"})
    @Timeout(120)
    void whatWasAcknowledgedAsPersisted_isThereAfterAKill(String eviction) throws Exception {
        crash(eviction, SHORT_RUN_KILLS, new SplittableRandom(SEED));
    }

    @ParameterizedTest
    @ValueSource(strings = {"valueOnly", "full"})
    @Tag("soak")
    @Timeout(36_000)
    void whatWasAcknowledgedAsPersisted_isThereAfterHundredsOfKills(String eviction) throws Exception {
        crash(eviction, LONG_RUN_KILLS, new SplittableRandom(SEED));
    }

    @Test
    @Timeout(60)
    void anOrderlyStop_losesNothing_andBeginsNoNewHistory() throws Exception {
        SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < WRITERS; i++) {
            logs.add(new WriteLog());
        }
        Path file = configuration("valueOnly");
        try (ServerProcess server = ServerProcess.serve(file)) {
            awaitWarm(server.port());
            try (MutationClient client = new MutationClient(server.port())) {
                for (int vbucket = 0; vbucket < VBUCKETS; vbucket++) {
                    currentHistory.put(vbucket, client.failoverLog(vbucket)[0].uuid());
                }
                WriteLog log = logs.get(0);
                for (int i = 0; i < 500; i++) {
                    write(client, log, 0, random, MutationClient.NONE);
                }
            }
            server.stop();
        }
        try (ServerProcess server = ServerProcess.serve(file)) {
            awaitWarm(server.port());
            try (MutationClient client = new MutationClient(server.port())) {
                for (int vbucket = 0; vbucket < VBUCKETS; vbucket++) {
                    assertThat(client.failoverLog(vbucket)[0].uuid()).isEqualTo(currentHistory.get(vbucket));
                }
                for (Place place : List.copyOf(places(logs.get(0)))) {
                    logs.get(0).check(place, Long.MAX_VALUE, client.get(place.vbucket(), place.key()));
                }
            }
            server.stop();
        }
    }

    private void crash(String eviction, int kills, SplittableRandom random) throws Exception {
        for (int i = 0; i < WRITERS; i++) {
            logs.add(new WriteLog());
        }
        Path file = configuration(eviction);
        long acknowledged = 0;
        for (int round = 0; round <= kills; round++) {
            String failPoint = round % 2 == 0 || round == kills ? "" : FAIL_POINTS[random.nextInt(FAIL_POINTS.length)];
            String option = failPoint.isEmpty()
                    ? ""
                    : "-Dsluice.persistent.failpoint=" + failPoint + ":" + (1 + random.nextInt(FAIL_POINT_PASSES_MAX));
            try (ServerProcess server = ServerProcess.launchWithOption(option, file)) {
                if (!comesUp(server, option)) {
                    continue; // It halted at a fail point of its start, before it served anybody.
                }
                check(server.port());
                if (round == kills) {
                    server.stop();
                    break;
                }
                load(server, random, !failPoint.isEmpty());
            } catch (HaltedException e) {
                assertThat(failPoint).as("ended while it was checked").isNotEmpty();
                // Nothing was written since: the next round checks it all again.
            }
        }
        for (WriteLog log : logs) {
            acknowledged += log.acknowledgedCount();
        }
        assertThat(acknowledged).as("writes that were checked; seed %s", SEED).isGreaterThan(kills);
        long persisted = logs.stream().mapToLong(WriteLog::persistedCount).sum();
        System.out.println("crash runs: eviction=" + eviction + " kills=" + kills + " seed=" + SEED + " acknowledged="
                + acknowledged + " persisted before a kill=" + persisted);
    }

    private Path configuration(String eviction) throws IOException {
        return ServerProcess.configuration(
                directory,
                "\"buckets\": {\"default\": {\"engine\": \"persistent\","
                        + " \"quota\": \"64MiB\", \"vbuckets\": " + VBUCKETS + ", \"evictionPolicy\": \"" + eviction
                        + "\"}}");
    }

    /** The server ended itself at a fail point. */
    private static final class HaltedException extends Exception {
        private static final long serialVersionUID = 1L;
    }

    private static boolean comesUp(ServerProcess server, String option) throws Exception {
        boolean ready = server.awaitReadyOrEnd();
        if (!ready) {
            assertThat(option).as("ended by itself: %s", server.errors()).isNotEmpty();
            assertThat(server.awaitExit()).isEqualTo(HALTED);
        }
        return ready;
    }

    // ---- load -------------------------------------------------------------------------------------------------------

    private void load(ServerProcess server, SplittableRandom random, boolean haltsItself) throws Exception {
        int port = server.port();
        ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
        try {
            List<Future<?>> runs = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                int writer = i;
                SplittableRandom own = random.split();
                runs.add(writers.submit(() -> writeUntilTheEnd(port, writer, own)));
            }
            int loadMs = LOAD_MS_MIN + random.nextInt(LOAD_MS_MAX - LOAD_MS_MIN);
            boolean ended = server.awaitEnd(Duration.ofMillis(haltsItself ? 5L * LOAD_MS_MAX : loadMs));
            if (!ended) {
                server.kill();
            } else {
                assertThat(haltsItself)
                        .as("ended by itself: %s", server.errors())
                        .isTrue();
            }
            for (Future<?> run : runs) {
                run.get(30, TimeUnit.SECONDS);
            }
        } finally {
            writers.shutdownNow();
        }
    }

    private Void writeUntilTheEnd(int port, int writer, SplittableRandom random) throws Exception {
        WriteLog log = logs.get(writer);
        try (MutationClient client = new MutationClient(port)) {
            while (true) {
                switch (random.nextInt(10)) {
                    case 0, 1 -> write(client, log, writer, random, MutationClient.PERSIST_TO_MAJORITY);
                    case 2 -> {
                        Written written = write(client, log, writer, random, MutationClient.NONE);
                        if (written != null) {
                            awaitPersistence(client, log, written, random);
                        }
                    }
                    default -> write(client, log, writer, random, MutationClient.NONE);
                }
            }
        } catch (SocketException | EOFException e) {
            return null; // Killed.
        }
    }

    /** A write that was acknowledged. */
    private record Written(int vbucket, long seqno) {}

    /** Writes or deletes a key of chance; null where it was refused. */
    private @Nullable Written write(
            MutationClient client, WriteLog log, int writer, SplittableRandom random, int durability)
            throws IOException {
        int number = random.nextInt(KEYS_OF_A_WRITER);
        int vbucket = number % VBUCKETS;
        Place place = new Place(vbucket, "writer" + writer + "-" + number);
        Write newest = log.newest(place);
        boolean delete = newest != null && newest.value != null && random.nextInt(4) == 0;
        byte[] value = null;
        if (!delete) {
            value = (place.key() + ":" + random.nextLong() + ":" + "x".repeat(random.nextInt(VALUE_BYTES_MAX)))
                    .getBytes(StandardCharsets.UTF_8);
        }
        Write write = log.begin(place, value);
        Answer answer = delete
                ? client.delete(vbucket, place.key(), durability)
                : client.set(vbucket, place.key(), value, durability);
        if (answer.status() != MutationClient.SUCCESS) {
            assertThat(answer.status())
                    .as("%s of %s", delete ? "DELETE" : "SET", place)
                    .isEqualTo(MutationClient.TEMPORARY_FAILURE);
            log.refused(place, write);
            return null;
        }
        assertThat(answer.uuid()).as("the history of %s", place).isEqualTo(currentHistory.get(vbucket));
        log.acknowledged(place, write, answer);
        if (durability == MutationClient.PERSIST_TO_MAJORITY) {
            log.persisted(write);
        }
        return new Written(vbucket, answer.seqno());
    }

    /** Waits for a write, and takes the server at its word for all before it. */
    private void awaitPersistence(MutationClient client, WriteLog log, Written written, SplittableRandom random)
            throws IOException {
        if (random.nextBoolean()) {
            Answer answer = client.awaitPersistence(written.vbucket(), written.seqno());
            assertThat(answer.status()).isEqualTo(MutationClient.SUCCESS);
            log.persisted(written.vbucket(), written.seqno());
        } else {
            Answer answer = client.observe(written.vbucket(), currentHistory.get(written.vbucket()));
            assertThat(answer.status()).isEqualTo(MutationClient.SUCCESS);
            long persisted = ByteBuffer.wrap(answer.value()).getLong(1 + Short.BYTES + Long.BYTES);
            log.persisted(written.vbucket(), persisted);
        }
    }

    // ---- checks -----------------------------------------------------------------------------------------------------

    private static void awaitWarm(int port) {
        await("warm-up").atMost(WARM_MAX).pollInterval(Duration.ofMillis(20)).until(() -> {
            try (MutationClient client = new MutationClient(port)) {
                for (int vbucket = 0; vbucket < VBUCKETS; vbucket++) {
                    if (client.get(vbucket, "nobody's").status() != MutationClient.NO_SUCH_KEY) {
                        return false;
                    }
                }
                return true;
            }
        });
    }

    private void check(int port) throws IOException, HaltedException {
        try {
            awaitWarm(port);
            try (MutationClient client = new MutationClient(port)) {
                Map<Integer, Long> branches = new HashMap<>();
                for (int vbucket = 0; vbucket < VBUCKETS; vbucket++) {
                    History[] log = client.failoverLog(vbucket);
                    Long before = currentHistory.put(vbucket, log[0].uuid());
                    branches.put(vbucket, log[0].seqno());
                    if (before != null) {
                        checkHistory(client, vbucket, before, log);
                    }
                }
                for (WriteLog log : logs) {
                    for (Place place : places(log)) {
                        log.check(place, branches.get(place.vbucket()), client.get(place.vbucket(), place.key()));
                    }
                }
            }
        } catch (SocketException | EOFException e) {
            throw new HaltedException();
        }
    }

    /** Nobody may believe in a sequence number that is gone: the old history ends where the new one begins. */
    private static void checkHistory(MutationClient client, int vbucket, long before, History[] log)
            throws IOException {
        assertThat(log[0].uuid()).as("a kill begins a new history").isNotEqualTo(before);
        assertThat(log).extracting(History::uuid).contains(before);
        for (int i = 1; i < log.length; i++) {
            assertThat(log[i].seqno()).isLessThanOrEqualTo(log[i - 1].seqno());
        }
        Answer old = client.observe(vbucket, before);
        assertThat(old.status()).isZero();
        assertThat(old.value()[0]).as("OBSERVE_SEQNO of the old history").isEqualTo((byte) 1);
    }

    private static List<Place> places(WriteLog log) {
        List<Place> places = new ArrayList<>();
        log.places().forEach(places::add);
        return places;
    }
}
