package dev.sluice.persistent.store.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.engine.DocumentView;
import dev.sluice.persistent.store.Content;
import dev.sluice.persistent.store.Docs;
import dev.sluice.persistent.store.FailPoints;
import dev.sluice.persistent.store.KeyRange;
import dev.sluice.persistent.store.KvStore;
import dev.sluice.persistent.store.Snapshot;
import dev.sluice.persistent.store.StoreBatch;
import dev.sluice.persistent.store.StoreException;
import dev.sluice.persistent.store.StoreException.Kind;
import dev.sluice.persistent.store.StoredVBucket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A crash at each operation of the disk, and what is there afterwards: all that was synced, then whole batches in their
 * order, and nothing else.
 */
class LogStoreCrashTest {

    private static final int VB = 3;
    private static final int BATCHES = 12;

    /** What a store holds, in words, after each of the batches; the first is the empty store. */
    private final List<List<String>> states = new ArrayList<>();

    private int committed;
    private int durable;

    private static StoreBatch batch(int number, Random random) {
        StoreBatch batch = new StoreBatch();
        long seqno = number * 10L;
        for (int i = 0; i < 4; i++) {
            String key = "k" + number % 3 + i;
            seqno++;
            batch.put(
                    VB,
                    random.nextInt(4) == 0
                            ? Docs.tombstone(key, seqno)
                            : Docs.doc(key, seqno, "v".repeat(random.nextInt(200))));
        }
        batch.record(VB, Docs.active(seqno));
        batch.record(VB + 1, Docs.active(number));
        batch.local("number", Docs.bytes(String.valueOf(number)));
        return batch;
    }

    private static List<String> state(KvStore store) throws StoreException {
        List<String> state = new ArrayList<>();
        for (StoredVBucket stored : store.vbuckets()) {
            state.add(stored.vbucket() + " " + stored.record().highSeqno() + " " + stored.tally());
        }
        byte[] number = store.local("number");
        state.add(number == null ? "none" : new String(number, StandardCharsets.UTF_8));
        try (Snapshot snapshot = store.snapshot()) {
            List<String> byKey = Docs.texts(snapshot.documents(VB, KeyRange.all(), Content.WHOLE));
            List<String> bySeqno = Docs.texts(snapshot.changes(VB, 0, Content.WHOLE));
            assertThat(bySeqno).containsExactlyInAnyOrderElementsOf(byKey);
            state.addAll(byKey);
        }
        return state;
    }

    /** Every third batch is synced, and the log is written anew now and then. */
    private void work(KvStore store, Random random, boolean remember) throws StoreException {
        for (int number = 0; number < BATCHES; number++) {
            boolean sync = number % 3 == 2;
            StoreBatch batch = batch(number, random);
            committed++;
            store.commit(batch, sync);
            if (remember) {
                states.add(state(store));
            }
            if (sync) {
                durable = committed;
            }
            if (number == 4 || number == 9) {
                store.compact(VB);
                durable = committed;
            }
        }
        store.close();
        durable = committed;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void crashAtEveryOperation_losesNothingThatWasSynced(boolean processOnly) throws StoreException {
        SimulatedDisk calm = new SimulatedDisk(0);
        try (KvStore store = LogStore.open(calm, "s", FailPoints.NONE)) {
            states.add(state(store));
            work(store, new Random(5), true);
        }
        // More than with the states looked at, which takes operations too: those at the end crash nothing, once each.
        long last = calm.operations() + 2;
        int crashes = 0;
        for (long at = 1; at <= last; at++) {
            for (long seed = 0; seed < 3; seed++) {
                SimulatedDisk disk = new SimulatedDisk(at * 31 + seed);
                disk.crashAt(at, processOnly);
                committed = 0;
                durable = 0;
                try {
                    work(LogStore.open(disk, "s", FailPoints.NONE), new Random(5), false);
                } catch (PowerLoss e) {
                    crashes++;
                }
                disk.powerOn();
                List<String> found;
                try (KvStore store = LogStore.open(disk, "s", FailPoints.NONE)) {
                    found = state(store);
                    assertThat(states.subList(durable, committed + 1))
                            .as("crash at operation %s, seed %s", at, seed)
                            .contains(found);
                }
                // And whatever was found stays, though the next crash comes at once.
                disk.crash(false);
                disk.powerOn();
                try (KvStore store = LogStore.open(disk, "s", FailPoints.NONE)) {
                    assertThat(state(store)).isEqualTo(found);
                }
            }
        }
        assertThat(crashes).isGreaterThan(100);
    }

    @Test
    void aFailedSync_losesNothingThatIsCommittedAgain() throws StoreException {
        SimulatedDisk disk = new SimulatedDisk(7);
        KvStore store = LogStore.open(disk, "s", FailPoints.NONE);
        StoreBatch batch = batch(1, new Random(1));
        disk.failNextSync();
        assertThatThrownBy(() -> store.commit(batch, true)).isInstanceOf(StoreException.class);
        store.recover();
        store.commit(batch, true);
        List<String> before = state(store);
        disk.crash(false);
        disk.powerOn();
        try (KvStore reopened = LogStore.open(disk, "s", FailPoints.NONE)) {
            assertThat(state(reopened)).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"FULL:NO_SPACE", "READ_ONLY:READ_ONLY", "FAILING:IO"})
    void aSickDisk_isReported_andReadsGoOn(String text) throws StoreException {
        SimulatedDisk.Health health = SimulatedDisk.Health.valueOf(text.substring(0, text.indexOf(':')));
        Kind kind = Kind.valueOf(text.substring(text.indexOf(':') + 1));
        SimulatedDisk disk = new SimulatedDisk(7);
        try (KvStore store = LogStore.open(disk, "s", FailPoints.NONE)) {
            store.commit(batch(0, new Random(1)), true);
            List<String> before = state(store);
            disk.health(health);
            StoreBatch next = batch(1, new Random(1));
            assertKind(kind, () -> store.commit(next, true));
            assertKind(kind, store::recover);
            assertThat(state(store)).isEqualTo(before);
            disk.health(SimulatedDisk.Health.GOOD);
            store.recover();
            store.commit(next, true);
            assertThat(state(store)).isNotEqualTo(before);
        }
    }

    private static void assertKind(Kind kind, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.kind()).isEqualTo(kind));
    }

    @Test
    void aFlippedBit_inWhatWasSynced_isFoundAndNamed() throws Exception {
        SimulatedDisk disk = new SimulatedDisk(7);
        try (KvStore store = LogStore.open(disk, "s", FailPoints.NONE)) {
            for (int i = 0; i < 3; i++) {
                store.commit(batch(i, new Random(i)), true);
            }
        }
        int length = disk.read("s/log-1").length;
        int found = 0;
        for (int offset = 0; offset < length; offset += 13) {
            disk.flip("s/log-1", offset);
            try (KvStore store = LogStore.open(disk, "s", FailPoints.NONE)) {
                // Of the last batch nobody can tell whether it was damaged or torn; it must be gone as a whole.
                assertThat(store.local("number")).isEqualTo(Docs.bytes("1"));
                break;
            } catch (StoreException e) {
                assertThat(e.kind()).isEqualTo(Kind.CORRUPT);
                assertThat(e).hasMessageContaining("s/log-1");
                found++;
            }
            disk.flip("s/log-1", offset);
        }
        assertThat(found).isGreaterThan(20);
    }

    @Test
    void aNewerManifest_isRefused() throws Exception {
        SimulatedDisk disk = new SimulatedDisk(7);
        SimulatedDisk.File manifest = disk.create("s/MANIFEST");
        manifest.append(Docs.bytes("sluice-log 2\n1\n"));
        assertKind(Kind.NEWER, () -> LogStore.open(disk, "s", FailPoints.NONE));
    }

    @Test
    void views_areIndependentOfTheStore() throws StoreException {
        SimulatedDisk disk = new SimulatedDisk(7);
        try (KvStore store = LogStore.open(disk, "s", FailPoints.NONE)) {
            DocumentView document = Docs.doc("a", 1, "one");
            StoreBatch batch = new StoreBatch();
            batch.put(VB, document);
            batch.record(VB, Docs.active(1));
            document.valueArray()[document.valueOffset()] = 'X';
            store.commit(batch, true);
            try (Snapshot snapshot = store.snapshot()) {
                assertThat(Docs.texts(snapshot.changes(VB, 0, Content.WHOLE)))
                        .containsExactly(Docs.text(Docs.doc("a", 1, "one")));
            }
        }
    }
}
