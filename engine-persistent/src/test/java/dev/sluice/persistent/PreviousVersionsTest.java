package dev.sluice.persistent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.engine.CollectionSet;
import dev.sluice.engine.Collections;
import dev.sluice.engine.DocumentFilter;
import dev.sluice.engine.DocumentView;
import dev.sluice.engine.EngineException;
import dev.sluice.engine.HeapDocumentKey;
import dev.sluice.engine.Persistence;
import dev.sluice.memory.table.Documents;
import dev.sluice.memory.table.HeapLayout;
import dev.sluice.persistent.store.CheckedStore;
import dev.sluice.persistent.store.Content;
import dev.sluice.persistent.store.Docs;
import dev.sluice.persistent.store.DocumentCursor;
import dev.sluice.persistent.store.FailPoints;
import dev.sluice.persistent.store.KeyRange;
import dev.sluice.persistent.store.Snapshot;
import dev.sluice.persistent.store.StoreBatch;
import dev.sluice.persistent.store.StoreException;
import dev.sluice.persistent.store.StoredVBucket;
import dev.sluice.persistent.store.log.LogStore;
import dev.sluice.persistent.store.log.SimulatedDisk;
import dev.sluice.testkit.Answer;
import dev.sluice.testkit.EngineDriver;
import dev.sluice.testkit.Key;
import dev.sluice.testkit.Store;
import dev.sluice.testkit.TestBucketConfiguration;
import dev.sluice.testkit.TestEngineContext;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What memory tells the store of the versions that are replaced is true, and what either of them counts is what there is:
 * random histories with everything that can come between a version and its way to the disk.
 */
class PreviousVersionsTest {

    private static final long SEED = Long.getLong("sluice.test.seed", 20_261_121L);
    private static final int VBUCKETS = 2;
    private static final int KEYS = 6;
    private static final int ROUNDS = 30;
    private static final int STEPS = 60;

    private static final class World {
        final String policy;
        final String watermark;
        final Random random;
        final SimulatedStorage storage;
        /** What clients can see for sure, by vbucket and key; without what may expire. */
        final Map<Integer, Map<Key, String>> model = new HashMap<>();

        TestEngineContext context;
        CheckedStore store;
        PersistentEngine engine;
        EngineDriver driver;
        EngineDriver others;
        int collection = 8;
        long known;
        long lookedUp;

        World(String policy, boolean evictsAll, long seed) {
            this.policy = policy;
            this.watermark = evictsAll ? "0" : "0.75";
            this.random = new Random(seed);
            this.storage = new SimulatedStorage(seed, opened -> {
                store = new CheckedStore(opened);
                return store;
            });
            this.context = new TestEngineContext(seed);
            open();
        }

        void open() {
            PersistentEngineProvider provider = storage.provider();
            TestBucketConfiguration configuration = TestBucketConfiguration.of(provider)
                    .vbucketCount(VBUCKETS)
                    .set("evictionPolicy", policy)
                    .set("lowWatermark", watermark)
                    .set("highWatermark", watermark)
                    .set("flushBatchSize", "64KiB")
                    .set("expiryPagerInterval", "7s")
                    .set("tombstonePurgeInterval", "11s")
                    .set("tombstonePurgeAge", "5s");
            try {
                engine = (PersistentEngine) provider.create(configuration, context);
            } catch (EngineException e) {
                throw new IllegalStateException(e);
            }
            engine.vbuckets().collections(CollectionSet.of(0, collection));
            driver = new EngineDriver(engine, context.scheduler(), random.nextLong());
            others = new EngineDriver(engine, context.scheduler(), random.nextLong());
        }

        /** What other clients do while a batch is on its way to the disk. */
        private void meanwhile() {
            for (int i = random.nextInt(4); i > 0; i--) {
                int vbucket = random.nextInt(VBUCKETS);
                Key key = key();
                String text = "meanwhile " + i;
                if (random.nextInt(3) > 0) {
                    note(vbucket, key, text, others.store(vbucket, key, Store.set(text)));
                } else if (others.remove(vbucket, key).succeeded()) {
                    seen(vbucket).remove(key);
                }
            }
        }

        private Key key() {
            return Key.of(random.nextInt(3) == 0 ? collection : 0, "key " + random.nextInt(KEYS));
        }

        private Map<Key, String> seen(int vbucket) {
            return model.computeIfAbsent(vbucket, id -> new HashMap<>());
        }

        void step() {
            int vbucket = random.nextInt(VBUCKETS);
            Key key = key();
            // Several checkpoints fill before the flusher comes.
            String text = "x".repeat(random.nextInt(4) == 0 ? random.nextInt(9_000) : random.nextInt(40));
            long soon = context.clock().wallSeconds() + 1 + random.nextInt(10);
            switch (random.nextInt(23)) {
                case 0, 1, 2, 3, 4 -> note(vbucket, key, text, driver.store(vbucket, key, Store.set(text)));
                case 5, 6 -> note(vbucket, key, text, driver.store(vbucket, key, Store.add(text)));
                case 7, 8, 9 -> {
                    if (driver.remove(vbucket, key).succeeded()) {
                        seen(vbucket).remove(key);
                    }
                }
                case 10 -> {
                    driver.store(vbucket, key, Store.set(text).expirySeconds(soon));
                    seen(vbucket).remove(key);
                }
                case 11 -> {
                    driver.getAndTouch(vbucket, key, random.nextBoolean() ? 0 : soon);
                    seen(vbucket).remove(key);
                }
                case 12 -> driver.get(vbucket, key);
                case 13 -> driver.get(vbucket, key, DocumentFilter.DELETED);
                case 14, 15 -> {
                    HeapDocumentKey evicted = HeapDocumentKey.of(key.collection(), key.bytes());
                    driver.run(cookie -> persistence().evict(cookie, vbucket, evicted));
                }
                case 16 ->
                    driver.run(random.nextBoolean() ? persistence()::startPersistence : persistence()::stopPersistence);
                case 17 -> store.next(CheckedStore.Outcome.values()[random.nextInt(3)]);
                case 18 -> context.scheduler().advance(Duration.ofMillis(random.nextInt(4_000)));
                case 19 ->
                    driver.store(
                            vbucket,
                            key,
                            Store.set(text)
                                    .existing(DocumentFilter.ALIVE_OR_DELETED)
                                    .asDeleted()
                                    .expirySeconds(soon));
                case 20 -> store.meanwhile(this::meanwhile);
                default -> {
                    for (int i = random.nextInt(6); i > 0; i--) {
                        context.scheduler().runOne();
                    }
                }
            }
            if (driver.get(vbucket, key, DocumentFilter.ALIVE).succeeded()
                    != seen(vbucket).containsKey(key)) {
                seen(vbucket).remove(key);
            }
        }

        private void note(int vbucket, Key key, String text, Answer answer) {
            if (answer.succeeded()) {
                seen(vbucket).put(key, text);
            }
        }

        Persistence persistence() {
            return Objects.requireNonNull(engine.capability(Persistence.class));
        }

        /** What happens to a bucket as a whole, now and then. */
        void upheaval() {
            switch (random.nextInt(8)) {
                case 0 -> {
                    driver.run(persistence()::startPersistence);
                    driver.run(engine::flush);
                    model.clear();
                }
                case 1 -> {
                    int gone = collection++;
                    engine.vbuckets().collections(CollectionSet.of(0, collection));
                    model.values().forEach(seen -> seen.keySet().removeIf(key -> key.collection() == gone));
                }
                case 2 -> {
                    driver.run(persistence()::startPersistence);
                    Persistence.Compaction all = new Persistence.Compaction(0, 0, true);
                    EngineDriver.Command compaction =
                            driver.start(cookie -> persistence().compact(cookie, 0, all));
                    for (int i = 0; i < 20; i++) {
                        step();
                    }
                    driver.run(persistence()::startPersistence);
                    assertThat(compaction.await().succeeded()).isTrue();
                }
                case 3 -> settleAndReopen(false);
                case 4 -> settleAndReopen(true);
                default -> {}
            }
        }

        /** Has all be written, so that a process that ends loses nothing of the model. */
        void settle() {
            store.next(CheckedStore.Outcome.WRITTEN);
            store.meanwhile(() -> {});
            driver.run(persistence()::startPersistence);
            context.scheduler().advance(Duration.ofSeconds(2));
            Throwable failure = context.scheduler().failures().isEmpty()
                    ? null
                    : context.scheduler().failures().get(0);
            if (failure != null) {
                throw new AssertionError(failure);
            }
        }

        private void settleAndReopen(boolean kill) {
            settle();
            countPuts();
            if (kill) {
                storage.disk.crash(true);
                storage.disk.powerOn();
            } else {
                engine.close(false);
            }
            context = context.restarted();
            context.clock().advance(Duration.ofSeconds(1));
            open();
        }

        void countPuts() {
            lookedUp += engine.flushCounts().lookedUp.sum();
            known += engine.flushCounts().persisted.sum()
                    - engine.flushCounts().lookedUp.sum();
        }

        /** Disk and memory agree with themselves and with each other. Everything is written. */
        void compare() throws StoreException {
            try (Snapshot snapshot = store.snapshot()) {
                for (int vbucket = 0; vbucket < VBUCKETS; vbucket++) {
                    compare(snapshot, vbucket);
                }
            }
            model.forEach((vbucket, seen) -> seen.forEach((key, text) -> {
                Answer answer = driver.get(vbucket, key);
                assertThat(answer.succeeded()).as(key.toString()).isTrue();
                assertThat(answer.text()).as(key.toString()).isEqualTo(text);
            }));
        }

        private void compare(Snapshot snapshot, int vbucket) throws StoreException {
            Map<Integer, long[]> counts = new TreeMap<>(Map.of(0, new long[3], collection, new long[3]));
            StringBuilder byKey = new StringBuilder();
            Map<Long, String> bySeqno = new TreeMap<>();
            try (DocumentCursor cursor = snapshot.documents(vbucket, KeyRange.all(), Content.WHOLE)) {
                while (cursor.next()) {
                    DocumentView document = cursor.document();
                    long[] count = counts.computeIfAbsent(document.collection(), id -> new long[3]);
                    if (document.deleted()) {
                        count[1]++;
                    } else {
                        count[0]++;
                        count[2] += HeapLayout.byteArray(Documents.of(document).length);
                    }
                    bySeqno.put(document.seqno(), Docs.metadata(document));
                }
            }
            bySeqno.values().forEach(text -> byKey.append(text).append('\n'));
            StringBuilder inOrder = new StringBuilder();
            try (DocumentCursor cursor = snapshot.changes(vbucket, 0, Content.WHOLE)) {
                while (cursor.next()) {
                    inOrder.append(Docs.metadata(cursor.document())).append('\n');
                }
            }
            PersistentVBucket inMemory =
                    Objects.requireNonNull(engine.vbuckets().at(vbucket));
            assertThat(inMemory.persistedSeqno()).as("all is written").isEqualTo(inMemory.highSeqno());
            assertThat(inOrder.toString()).as("the order of changes").isEqualTo(byKey.toString());
            StoredVBucket stored = Objects.requireNonNull(snapshot.vbucket(vbucket));
            counts.forEach((id, count) -> {
                assertThat(stored.tally().collection(id).documents())
                        .as("documents of " + id)
                        .isEqualTo(count[0]);
                assertThat(stored.tally().collection(id).tombstones())
                        .as("tombstones of " + id)
                        .isEqualTo(count[1]);
            });
            for (int id : new int[] {0, collection}) {
                Collections.Figures figures =
                        Objects.requireNonNull(engine.vbuckets().figures(vbucket, id));
                long[] count = Objects.requireNonNull(counts.get(id));
                assertThat(figures.itemCount()).as("items of " + id).isEqualTo(count[0]);
                assertThat(figures.bytes()).as("bytes of " + id).isEqualTo(count[2]);
            }
        }

        void end() {
            countPuts();
            engine.close(true);
            assertThat(context.memory().usedBytes()).isZero();
            context.close();
        }
    }

    @ParameterizedTest
    @CsvSource({"valueOnly,false", "valueOnly,true", "full,false", "full,true"})
    void whatMemoryTellsTheStore_isTrue(String policy, boolean evictsAll) {
        long known = 0;
        long lookedUp = 0;
        for (long seed = SEED; seed < SEED + 5; seed++) {
            World world = new World(policy, evictsAll, seed);
            try {
                for (int round = 0; round < ROUNDS; round++) {
                    for (int step = 0; step < STEPS; step++) {
                        world.step();
                    }
                    world.upheaval();
                    world.settle();
                    world.compare();
                }
            } catch (AssertionError | StoreException e) {
                throw new AssertionError("seed " + seed, e);
            }
            world.end();
            known += world.known;
            lookedUp += world.lookedUp;
        }
        assertThat(known).as("known, " + lookedUp + " looked up").isGreaterThan(lookedUp);
    }

    @Test
    void aWrongNumber_isFound() throws StoreException {
        CheckedStore store =
                new CheckedStore(LogStore.open(new SimulatedDisk(SEED), SimulatedStorage.NAME, FailPoints.NONE));
        StoreBatch first = new StoreBatch();
        first.put(0, Docs.doc("a", 3, "old"), StoreBatch.NOTHING, false);
        first.put(0, Docs.tombstone("gone", 4), StoreBatch.NOTHING, false);
        first.record(0, Docs.active(4));
        store.commit(first, true);
        assertFound(store, Docs.doc("a", 5, "new"), StoreBatch.NOTHING, false);
        assertFound(store, Docs.doc("a", 5, "new"), 2, false);
        assertFound(store, Docs.doc("a", 5, "new"), 3, true);
        assertFound(store, Docs.doc("gone", 5, "new"), 4, false);
        assertFound(store, Docs.doc("new", 5, "new"), 4, false);
        StoreBatch right = new StoreBatch();
        right.put(0, Docs.doc("a", 5, "new"), 3, false);
        right.put(0, Docs.doc("gone", 6, "new"), 4, true);
        store.commit(right, true);
        assertThat(store.vbucket(0).tally().documents()).isEqualTo(2);
    }

    private static void assertFound(CheckedStore store, DocumentView document, long previous, boolean deleted) {
        StoreBatch batch = new StoreBatch();
        batch.put(0, document, previous, deleted);
        assertThatThrownBy(() -> store.commit(batch, true))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("was said to be " + previous);
    }
}
