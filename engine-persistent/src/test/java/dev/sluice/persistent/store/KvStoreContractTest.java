package dev.sluice.persistent.store;

import static dev.sluice.persistent.store.Docs.active;
import static dev.sluice.persistent.store.Docs.bytes;
import static dev.sluice.persistent.store.Docs.doc;
import static dev.sluice.persistent.store.Docs.key;
import static dev.sluice.persistent.store.Docs.metadata;
import static dev.sluice.persistent.store.Docs.names;
import static dev.sluice.persistent.store.Docs.text;
import static dev.sluice.persistent.store.Docs.texts;
import static dev.sluice.persistent.store.Docs.tombstone;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.engine.DocumentView;
import dev.sluice.engine.VBucketState;
import dev.sluice.engine.VBuckets.FailoverEntry;
import dev.sluice.persistent.store.StoreException.Kind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every {@link KvStore} must do. */
public abstract class KvStoreContractTest {

    private static final int VB = 7;

    @TempDir
    protected Path directory;

    /** Fails where it is told to: the next time that the point is reached, once. */
    private volatile FailPoint failing;

    private KvStore store;

    /** Opens the one store of the test, creating it the first time. */
    protected abstract KvStore open(FailPoints failPoints) throws StoreException;

    /** Opens a copy that {@link KvStore#copyTo} has made. */
    protected abstract KvStore openCopy(Path copy) throws StoreException;

    @BeforeEach
    void openStore() throws StoreException {
        store = open(this::reach);
    }

    @AfterEach
    void closeStore() throws StoreException {
        failing = null;
        store.close();
    }

    private void reach(FailPoint point) throws StoreException {
        if (point == failing) {
            failing = null;
            throw new StoreException(Kind.IO, "as the test has asked for");
        }
    }

    private void reopen() throws StoreException {
        store.close();
        store = open(this::reach);
    }

    private StoreBatch batch(DocumentView... documents) {
        StoreBatch batch = new StoreBatch();
        long high = 0;
        for (DocumentView document : documents) {
            batch.put(VB, document);
            high = Math.max(high, document.seqno());
        }
        batch.record(VB, active(high));
        return batch;
    }

    private void put(DocumentView... documents) throws StoreException {
        store.commit(batch(documents), true);
    }

    private DocumentView get(String key) throws StoreException {
        return store.get(VB, List.of(Lookup.of(key(key)))).get(0);
    }

    private List<String> byKey() throws StoreException {
        try (Snapshot snapshot = store.snapshot()) {
            return names(snapshot.documents(VB, KeyRange.all(), Content.METADATA));
        }
    }

    private List<String> bySeqno() throws StoreException {
        try (Snapshot snapshot = store.snapshot()) {
            return names(snapshot.changes(VB, 0, Content.WHOLE));
        }
    }

    private Tally tally() throws StoreException {
        return store.vbucket(VB).tally();
    }

    private static void assertKind(Kind kind, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.kind()).isEqualTo(kind));
    }

    @Test
    void newStore_isEmpty() throws StoreException {
        assertThat(store.vbuckets()).isEmpty();
        assertThat(store.vbucket(VB)).isNull();
        assertThat(get("a")).isNull();
        assertThat(byKey()).isEmpty();
        assertThat(bySeqno()).isEmpty();
        assertThat(store.local("manifest")).isNull();
    }

    @Test
    void everyField_comesBack_afterReopening() throws StoreException {
        DocumentView all = doc(0x89abcdef, "key", (1L << 48) - 1, "value")
                .cas(0xfedcba9876543210L)
                .revSeqno(123456789012L)
                .flags(0xdeadbeef)
                .expirySeconds(0xffffffffL)
                .datatype((byte) 0x07);
        DocumentView plain = doc("k", 1, "").cas(-1);
        DocumentView dead = tombstone("t", 2).value(bytes("xattrs"), 0, 6).datatype((byte) 4);
        put(all, plain, dead);
        List<Lookup> lookups = List.of(Lookup.of(key(0x89abcdef, "key")), Lookup.of(key("k")), Lookup.of(key("t")));
        for (int i = 0; i < 2; i++) {
            assertThat(store.get(VB, lookups))
                    .extracting(Docs::text)
                    .containsExactly(text(all), text(plain), text(dead));
            assertThat(store.metadata(VB, lookups))
                    .extracting(found -> metadata(found.document()))
                    .containsExactly(metadata(all), metadata(plain), metadata(dead));
            assertThat(store.metadata(VB, lookups))
                    .extracting(Metadata::valueLength)
                    .containsExactly(5, 0, 6);
            try (Snapshot snapshot = store.snapshot()) {
                assertThat(texts(snapshot.documents(VB, KeyRange.all(), Content.WHOLE)))
                        .containsExactly(text(plain), text(dead), text(all));
                assertThat(texts(snapshot.changes(VB, 0, Content.WHOLE)))
                        .containsExactly(text(plain), text(dead), text(all));
                assertThat(texts(snapshot.changes(VB, 2, Content.METADATA)))
                        .containsExactly(metadata(dead) + "=", metadata(all) + "=");
            }
            reopen();
        }
    }

    @Test
    void vbucketRecord_comesBack_withTally() throws StoreException {
        VBucketRecord record = new VBucketRecord(
                VBucketState.REPLICA,
                99,
                -5,
                17,
                List.of(new FailoverEntry(-1, 40), new FailoverEntry(2, 0)),
                bytes("topology"));
        StoreBatch batch = new StoreBatch();
        batch.put(VB, doc("a", 1, "x"));
        batch.put(VB, doc(9, "a", 2, "x"));
        batch.put(VB, tombstone(9, "b", 3));
        batch.record(VB, record);
        batch.record(1023, active(0));
        store.commit(batch, true);
        for (int i = 0; i < 2; i++) {
            Tally tally = new Tally(2, 1, Map.of(0, new Tally.Counts(1, 0), 9, new Tally.Counts(1, 1)));
            assertThat(store.vbuckets())
                    .containsExactly(
                            new StoredVBucket(VB, record, tally), new StoredVBucket(1023, active(0), Tally.EMPTY));
            assertThat(store.vbucket(VB)).isEqualTo(new StoredVBucket(VB, record, tally));
            reopen();
        }
    }

    @Test
    void documentsOfVBucketWithoutRecord_areRefused() {
        StoreBatch batch = new StoreBatch();
        batch.put(VB, doc("a", 1, "x"));
        assertThatThrownBy(() -> store.commit(batch, true))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("vbucket 7");
    }

    @Test
    void recordStays_whenBatchHasNone() throws StoreException {
        put(doc("a", 1, "x"));
        StoreBatch batch = new StoreBatch();
        batch.put(VB, doc("b", 2, "x"));
        store.commit(batch, true);
        assertThat(store.vbucket(VB).record()).isEqualTo(active(1));
        assertThat(tally().documents()).isEqualTo(2);
    }

    @Test
    void overwrite_removesOldVersion_whetherItIsKnownOrNot() throws StoreException {
        put(doc("a", 1, "one"), doc("b", 2, "one"), doc("c", 3, "one"));
        StoreBatch batch = new StoreBatch();
        batch.put(VB, doc("a", 4, "two"), 1, false);
        batch.put(VB, doc("b", 5, "two"));
        batch.put(VB, doc("d", 6, "one"), StoreBatch.NOTHING, false);
        store.commit(batch, true);
        assertThat(bySeqno()).containsExactly("c3", "a4", "b5", "d6");
        assertThat(byKey()).containsExactly("a4", "b5", "c3", "d6");
        assertThat(text(get("b"))).isEqualTo(text(doc("b", 5, "two")));
        assertThat(tally().documents()).isEqualTo(4);
    }

    @Test
    void tombstones_areDocuments_andCountedApart() throws StoreException {
        put(doc("a", 1, "x"), doc("b", 2, "x"));
        put(tombstone("a", 3));
        assertThat(get("a").deleted()).isTrue();
        assertThat(bySeqno()).containsExactly("b2", "a-3");
        assertThat(tally()).isEqualTo(new Tally(1, 1, Map.of(0, new Tally.Counts(1, 1))));
        put(doc("a", 4, "again"));
        assertThat(tally()).isEqualTo(new Tally(2, 0, Map.of(0, new Tally.Counts(2, 0))));
        assertThat(bySeqno()).containsExactly("b2", "a4");
    }

    @Test
    void purge_removesThatVersionOnly() throws StoreException {
        put(tombstone("a", 1), tombstone("b", 2), doc("c", 3, "x"));
        StoreBatch batch = new StoreBatch();
        batch.purge(VB, key("a"), 1);
        batch.purge(VB, key("b"), 1);
        batch.purge(VB, key("missing"), 1);
        store.commit(batch, false);
        assertThat(byKey()).containsExactly("b-2", "c3");
        assertThat(bySeqno()).containsExactly("b-2", "c3");
        assertThat(get("a")).isNull();
        assertThat(tally()).isEqualTo(new Tally(1, 1, Map.of(0, new Tally.Counts(1, 1))));
    }

    @Test
    void purge_ofWhatTheBatchPutsAnew_orASecondTime_changesNothing() throws StoreException {
        put(tombstone("a", 1), tombstone("b", 2));
        StoreBatch batch = batch(doc("a", 3, "back"));
        batch.purge(VB, key("a"), 1);
        batch.purge(VB, key("b"), 2);
        batch.purge(VB, key("b"), 2);
        store.commit(batch, true);
        assertThat(get("a")).isNotNull();
        assertThat(byKey()).containsExactly("a3");
        assertThat(bySeqno()).containsExactly("a3");
        assertThat(tally().documents()).isEqualTo(1);
        assertThat(tally().tombstones()).isZero();
    }

    @Test
    void lookup_withNumber_findsNewestVersion() throws StoreException {
        put(doc("a", 1, "one"), doc("b", 2, "one"));
        put(doc("a", 3, "two"));
        List<Lookup> lookups = List.of(
                new Lookup(key("a"), 3), new Lookup(key("a"), 1), new Lookup(key("a"), 2), new Lookup(key("x"), 2));
        assertThat(store.get(VB, lookups).subList(0, 3)).extracting(Docs::text).containsOnly(text(doc("a", 3, "two")));
        assertThat(store.get(VB, lookups).get(3)).isNull();
        assertThat(store.metadata(VB, lookups).get(1).document().seqno()).isEqualTo(3);
        assertThat(store.metadata(VB, lookups).get(3)).isNull();
    }

    @Test
    void vbuckets_areApart() throws StoreException {
        StoreBatch batch = new StoreBatch();
        for (int vbucket : new int[] {VB - 1, VB, VB + 1, 256 + VB, 1023}) {
            batch.put(vbucket, doc("a", 1, "of " + vbucket));
            batch.record(vbucket, active(1));
        }
        store.commit(batch, true);
        assertThat(new String(get("a").copyOfValue(), StandardCharsets.UTF_8)).isEqualTo("of 7");
        assertThat(byKey()).containsExactly("a1");
        assertThat(bySeqno()).containsExactly("a1");
    }

    @Test
    void ranges_areInOrderOfUnsignedBytes() throws StoreException {
        DocumentView[] documents = new DocumentView[8];
        byte[][] keys = {{0}, {0, 0}, {0x7f}, {(byte) 0x80}, {(byte) 0x80, 1}, {(byte) 0xff}, {1}, {(byte) 0xff, 0}};
        for (int i = 0; i < keys.length; i++) {
            documents[i] = doc("k", i + 1, "v").key(i == 6 ? -1 : 5, keys[i], 0, keys[i].length);
        }
        put(documents);
        try (Snapshot snapshot = store.snapshot()) {
            assertThat(seqnos(snapshot.documents(VB, KeyRange.all(), Content.WHOLE)))
                    .containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 8L, 7L);
            assertThat(seqnos(snapshot.documents(VB, KeyRange.collection(5), Content.METADATA)))
                    .containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 8L);
            assertThat(seqnos(snapshot.documents(VB, KeyRange.collection(-1), Content.METADATA)))
                    .containsExactly(7L);
            assertThat(seqnos(snapshot.documents(VB, KeyRange.of(5, keys[2], keys[4]), Content.WHOLE)))
                    .containsExactly(3L, 4L);
            assertThat(seqnos(snapshot.documents(
                            VB, KeyRange.of(5, KeyRange.after(keys[2]), KeyRange.after(keys[4])), Content.METADATA)))
                    .containsExactly(4L, 5L);
            assertThat(seqnos(snapshot.documents(VB, KeyRange.from(5, keys[5]), Content.METADATA)))
                    .containsExactly(6L, 8L, 7L);
            assertThat(seqnos(snapshot.documents(VB, KeyRange.of(5, keys[4], keys[2]), Content.METADATA)))
                    .isEmpty();
        }
    }

    private static List<Long> seqnos(DocumentCursor cursor) throws StoreException {
        List<Long> seqnos = new ArrayList<>();
        try (cursor) {
            while (cursor.next()) {
                seqnos.add(cursor.document().seqno());
            }
            assertThat(cursor.next()).isFalse();
        }
        return seqnos;
    }

    @Test
    void longScan_givesEverythingOnce_withBothContents() throws StoreException {
        StoreBatch batch = new StoreBatch();
        for (int i = 1; i <= 1000; i++) {
            batch.put(VB, doc("key-" + (i * 7919 % 1000), i, "v".repeat(i)));
        }
        batch.record(VB, active(1000));
        store.commit(batch, false);
        try (Snapshot snapshot = store.snapshot()) {
            for (Content content : Content.values()) {
                assertThat(names(snapshot.documents(VB, KeyRange.all(), content)))
                        .hasSize(1000)
                        .doesNotHaveDuplicates();
                assertThat(seqnos(snapshot.changes(VB, 501, content)))
                        .hasSize(500)
                        .isSorted()
                        .startsWith(501L);
            }
        }
    }

    @Test
    void cursor_knowsTheLengthOfValues_thatWereNotAskedFor() throws StoreException {
        put(doc("a", 1, "four"), tombstone("b", 2));
        try (Snapshot snapshot = store.snapshot()) {
            for (Content content : Content.values()) {
                for (DocumentCursor cursor :
                        List.of(snapshot.documents(VB, KeyRange.all(), content), snapshot.changes(VB, 0, content))) {
                    assertThatThrownBy(cursor::valueLength).isInstanceOf(IllegalStateException.class);
                    assertThat(cursor.next()).isTrue();
                    assertThat(cursor.valueLength()).isEqualTo(4);
                    assertThat(cursor.next()).isTrue();
                    assertThat(cursor.valueLength()).isZero();
                    cursor.close();
                }
            }
        }
    }

    @Test
    void arraysOfCursor_mayBeKept() throws StoreException {
        put(doc("a", 1, "one"), doc("b", 2, "two"));
        try (Snapshot snapshot = store.snapshot();
                DocumentCursor cursor = snapshot.changes(VB, 0, Content.WHOLE)) {
            assertThat(cursor.next()).isTrue();
            byte[] array = cursor.document().valueArray();
            int offset = cursor.document().valueOffset();
            assertThat(cursor.next()).isTrue();
            assertThat(new String(array, offset, 3, StandardCharsets.UTF_8)).isEqualTo("one");
        }
    }

    @Test
    void cursorBeforeFirstAndAfterLast_hasNoDocument() throws StoreException {
        put(doc("a", 1, "one"));
        try (Snapshot snapshot = store.snapshot();
                DocumentCursor cursor = snapshot.changes(VB, 0, Content.WHOLE)) {
            assertThatThrownBy(cursor::document).isInstanceOf(IllegalStateException.class);
            assertThat(cursor.next()).isTrue();
            assertThat(cursor.next()).isFalse();
            assertThatThrownBy(cursor::document).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void snapshot_staysAsItWas() throws StoreException {
        put(doc("a", 1, "one"), doc("b", 2, "one"), tombstone("c", 3));
        try (Snapshot snapshot = store.snapshot()) {
            DocumentCursor early = snapshot.documents(VB, KeyRange.all(), Content.WHOLE);
            assertThat(early.next()).isTrue();
            put(doc("a", 4, "two"), doc("d", 5, "one"));
            StoreBatch purge = new StoreBatch();
            purge.purge(VB, key("c"), 3);
            store.commit(purge, true);
            store.compact(VB);
            assertThat(texts(early)).containsExactly(text(doc("b", 2, "one")), text(tombstone("c", 3)));
            assertThat(names(snapshot.changes(VB, 0, Content.WHOLE))).containsExactly("a1", "b2", "c-3");
            assertThat(snapshot.vbucket(VB).record().highSeqno()).isEqualTo(3);
            assertThat(snapshot.vbuckets()).hasSize(1);
            store.deleteVBucket(VB);
            assertThat(texts(snapshot.documents(VB, KeyRange.all(), Content.WHOLE)))
                    .hasSize(3);
        }
        assertThat(byKey()).isEmpty();
    }

    @Test
    void clear_removesWhatWasThere_andKeepsWhatTheBatchPuts() throws StoreException {
        put(doc("a", 1, "one"), doc("b", 2, "one"), tombstone("c", 3));
        StoreBatch batch = new StoreBatch();
        batch.put(VB, doc("a", 4, "two"), 1, false);
        batch.clear(VB);
        batch.put(VB, doc("d", 5, "two"));
        batch.record(VB, active(5));
        store.commit(batch, true);
        for (int i = 0; i < 2; i++) {
            assertThat(byKey()).containsExactly("a4", "d5");
            assertThat(bySeqno()).containsExactly("a4", "d5");
            assertThat(tally()).isEqualTo(new Tally(2, 0, Map.of(0, new Tally.Counts(2, 0))));
            reopen();
        }
    }

    @Test
    void deletedVBucket_isGone_andMayComeBackEmpty() throws StoreException {
        StoreBatch batch = batch(doc("a", 1, "one"), doc("b", 2, "one"));
        batch.put(VB + 1, doc("a", 1, "other"));
        batch.record(VB + 1, active(1));
        store.commit(batch, true);
        store.deleteVBucket(VB);
        store.deleteVBucket(500);
        assertThat(store.vbuckets()).extracting(StoredVBucket::vbucket).containsExactly(VB + 1);
        put(doc("b", 1, "new"));
        store.compact(VB);
        for (int i = 0; i < 2; i++) {
            assertThat(byKey()).containsExactly("b1");
            assertThat(bySeqno()).containsExactly("b1");
            assertThat(store.get(VB + 1, List.of(Lookup.of(key("a")))).get(0)).isNotNull();
            reopen();
        }
    }

    @Test
    void erasedCollection_isGone_othersStay() throws StoreException {
        StoreBatch batch = new StoreBatch();
        for (int i = 1; i <= 2500; i++) {
            batch.put(VB, i % 10 == 0 ? tombstone(8, "k" + i, i) : doc(8, "k" + i, i, "v"));
        }
        batch.put(VB, doc(7, "k", 2501, "v"));
        batch.put(VB, doc(9, "k", 2502, "v"));
        batch.record(VB, active(2502));
        store.commit(batch, true);
        assertThat(store.eraseCollection(VB, 8)).isEqualTo(2500);
        assertThat(store.eraseCollection(VB, 8)).isZero();
        assertThat(store.eraseCollection(500, 8)).isZero();
        store.compact(VB);
        for (int i = 0; i < 2; i++) {
            assertThat(byKey()).containsExactly("7/k2501", "9/k2502");
            assertThat(bySeqno()).containsExactly("7/k2501", "9/k2502");
            assertThat(tally().collections().keySet()).containsExactlyInAnyOrder(7, 9);
            reopen();
        }
    }

    @Test
    void staleness_isTheShareOfWhatIsGone_andACompactionTakesIt() throws StoreException {
        assertThat(store.staleness()).isEmpty();
        for (boolean cleared : new boolean[] {false, true}) {
            commitNumbered(1, 300, cleared);
            store.compact(VB);
            assertThat(store.staleness()).isEqualTo(Map.of(VB, new Staleness(300, 0)));
            commitNumbered(301, 500, false);
            reopen(); // What is in memory goes to files by that.
            assertThat(store.staleness()).isEqualTo(Map.of(VB, new Staleness(700, 400)));
            store.compact(VB);
            assertThat(store.staleness()).isEqualTo(Map.of(VB, new Staleness(300, 0)));
            commitNumbered(501, 501, true);
            reopen();
            assertThat(store.staleness()).containsOnlyKeys(VB);
            assertThat(store.staleness().get(VB).share()).isGreaterThan(0.9);
            store.compact(VB);
            assertThat(store.staleness()).isEqualTo(Map.of(VB, new Staleness(1, 0)));
            assertThat(byKey()).containsExactly("k201501");
        }
    }

    /** Of 300 documents those with these numbers, modulo 300. */
    private void commitNumbered(long first, long last, boolean clear) throws StoreException {
        StoreBatch batch = new StoreBatch();
        if (clear) {
            batch.clear(VB);
        }
        for (long seqno = first; seqno <= last; seqno++) {
            batch.put(VB, doc("k" + seqno % 300, seqno, "v"));
        }
        batch.record(VB, active(last));
        store.commit(batch, true);
    }

    @Test
    void locals_areKept_andRemoved() throws StoreException {
        StoreBatch batch = new StoreBatch();
        batch.local("manifest", bytes("{}"));
        batch.local("größe", bytes("1"));
        store.commit(batch, true);
        reopen();
        assertThat(store.local("manifest")).isEqualTo(bytes("{}"));
        assertThat(store.local("größe")).isEqualTo(bytes("1"));
        batch.clear();
        batch.local("manifest", new byte[0]);
        store.commit(batch, true);
        assertThat(store.local("manifest")).isNull();
        assertThat(store.vbuckets()).isEmpty();
    }

    @Test
    void emptyBatch_isNothing() throws StoreException {
        store.commit(new StoreBatch(), true);
        store.commit(new StoreBatch(), false);
        store.sync();
        assertThat(store.vbuckets()).isEmpty();
    }

    @Test
    void repeatedBatch_countsOnce() throws StoreException {
        put(doc("a", 1, "one"));
        StoreBatch batch = new StoreBatch();
        batch.put(VB, doc("a", 2, "two"), 1, false);
        batch.put(VB, doc("b", 3, "two"), StoreBatch.NOTHING, false);
        batch.record(VB, active(3));
        store.commit(batch, true);
        store.commit(batch, true);
        assertThat(tally().documents()).isEqualTo(2);
        assertThat(bySeqno()).containsExactly("a2", "b3");
    }

    @Test
    void failedCommit_isRepeated_afterRecovery() throws StoreException {
        for (FailPoint point :
                List.of(FailPoint.BEFORE_WRITE, FailPoint.AFTER_WRITE, FailPoint.BEFORE_SYNC, FailPoint.AFTER_SYNC)) {
            store.deleteVBucket(VB);
            put(doc("a", 1, "one"));
            StoreBatch batch = new StoreBatch();
            batch.put(VB, doc("a", 2, "two"), 1, false);
            batch.put(VB, doc("b", 3, "two"), StoreBatch.NOTHING, false);
            batch.record(VB, active(3));
            failing = point;
            assertKind(Kind.IO, () -> store.commit(batch, true));
            assertThat(store.statistics().writable()).as(point.name()).isFalse();
            assertThat(store.statistics().backgroundErrors()).isPositive();
            assertKind(Kind.IO, () -> store.commit(batch(doc("z", 9, "")), true));
            assertThat(get("a")).isNotNull();
            store.recover();
            assertThat(store.statistics().writable()).isTrue();
            store.commit(batch, true);
            assertThat(bySeqno()).as(point.name()).containsExactly("a2", "b3");
            assertThat(tally()).isEqualTo(new Tally(2, 0, Map.of(0, new Tally.Counts(2, 0))));
            reopen();
            assertThat(bySeqno()).as(point.name()).containsExactly("a2", "b3");
        }
    }

    @Test
    void recover_endsSnapshotsWithAnError_notWithTheProcess() throws StoreException {
        put(doc("a", 1, "one"), doc("b", 2, "one"));
        try (Snapshot snapshot = store.snapshot();
                DocumentCursor cursor = snapshot.changes(VB, 0, Content.WHOLE)) {
            failing = FailPoint.AFTER_WRITE;
            assertKind(Kind.IO, () -> put(doc("a", 3, "two")));
            store.recover();
            try {
                cursor.next();
                snapshot.vbuckets();
            } catch (StoreException e) {
                assertThat(e.kind()).isEqualTo(Kind.CLOSED);
            }
        }
        assertThatCode(() -> store.recover()).doesNotThrowAnyException();
    }

    @Test
    void paused_refusesCommits_servesReads() throws StoreException {
        put(doc("a", 1, "one"));
        store.pause();
        store.pause();
        assertKind(Kind.PAUSED, () -> put(doc("a", 2, "two")));
        assertKind(Kind.PAUSED, () -> store.compact(VB));
        assertKind(Kind.PAUSED, () -> store.deleteVBucket(VB));
        assertThat(get("a").seqno()).isEqualTo(1);
        Path copy = directory.resolve("copy");
        store.copyTo(copy);
        store.resume();
        store.resume();
        put(doc("a", 2, "two"));
        assertThat(get("a").seqno()).isEqualTo(2);
        store.compact(VB);
        try (KvStore copied = openCopy(copy)) {
            assertThat(copied.get(VB, List.of(Lookup.of(key("a")))).get(0).seqno())
                    .isEqualTo(1);
        }
    }

    @Test
    void closedWhilePaused_losesNothing() throws StoreException {
        store.commit(batch(doc("a", 1, "one")), false);
        store.pause();
        reopen();
        assertThat(get("a").seqno()).isEqualTo(1);
        put(doc("a", 2, "two"));
    }

    @Test
    void copy_isAStore() throws StoreException {
        put(doc("a", 1, "one"), tombstone("b", 2));
        StoreBatch unsynced = batch(doc("c", 3, "one"));
        unsynced.local("manifest", bytes("{}"));
        store.commit(unsynced, false);
        Path copy = directory.resolve("copy");
        store.copyTo(copy);
        put(doc("a", 4, "two"));
        try (KvStore copied = openCopy(copy);
                Snapshot snapshot = copied.snapshot()) {
            assertThat(names(snapshot.changes(VB, 0, Content.WHOLE))).containsExactly("a1", "b-2", "c3");
            assertThat(copied.local("manifest")).isEqualTo(bytes("{}"));
            StoreBatch more = batch(doc("d", 5, "own"));
            copied.commit(more, true);
        }
        assertThat(get("d")).isNull();
        assertKind(Kind.IO, () -> store.copyTo(copy));
    }

    @Test
    void afterClose_everythingIsRefused() throws StoreException {
        put(doc("a", 1, "one"));
        Snapshot snapshot = store.snapshot();
        DocumentCursor cursor = snapshot.documents(VB, KeyRange.all(), Content.WHOLE);
        store.close();
        store.close();
        assertKind(Kind.CLOSED, () -> get("a"));
        assertKind(Kind.CLOSED, () -> put(doc("a", 2, "two")));
        assertKind(Kind.CLOSED, store::sync);
        assertKind(Kind.CLOSED, store::vbuckets);
        assertKind(Kind.CLOSED, store::snapshot);
        assertKind(Kind.CLOSED, store::statistics);
        assertKind(Kind.CLOSED, store::recover);
        assertKind(Kind.CLOSED, store::pause);
        assertKind(Kind.CLOSED, () -> store.compact(VB));
        assertKind(Kind.CLOSED, store::staleness);
        assertKind(Kind.CLOSED, () -> store.deleteVBucket(VB));
        assertKind(Kind.CLOSED, () -> store.eraseCollection(VB, 0));
        assertKind(Kind.CLOSED, () -> store.copyTo(directory.resolve("copy")));
        assertKind(Kind.CLOSED, cursor::next);
        assertKind(Kind.CLOSED, snapshot::vbuckets);
        cursor.close();
        snapshot.close();
    }

    @Test
    void closedSnapshot_endsItsCursors() throws StoreException {
        put(doc("a", 1, "one"));
        Snapshot snapshot = store.snapshot();
        DocumentCursor cursor = snapshot.documents(VB, KeyRange.all(), Content.WHOLE);
        snapshot.close();
        snapshot.close();
        assertKind(Kind.CLOSED, cursor::next);
        assertKind(Kind.CLOSED, () -> snapshot.changes(VB, 0, Content.WHOLE));
        cursor.close();
        cursor.close();
        assertThat(get("a")).isNotNull();
    }

    @Test
    void statistics_count() throws StoreException {
        put(doc("a", 1, "one"), doc("b", 2, "x".repeat(1000)));
        store.commit(batch(doc("c", 3, "one")), false);
        StoreStatistics statistics = store.statistics();
        assertThat(statistics.documentsWritten()).isEqualTo(3);
        assertThat(statistics.commits()).isEqualTo(2);
        assertThat(statistics.syncs()).isEqualTo(1);
        assertThat(statistics.userBytesWritten()).isBetween(1000L, 2000L);
        assertThat(statistics.bytesWritten()).isGreaterThan(1000);
        assertThat(statistics.writeAmplification()).isGreaterThan(0.5);
        assertThat(statistics.diskSize()).isGreaterThan(1000);
        assertThat(statistics.writable()).isTrue();
        assertThat(statistics.backgroundErrors()).isZero();
    }

    /** Readers see each document, whatever is overwritten meanwhile, and never a mixture. */
    @Test
    void readersBesideWriters_seeWholeVersions() throws Exception {
        int keys = 20;
        StoreBatch first = new StoreBatch();
        for (int i = 0; i < keys; i++) {
            first.put(VB, doc("k" + i, i + 1, "1"));
        }
        first.record(VB, active(keys));
        store.commit(first, false);
        int rounds = 60;
        CountDownLatch done = new CountDownLatch(1);
        AtomicInteger reads = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            List<Future<?>> readers = new ArrayList<>();
            for (int reader = 0; reader < 2; reader++) {
                readers.add(threads.submit(() -> {
                    List<Lookup> lookups = new ArrayList<>();
                    for (int i = 0; i < keys; i++) {
                        lookups.add(new Lookup(key("k" + i), i % 2 == 0 ? 0 : i + 1));
                    }
                    while (done.getCount() > 0 || reads.get() == 0) {
                        for (DocumentView view : store.get(VB, lookups)) {
                            assertThat(view).isNotNull();
                        }
                        try (Snapshot snapshot = store.snapshot()) {
                            assertThat(names(snapshot.documents(VB, KeyRange.all(), Content.WHOLE)))
                                    .hasSize(keys);
                            assertThat(names(snapshot.changes(VB, 0, Content.WHOLE)))
                                    .hasSize(keys);
                        }
                        reads.incrementAndGet();
                    }
                    return null;
                }));
            }
            long seqno = keys;
            for (int round = 0; round < rounds; round++) {
                StoreBatch batch = new StoreBatch();
                for (int i = 0; i < keys; i++) {
                    batch.put(VB, doc("k" + i, ++seqno, "of round " + round));
                }
                batch.record(VB, active(seqno));
                store.commit(batch, round % 10 == 0);
            }
            done.countDown();
            for (Future<?> reader : readers) {
                reader.get(30, TimeUnit.SECONDS);
            }
        } finally {
            done.countDown();
            threads.shutdown();
        }
        assertThat(tally().documents()).isEqualTo(keys);
    }

    /** Closing while others are at work ends their work with an exception. */
    @Test
    void closeBesideReadersAndWriters_isClean() throws Exception {
        put(doc("a", 1, "one"), doc("b", 2, "one"));
        ExecutorService threads = Executors.newFixedThreadPool(3);
        CountDownLatch working = new CountDownLatch(3);
        try {
            List<Future<Kind>> ends = new ArrayList<>();
            ends.add(threads.submit(() -> untilRefused(working, () -> get("a"))));
            ends.add(threads.submit(() -> untilRefused(working, this::bySeqno)));
            AtomicInteger seqno = new AtomicInteger(2);
            ends.add(threads.submit(() -> untilRefused(working, () -> put(doc("c", seqno.incrementAndGet(), "more")))));
            working.await();
            store.close();
            for (Future<Kind> end : ends) {
                assertThat(end.get(30, TimeUnit.SECONDS)).isEqualTo(Kind.CLOSED);
            }
        } finally {
            threads.shutdown();
        }
    }

    private static Kind untilRefused(CountDownLatch working, ThrowingCallable work) throws InterruptedException {
        try {
            work.call();
            working.countDown();
            for (; ; ) {
                work.call();
            }
        } catch (StoreException e) {
            return e.kind();
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }
}
