package dev.sluice.persistent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.engine.Backups;
import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineException;
import dev.sluice.engine.Persistence;
import dev.sluice.engine.Status;
import dev.sluice.engine.VBucketState;
import dev.sluice.engine.VBuckets;
import dev.sluice.persistent.store.FailPoints;
import dev.sluice.persistent.store.log.LogStore;
import dev.sluice.persistent.store.log.SimulatedDisk;
import dev.sluice.persistent.store.log.SimulatedDisk.Health;
import dev.sluice.testkit.Answer;
import dev.sluice.testkit.EngineDriver;
import dev.sluice.testkit.Key;
import dev.sluice.testkit.Store;
import dev.sluice.testkit.TestBucketConfiguration;
import dev.sluice.testkit.TestEngineContext;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Copies of a bucket that is written to, on the simulated disk and in RocksDB. */
class StoreBackupsTest {

    private static final long SEED = Long.getLong("sluice.test.seed", 20_261_121L);
    private static final int VBUCKETS = 4;

    @TempDir
    Path directory;

    private final SimulatedDisk disk = new SimulatedDisk(SEED);

    /** An engine in some directory of the test's. */
    private final class Opened implements AutoCloseable {
        final TestEngineContext context = new TestEngineContext(SEED);
        final Engine engine;
        final EngineDriver driver;

        Opened(boolean simulated, String policy, Path path) throws EngineException {
            PersistentEngineProvider provider = simulated
                    ? new PersistentEngineProvider(
                            (where, settings) -> LogStore.open(disk, where.toString(), FailPoints.NONE))
                    : new PersistentEngineProvider();
            engine = provider.create(
                    TestBucketConfiguration.of(provider)
                            .vbucketCount(VBUCKETS)
                            .set("path", path.toString())
                            .set("evictionPolicy", policy)
                            .set("flushBatchSize", "64KiB"),
                    context);
            driver = new EngineDriver(engine, context.scheduler(), SEED);
        }

        Backups backups() {
            return Objects.requireNonNull(engine.capability(Backups.class));
        }

        VBuckets vbuckets() {
            return Objects.requireNonNull(engine.capability(VBuckets.class));
        }

        Persistence persistence() {
            return Objects.requireNonNull(engine.capability(Persistence.class));
        }

        Answer set(int vbucket, String key, String value) {
            return driver.store(vbucket, Key.of(key), Store.set(value));
        }

        @Override
        public void close() {
            context.scheduler().runAll();
            engine.close(false);
            context.close();
        }
    }

    private Path original() {
        return directory.resolve("original");
    }

    private Path copy() {
        return directory.resolve("copy");
    }

    private static boolean wanted() {
        return false; // It is not called off.
    }

    /** What a client was told about a key; no value for a document that it has removed. */
    private record Told(String value, long cas) {}

    /** Sets and removes at random, and remembers the answers. */
    private static void write(Opened bucket, Random random, int count, Map<String, Told> told) {
        for (int i = 0; i < count; i++) {
            int vbucket = random.nextInt(VBUCKETS);
            String key = vbucket + " " + random.nextInt(60);
            if (random.nextInt(5) == 0) {
                Answer answer = bucket.driver.remove(vbucket, Key.of(key));
                assertThat(answer.status()).isIn(Status.SUCCESS, Status.NO_SUCH_KEY);
                told.put(key, new Told("", 0));
            } else {
                String value = Long.toString(random.nextLong()).repeat(1 + random.nextInt(40));
                told.put(key, new Told(value, bucket.set(vbucket, key, value).cas()));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"true, valueOnly", "true, full", "false, valueOnly", "false, full"})
    void copyUnderWrites_hasAllThatWasAnsweredBefore(boolean simulated, String policy) throws EngineException {
        Random random = new Random(SEED);
        Map<String, Told> before = new LinkedHashMap<>();
        Map<String, Told> meanwhile = new LinkedHashMap<>();
        try (Opened bucket = new Opened(simulated, policy, original())) {
            write(bucket, random, 800, before);
            int[] looks = {0};
            bucket.backups().copyTo(copy(), () -> {
                looks[0]++;
                write(bucket, random, 100, meanwhile);
                return false;
            });
            assertThat(looks[0]).as("writes came in between").isPositive();
            write(bucket, random, 100, new LinkedHashMap<>());
            long originalUuid = bucket.vbuckets().failoverLog(0).get(0).vbucketUuid();
            try (Opened copied = new Opened(simulated, policy, copy())) {
                before.forEach((key, told) -> {
                    Answer found = copied.driver.get(key.charAt(0) - '0', Key.of(key));
                    boolean there = found.status() == Status.SUCCESS;
                    Told seen = there ? new Told(found.text(), found.cas()) : new Told("", 0);
                    if (!meanwhile.containsKey(key)) { // otherwise it is any of its versions from then on
                        assertThat(seen).as(key).isEqualTo(told);
                    }
                });
                // What follows the original must not take the copy for it.
                assertThat(copied.vbuckets().failoverLog(0)).hasSize(2);
                assertThat(copied.vbuckets().failoverLog(0).get(0).vbucketUuid())
                        .isNotEqualTo(originalUuid);
                assertThat(copied.vbuckets().failoverLog(0).get(1).vbucketUuid())
                        .isEqualTo(originalUuid);
                // Both go on, apart.
                assertThat(copied.set(0, "own", "copy").status()).isEqualTo(Status.SUCCESS);
                assertThat(bucket.driver.get(0, Key.of("own")).status()).isEqualTo(Status.NO_SUCH_KEY);
            }
            assertThat(bucket.vbuckets().failoverLog(0)).hasSize(1);
        }
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void statesAndDeletions_areInTheCopy(boolean simulated) throws EngineException {
        try (Opened bucket = new Opened(simulated, "valueOnly", original())) {
            bucket.set(1, "a", "value");
            bucket.set(2, "a", "value");
            bucket.driver.run(cookie -> bucket.vbuckets().setState(cookie, 1, VBucketState.REPLICA));
            bucket.driver.run(cookie -> bucket.vbuckets().setState(cookie, 2, VBucketState.DEAD));
            bucket.driver.run(cookie -> bucket.vbuckets().delete(cookie, 2));
            bucket.backups().copyTo(copy(), StoreBackupsTest::wanted);
            try (Opened copied = new Opened(simulated, "valueOnly", copy())) {
                assertThat(copied.vbuckets().state(1)).isEqualTo(VBucketState.REPLICA);
                assertThat(copied.vbuckets().state(2)).isNull();
            }
        }
    }

    @Test
    void vbucketThatGoesMeanwhile_holdsNothingUp() throws EngineException {
        try (Opened bucket = new Opened(true, "valueOnly", original())) {
            bucket.set(1, "a", "value");
            bucket.set(2, "a", "value");
            boolean[] deleted = {false};
            bucket.backups().copyTo(copy(), () -> {
                if (!deleted[0]) {
                    deleted[0] = true;
                    bucket.driver.run(cookie -> bucket.vbuckets().setState(cookie, 2, VBucketState.DEAD));
                    bucket.driver.run(cookie -> bucket.vbuckets().delete(cookie, 2));
                }
                return false;
            });
            try (Opened copied = new Opened(true, "valueOnly", copy())) {
                assertThat(copied.driver.get(1, Key.of("a")).text()).isEqualTo("value");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void targetThatExists_isRefused_andKept(boolean simulated) throws EngineException {
        try (Opened bucket = new Opened(simulated, "valueOnly", original())) {
            bucket.set(1, "a", "old");
            bucket.backups().copyTo(copy(), StoreBackupsTest::wanted);
            bucket.set(1, "a", "new");
            assertThatThrownBy(() -> bucket.backups().copyTo(copy(), StoreBackupsTest::wanted))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining(copy().toString());
            try (Opened copied = new Opened(simulated, "valueOnly", copy())) {
                assertThat(copied.driver.get(1, Key.of("a")).text()).isEqualTo("old");
            }
        }
    }

    @Test
    void calledOff_itEnds() throws EngineException {
        try (Opened bucket = new Opened(true, "valueOnly", original())) {
            bucket.set(1, "a", "value");
            assertThatThrownBy(() -> bucket.backups().copyTo(copy(), () -> true))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("called off");
        }
    }

    @Test
    void whilePersistenceIsStopped_itIsRefused() throws EngineException {
        try (Opened bucket = new Opened(true, "valueOnly", original())) {
            bucket.driver.run(bucket.persistence()::stopPersistence);
            bucket.set(1, "a", "value");
            assertThatThrownBy(() -> bucket.backups().copyTo(copy(), StoreBackupsTest::wanted))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("persistence is stopped (expected: running");
            bucket.driver.run(bucket.persistence()::startPersistence);
            bucket.backups().copyTo(copy(), StoreBackupsTest::wanted);
        }
    }

    @Test
    void fullDisk_isSaid() throws EngineException {
        try (Opened bucket = new Opened(true, "valueOnly", original())) {
            bucket.set(1, "a", "value");
            disk.health(Health.FULL);
            assertThatThrownBy(() -> bucket.backups().copyTo(copy(), StoreBackupsTest::wanted))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("what is in memory cannot be written: NO_SPACE");
            disk.health(Health.GOOD);
            bucket.context.scheduler().advance(Duration.ofSeconds(2));
            bucket.backups().copyTo(copy(), StoreBackupsTest::wanted);
            try (Opened copied = new Opened(true, "valueOnly", copy())) {
                assertThat(copied.driver.get(1, Key.of("a")).text()).isEqualTo("value");
            }
        }
    }
}
