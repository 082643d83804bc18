package dev.sluice.persistent.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.DocumentView;
import dev.sluice.persistent.store.log.LogStore;
import dev.sluice.persistent.store.log.SimulatedDisk;
import dev.sluice.persistent.store.rocks.RocksSettings;
import dev.sluice.persistent.store.rocks.RocksStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Long random histories, each on both stores beside a map. */
class ModelTest {

    private static final int STEPS = 120;
    private static final int[] VBUCKETS = {0, 1, 255, 256};
    private static final int[] COLLECTIONS = {0, 8, -1};

    @TempDir
    Path directory;

    /** What there should be, by "vbucket/collection/key". */
    private final Map<String, DocumentView> model = new HashMap<>();

    private final Map<Integer, Long> seqnos = new TreeMap<>();

    private static String name(int vbucket, int collection, String key) {
        return vbucket + "/" + Integer.toUnsignedString(collection) + "/" + key;
    }

    private interface Opener {
        KvStore open() throws StoreException;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void bothStores_doWhatAMapDoes(long seed) throws StoreException {
        SimulatedDisk disk = new SimulatedDisk(seed);
        List<Opener> openers = List.of(
                () -> LogStore.open(disk, "s", FailPoints.NONE),
                // Small buffers: much is flushed and compacted on the way.
                () -> RocksStore.open(RocksSettings.at(directory.resolve("s"))
                        .withOptions(Map.of(
                                "write_buffer_size", "65536",
                                "level0_file_num_compaction_trigger", "2",
                                "records.enable_blob_files", seed == 2 ? "true" : "false"))));
        List<KvStore> stores = new ArrayList<>();
        for (Opener opener : openers) {
            stores.add(opener.open());
        }
        Random random = new Random(seed);
        for (int step = 0; step < STEPS; step++) {
            change(stores, random);
            if (random.nextInt(40) == 0) {
                for (int i = 0; i < stores.size(); i++) {
                    stores.get(i).close();
                    stores.set(i, openers.get(i).open());
                }
            }
            if (step % 10 == 9) {
                for (KvStore store : stores) {
                    compare(store, random);
                }
            }
        }
        for (KvStore store : stores) {
            compare(store, random);
            store.close();
        }
    }

    private void change(List<KvStore> stores, Random random) throws StoreException {
        int vbucket = VBUCKETS[random.nextInt(VBUCKETS.length)];
        int collection = COLLECTIONS[random.nextInt(COLLECTIONS.length)];
        switch (random.nextInt(20)) {
            case 0 -> {
                for (KvStore store : stores) {
                    store.deleteVBucket(vbucket);
                }
                seqnos.remove(vbucket);
                model.keySet().removeIf(name -> name.startsWith(vbucket + "/"));
            }
            case 1 -> {
                String prefix = name(vbucket, collection, "");
                long there = model.keySet().stream()
                        .filter(name -> name.startsWith(prefix))
                        .count();
                for (KvStore store : stores) {
                    assertThat(store.eraseCollection(vbucket, collection)).isEqualTo(there);
                }
                model.keySet().removeIf(name -> name.startsWith(prefix));
            }
            case 2 -> {
                for (KvStore store : stores) {
                    store.compact(vbucket);
                }
            }
            default -> batch(stores, random);
        }
    }

    private void batch(List<KvStore> stores, Random random) throws StoreException {
        List<Consumer<StoreBatch>> steps = new ArrayList<>();
        Map<String, DocumentView> changed = new HashMap<>();
        for (int vbucket : VBUCKETS) {
            if (random.nextBoolean()) {
                continue;
            }
            boolean clear = random.nextInt(30) == 0;
            if (clear) {
                steps.add(batch -> batch.clear(vbucket));
                model.keySet().removeIf(name -> name.startsWith(vbucket + "/"));
            }
            long seqno = seqnos.getOrDefault(vbucket, 0L);
            for (int i = random.nextInt(30); i > 0; i--) {
                int collection = COLLECTIONS[random.nextInt(COLLECTIONS.length)];
                String key = "k" + random.nextInt(60);
                String name = name(vbucket, collection, key);
                if (changed.containsKey(name)) {
                    continue;
                }
                DocumentView there = model.get(name);
                if (!clear && there != null && there.deleted() && random.nextInt(3) == 0) {
                    steps.add(batch -> batch.purge(vbucket, Docs.key(collection, key), there.seqno()));
                    model.remove(name);
                    changed.put(name, there);
                    continue;
                }
                seqno++;
                DocumentView document = random.nextInt(3) == 0
                        ? Docs.tombstone(collection, key, seqno)
                        : Docs.doc(collection, key, seqno, "v".repeat(random.nextInt(1000)));
                if (random.nextBoolean()) {
                    steps.add(batch -> batch.put(vbucket, document));
                } else if (there == null) {
                    steps.add(batch -> batch.put(vbucket, document, StoreBatch.NOTHING, false));
                } else {
                    steps.add(batch -> batch.put(vbucket, document, there.seqno(), there.deleted()));
                }
                changed.put(name, document);
                model.put(name, document);
            }
            seqnos.put(vbucket, seqno);
            VBucketRecord record = Docs.active(seqno);
            steps.add(batch -> batch.record(vbucket, record));
        }
        boolean sync = random.nextInt(4) == 0;
        for (KvStore store : stores) {
            // One for each: a batch that is committed again is no longer trusted with previous versions.
            StoreBatch batch = new StoreBatch();
            steps.forEach(step -> step.accept(batch));
            store.commit(batch, sync);
        }
    }

    private void compare(KvStore store, Random random) throws StoreException {
        assertThat(store.vbuckets()).extracting(StoredVBucket::vbucket).containsExactlyElementsOf(seqnos.keySet());
        try (Snapshot snapshot = store.snapshot()) {
            for (int vbucket : seqnos.keySet()) {
                List<DocumentView> expected = new ArrayList<>();
                model.forEach((name, document) -> {
                    if (name.startsWith(vbucket + "/")) {
                        expected.add(document);
                    }
                });
                StoredVBucket stored = snapshot.vbucket(vbucket);
                assertThat(stored.record().highSeqno()).isEqualTo(seqnos.get(vbucket));
                long deleted = expected.stream().filter(DocumentView::deleted).count();
                assertThat(stored.tally().tombstones()).isEqualTo(deleted);
                assertThat(stored.tally().documents()).isEqualTo(expected.size() - deleted);
                expected.sort(Comparator.comparingLong(DocumentView::seqno));
                long first = random.nextInt(100);
                assertThat(Docs.texts(snapshot.changes(vbucket, first, Content.WHOLE)))
                        .containsExactlyElementsOf(expected.stream()
                                .filter(document -> document.seqno() >= first)
                                .map(Docs::text)
                                .toList());
                expected.sort(Comparator.<DocumentView>comparingLong(
                                document -> Integer.toUnsignedLong(document.collection()))
                        .thenComparing(DocumentView::copyOfKey, Arrays::compareUnsigned));
                assertThat(Docs.texts(snapshot.documents(vbucket, KeyRange.all(), Content.WHOLE)))
                        .containsExactlyElementsOf(
                                expected.stream().map(Docs::text).toList());
            }
        }
        lookUp(store, random);
    }

    private void lookUp(KvStore store, Random random) throws StoreException {
        int vbucket = VBUCKETS[random.nextInt(VBUCKETS.length)];
        List<Lookup> lookups = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            int collection = COLLECTIONS[random.nextInt(COLLECTIONS.length)];
            DocumentView there = model.get(name(vbucket, collection, "k" + i));
            expected.add(there == null ? null : Docs.text(there));
            long guess = random.nextInt(3) == 0 ? random.nextInt(100) : there == null ? 0 : there.seqno();
            lookups.add(new Lookup(Docs.key(collection, "k" + i), guess));
        }
        List<String> found = new ArrayList<>();
        store.get(vbucket, lookups).forEach(view -> found.add(view == null ? null : Docs.text(view)));
        assertThat(found).isEqualTo(expected);
    }
}
