package dev.sluice.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.engine.DocumentFilter;
import dev.sluice.engine.EngineException;
import dev.sluice.engine.Status;
import dev.sluice.engine.VBucketState;
import dev.sluice.testkit.Key;
import dev.sluice.testkit.Store;
import java.time.Duration;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class MemoryQuotaTest {

    private static final long QUOTA = 1 << 20;
    private static final String VALUE = "v".repeat(1_000);

    private static MemoryBucket bucket(String policy) {
        MemoryBucket bucket = new MemoryBucket(configuration -> configuration.set("evictionPolicy", policy));
        bucket.context.memory().setQuotaBytes(QUOTA);
        return bucket;
    }

    /** Stores until that is refused; answers how many were stored. */
    private static int fill(MemoryBucket bucket) {
        for (int i = 0; ; i++) {
            Status status = bucket.set("key" + i, VALUE).status();
            if (status != Status.SUCCESS) {
                return i;
            }
        }
    }

    @Nested
    class NoEviction {
        @Test
        void storesPastTheRatio_areRefusedForTheTimeBeing() {
            try (MemoryBucket bucket = bucket("noEviction")) {
                int stored = fill(bucket);
                assertThat(stored).isBetween(700, 1_000);
                assertThat(bucket.set("another", VALUE).status()).isEqualTo(Status.TEMPORARY_FAILURE);
                assertThat(bucket.usedBytes()).isBetween((long) (QUOTA * 0.9), (long) (QUOTA * 0.93));
                assertThat(bucket.statistic("ep_tmp_oom_errors")).isEqualTo(2);
                assertThat(bucket.get("key0").succeeded()).isTrue();
            }
        }

        @Test
        void storesAtTheQuota_findNoMemory() {
            try (MemoryBucket bucket = bucket("noEviction")) {
                fill(bucket);
                bucket.context.memory().setQuotaBytes(QUOTA / 2);
                bucket.advance(Duration.ofSeconds(10));
                assertThat(bucket.set("another", VALUE).status()).isEqualTo(Status.NO_MEMORY);
                assertThat(bucket.set("key0", "smaller").status()).isEqualTo(Status.NO_MEMORY);
                assertThat(bucket.statistic("ep_oom_errors")).isEqualTo(2);
                assertThat(bucket.statistic("curr_items")).isGreaterThan(700);
            }
        }

        @Test
        void removals_alwaysWork_andMakeRoomAgain() {
            try (MemoryBucket bucket = bucket("noEviction")) {
                int stored = fill(bucket);
                bucket.context.memory().setQuotaBytes(QUOTA / 2);
                for (int i = 0; i < stored * 9 / 10; i++) {
                    assertThat(bucket.remove("key" + i).status()).isEqualTo(Status.SUCCESS);
                }
                assertThat(bucket.set("another", VALUE).status()).isEqualTo(Status.SUCCESS);
            }
        }

        @Test
        void raisedQuota_admitsAgain() {
            try (MemoryBucket bucket = bucket("noEviction")) {
                fill(bucket);
                bucket.context.memory().setQuotaBytes(2 * QUOTA);
                assertThat(bucket.set("another", VALUE).status()).isEqualTo(Status.SUCCESS);
            }
        }
    }

    @Nested
    class AutoDelete {
        @Test
        void pager_bringsUseDownToTheLowWatermark() {
            try (MemoryBucket bucket = bucket("autoDelete")) {
                int stored = fill(bucket);
                long highSeqno = bucket.engine.vbuckets().highSeqno(0);
                bucket.context.scheduler().runAll();
                assertThat(bucket.usedBytes()).isBetween((long) (QUOTA * 0.70), (long) (QUOTA * 0.75));
                long deleted = bucket.statistic("ep_auto_delete_count");
                assertThat(deleted).isBetween(stored / 10L, stored / 2L);
                assertThat(bucket.statistic("curr_items")).isEqualTo(stored - deleted);
                assertThat(bucket.engine.vbuckets().highSeqno(0)).isEqualTo(highSeqno + deleted);
            }
        }

        @Test
        void documentsThatAreUsed_stay() {
            try (MemoryBucket bucket = bucket("autoDelete")) {
                for (int i = 0; i < 20_000; i++) {
                    bucket.set("key" + i, VALUE);
                    for (int j = 0; j < 10; j++) {
                        if (i >= j) {
                            assertThat(bucket.get("key" + j).status())
                                    .as("key%d at %d, seed %d", j, i, MemoryBucket.SEED)
                                    .isEqualTo(Status.SUCCESS);
                        }
                    }
                    if (i % 10 == 0) {
                        bucket.context.scheduler().runOne();
                    }
                }
                assertThat(bucket.statistic("ep_auto_delete_count")).isGreaterThan(15_000);
            }
        }

        @Test
        void smallDocuments_doNotDrownInTombstones() {
            try (MemoryBucket bucket = bucket("autoDelete")) {
                for (int i = 0; i < 50_000; i++) {
                    Status status = bucket.set("key" + i, "v").status();
                    if (status != Status.SUCCESS) {
                        bucket.context.scheduler().runAll();
                        assertThat(bucket.set("key" + i, "v").status()).isEqualTo(Status.SUCCESS);
                    }
                }
                bucket.context.scheduler().runAll();
                assertThat(bucket.statistic("curr_items")).isGreaterThan(5_000);
                assertThat(bucket.statistic("ep_tombstones")).isLessThan(bucket.statistic("curr_items") / 3);
            }
        }

        @Test
        void quotaLoweredBelowUse_isReachedByDeleting() {
            try (MemoryBucket bucket = bucket("autoDelete")) {
                for (int i = 0; i < 500; i++) {
                    bucket.set("key" + i, VALUE);
                }
                bucket.context.memory().setQuotaBytes(QUOTA / 4);
                bucket.context.scheduler().runAll();
                assertThat(bucket.usedBytes()).isLessThanOrEqualTo((long) (QUOTA / 4 * 0.75));
                assertThat(bucket.set("another", VALUE).status()).isEqualTo(Status.SUCCESS);
            }
        }

        @Test
        void replicasAndLockedDocuments_areLeftAlone() {
            try (MemoryBucket bucket = bucket("autoDelete")) {
                for (int i = 0; i < 300; i++) {
                    bucket.set("active" + i, VALUE);
                    bucket.driver.store(1, Key.of("replica" + i), Store.set(VALUE));
                }
                bucket.driver.lock(0, Key.of("active7"), 30);
                bucket.driver.run(cookie -> bucket.engine.vbuckets().setState(cookie, 1, VBucketState.REPLICA));
                bucket.context.memory().setQuotaBytes(QUOTA / 8);
                bucket.advance(Duration.ofSeconds(5));
                assertThat(bucket.statistic("vb_active_curr_items")).isEqualTo(1);
                assertThat(bucket.statistic("vb_replica_curr_items")).isEqualTo(300);
                assertThat(bucket.get("active7").locked()).isTrue();
            }
        }

        @Test
        void deletedDocument_isATombstoneLikeAnyOther() {
            try (MemoryBucket bucket = bucket("autoDelete")) {
                int stored = fill(bucket);
                bucket.context.scheduler().runAll();
                int tombstones = 0;
                for (int i = 0; i < stored; i++) {
                    Key key = Key.of("key" + i);
                    tombstones +=
                            bucket.driver.get(0, key, DocumentFilter.DELETED).succeeded() ? 1 : 0;
                }
                assertThat(tombstones).isPositive().isEqualTo((int) bucket.statistic("ep_tombstones"));
            }
        }
    }

    @Test
    void watermarksInTheWrongOrder_areRefusedByName() {
        assertThatThrownBy(() -> new MemoryEngineProvider()
                        .create(
                                MemoryBucket.configuration().set("lowWatermark", "0.9"),
                                new dev.sluice.testkit.TestEngineContext(1)))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("lowWatermark: 0.9");
    }

    @Test
    void reconfigure_changesThePolicy() {
        try (MemoryBucket bucket = bucket("noEviction")) {
            fill(bucket);
            bucket.context.scheduler().runAll();
            assertThat(bucket.statistic("ep_auto_delete_count")).isZero();
            bucket.engine.reconfigure(MemoryBucket.configuration().set("evictionPolicy", "autoDelete"));
            bucket.context.scheduler().runAll();
            assertThat(bucket.statistic("ep_auto_delete_count")).isPositive();
        }
    }
}
