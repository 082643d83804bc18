package dev.sluice.persistent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.engine.DocumentFilter;
import dev.sluice.engine.DurabilityLevel;
import dev.sluice.engine.HeapDocumentKey;
import dev.sluice.engine.Pausable;
import dev.sluice.engine.Persistence;
import dev.sluice.engine.Status;
import dev.sluice.engine.VBucketState;
import dev.sluice.persistent.store.log.SimulatedDisk.Health;
import dev.sluice.testkit.Answer;
import dev.sluice.testkit.EngineDriver;
import dev.sluice.testkit.Key;
import dev.sluice.testkit.Store;
import dev.sluice.testkit.TestBucketConfiguration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class PersistentEngineTest {

    private static final String KILOBYTE = "x".repeat(1_000);

    @Nested
    class Restart {

        @Test
        void afterACleanStop_historyAndNumbersGoOn() {
            try (PersistentBucket bucket = PersistentBucket.withKeysInMemory()) {
                Answer stored = bucket.set("a", "value");
                var log = bucket.engine.vbuckets().failoverLog(0);
                bucket.restart();
                assertThat(bucket.engine.vbuckets().failoverLog(0)).isEqualTo(log);
                assertThat(bucket.engine.vbuckets().highSeqno(0)).isEqualTo(stored.seqno());
                assertThat(bucket.engine.vbuckets().highCas(0)).isEqualTo(stored.cas());
                Answer next = bucket.set("b", "value");
                assertThat(next.seqno()).isEqualTo(stored.seqno() + 1);
                assertThat(Long.compareUnsigned(next.cas(), stored.cas())).isPositive();
            }
        }

        @Test
        void afterAKill_eachVBucketBeginsAHistory() {
            try (PersistentBucket bucket = PersistentBucket.withKeysInMemory()) {
                long persisted = bucket.set("a", "value").seqno();
                bucket.run();
                bucket.set("a", "never written");
                var log = bucket.engine.vbuckets().failoverLog(0);
                bucket.kill();
                assertThat(bucket.get("a").text()).isEqualTo("value");
                assertThat(bucket.engine.vbuckets().failoverLog(0)).hasSize(2);
                assertThat(bucket.engine.vbuckets().failoverLog(0).get(0).seqno())
                        .isEqualTo(persisted);
                assertThat(bucket.engine.vbuckets().failoverLog(0).get(1)).isEqualTo(log.get(0));
            }
        }

        @Test
        void statesOfVBuckets_areKept() {
            try (PersistentBucket bucket = PersistentBucket.withKeysInMemory()) {
                bucket.driver.run(cookie -> bucket.engine.vbuckets().setState(cookie, 1, VBucketState.REPLICA));
                bucket.restart();
                assertThat(bucket.engine.vbuckets().state(0)).isEqualTo(VBucketState.ACTIVE);
                assertThat(bucket.engine.vbuckets().state(1)).isEqualTo(VBucketState.REPLICA);
            }
        }

        @Test
        void aDeletedVBucket_staysDeleted() {
            try (PersistentBucket bucket = PersistentBucket.withKeysInMemory()) {
                bucket.driver.store(1, Key.of("a"), Store.set("value"));
                bucket.driver.run(cookie -> bucket.engine.vbuckets().setState(cookie, 1, VBucketState.DEAD));
                bucket.driver.run(cookie -> bucket.engine.vbuckets().delete(cookie, 1));
                bucket.restart();
                assertThat(bucket.engine.vbuckets().state(1)).isNull();
            }
        }

        @Test
        void countsAreThereBeforeTheDocuments() {
            for (PersistentBucket made :
                    List.of(PersistentBucket.withKeysInMemory(), PersistentBucket.withFullEviction())) {
                try (PersistentBucket bucket = made) {
                    for (int i = 0; i < 10; i++) {
                        bucket.set("key " + i, KILOBYTE);
                    }
                    bucket.remove("key 3");
                    long bytes = bucket.engine.vbuckets().figures(0, 0).bytes();
                    bucket.restart();
                    assertThat(bucket.statistic("curr_items")).isEqualTo(9);
                    assertThat(bucket.engine.vbuckets().figures(0, 0).itemCount())
                            .isEqualTo(9);
                    assertThat(bucket.engine.vbuckets().figures(0, 0).bytes()).isEqualTo(bytes);
                }
            }
        }

        @Test
        void flushedBucket_isEmptyAfterIt() {
            try (PersistentBucket bucket = PersistentBucket.withKeysInMemory()) {
                Answer before = bucket.set("a", "value");
                bucket.run();
                bucket.driver.run(bucket.engine::flush);
                bucket.restart();
                assertThat(bucket.get("a").status()).isEqualTo(Status.NO_SUCH_KEY);
                assertThat(bucket.set("a", "new").seqno()).isGreaterThan(before.seqno());
            }
        }
    }

    @Nested
    class Warmth {

        @Test
        void everythingIsServed_beforeAnythingIsLoaded() {
            try (PersistentBucket bucket = PersistentBucket.withKeysInMemory()) {
                Answer stored = bucket.set("a", "value");
                bucket.restart();
                assertThat(bucket.statistics("warmup")).containsEntry("ep_warmup_state", "dumping keys");
                assertThat(bucket.driver
                                .store(0, Key.of("a"), Store.add("again"))
                                .status())
                        .isEqualTo(Status.KEY_EXISTS);
                assertThat(bucket.get("a").cas()).isEqualTo(stored.cas());
                assertThat(bucket.get("b").status()).isEqualTo(Status.NO_SUCH_KEY);
            }
        }

        @Test
        void allIsInMemory_whenItHasEnded() {
            for (PersistentBucket made :
                    List.of(PersistentBucket.withKeysInMemory(), PersistentBucket.withFullEviction())) {
                try (PersistentBucket bucket = made) {
                    for (int i = 0; i < 100; i++) {
                        bucket.set("key " + i, KILOBYTE);
                    }
                    bucket.restart();
                    bucket.run();
                    assertThat(bucket.statistics("warmup"))
                            .containsEntry("ep_warmup_state", "done")
                            .containsEntry("ep_warmup_value_count", "100");
                    assertThat(bucket.statistic("ep_num_non_resident")).isZero();
                    assertThat(bucket.get("key 42").text()).isEqualTo(KILOBYTE);
                    assertThat(bucket.statistic("ep_bg_fetched")).isZero();
                }
            }
        }

        @Test
        void whereItIsToBlock_commandsAreTurnedAwayUntilEnoughIsThere() {
            try (PersistentBucket bucket =
                    new PersistentBucket(configuration -> configuration.set("warmup", "blocking"))) {
                bucket.set("a", "value");
                bucket.restart();
                EngineDriver.Command early = bucket.driver.startGet(0, Key.of("a"));
                assertThat(early.await().status()).isEqualTo(Status.TEMPORARY_FAILURE);
                assertThat(bucket.statistic("ep_degraded_mode")).isEqualTo(1);
                bucket.run();
                assertThat(bucket.get("a").text()).isEqualTo("value");
                assertThat(bucket.statistic("ep_degraded_mode")).isZero();
            }
        }

        @Test
        void whatWasInUse_isLoadedFirst() {
            try (PersistentBucket bucket = PersistentBucket.withFullEviction()) {
                for (int i = 0; i < 200; i++) {
                    bucket.set("key " + i, KILOBYTE);
                }
                bucket.run();
                for (int i = 0; i < 200; i++) {
                    bucket.evict("key " + i);
                }
                for (int i = 150; i < 160; i++) {
                    bucket.get("key " + i);
                    bucket.get("key " + i);
                }
                bucket.advance(Duration.ofDays(1)); // the access log's interval
                bucket.context.memory().setQuotaBytes(40_000);
                bucket.restart();
                bucket.context.memory().setQuotaBytes(40_000);
                bucket.run();
                for (int i = 150; i < 160; i++) {
                    assertThat(bucket.vbucket().find(HeapDocumentKey.of("key " + i), false))
                            .as("key " + i)
                            .isNotNull();
                }
                assertThat(bucket.statistic("ep_num_non_resident")).isGreaterThan(100);
            }
        }
    }

    @Nested
    class Eviction {

        @Test
        void aValueThatLeftMemory_isReadBack_andStaysThen() {
            for (PersistentBucket made :
                    List.of(PersistentBucket.withKeysInMemory(), PersistentBucket.withFullEviction())) {
                try (PersistentBucket bucket = made) {
                    Answer stored = bucket.set("a", KILOBYTE);
                    bucket.run();
                    long whole = bucket.context.memory().usedBytes();
                    bucket.evict("a");
                    assertThat(bucket.context.memory().usedBytes()).isLessThan(whole - 900);
                    assertThat(bucket.statistic("ep_num_non_resident")).isEqualTo(1);
                    for (int i = 0; i < 2; i++) {
                        assertThat(bucket.get("a").text()).isEqualTo(KILOBYTE);
                        assertThat(bucket.get("a").cas()).isEqualTo(stored.cas());
                    }
                    assertThat(bucket.statistic("ep_bg_fetched")).isEqualTo(1);
                    assertThat(bucket.statistic("ep_num_non_resident")).isZero();
                }
            }
        }

        @Test
        void statistics_tellWhatADocumentTakes_withAndWithoutItsValue() {
            try (PersistentBucket bucket = PersistentBucket.withKeysInMemory()) {
                for (int i = 0; i < 2_000; i++) {
                    bucket.set("key " + i, KILOBYTE);
                }
                bucket.run();
                assertThat(bucket.statistic("ep_mem_per_non_resident_item")).isZero();
                long resident = bucket.statistic("ep_mem_per_resident_item");
                assertThat(resident).isBetween(1_040L, 1_200L);
                for (int i = 0; i < 500; i++) {
                    bucket.evict("key " + i);
                }
                long nonResident = bucket.statistic("ep_mem_per_non_resident_item");
                assertThat(nonResident).isBetween(40L, 150L);
                assertThat(1_500 * bucket.statistic("ep_mem_per_resident_item") + 500 * nonResident)
                        .as("all that is charged")
                        .isCloseTo(bucket.statistic("ep_kv_size") + bucket.statistic("ep_overhead"), within(4_000L));
                for (int i = 0; i < 500; i++) {
                    bucket.get("key " + i);
                }
                assertThat(bucket.statistic("ep_mem_per_non_resident_item")).isZero();
                assertThat(bucket.statistics("kvstore"))
                        .containsKeys("rw_0:disk_size", "rw_0:live_data_size", "rw_0:write_amplification");
            }
        }

        @Test
        void dataLargerThanMemory_isServed() {
            for (PersistentBucket made :
                    List.of(PersistentBucket.withKeysInMemory(), PersistentBucket.withFullEviction())) {
                try (PersistentBucket bucket = made) {
                    bucket.context.memory().setQuotaBytes(400_000);
                    for (int i = 0; i < 1_000; i++) {
                        Status status;
                        do {
                            status = bucket.set("key " + i, KILOBYTE).status();
                            bucket.run();
                            bucket.advance(Duration.ofMillis(100));
                        } while (status == Status.TEMPORARY_FAILURE);
                        assertThat(status).isEqualTo(Status.SUCCESS);
                    }
                    for (int i = 0; i < 1_000; i++) {
                        assertThat(bucket.get("key " + i).text()).as("key " + i).isEqualTo(KILOBYTE);
                    }
                    assertThat(bucket.statistic("curr_items")).isEqualTo(1_000);
                    assertThat(bucket.statistic("ep_num_value_ejects")).isGreaterThan(600);
                    assertThat(bucket.context.memory().usedBytes()).isLessThanOrEqualTo(400_000);
                }
            }
        }

        @Test
        void whatIsNotOnDisk_staysInMemory_andStoresAreRefused() {
            try (PersistentBucket bucket = PersistentBucket.withFullEviction()) {
                bucket.storage.disk.health(Health.FULL);
                bucket.context.memory().setQuotaBytes(200_000);
                int stored = 0;
                Status status = Status.SUCCESS;
                while (status == Status.SUCCESS) {
                    status = bucket.set("key " + stored, KILOBYTE).status();
                    stored += status == Status.SUCCESS ? 1 : 0;
                    bucket.run();
                }
                assertThat(status).isEqualTo(Status.TEMPORARY_FAILURE);
                assertThat(stored).isGreaterThan(100);
                bucket.advance(Duration.ofSeconds(5));
                assertThat(bucket.statistic("ep_data_write_failed")).isGreaterThan(2);
                assertThat(bucket.statistic("ep_queue_size")).isEqualTo(stored);
                for (int i = 0; i < stored; i++) {
                    assertThat(bucket.get("key " + i).text()).isEqualTo(KILOBYTE);
                }
                bucket.storage.disk.health(Health.GOOD);
                bucket.advance(Duration.ofSeconds(5));
                assertThat(bucket.statistic("ep_queue_size")).isZero();
                assertThat(bucket.set("one more", KILOBYTE).status()).isEqualTo(Status.SUCCESS);
            }
        }

        @Test
        void aSmallerQuota_isReachedByEviction_andALargerOneFills() {
            try (PersistentBucket bucket = PersistentBucket.withKeysInMemory()) {
                for (int i = 0; i < 500; i++) {
                    bucket.set("key " + i, KILOBYTE);
                }
                bucket.run();
                assertThat(bucket.statistic("ep_num_non_resident")).isZero();
                bucket.context.memory().setQuotaBytes(300_000);
                bucket.advance(Duration.ofSeconds(1));
                assertThat(bucket.context.memory().usedBytes()).isLessThan(300_000 * 85 / 100);
                long gone = bucket.statistic("ep_num_non_resident");
                assertThat(gone).isGreaterThan(200);
                bucket.context.memory().setQuotaBytes(10_000_000);
                for (int i = 0; i < 500; i++) {
                    assertThat(bucket.get("key " + i).text()).isEqualTo(KILOBYTE);
                }
                assertThat(bucket.statistic("ep_num_non_resident")).isZero();
            }
        }

        @Test
        void lockedDocuments_stay() {
            try (PersistentBucket bucket = PersistentBucket.withFullEviction()) {
                bucket.set("a", KILOBYTE);
                bucket.run();
                bucket.driver.lock(0, Key.of("a"), 15);
                Status status =
                        bucket.driver.run(cookie -> bucket.persistence().evict(cookie, 0, HeapDocumentKey.of("a")));
                assertThat(status).isEqualTo(Status.LOCKED);
                assertThat(bucket.get("a").locked()).isTrue();
            }
        }

        @Test
        void withFullEviction_writesSeeWhatIsOnDisk() {
            try (PersistentBucket bucket = PersistentBucket.withFullEviction()) {
                Answer stored = bucket.set("a", KILOBYTE);
                bucket.set("gone", KILOBYTE);
                Answer removed = bucket.remove("gone");
                bucket.run();
                bucket.evict("a");
                assertThat(bucket.driver.store(0, Key.of("a"), Store.add("no")).status())
                        .isEqualTo(Status.KEY_EXISTS);
                bucket.evict("a");
                assertThat(bucket.driver
                                .store(0, Key.of("a"), Store.set("no").cas(stored.cas() + 1))
                                .status())
                        .isEqualTo(Status.KEY_EXISTS);
                bucket.evict("a");
                Answer replaced =
                        bucket.driver.store(0, Key.of("a"), Store.replace("yes").cas(stored.cas()));
                assertThat(replaced.status()).isEqualTo(Status.SUCCESS);
                assertThat(replaced.revSeqno()).isEqualTo(stored.revSeqno() + 1);
                assertThat(bucket.remove("never").status()).isEqualTo(Status.NO_SUCH_KEY);
                Answer again = bucket.set("gone", "back");
                assertThat(again.revSeqno()).isEqualTo(removed.revSeqno() + 1);
                assertThat(bucket.statistic("curr_items")).isEqualTo(2);
            }
        }

        @Test
        void tombstonesLeaveMemory_andAreFoundOnDisk() {
            try (PersistentBucket bucket = new PersistentBucket(
                    configuration -> configuration.set("lowWatermark", "0").set("highWatermark", "0"))) {
                bucket.set("a", KILOBYTE);
                Answer removed = bucket.remove("a");
                bucket.run();
                bucket.set("b", KILOBYTE); // wakes the pager
                bucket.advance(Duration.ofSeconds(2));
                assertThat(bucket.vbucket().find(HeapDocumentKey.of("a"), false))
                        .isNull();
                assertThat(bucket.get("a").status()).isEqualTo(Status.NO_SUCH_KEY);
                Answer tombstone = bucket.driver.get(0, Key.of("a"), DocumentFilter.DELETED);
                assertThat(tombstone.cas()).isEqualTo(removed.cas());
                assertThat(bucket.driver.store(0, Key.of("a"), Store.add("new")).revSeqno())
                        .isGreaterThan(removed.revSeqno());
            }
        }
    }

    @Test
    void watermarksThatDoNotFit_areNamedBeforeABucketIsMade() {
        PersistentEngineProvider provider = new PersistentEngineProvider();
        TestBucketConfiguration configuration =
                TestBucketConfiguration.of(provider).set("lowWatermark", "0.9").set("highWatermark", "0.95");
        assertThat(provider.contradictions(TestBucketConfiguration.of(provider)))
                .isEmpty();
        assertThat(provider.contradictions(configuration))
                .isEqualTo(Map.of("highWatermark", "at most mutationMemoryRatio, 0.93"));
        assertThat(provider.contradictions(configuration.set("lowWatermark", "0.99")))
                .containsEntry("lowWatermark", "at most highWatermark, 0.95")
                .hasSize(2);
    }

    @Nested
    class Persisting {

        @Test
        void manyWrites_shareOneCommit() {
            try (PersistentBucket bucket = PersistentBucket.withKeysInMemory()) {
                long before = bucket.statistic("ep_commit_num");
                for (int i = 0; i < 1_000; i++) {
                    bucket.set("key " + i % 10, "value " + i);
                }
                bucket.run();
                assertThat(bucket.statistic("ep_commit_num") - before).isEqualTo(1);
                assertThat(bucket.statistic("ep_total_persisted")).isEqualTo(10);
                assertThat(bucket.persistence().persistedSeqno(0)).isEqualTo(1_000);
            }
        }

        @Test
        void withKeysInMemory_nothingIsLookedUp_notEvenWhatWasEvicted() {
            try (PersistentBucket bucket = PersistentBucket.withKeysInMemory()) {
                for (int i = 0; i < 100; i++) {
                    bucket.set("key " + i, KILOBYTE);
                }
                bucket.run();
                for (int i = 0; i < 100; i += 2) {
                    bucket.evict("key " + i);
                    bucket.set("key " + i, "again");
                }
                bucket.remove("key 1");
                bucket.run();
                assertThat(bucket.statistic("ep_flush_previous_known")).isEqualTo(151);
                assertThat(bucket.statistic("ep_flush_previous_looked_up")).isZero();
                bucket.restart();
                bucket.run();
                bucket.set("key 3", "known by its key alone");
                bucket.set("new", "there may be a tombstone");
                bucket.run();
                assertThat(bucket.statistic("ep_flush_previous_known")).isEqualTo(1);
                assertThat(bucket.statistic("ep_flush_previous_looked_up")).isEqualTo(1);
            }
        }

        @Test
        void withFullEviction_whatACommandHasRead_isNotLookedUpAgain() {
            try (PersistentBucket bucket = PersistentBucket.withFullEviction()) {
                bucket.set("a", KILOBYTE);
                bucket.run();
                bucket.evict("a");
                bucket.set("a", "again");
                bucket.set("b", "new");
                bucket.run();
                assertThat(bucket.statistic("ep_flush_previous_known")).isEqualTo(3);
                assertThat(bucket.statistic("ep_flush_previous_looked_up")).isZero();
            }
        }

        @Test
        void whatIsBeingWritten_isNotWrittenTwice() {
            try (PersistentBucket bucket = PersistentBucket.withKeysInMemory()) {
                PersistentVBucket vbucket = bucket.vbucket();
                bucket.driver.run(bucket.persistence()::stopPersistence);
                bucket.set("a", "first");
                vbucket.enter();
                PersistentVBucket.Unit unit = vbucket.prepare(1 << 20);
                vbucket.exit();
                assertThat(unit).isNotNull();
                bucket.set("a", "second");
                vbucket.enter();
                assertThat(vbucket.prepare(1 << 20)).isNull();
                assertThat(vbucket.dirtyCount()).as("both versions").isEqualTo(2);
                vbucket.requeue(unit);
                vbucket.exit();
                bucket.driver.run(bucket.persistence()::startPersistence);
                bucket.set("b", "third");
                bucket.run();
                assertThat(bucket.persistence().persistedSeqno(0)).isEqualTo(3);
                assertThat(bucket.statistic("ep_queue_size")).isZero();
            }
        }

        @Test
        void durableWrite_isAnsweredWhenTheDiskHasIt() {
            try (PersistentBucket bucket = PersistentBucket.withKeysInMemory()) {
                long deadline = bucket.context.clock().nanoTime()
                        + Duration.ofSeconds(30).toNanos();
                Answer answer = bucket.driver.store(
                        0, Key.of("a"), Store.set("value").durability(DurabilityLevel.PERSIST_TO_MAJORITY, deadline));
                assertThat(answer.status()).isEqualTo(Status.SUCCESS);
                assertThat(bucket.persistence().persistedSeqno(0)).isGreaterThanOrEqualTo(answer.seqno());
                assertThat(bucket.get("a").cas()).isEqualTo(answer.cas());
            }
        }

        @Test
        void durableWrite_thatTheDiskRefuses_isUndecided_inTime() {
            try (PersistentBucket bucket = PersistentBucket.withKeysInMemory()) {
                bucket.storage.disk.health(Health.FULL);
                long deadline = bucket.context.clock().nanoTime()
                        + Duration.ofMillis(500).toNanos();
                Answer answer = bucket.driver.store(
                        0, Key.of("a"), Store.set("value").durability(DurabilityLevel.PERSIST_TO_MAJORITY, deadline));
                assertThat(answer.status()).isEqualTo(Status.UNDECIDED);
                bucket.storage.disk.health(Health.GOOD);
                bucket.advance(Duration.ofSeconds(2));
            }
        }

        @Test
        void scan_showsWhatThereWasWhenItWasOpened() {
            try (PersistentBucket bucket = PersistentBucket.withFullEviction()) {
                bucket.set("a", "old");
                bucket.set("b", "old");
                EngineDriver.OpenedScan scan = bucket.scan();
                bucket.set("a", "new");
                bucket.remove("b");
                bucket.set("c", "new");
                bucket.run();
                assertThat(scan.drain().stream().map(Answer::text)).containsExactly("old", "old");
                assertThat(bucket.scan().drain().stream().map(Answer::text)).containsExactly("new", "new");
            }
        }

        @Test
        void tombstones_areForgottenAtTheirAge_onDiskToo() {
            for (PersistentBucket made :
                    List.of(PersistentBucket.withKeysInMemory(), PersistentBucket.withFullEviction())) {
                try (PersistentBucket bucket = made) {
                    bucket.set("a", "value");
                    long seqno = bucket.remove("a").seqno();
                    bucket.advance(Duration.ofDays(2));
                    assertThat(bucket.driver
                                    .get(0, Key.of("a"), DocumentFilter.DELETED)
                                    .status())
                            .isEqualTo(Status.SUCCESS);
                    bucket.advance(Duration.ofDays(2));
                    bucket.restart();
                    assertThat(bucket.driver
                                    .get(0, Key.of("a"), DocumentFilter.DELETED)
                                    .status())
                            .isEqualTo(Status.NO_SUCH_KEY);
                    assertThat(bucket.vbucket().purgeSeqno()).isEqualTo(seqno);
                }
            }
        }

        @Test
        void expiredDocuments_becomeTombstones_alsoThoseOnDiskAlone() {
            for (PersistentBucket made :
                    List.of(PersistentBucket.withKeysInMemory(), PersistentBucket.withFullEviction())) {
                try (PersistentBucket bucket = made) {
                    long soon = bucket.context.clock().wallSeconds() + 60;
                    List<String> keys = new ArrayList<>();
                    for (int i = 0; i < 20; i++) {
                        keys.add("key " + i);
                        bucket.driver.store(
                                0, Key.of("key " + i), Store.set(KILOBYTE).expirySeconds(soon));
                    }
                    bucket.run();
                    keys.forEach(bucket::evict);
                    bucket.advance(Duration.ofMinutes(11));
                    assertThat(bucket.statistic("ep_expired_pager")).isEqualTo(20);
                    assertThat(bucket.statistic("curr_items")).isZero();
                    assertThat(bucket.driver
                                    .get(0, Key.of("key 7"), DocumentFilter.DELETED)
                                    .status())
                            .isEqualTo(Status.SUCCESS);
                }
            }
        }

        @Test
        void compaction_ofAnOldAge_keepsYoungTombstones() {
            try (PersistentBucket bucket = PersistentBucket.withKeysInMemory()) {
                bucket.set("a", "value");
                bucket.remove("a");
                bucket.run();
                Persistence.Compaction old = new Persistence.Compaction(1, 0, false);
                assertThat(bucket.driver.run(cookie -> bucket.persistence().compact(cookie, 0, old)))
                        .isEqualTo(Status.SUCCESS);
                assertThat(bucket.driver
                                .get(0, Key.of("a"), DocumentFilter.DELETED)
                                .status())
                        .isEqualTo(Status.SUCCESS);
            }
        }
    }

    @Nested
    class CompactionByRule {

        private static final int DOCUMENTS = 2_000;

        private PersistentBucket overwritten(String ratio) {
            PersistentBucket bucket =
                    new PersistentBucket(configuration -> configuration.set("compactionRatio", ratio));
            for (int round = 0; round < 3; round++) {
                for (int i = 0; i < DOCUMENTS; i++) {
                    bucket.set("key " + i, "value " + round);
                }
                bucket.run();
            }
            bucket.driver.store(1, Key.of("other"), Store.set("value"));
            return bucket;
        }

        @Test
        void whatIsGone_goesFromTheFiles_ofThatVBucketAlone_once() {
            try (PersistentBucket bucket = overwritten("0.5")) {
                assertThat(bucket.statistic("ep_last_compaction_by_rule")).isZero();
                long size = bucket.statistic("ep_db_file_size");
                bucket.advance(Duration.ofMinutes(10));
                assertThat(bucket.statistic("ep_compactions_by_rule")).isEqualTo(1);
                assertThat(bucket.statistic("ep_compactions")).isEqualTo(1);
                assertThat(bucket.statistic("ep_last_compaction_by_rule"))
                        .isEqualTo(bucket.context.clock().wallSeconds());
                assertThat(bucket.statistic("ep_db_file_size")).isLessThan(size / 2);
                bucket.advance(Duration.ofHours(2));
                assertThat(bucket.statistic("ep_compactions_by_rule")).isEqualTo(1);
                assertThat(bucket.get("key 7").text()).isEqualTo("value 2");
            }
        }

        @Test
        void belowTheRatio_nothingIsDone() {
            try (PersistentBucket bucket = overwritten("0.9")) {
                bucket.advance(Duration.ofHours(1));
                assertThat(bucket.statistic("ep_compactions_by_rule")).isZero();
            }
        }

        @Test
        void whilePausedOrStopped_nothingIsDone_andItGoesOnAfterwards() {
            try (PersistentBucket bucket = overwritten("0.5")) {
                bucket.driver.run(bucket.persistence()::stopPersistence);
                bucket.advance(Duration.ofHours(1));
                bucket.driver.run(bucket.persistence()::startPersistence);
                assertThat(bucket.engine.pause(new Pausable.Cancellation() {
                            @Override
                            public boolean cancelled() {
                                return false;
                            }

                            @Override
                            public void onCancel(Runnable action) {}
                        }))
                        .isEqualTo(Status.SUCCESS);
                bucket.advance(Duration.ofHours(1));
                assertThat(bucket.statistic("ep_compactions_by_rule")).isZero();
                assertThat(bucket.engine.resume()).isEqualTo(Status.SUCCESS);
                bucket.advance(Duration.ofMinutes(10));
                assertThat(bucket.statistic("ep_compactions_by_rule")).isEqualTo(1);
            }
        }

        @Test
        void intervalAndRatio_canChange() {
            try (PersistentBucket bucket = overwritten("1")) {
                bucket.advance(Duration.ofHours(1));
                assertThat(bucket.statistic("ep_compactions_by_rule")).isZero();
                bucket.engine.reconfigure(TestBucketConfiguration.of(bucket.storage.provider())
                        .vbucketCount(2)
                        .set("compactionRatio", "0.1")
                        .set("compactionInterval", "1s"));
                bucket.advance(Duration.ofSeconds(2));
                assertThat(bucket.statistic("ep_compactions_by_rule")).isEqualTo(1);
            }
        }

        @Test
        void fewRemovals_areNotWorthIt() {
            try (PersistentBucket bucket = PersistentBucket.withKeysInMemory()) {
                for (int i = 0; i < CompactionRule.STALE_MIN / 2 - 1; i++) {
                    bucket.set("key", "value " + i);
                    bucket.run();
                }
                bucket.advance(Duration.ofHours(1));
                assertThat(bucket.statistic("ep_compactions_by_rule")).isZero();
            }
        }
    }
}
