package dev.sluice.persistent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.Persistence;
import dev.sluice.engine.Status;
import dev.sluice.engine.VBucketState;
import dev.sluice.persistent.store.log.SimulatedDisk.Health;
import dev.sluice.testkit.Answer;
import dev.sluice.testkit.EngineDriver;
import dev.sluice.testkit.Key;
import dev.sluice.testkit.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Commands that are answered when the disk has something: none before, and none never. */
class WaitingForDiskTest {

    private static final Duration LIMIT = Duration.ofSeconds(DiskWaits.SECONDS_MAX);
    private static final Persistence.Compaction ALL = new Persistence.Compaction(0, 0, true);

    private static EngineDriver.Command compaction(PersistentBucket bucket) {
        return bucket.driver.start(cookie -> bucket.persistence().compact(cookie, 0, ALL));
    }

    private static EngineDriver.Command deletion(PersistentBucket bucket) {
        bucket.driver.run(cookie -> bucket.engine.vbuckets().setState(cookie, 0, VBucketState.DEAD));
        return bucket.driver.start(cookie -> bucket.engine.vbuckets().delete(cookie, 0));
    }

    private static void assertNotBefore(EngineDriver.Command command, PersistentBucket bucket) {
        bucket.advance(LIMIT.minusSeconds(1));
        assertThat(command.proceed()).as("answered before its time").isFalse();
        bucket.advance(Duration.ofSeconds(2));
    }

    private static void refuse(PersistentBucket bucket) {
        bucket.storage.disk.health(Health.FULL);
    }

    private static void accept(PersistentBucket bucket) {
        bucket.storage.disk.health(Health.GOOD);
        bucket.advance(Duration.ofSeconds(2));
    }

    @Test
    void flush_isAnsweredWhenTheDiskIsEmpty_soThatNothingComesBack() {
        for (PersistentBucket made :
                List.of(PersistentBucket.withKeysInMemory(), PersistentBucket.withFullEviction())) {
            try (PersistentBucket bucket = made) {
                bucket.set("a", "value");
                bucket.driver.store(1, Key.of("b"), Store.set("value"));
                bucket.run();
                assertThat(bucket.driver.run(bucket.engine::flush)).isEqualTo(Status.SUCCESS);
                bucket.kill();
                assertThat(bucket.get("a").status()).isEqualTo(Status.NO_SUCH_KEY);
                assertThat(bucket.driver.get(1, Key.of("b")).status()).isEqualTo(Status.NO_SUCH_KEY);
                assertThat(bucket.statistic("curr_items")).isZero();
            }
        }
    }

    @Test
    void flushAfterFlush_isAnsweredByTheDiskToo() {
        try (PersistentBucket bucket = PersistentBucket.withKeysInMemory()) {
            bucket.set("a", "value");
            bucket.run();
            refuse(bucket);
            EngineDriver.Command first = bucket.driver.start(bucket.engine::flush);
            bucket.run();
            EngineDriver.Command second = bucket.driver.start(bucket.engine::flush);
            bucket.run();
            assertThat(first.proceed()).isFalse();
            accept(bucket);
            assertThat(first.await().status()).isEqualTo(Status.SUCCESS);
            assertThat(second.await().status()).isEqualTo(Status.SUCCESS);
            bucket.kill();
            assertThat(bucket.get("a").status()).isEqualTo(Status.NO_SUCH_KEY);
        }
    }

    @Test
    void flush_thatTheDiskRefuses_failsInTime_andHappensLater() {
        try (PersistentBucket bucket = PersistentBucket.withKeysInMemory()) {
            bucket.set("a", "value");
            bucket.run();
            refuse(bucket);
            EngineDriver.Command flush = bucket.driver.start(bucket.engine::flush);
            assertNotBefore(flush, bucket);
            assertThat(flush.await().status()).isEqualTo(Status.TEMPORARY_FAILURE);
            assertThat(flush.cookie().errorContextOrNull()).contains("30 s");
            assertThat(bucket.get("a").status()).isEqualTo(Status.NO_SUCH_KEY);
            accept(bucket);
            bucket.kill();
            assertThat(bucket.get("a").status()).isEqualTo(Status.NO_SUCH_KEY);
        }
    }

    /** Whoever reads while the disk still has what memory was cleared of does not bring it back. */
    @Test
    void flush_isNotUndoneByReadersOfTheDisk() {
        try (PersistentBucket bucket = PersistentBucket.withFullEviction()) {
            bucket.set("a", "value");
            bucket.run();
            bucket.evict("a");
            refuse(bucket);
            EngineDriver.Command read = bucket.driver.startGet(0, Key.of("a")); // has not been to the disk yet
            EngineDriver.Command flush = bucket.driver.start(bucket.engine::flush);
            while (bucket.engine.vbuckets().figures(0, 0).itemCount() > 0
                    && bucket.context.scheduler().runOne()) {
                // until memory is clear
            }
            read.await();
            assertThat(bucket.get("a").status()).isEqualTo(Status.NO_SUCH_KEY);
            accept(bucket);
            assertThat(flush.await().status()).isEqualTo(Status.SUCCESS);
            assertThat(bucket.statistic("curr_items")).isZero();
            assertThat(bucket.set("a", "new").status()).isEqualTo(Status.SUCCESS);
            assertThat(bucket.statistic("curr_items")).isEqualTo(1);
        }
    }

    @Test
    void whilePersistenceIsStopped_flushAndCompactionAreRefused_andChangeNothing() {
        try (PersistentBucket bucket = PersistentBucket.withKeysInMemory()) {
            bucket.set("a", "value");
            bucket.driver.run(bucket.persistence()::stopPersistence);
            EngineDriver.Command flush = bucket.driver.start(bucket.engine::flush);
            assertThat(flush.await().status()).isEqualTo(Status.TEMPORARY_FAILURE);
            assertThat(flush.cookie().errorContextOrNull()).contains("expected: START_PERSISTENCE");
            assertThat(compaction(bucket).await().status()).isEqualTo(Status.TEMPORARY_FAILURE);
            assertThat(bucket.get("a").text()).isEqualTo("value");
            bucket.driver.run(bucket.persistence()::startPersistence);
            assertThat(compaction(bucket).await().status()).isEqualTo(Status.SUCCESS);
            assertThat(bucket.driver.run(bucket.engine::flush)).isEqualTo(Status.SUCCESS);
        }
    }

    @Test
    void whilePersistenceIsStopped_aVBucketIsDeletedAllTheSame() {
        try (PersistentBucket bucket = PersistentBucket.withKeysInMemory()) {
            bucket.set("a", "value");
            bucket.run();
            bucket.driver.run(bucket.persistence()::stopPersistence);
            bucket.set("b", "never written");
            assertThat(deletion(bucket).await().status()).isEqualTo(Status.SUCCESS);
            bucket.driver.run(cookie -> bucket.engine.vbuckets().setState(cookie, 0, VBucketState.ACTIVE));
            bucket.set("c", "of the next one");
            bucket.driver.run(bucket.persistence()::startPersistence);
            bucket.run();
            bucket.kill();
            assertThat(bucket.get("a").status()).isEqualTo(Status.NO_SUCH_KEY);
            assertThat(bucket.get("b").status()).isEqualTo(Status.NO_SUCH_KEY);
            assertThat(bucket.get("c").text()).isEqualTo("of the next one");
        }
    }

    @Test
    void whilePersistenceIsStopped_scansShowWhatIsOnDisk_orAreRefused() {
        try (PersistentBucket bucket = PersistentBucket.withKeysInMemory()) {
            bucket.set("a", "value");
            bucket.run();
            bucket.driver.run(bucket.persistence()::stopPersistence);
            assertThat(bucket.scan().drain()).extracting(Answer::text).containsExactly("value");
            bucket.set("b", "not written");
            assertThat(bucket.scan().status()).isEqualTo(Status.TEMPORARY_FAILURE);
            bucket.driver.run(bucket.persistence()::startPersistence);
            assertThat(bucket.scan().drain()).hasSize(2);
        }
    }

    @Test
    void persistenceStoppedMeanwhile_keepsNobodyForEver() {
        try (PersistentBucket bucket = PersistentBucket.withKeysInMemory()) {
            bucket.set("a", "value");
            bucket.run();
            EngineDriver.Command flush = bucket.driver.start(bucket.engine::flush);
            EngineDriver.Command compaction = compaction(bucket);
            bucket.driver.run(bucket.persistence()::stopPersistence);
            assertNotBefore(flush, bucket);
            assertThat(flush.await().status()).isEqualTo(Status.TEMPORARY_FAILURE);
            assertThat(compaction.await().status()).isEqualTo(Status.TEMPORARY_FAILURE);
            bucket.driver.run(bucket.persistence()::startPersistence);
        }
    }

    @Test
    void aDiskThatRefuses_keepsDeletionsCompactionsAndScansForALimitedTime() {
        try (PersistentBucket bucket = PersistentBucket.withKeysInMemory()) {
            bucket.set("a", "value");
            bucket.run();
            refuse(bucket);
            bucket.set("b", "not written");
            EngineDriver.Command scan = bucket.startScan();
            EngineDriver.Command compaction = compaction(bucket);
            assertNotBefore(scan, bucket);
            assertThat(scan.await().status()).isEqualTo(Status.TEMPORARY_FAILURE);
            assertThat(compaction.await().status()).isEqualTo(Status.TEMPORARY_FAILURE);
            EngineDriver.Command deletion = deletion(bucket);
            assertNotBefore(deletion, bucket);
            assertThat(deletion.await().status()).isEqualTo(Status.TEMPORARY_FAILURE);
            assertThat(bucket.engine.vbuckets().state(0))
                    .as("gone all the same")
                    .isNull();
            accept(bucket);
            bucket.restart();
            assertThat(bucket.engine.vbuckets().state(0)).as("on disk too").isNull();
        }
    }

    @Test
    void afterADeletionThatFailed_writingGoesOn() {
        try (PersistentBucket bucket = new PersistentBucket(configuration -> configuration.set("flushers", "1"))) {
            bucket.set("a", "value");
            bucket.run();
            refuse(bucket);
            EngineDriver.Command deletion = deletion(bucket);
            bucket.run();
            bucket.driver.store(1, Key.of("b"), Store.set("value"));
            accept(bucket);
            assertThat(deletion.await().status()).isEqualTo(Status.SUCCESS);
            assertThat(bucket.statistic("ep_queue_size")).isZero();
            bucket.kill();
            assertThat(bucket.driver.get(1, Key.of("b")).text()).isEqualTo("value");
        }
    }

    @Test
    void closing_waitsForADiskThatRefuses_andWritesWhenItTakesSomethingAgain() {
        try (PersistentBucket bucket = PersistentBucket.withKeysInMemory()) {
            refuse(bucket);
            bucket.set("a", "value");
            List<Long> pauses = new ArrayList<>();
            bucket.storage.pause = nanos -> {
                pauses.add(nanos);
                if (pauses.size() == 9) {
                    bucket.storage.disk.health(Health.GOOD);
                }
            };
            bucket.restart();
            assertThat(pauses).hasSize(10).isSorted();
            assertThat(bucket.get("a").text()).isEqualTo("value");
        }
    }

    @Test
    void closing_givesUpInTime_andSaysWhatIsLost() {
        try (PersistentBucket bucket = PersistentBucket.withKeysInMemory();
                LogLines log = LogLines.of(PersistentEngine.class)) {
            bucket.driver.store(1, Key.of("flushed"), Store.set("value"));
            bucket.run();
            refuse(bucket);
            EngineDriver.Command flush = bucket.driver.start(bucket.engine::flush);
            bucket.run();
            bucket.set("a", "value");
            bucket.set("a", "again");
            bucket.set("b", "value");
            AtomicLong waited = new AtomicLong();
            bucket.storage.pause = waited::addAndGet;
            bucket.engine.close(false);
            assertThat(flush.await().status()).isEqualTo(Status.CANCELLED);
            assertThat(waited.get()).isEqualTo(Duration.ofSeconds(10).toNanos());
            assertThat(log.lines())
                    .filteredOn(line -> line.contains("changes are lost"))
                    .singleElement()
                    .asString()
                    .contains("bucket=default documents=2 vbuckets=0:2 (documents from before a flush come back),1:0 (")
                    .contains("No space left on device");
            accept(bucket);
            bucket.kill();
            assertThat(bucket.get("a").status()).isEqualTo(Status.NO_SUCH_KEY);
        }
    }

    @Test
    void closing_answersWhoWaits() {
        try (PersistentBucket bucket = PersistentBucket.withKeysInMemory()) {
            refuse(bucket);
            EngineDriver.Command flush = bucket.driver.start(bucket.engine::flush);
            EngineDriver.Command deletion = deletion(bucket);
            bucket.run();
            Objects.requireNonNull(bucket.engine).cancelBlocked();
            assertThat(flush.await().status()).isEqualTo(Status.CANCELLED);
            assertThat(deletion.await().status()).isEqualTo(Status.CANCELLED);
        }
    }
}
