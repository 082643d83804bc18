package dev.sluice.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.Datatype;
import dev.sluice.engine.DocumentFilter;
import dev.sluice.engine.DocumentReads;
import dev.sluice.engine.DocumentView;
import dev.sluice.engine.Persistence;
import dev.sluice.engine.RandomDocuments;
import dev.sluice.engine.RecordApplication;
import dev.sluice.engine.RecordApplication.Condition;
import dev.sluice.engine.RecordApplication.Terms;
import dev.sluice.engine.Status;
import dev.sluice.engine.VBucketState;
import dev.sluice.engine.VBuckets;
import dev.sluice.engine.ValuePatch;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The contract of whole records, of look-ups beyond the ordinary, and of the disk behind the memory. */
abstract class MetadataContract extends PlacementContract {
    private static final Key KEY = Key.of("key");
    private static final Terms ANY = new Terms(0, null, null);

    @Nested
    class Records {
        @Test
        void apply_storesTheRecordAsItIs() {
            if (!checkCapability(Behavior.RECORD_APPLICATION, RecordApplication.class)) {
                return;
            }
            Answer applied = succeeded(apply(record("value").cas(4711).revSeqno(9), ANY));
            assertThat(applied.cas()).isEqualTo(4711);
            Answer shown = succeeded(get(KEY));
            assertThat(shown.text()).isEqualTo("value");
            assertThat(shown.cas()).isEqualTo(4711);
            assertThat(shown.flags()).isEqualTo(7);
            if (supports(Behavior.REV_SEQNOS)) {
                assertThat(shown.revSeqno()).isEqualTo(9).isEqualTo(applied.revSeqno());
            }
            if (supports(Behavior.SEQNOS)) {
                assertThat(shown.seqno()).isEqualTo(applied.seqno()).isPositive();
            }
        }

        @Test
        void apply_givesCasAndRevision_whereTheRecordHasNone() {
            if (supports(Behavior.RECORD_APPLICATION)) {
                long before = stored(KEY, Store.set("old")).cas();
                Answer applied = succeeded(apply(record("value").cas(0), ANY));
                assertThat(Long.compareUnsigned(applied.cas(), before)).isPositive();
                Answer shown = succeeded(get(KEY));
                assertThat(shown.cas()).isEqualTo(applied.cas());
                if (supports(Behavior.REV_SEQNOS)) {
                    assertThat(shown.revSeqno()).isEqualTo(2);
                }
            }
        }

        @Test
        void apply_keepsLaterCasAboveTheOneApplied() {
            if (supports(Behavior.RECORD_APPLICATION)) {
                long future = (context.clock().wallSeconds() + 3600) * 1_000_000_000L;
                succeeded(apply(record("value").cas(future), ANY));
                assertThat(Long.compareUnsigned(stored(KEY, Store.set("next")).cas(), future))
                        .isPositive();
            }
        }

        @Test
        void apply_withACasBeyondAllTime_leavesRoomForOthers() {
            if (supports(Behavior.RECORD_APPLICATION)) {
                succeeded(apply(record("value").cas(-2), ANY));
                assertThat(get(KEY).cas()).isEqualTo(-2);
                assertThat(stored(KEY, Store.set("next")).cas()).isNotIn(0L, -1L);
                assertThat(stored(KEY, Store.set("next")).cas()).isNotIn(0L, -1L);
            }
        }

        @Test
        void apply_canMakeATombstone() {
            if (supports(Behavior.RECORD_APPLICATION)) {
                stored(KEY, Store.set("value"));
                succeeded(apply(record("").cas(4711).deleted(true), ANY));
                assertThat(get(KEY).status()).isEqualTo(Status.NO_SUCH_KEY);
                if (supports(Behavior.DELETED_STORES)) {
                    Answer tombstone = succeeded(driver.get(VB, KEY, DocumentFilter.DELETED));
                    assertThat(tombstone.cas()).isEqualTo(4711);
                    assertThat(tombstone.expirySeconds())
                            .isEqualTo(context.clock().wallSeconds());
                }
            }
        }

        @Test
        void apply_asksTheConditionWithWhatIsThere() {
            if (supports(Behavior.RECORD_APPLICATION)) {
                List<@Nullable Long> asked = new ArrayList<>();
                Condition no = (existing, lockCas) -> {
                    asked.add(existing == null ? null : existing.cas());
                    return Status.KEY_EXISTS;
                };
                assertThat(apply(record("new"), Terms.on(no)).status()).isEqualTo(Status.KEY_EXISTS);
                long cas = stored(KEY, Store.set("old")).cas();
                assertThat(apply(record("new"), Terms.on(no)).status()).isEqualTo(Status.KEY_EXISTS);
                assertThat(asked).contains(null, cas);
                assertThat(get(KEY).text()).isEqualTo("old");
                succeeded(apply(record("new"), Terms.on((existing, lockCas) -> {
                    boolean same = existing != null && existing.cas() == cas && !existing.deleted() && lockCas == 0;
                    return same ? Status.SUCCESS : Status.KEY_EXISTS;
                })));
                assertThat(get(KEY).text()).isEqualTo("new");
            }
        }

        @Test
        void apply_answersWhatTheConditionSays() {
            if (supports(Behavior.RECORD_APPLICATION)) {
                stored(KEY, Store.set("old"));
                for (Status status :
                        List.of(Status.KEY_EXISTS, Status.NO_SUCH_KEY, Status.LOCKED, Status.LOCKED_TEMPORARY)) {
                    assertThat(apply(record("new"), Terms.on((existing, lockCas) -> status))
                                    .status())
                            .isEqualTo(status);
                }
                assertThat(get(KEY).text()).isEqualTo("old");
            }
        }

        @Test
        void apply_showsTheConditionAnExpiredDocument_asDeleted() {
            if (supports(Behavior.RECORD_APPLICATION)) {
                long expiry = context.clock().wallSeconds() + 5;
                Answer before = stored(KEY, Store.set("old").flags(9).expirySeconds(expiry));
                context.clock().advance(Duration.ofSeconds(10));
                succeeded(apply(record("new"), Terms.on((existing, lockCas) -> {
                    boolean right =
                            existing == null || (existing.deleted() && existing.revSeqno() >= before.revSeqno());
                    return right ? Status.SUCCESS : Status.KEY_EXISTS;
                })));
                assertThat(get(KEY).text()).isEqualTo("new");
            }
        }

        @Test
        void apply_takesASeqnoAboveTheHighest_only() {
            if (supports(Behavior.RECORD_APPLICATION) && supports(Behavior.SEQNOS)) {
                long high = stored(KEY, Store.set("old")).seqno();
                assertThat(apply(record("new"), at(high)).status()).isEqualTo(Status.OUT_OF_RANGE);
                assertThat(get(KEY).text()).isEqualTo("old");
                assertThat(succeeded(apply(record("new"), at(high + 10))).seqno())
                        .isEqualTo(high + 10);
                assertThat(stored(KEY, Store.set("next")).seqno()).isGreaterThan(high + 10);
            }
        }

        @Test
        void apply_withoutASeqno_needsAnActiveVBucket() {
            if (supports(Behavior.RECORD_APPLICATION) && supports(Behavior.VBUCKETS)) {
                setState(VB, VBucketState.REPLICA);
                assertThat(apply(record("new"), ANY).status()).isEqualTo(Status.NOT_MY_VBUCKET);
                if (supports(Behavior.SEQNOS)) {
                    succeeded(apply(record("new"), at(1)));
                }
                setState(VB, VBucketState.PENDING);
                assertThat(apply(record("new"), ANY).status()).isEqualTo(Status.VBUCKET_PENDING);
            }
        }

        @Test
        void apply_toLocked_isLocked_unlessTheConditionKnowsBetter() {
            if (supports(Behavior.RECORD_APPLICATION) && supports(Behavior.LOCKS)) {
                stored(KEY, Store.set("old"));
                long lock = succeeded(driver.lock(VB, KEY, 5)).cas();
                assertThat(apply(record("new"), ANY).status()).isEqualTo(Status.LOCKED);
                succeeded(apply(record("new"), Terms.on((existing, lockCas) -> {
                    boolean held = existing != null && existing.locked() && lockCas == lock;
                    return held ? Status.SUCCESS : Status.LOCKED;
                })));
                assertThat(get(KEY).locked()).isFalse();
                assertThat(get(KEY).text()).isEqualTo("new");
            }
        }

        @Test
        void apply_patchesTheValue() {
            if (supports(Behavior.RECORD_APPLICATION) && supports(Behavior.VALUE_PATCHES)) {
                ValuePatch patch = (array, offset, length, cas, seqno) -> {
                    byte[] digits = Long.toHexString(cas).getBytes(StandardCharsets.US_ASCII);
                    System.arraycopy(digits, 0, array, offset, Math.min(length, digits.length));
                };
                Answer applied = succeeded(apply(record("0123456789abcdef rest").cas(0), new Terms(0, null, patch)));
                assertThat(get(KEY).text())
                        .startsWith(Long.toHexString(applied.cas()))
                        .endsWith(" rest");
            }
        }

        private Terms at(long seqno) {
            return new Terms(seqno, null, null);
        }

        private DocumentView record(String value) {
            byte[] bytes = utf8(value);
            return new DocumentView().value(bytes, 0, bytes.length).cas(1234).flags(7);
        }

        private Answer apply(DocumentView record, Terms terms) {
            RecordApplication application = capability(RecordApplication.class);
            byte[] value = record.copyOfValue();
            return driver.runMutation((cookie, out) -> {
                record.value(driver.lendBytes(value), 0, value.length);
                return application.apply(cookie, VB, driver.lend(KEY), record, terms, out);
            });
        }
    }

    @Nested
    class Reads {
        private final Set<VBucketState> everywhere = EnumSet.allOf(VBucketState.class);

        @Test
        void read_seesWhatGetSees() {
            if (!checkCapability(Behavior.DOCUMENT_READS, DocumentReads.class)) {
                return;
            }
            assertThat(read(everywhere, DocumentFilter.ALIVE).status()).isEqualTo(Status.NO_SUCH_KEY);
            stored(KEY, Store.set("value").flags(5));
            Answer got = succeeded(get(KEY));
            Answer read = succeeded(read(everywhere, DocumentFilter.ALIVE));
            assertThat(read.text()).isEqualTo("value");
            assertThat(read.cas()).isEqualTo(got.cas());
            assertThat(read.flags()).isEqualTo(5);
            assertThat(read(everywhere, DocumentFilter.DELETED).status()).isEqualTo(Status.NO_SUCH_KEY);
        }

        @Test
        void read_ofMetadata_hasThemAll() {
            if (supports(Behavior.DOCUMENT_READS)) {
                Answer stored = stored(KEY, Store.set("value").flags(5));
                DocumentReads reads = capability(DocumentReads.class);
                DocumentReads.Scope scope = new DocumentReads.Scope(everywhere, DocumentFilter.ALIVE, false);
                Answer read =
                        succeeded(driver.view((cookie, out) -> reads.read(cookie, VB, driver.lend(KEY), scope, out)));
                assertThat(read.cas()).isEqualTo(stored.cas());
                assertThat(read.seqno()).isEqualTo(stored.seqno());
                assertThat(read.revSeqno()).isEqualTo(stored.revSeqno());
                assertThat(read.flags()).isEqualTo(5);
            }
        }

        @Test
        void read_ofATombstone_tellsWhenItWasDeleted() {
            if (supports(Behavior.DOCUMENT_READS) && supports(Behavior.TOMBSTONES)) {
                stored(KEY, Store.set("value"));
                succeeded(driver.remove(VB, KEY));
                Answer read = succeeded(read(everywhere, DocumentFilter.ALIVE_OR_DELETED));
                assertThat(read.deleted()).isTrue();
                assertThat(read.expirySeconds()).isEqualTo(context.clock().wallSeconds());
            }
        }

        @Test
        void read_inAnotherState_isNotMine() {
            if (supports(Behavior.DOCUMENT_READS) && supports(Behavior.VBUCKETS)) {
                stored(KEY, Store.set("value"));
                for (VBucketState state : VBucketState.values()) {
                    setState(VB, state);
                    assertThat(succeeded(read(EnumSet.of(state), DocumentFilter.ALIVE))
                                    .text())
                            .as(state.name())
                            .isEqualTo("value");
                    Set<VBucketState> others = EnumSet.complementOf(EnumSet.of(state));
                    assertThat(read(others, DocumentFilter.ALIVE).status())
                            .as(state.name())
                            .isEqualTo(Status.NOT_MY_VBUCKET);
                }
            }
        }

        private Answer read(Set<VBucketState> states, DocumentFilter filter) {
            DocumentReads reads = capability(DocumentReads.class);
            DocumentReads.Scope scope = new DocumentReads.Scope(states, filter, true);
            return driver.view((cookie, out) -> reads.read(cookie, VB, driver.lend(KEY), scope, out));
        }
    }

    @Nested
    class Chance {
        @Test
        void random_ofNothing_isNoSuchKey() {
            if (checkCapability(Behavior.RANDOM_DOCUMENTS, RandomDocuments.class)) {
                assertThat(random(0).status()).isEqualTo(Status.NO_SUCH_KEY);
            }
        }

        @Test
        void random_findsTheOnlyDocument_whereverItIs() {
            if (supports(Behavior.RANDOM_DOCUMENTS)) {
                for (int vbucket = 0; vbucket < VBUCKETS; vbucket++) {
                    Key only = Key.of("only " + vbucket);
                    succeeded(driver.store(vbucket, only, Store.set("value").flags(3)));
                    Answer found = succeeded(random(0));
                    assertThat(found.keyText()).isEqualTo("only " + vbucket);
                    assertThat(found.text()).isEqualTo("value");
                    assertThat(found.flags()).isEqualTo(3);
                    succeeded(driver.remove(vbucket, only));
                    assertThat(random(0).status()).isEqualTo(Status.NO_SUCH_KEY);
                }
            }
        }

        @Test
        void random_keepsToTheCollection_andToWhatIsAlive() {
            if (supports(Behavior.RANDOM_DOCUMENTS)) {
                stored(KEY, Store.set("of the default"));
                stored(Key.of(9, "other"), Store.set("of 9"));
                stored(
                        Key.of(9, "gone"),
                        Store.set("of 9").expirySeconds(context.clock().wallSeconds() + 1));
                context.clock().advance(Duration.ofSeconds(2));
                for (int i = 0; i < 20; i++) {
                    assertThat(succeeded(random(9)).text()).isEqualTo("of 9");
                    assertThat(succeeded(random(9)).keyText()).isEqualTo("other");
                    assertThat(succeeded(random(0)).keyText()).isEqualTo("key");
                }
                assertThat(random(10).status()).isEqualTo(Status.NO_SUCH_KEY);
            }
        }

        @Test
        void random_isNotAlwaysTheSame() {
            if (supports(Behavior.RANDOM_DOCUMENTS)) {
                for (int i = 0; i < 50; i++) {
                    succeeded(driver.store(i % VBUCKETS, Key.of("key " + i), Store.set("value")));
                }
                Set<String> seen = new HashSet<>();
                for (int i = 0; i < 100; i++) {
                    seen.add(succeeded(random(0)).keyText());
                }
                assertThat(seen).hasSizeGreaterThan(5);
            }
        }

        private Answer random(int collection) {
            RandomDocuments documents = capability(RandomDocuments.class);
            return driver.view((cookie, out) -> documents.random(cookie, collection, out));
        }
    }

    @Nested
    class AfterARestart {
        /** More than a batch or a read of any engine takes at a time. */
        private static final int DOCUMENTS = 300;

        @Test
        void allThatADocumentIs_isThere() throws Exception {
            if (!supports(Behavior.PERSISTENCE)) {
                return;
            }
            long expiry = context.clock().wallSeconds() + 1_000;
            Answer before = stored(
                    KEY, Store.set("value").flags(7).expirySeconds(expiry).datatype(Datatype.JSON));
            restart();
            Answer after = succeeded(get(KEY));
            assertThat(after.text()).isEqualTo("value");
            assertThat(after.flags()).isEqualTo(7);
            assertThat(after.expirySeconds()).isEqualTo(expiry);
            assertThat(after.datatype()).isEqualTo(Datatype.JSON);
            assertThat(after.cas()).isEqualTo(before.cas());
            if (supports(Behavior.REV_SEQNOS)) {
                assertThat(after.revSeqno()).isEqualTo(before.revSeqno());
                assertThat(stored(KEY, Store.set("new")).revSeqno()).isEqualTo(before.revSeqno() + 1);
            }
            context.clock().advance(Duration.ofSeconds(2_000));
            Answer expiring = stored(Key.of("another"), Store.set("value"));
            assertThat(Long.compareUnsigned(expiring.cas(), before.cas())).isPositive();
        }

        @Test
        void manyDocuments_areThere_andThoseRemovedAreNot() throws Exception {
            if (!supports(Behavior.PERSISTENCE)) {
                return;
            }
            for (int i = 0; i < DOCUMENTS; i++) {
                succeeded(driver.store(i % VBUCKETS, Key.of("key " + i), Store.set("value " + i)));
            }
            for (int i = 0; i < DOCUMENTS; i += 3) {
                succeeded(driver.remove(i % VBUCKETS, Key.of("key " + i)));
            }
            for (int round = 0; round < 2; round++) {
                restart();
                for (int i = 0; i < DOCUMENTS; i++) {
                    Answer answer = driver.get(i % VBUCKETS, Key.of("key " + i));
                    if (i % 3 == 0) {
                        assertThat(answer.status()).as("key " + i).isEqualTo(Status.NO_SUCH_KEY);
                    } else {
                        assertThat(succeeded(answer).text()).isEqualTo("value " + i);
                    }
                }
            }
            assertThat(driver.store(1, Key.of("key 1"), Store.add("no")).status())
                    .isEqualTo(Status.KEY_EXISTS);
            succeeded(driver.store(3, Key.of("key 3"), Store.add("yes")));
        }

        @Test
        void tombstones_areThere() throws Exception {
            if (supports(Behavior.PERSISTENCE) && supports(Behavior.TOMBSTONES)) {
                stored(KEY, Store.set("value"));
                Answer removed = succeeded(driver.remove(VB, KEY));
                restart();
                Answer tombstone = succeeded(driver.get(VB, KEY, DocumentFilter.DELETED));
                assertThat(tombstone.deleted()).isTrue();
                assertThat(tombstone.cas()).isEqualTo(removed.cas());
                assertThat(tombstone.revSeqno()).isEqualTo(removed.revSeqno());
            }
        }

        @Test
        void historiesAndStatesGoOn_andSequenceNumbersRise() throws Exception {
            if (!supports(Behavior.PERSISTENCE) || !supports(Behavior.VBUCKETS) || !supports(Behavior.SEQNOS)) {
                return;
            }
            Answer before = stored(KEY, Store.set("value"));
            setState(1, VBucketState.REPLICA);
            List<VBuckets.FailoverEntry> log = capability(VBuckets.class).failoverLog(VB);
            restart();
            VBuckets vbuckets = capability(VBuckets.class);
            assertThat(vbuckets.state(1)).isEqualTo(VBucketState.REPLICA);
            assertThat(vbuckets.failoverLog(VB)).as("after a stop in order").isEqualTo(log);
            assertThat(vbuckets.highSeqno(VB)).isEqualTo(before.seqno());
            Answer after = stored(KEY, Store.set("new"));
            assertThat(after.seqno()).isGreaterThan(before.seqno());
            assertThat(after.vbucketUuid()).isEqualTo(before.vbucketUuid());
        }

        @Test
        void whatWasOnDiskOnly_isThere() throws Exception {
            if (supports(Behavior.PERSISTENCE) && supports(Behavior.PERSISTENCE_CONTROL)) {
                Answer stored = stored(KEY, Store.set("value"));
                context.scheduler().runAll();
                Persistence persistence = capability(Persistence.class);
                assertThat(driver.run(cookie -> persistence.evict(cookie, VB, driver.lend(KEY))))
                        .isEqualTo(Status.SUCCESS);
                restart();
                assertThat(capability(Persistence.class).persistedSeqno(VB)).isEqualTo(stored.seqno());
                assertThat(get(KEY).text()).isEqualTo("value");
            }
        }
    }

    @Nested
    class Disk {
        private final long longSeconds = 30;

        @Test
        void awaitPersistence_endsWhenItIsReached() {
            if (!checkCapability(Behavior.PERSISTENCE_CONTROL, Persistence.class)) {
                return;
            }
            Persistence persistence = capability(Persistence.class);
            assertThat(persistence.persistedSeqno(VBUCKETS)).isEqualTo(-1);
            long seqno = stored(KEY, Store.set("value")).seqno();
            assertThat(await(seqno, longSeconds)).isEqualTo(Status.SUCCESS);
            assertThat(persistence.persistedSeqno(VB)).isGreaterThanOrEqualTo(seqno);
            assertThat(await(seqno, 0)).as("once more, at once").isEqualTo(Status.SUCCESS);
        }

        @Test
        void awaitPersistence_endsWithTheDeadline() {
            if (supports(Behavior.PERSISTENCE_CONTROL)) {
                assertThat(await(4711, 1)).isEqualTo(Status.TEMPORARY_FAILURE);
            }
        }

        @Test
        void awaitPersistence_ofAVBucketThatIsNotThere_isNotMine() {
            if (supports(Behavior.PERSISTENCE_CONTROL)) {
                Persistence persistence = capability(Persistence.class);
                assertThat(driver.run(cookie -> persistence.awaitPersistence(cookie, VBUCKETS, 1, 0)))
                        .isEqualTo(Status.NOT_MY_VBUCKET);
            }
        }

        @Test
        void stoppedPersistence_persistsNothing_untilItIsStarted() {
            if (supports(Behavior.PERSISTENCE_CONTROL)) {
                Persistence persistence = capability(Persistence.class);
                assertThat(driver.run(persistence::startPersistence)).isEqualTo(Status.INVALID_ARGUMENTS);
                assertThat(driver.run(persistence::stopPersistence)).isEqualTo(Status.SUCCESS);
                assertThat(driver.run(persistence::stopPersistence)).isEqualTo(Status.INVALID_ARGUMENTS);
                long seqno = stored(KEY, Store.set("value")).seqno();
                context.scheduler().runAll();
                assertThat(persistence.persistedSeqno(VB)).isLessThan(seqno);
                assertThat(driver.run(cookie -> persistence.evict(cookie, VB, driver.lend(KEY))))
                        .as("evicting what is not on disk")
                        .isEqualTo(Status.KEY_EXISTS);
                assertThat(driver.run(persistence::startPersistence)).isEqualTo(Status.SUCCESS);
                assertThat(await(seqno, longSeconds)).isEqualTo(Status.SUCCESS);
            }
        }

        @Test
        void evictedDocument_isReadAsBefore() {
            if (supports(Behavior.PERSISTENCE_CONTROL)) {
                Persistence persistence = capability(Persistence.class);
                assertThat(driver.run(cookie -> persistence.evict(cookie, VB, driver.lend(KEY))))
                        .isEqualTo(Status.NO_SUCH_KEY);
                Answer stored = stored(KEY, Store.set("value"));
                assertThat(await(stored.seqno(), longSeconds)).isEqualTo(Status.SUCCESS);
                for (int i = 0; i < 2; i++) {
                    assertThat(driver.run(cookie -> persistence.evict(cookie, VB, driver.lend(KEY))))
                            .isEqualTo(Status.SUCCESS);
                }
                assertThat(get(KEY).text()).isEqualTo("value");
                assertThat(get(KEY).cas()).isEqualTo(stored.cas());
            }
        }

        @Test
        void compaction_dropsTombstones_andNothingElse() {
            if (supports(Behavior.PERSISTENCE_CONTROL)) {
                Persistence persistence = capability(Persistence.class);
                stored(Key.of("stays"), Store.set("value"));
                stored(KEY, Store.set("value"));
                long seqno = succeeded(driver.remove(VB, KEY)).seqno();
                assertThat(await(seqno, longSeconds)).isEqualTo(Status.SUCCESS);
                Persistence.Compaction all = new Persistence.Compaction(0, 0, true);
                assertThat(driver.run(cookie -> persistence.compact(cookie, VB, all)))
                        .isEqualTo(Status.SUCCESS);
                assertThat(driver.get(VB, KEY, DocumentFilter.DELETED).status()).isEqualTo(Status.NO_SUCH_KEY);
                assertThat(get(Key.of("stays")).text()).isEqualTo("value");
            }
        }

        private Status await(long seqno, long seconds) {
            Persistence persistence = capability(Persistence.class);
            long deadline =
                    context.clock().nanoTime() + Duration.ofSeconds(seconds).toNanos();
            return driver.run(cookie -> persistence.awaitPersistence(cookie, VB, seqno, deadline));
        }
    }
}
