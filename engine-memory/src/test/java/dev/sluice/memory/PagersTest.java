package dev.sluice.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.DocumentFilter;
import dev.sluice.engine.Status;
import dev.sluice.engine.VBucketState;
import dev.sluice.testkit.Key;
import dev.sluice.testkit.ManualClock;
import java.time.Duration;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class PagersTest {

    private static final long NOW = ManualClock.WALL_SECONDS_AT_START;

    @Nested
    class Expiry {
        @Test
        void pager_makesTombstonesWithSequenceNumbers() {
            try (MemoryBucket bucket = new MemoryBucket()) {
                for (int i = 0; i < 1_000; i++) {
                    bucket.set("key" + i, "value", i % 2 == 0 ? NOW + 100 : 0);
                }
                bucket.advance(Duration.ofSeconds(599));
                assertThat(bucket.statistic("curr_items")).isEqualTo(1_000);
                bucket.advance(Duration.ofSeconds(1));
                assertThat(bucket.statistic("curr_items")).isEqualTo(500);
                assertThat(bucket.statistic("ep_expired_pager")).isEqualTo(500);
                assertThat(bucket.engine.vbuckets().highSeqno(0)).isEqualTo(1_500);
                assertThat(bucket.driver
                                .get(0, Key.of("key0"), DocumentFilter.DELETED)
                                .expirySeconds())
                        .isEqualTo(NOW + 600);
            }
        }

        @Test
        void nextWrite_makesTheTombstoneFirst() {
            try (MemoryBucket bucket = new MemoryBucket()) {
                bucket.set("key", "value", NOW + 1);
                bucket.advance(Duration.ofSeconds(1));
                assertThat(bucket.get("key").status()).isEqualTo(Status.NO_SUCH_KEY);
                assertThat(bucket.engine.vbuckets().highSeqno(0)).isEqualTo(1);
                assertThat(bucket.set("key", "new").seqno()).isEqualTo(3);
                assertThat(bucket.get("key").revSeqno()).isEqualTo(3);
                assertThat(bucket.statistic("ep_expired_access")).isEqualTo(1);
            }
        }

        @Test
        void replicas_areLeftToTheirActive() {
            try (MemoryBucket bucket = new MemoryBucket()) {
                bucket.set("key", "value", NOW + 1);
                bucket.setState(VBucketState.REPLICA);
                bucket.advance(Duration.ofSeconds(1_300));
                assertThat(bucket.engine.vbuckets().highSeqno(0)).isEqualTo(1);
                assertThat(bucket.statistic("ep_num_expiry_pager_runs")).isEqualTo(2);
            }
        }

        @Test
        void interval_canBeChanged() {
            try (MemoryBucket bucket = new MemoryBucket()) {
                bucket.set("key", "value", NOW + 1);
                bucket.engine.reconfigure(MemoryBucket.configuration().set("expiryPagerInterval", "5s"));
                bucket.advance(Duration.ofSeconds(5));
                assertThat(bucket.statistic("ep_expired_pager")).isEqualTo(1);
            }
        }
    }

    @Nested
    class Purge {
        @Test
        void oldTombstones_areDropped_andThePurgeNumberRises() {
            try (MemoryBucket bucket = new MemoryBucket()) {
                long empty = bucket.usedBytes();
                for (int i = 0; i < 5_000; i++) {
                    bucket.set("key" + i, "value");
                }
                for (int i = 0; i < 5_000; i++) {
                    bucket.remove("key" + i);
                }
                assertThat(bucket.statistic("ep_tombstones")).isEqualTo(5_000);
                bucket.advance(Duration.ofSeconds(59));
                assertThat(bucket.statistic("ep_tombstones")).isEqualTo(5_000);
                bucket.advance(Duration.ofSeconds(61));
                assertThat(bucket.statistic("ep_tombstones")).isZero();
                assertThat(bucket.statistics("vbucket-details", "0"))
                        .containsEntry("vb_0:purge_seqno", "10000")
                        .containsEntry("vb_0:ht_num_deleted_items", "0");
                assertThat(bucket.usedBytes()).isLessThan(empty + 5_000); // the open segment of the log
            }
        }

        @Test
        void keyThatComesBackAfterItsPurge_hasAHigherRevision() {
            try (MemoryBucket bucket = new MemoryBucket()) {
                bucket.set("key", "1");
                bucket.set("key", "2");
                bucket.remove("key");
                bucket.advance(Duration.ofMinutes(2));
                bucket.set("key", "3");
                assertThat(bucket.get("key").revSeqno()).isEqualTo(4);
            }
        }

        @Test
        void keyThatCameBack_isNotPurged() {
            try (MemoryBucket bucket = new MemoryBucket()) {
                bucket.set("key", "1");
                bucket.remove("key");
                bucket.set("key", "2");
                bucket.advance(Duration.ofMinutes(10));
                assertThat(bucket.get("key").text()).isEqualTo("2");
            }
        }
    }
}
