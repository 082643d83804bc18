package dev.sluice.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.CollectionSet;
import dev.sluice.engine.Collections.Figures;
import dev.sluice.engine.Status;
import dev.sluice.memory.table.DocumentTable;
import dev.sluice.memory.table.Documents;
import dev.sluice.testkit.Answer;
import dev.sluice.testkit.EngineDriver.OpenedScan;
import dev.sluice.testkit.Key;
import dev.sluice.testkit.Store;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CollectionsTest {

    private static final int DOCUMENTS = 5_000;

    private final MemoryBucket bucket = new MemoryBucket();

    @AfterEach
    void closeBucket() {
        bucket.close();
    }

    private void collections(int... ids) {
        bucket.engine.vbuckets().collections(CollectionSet.of(ids));
    }

    private Answer set(int collection, int number) {
        return bucket.driver.store(0, Key.of(collection, "key" + number), Store.set("value" + number));
    }

    private void load(int collection) {
        for (int i = 0; i < DOCUMENTS; i++) {
            assertThat(set(collection, i).succeeded()).isTrue();
        }
    }

    private void runBackground() {
        bucket.context.scheduler().runAll();
    }

    private Figures figures(int collection) {
        return java.util.Objects.requireNonNull(bucket.engine.vbuckets().figures(0, collection));
    }

    @Test
    void aDroppedCollection_countsNoMore_andGivesItsMemoryBack() {
        collections(0, 8, 9);
        load(0);
        long usedBefore = bucket.usedBytes();
        long kvBefore = bucket.statistic("ep_kv_size");
        load(8);
        load(9);
        collections(0, 9);
        assertThat(bucket.statistic("curr_items")).as("at once").isEqualTo(2 * DOCUMENTS);
        collections(0);
        assertThat(bucket.statistic("curr_items")).as("at once").isEqualTo(DOCUMENTS);
        assertThat(bucket.usedBytes()).as("not yet").isGreaterThan(2 * usedBefore);
        runBackground();
        assertThat(bucket.statistic("ep_kv_size")).isEqualTo(kvBefore);
        // The table has been larger, and is made smaller down to a quarter of its density.
        assertThat(bucket.usedBytes()).isBetween(usedBefore, usedBefore + usedBefore / 4);
        assertThat(figures(0)).isEqualTo(new Figures(DOCUMENTS, kvBefore, DOCUMENTS));
    }

    @Test
    void purging_makesNoChanges_andRaisesThePurgeSeqno() {
        collections(0, 8);
        set(0, 1);
        bucket.driver.store(
                0,
                Key.of(8, "expired"),
                Store.set("v").expirySeconds(bucket.context.clock().wallSeconds() + 1));
        long last = set(8, 2).seqno();
        set(0, 2);
        collections(0);
        bucket.advance(Duration.ofMinutes(30)); // The expiry pager comes by as well.
        assertThat(bucket.engine.vbuckets().highSeqno(0)).isEqualTo(last + 1);
        assertThat(bucket.statistics("vbucket-details", "0")).containsEntry("vb_0:purge_seqno", Long.toString(last));
        assertThat(bucket.vbucket().table().size()).isEqualTo(2);
    }

    @Test
    void scansOfOthers_showWhatTheyBeganWith_whileACollectionIsPurged() {
        collections(0, 8);
        load(0);
        load(8);
        OpenedScan scan = bucket.scan();
        collections(0);
        runBackground();
        set(0, DOCUMENTS);
        assertThat(scan.drain()).hasSize(DOCUMENTS);
        assertThat(bucket.statistic("ep_snapshot_memory")).isZero();
    }

    @Test
    void aVBucketWithoutDocumentsOfACollection_hasNoTallyOfIt() {
        long before = bucket.usedBytes();
        int[] many = new int[1_000];
        Arrays.setAll(many, i -> i == 0 ? 0 : 7 + i);
        collections(many);
        assertThat(bucket.usedBytes()).isEqualTo(before);
        assertThat(figures(500)).isEqualTo(new Figures(0, 0, 0));
    }

    @Test
    void figures_agreeWithASumOverAllDocuments_afterAnything() {
        SplittableRandom random = new SplittableRandom(MemoryBucket.SEED);
        int first = 8;
        int next = 12;
        for (int step = 0; step < 15_000; step++) {
            int collection = random.nextInt(6) == 0 ? 0 : random.nextInt(first, next);
            Key key = Key.of(collection, "key" + random.nextInt(200));
            Status status = switch (random.nextInt(5)) {
                case 0 -> bucket.driver.remove(0, key).status();
                case 1 ->
                    bucket.driver
                            .getAndTouch(0, key, bucket.context.clock().wallSeconds() + random.nextInt(20))
                            .status();
                default ->
                    bucket.driver
                            .store(0, key, Store.set("v".repeat(random.nextInt(60))))
                            .status();
            };
            assertThat(status).isIn(Status.SUCCESS, Status.NO_SUCH_KEY);
            if (random.nextInt(150) == 0) {
                int[] ids = new int[next - first + 1];
                if (random.nextBoolean()) {
                    first++; // one goes, another comes
                }
                next++;
                ids = new int[next - first + 1];
                for (int id = first; id < next; id++) {
                    ids[id - first + 1] = id;
                }
                collections(ids);
            }
            if (random.nextInt(100) == 0) {
                bucket.advance(Duration.ofSeconds(random.nextInt(60)));
            }
        }
        runBackground();
        Map<Integer, Figures> sums = sums();
        assertThat(sums.keySet())
                .as("seed %d", MemoryBucket.SEED)
                .allMatch(id -> bucket.vbucket().serves(id));
        for (int id = first; id < next; id++) {
            Figures expected = sums.getOrDefault(id, new Figures(0, 0, 0));
            Figures shown = figures(id);
            assertThat(shown.itemCount()).as("seed %d", MemoryBucket.SEED).isEqualTo(expected.itemCount());
            assertThat(shown.bytes()).as("seed %d", MemoryBucket.SEED).isEqualTo(expected.bytes());
            assertThat(shown.highSeqno()).isGreaterThanOrEqualTo(expected.highSeqno());
        }
        long live = sums.values().stream().mapToLong(Figures::itemCount).sum();
        assertThat(bucket.statistic("curr_items")).isEqualTo(live);
    }

    private Map<Integer, Figures> sums() {
        Map<Integer, Figures> sums = new HashMap<>();
        DocumentTable table = bucket.vbucket().table();
        for (int i = 0; i < table.bagCount(); i++) {
            Object[] bag = table.bagOrEmpty(i);
            for (int slot = 0; slot < DocumentTable.capacity(bag); slot++) {
                byte[] document = DocumentTable.documentAt(bag, slot);
                if (document != null) {
                    Figures one = new Figures(
                            Documents.deleted(document) ? 0 : 1,
                            Documents.heapBytes(document),
                            Documents.seqno(document));
                    sums.merge(
                            Documents.collection(document),
                            one,
                            (a, b) -> new Figures(
                                    a.itemCount() + b.itemCount(),
                                    a.bytes() + b.bytes(),
                                    Math.max(a.highSeqno(), b.highSeqno())));
                }
            }
        }
        return sums;
    }
}
