package dev.sluice.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.engine.DocumentFilter;
import dev.sluice.engine.DocumentView;
import dev.sluice.engine.EngineProvider;
import dev.sluice.engine.HeapDocumentKey;
import dev.sluice.engine.Status;
import dev.sluice.engine.VBucketState;
import dev.sluice.memory.table.DocumentTable;
import dev.sluice.memory.table.Documents;
import dev.sluice.testkit.Answer;
import dev.sluice.testkit.Key;
import dev.sluice.testkit.Store;
import dev.sluice.testkit.TestCookie;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ServiceLoader;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the contract of all engines does not say. */
class MemoryEngineTest {

    private final MemoryBucket bucket = new MemoryBucket();

    @AfterEach
    void closeBucket() {
        bucket.close();
    }

    @Test
    void provider_isFoundByTheServiceLoader() {
        assertThat(ServiceLoader.load(EngineProvider.class).stream()
                        .map(provider -> provider.get().type()))
                .contains("memory");
    }

    @Test
    void getThatHits_allocatesNothing() {
        bucket.set("key", "value", 0);
        bucket.driver.lock(0, Key.of("key"), 30);
        HeapDocumentKey key = HeapDocumentKey.of("key");
        DocumentView view = new DocumentView();
        TestCookie cookie = new TestCookie(1);
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long allocated = Long.MAX_VALUE;
        for (int attempt = 0; attempt < 20 && allocated > 0; attempt++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 10_000; i++) {
                if (bucket.engine.get(cookie, 0, key, DocumentFilter.ALIVE, view) != Status.SUCCESS) {
                    throw new AssertionError();
                }
            }
            allocated = threads.getCurrentThreadAllocatedBytes() - before;
        }
        assertThat(view.locked()).isTrue();
        assertThat(allocated).isLessThan(1_000); // the measurement itself, not one byte for each of ten thousand
    }

    @Test
    void writeWhileAnotherThreadHoldsTheLock_comesBackLater() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch enough = new CountDownLatch(1);
        Thread holder = new Thread(() -> {
            bucket.vbucket().enter();
            held.countDown();
            try {
                enough.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                bucket.vbucket().exit();
            }
        });
        holder.start();
        held.await();
        var store = bucket.driver.startStore(0, Key.of("key"), Store.set("value"));
        assertThat(store.done()).isFalse();
        assertThat(bucket.get("key").status()).isEqualTo(Status.NO_SUCH_KEY); // readers need no lock
        enough.countDown();
        holder.join();
        assertThat(store.await().succeeded()).isTrue();
        assertThat(store.callCount()).isEqualTo(2);
        assertThat(bucket.statistic("ep_lock_waits")).isEqualTo(1);
    }

    @Test
    void cas_risesThoughTheWallClockJumpsBack() {
        long first = bucket.set("key", "1").cas();
        assertThat(first & 0xffff).isZero();
        bucket.context.clock().jumpWall(Duration.ofHours(-1));
        assertThat(bucket.set("key", "2").cas()).isEqualTo(first + 1);
        assertThat(bucket.set("other", "3").cas()).isEqualTo(first + 2);
    }

    @Test
    void account_agreesWithASumOverAllDocuments_afterAnything() {
        SplittableRandom random = new SplittableRandom(MemoryBucket.SEED);
        for (int step = 0; step < 20_000; step++) {
            String key = "key" + random.nextInt(3_000);
            switch (random.nextInt(8)) {
                case 0 -> bucket.remove(key);
                case 1 -> bucket.driver.lock(0, Key.of(key), 1 + random.nextInt(10));
                case 2 ->
                    bucket.driver.getAndTouch(
                            0, Key.of(key), bucket.context.clock().wallSeconds() + random.nextInt(50));
                case 3 ->
                    bucket.driver.store(
                            0, Key.of(key), Store.set("deleted").asDeleted().existing(DocumentFilter.ALIVE_OR_DELETED));
                default -> bucket.set(key, "v".repeat(random.nextInt(300)));
            }
            if (random.nextInt(500) == 0) {
                bucket.advance(Duration.ofSeconds(random.nextInt(30)));
            }
        }
        bucket.context.scheduler().runAll();
        long documents = 0;
        int live = 0;
        DocumentTable table = bucket.vbucket().table();
        for (int i = 0; i < table.bagCount(); i++) {
            Object[] bag = table.bagOrEmpty(i);
            for (int slot = 0; slot < DocumentTable.capacity(bag); slot++) {
                byte[] document = DocumentTable.documentAt(bag, slot);
                if (document != null) {
                    documents += Documents.heapBytes(document);
                    live += Documents.deleted(document) ? 0 : 1;
                }
            }
        }
        assertThat(bucket.statistic("ep_kv_size"))
                .as("seed %d", MemoryBucket.SEED)
                .isEqualTo(documents);
        assertThat(bucket.statistic("curr_items")).isEqualTo(live);
        long fixedBytes = 2 * VBucket.FIXED_BYTES;
        assertThat(bucket.usedBytes()).isEqualTo(documents + bucket.statistic("ep_overhead") + fixedBytes);
    }

    @Test
    void vbucketThatWasDeleted_givesItsMemoryBack_andBeginsANewHistory() {
        long empty = bucket.usedBytes();
        for (int i = 0; i < 1_000; i++) {
            bucket.set("key" + i, "value");
        }
        long uuid = bucket.engine.vbuckets().failoverLog(0).get(0).vbucketUuid();
        bucket.setState(VBucketState.DEAD);
        assertThat(bucket.driver.run(cookie -> bucket.engine.vbuckets().delete(cookie, 0)))
                .isEqualTo(Status.SUCCESS);
        assertThat(bucket.usedBytes()).isLessThan(empty);
        assertThat(bucket.get("key1").status()).isEqualTo(Status.NOT_MY_VBUCKET);
        bucket.setState(VBucketState.ACTIVE);
        assertThat(bucket.usedBytes()).isEqualTo(empty);
        assertThat(bucket.engine.vbuckets().highSeqno(0)).isZero();
        assertThat(bucket.engine.vbuckets().failoverLog(0)).hasSize(1);
        assertThat(bucket.engine.vbuckets().failoverLog(0).get(0).vbucketUuid()).isNotEqualTo(uuid);
    }

    @Test
    void failoverLog_keepsTheNewestTwentyFive() {
        for (int i = 0; i < 30; i++) {
            bucket.set("key" + i, "value");
            bucket.setState(VBucketState.REPLICA);
            bucket.setState(VBucketState.ACTIVE);
        }
        var log = bucket.engine.vbuckets().failoverLog(0);
        assertThat(log).hasSize(25);
        assertThat(log.get(0).seqno()).isEqualTo(30);
        assertThat(log.get(24).seqno()).isEqualTo(6);
    }

    @Test
    void largeValue_isNotCopiedUnderTheLockWhenTheGuessWasWrong() {
        String large = "v".repeat(100_000);
        bucket.set("key", "1");
        bucket.set("key", large);
        Answer stored = bucket.driver.store(0, Key.of("key"), Store.set(large).preserveExpiry());
        assertThat(stored.succeeded()).isTrue();
        assertThat(bucket.get("key").text()).isEqualTo(large);
        assertThat(bucket.get("key").revSeqno()).isEqualTo(3);
    }

    @Test
    void statistics_haveTheirGroups() {
        bucket.set("key", "value");
        assertThat(bucket.statistics("", ""))
                .containsEntry("curr_items", "1")
                .containsEntry("vb_active_num", "2")
                .containsEntry("ep_bucket_type", "ephemeral")
                .containsEntry("ep_warmup_thread", "complete");
        assertThat(bucket.statistics("vbucket", ""))
                .containsExactlyInAnyOrderEntriesOf(java.util.Map.of("vb_0", "active", "vb_1", "active"));
        assertThat(bucket.statistics("vbucket-seqno", "0")).containsEntry("vb_0:high_seqno", "1");
        assertThat(bucket.statistics("failovers", "1")).containsEntry("vb_1:num_entries", "1");
        assertThat(bucket.statistics("config", "")).containsEntry("ep_ephemeral_full_policy", "auto_delete");
        assertThat(bucket.statistics("uuid", "")).containsKey("uuid");
        assertThat(bucket.engine.statistics("nonsense", "")).isNull();
        assertThatThrownBy(() -> bucket.engine.statistics("vbucket-details", "x"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> bucket.engine.statistics("vbucket-details", "2"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void reset_beginsCountingAnew_andMonitoringGoesOn() {
        bucket.driver.get(7, Key.of("key"));
        assertThat(bucket.statistic("ep_num_not_my_vbuckets")).isEqualTo(1);
        bucket.engine.resetStatistics();
        assertThat(bucket.statistic("ep_num_not_my_vbuckets")).isZero();
        assertThat(bucket.context.metrics().value("ep_num_not_my_vbuckets")).isEqualTo(1);
    }
}
