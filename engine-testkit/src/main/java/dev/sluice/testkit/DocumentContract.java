package dev.sluice.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.Datatype;
import dev.sluice.engine.Status;
import dev.sluice.engine.StoreMode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The contract of documents: get, store, remove, and what becomes of keys, values, CAS and sequence numbers. */
abstract class DocumentContract extends ContractFixture {
    private static final Key KEY = Key.of("key");

    private int rows;

    @Nested
    class Get {
        @Test
        void get_ofNothing_isMiss() {
            assertThat(get(KEY).status()).isEqualTo(Status.NO_SUCH_KEY);
        }

        @Test
        void get_showsWhatWasStored() {
            Answer stored = stored(KEY, Store.set("value").flags(0xCAFEBABE));
            Answer shown = succeeded(get(KEY));
            assertThat(shown.text()).isEqualTo("value");
            assertThat(shown.flags()).isEqualTo(0xCAFEBABE);
            assertThat(shown.cas()).isEqualTo(stored.cas());
            assertThat(shown.expirySeconds()).isZero();
            assertThat(shown.datatype()).isEqualTo(Datatype.RAW);
            assertThat(shown.deleted()).isFalse();
            assertThat(shown.locked()).isFalse();
        }

        @Test
        void get_changesNothing() {
            stored(KEY, Store.set("value"));
            long first = get(KEY).cas();
            assertThat(get(KEY).cas()).isEqualTo(first);
        }

        @Test
        void shownBytes_stayAsTheyWere_whenTheDocumentIsReplacedAndRemoved() {
            stored(KEY, Store.set("before"));
            Answer shown = succeeded(get(KEY));
            stored(KEY, Store.set("behind"));
            succeeded(driver.remove(VB, KEY));
            stored(KEY, Store.set("beyond"));
            assertThat(shown.changedSince()).isNull();
            assertThat(get(KEY).text()).isEqualTo("beyond");
        }
    }

    @Nested
    class StoreTable {
        @Test
        void missing_withoutCas_isStored_butNotReplaced() {
            expect(key -> 0, Status.SUCCESS, Status.SUCCESS, Status.NO_SUCH_KEY);
        }

        @Test
        void missing_withCas_isNoSuchKey() {
            expect(key -> 4711, Status.NO_SUCH_KEY, null, Status.NO_SUCH_KEY);
        }

        @Test
        void removed_countsAsMissing() {
            expect(this::removed, Status.SUCCESS, Status.SUCCESS, Status.NO_SUCH_KEY);
            expect(
                    key -> {
                        removed(key);
                        return 4711;
                    },
                    Status.NO_SUCH_KEY,
                    null,
                    Status.NO_SUCH_KEY);
        }

        @Test
        void there_withoutCas_isStored_butNotAdded() {
            expect(
                    key -> {
                        stored(key, Store.set("old"));
                        return 0;
                    },
                    Status.SUCCESS,
                    Status.KEY_EXISTS,
                    Status.SUCCESS);
        }

        @Test
        void there_withItsCas_isStored() {
            expect(key -> stored(key, Store.set("old")).cas(), Status.SUCCESS, Status.KEY_EXISTS, Status.SUCCESS);
        }

        @Test
        void there_withAnotherCas_exists() {
            expect(
                    key -> stored(key, Store.set("old")).cas() + 1,
                    Status.KEY_EXISTS,
                    Status.KEY_EXISTS,
                    Status.KEY_EXISTS);
        }

        private long removed(Key key) {
            stored(key, Store.set("old"));
            succeeded(driver.remove(VB, key));
            return 0;
        }
    }

    /** Brings a key into a state; answers the CAS to store with. */
    interface Preparation {
        long prepare(Key key);
    }

    /** One row of the table of {@code Engine.store}; null stands for what the table leaves open. */
    void expect(Preparation preparation, Status set, @Nullable Status add, Status replace) {
        for (StoreMode mode : StoreMode.values()) {
            Status expected = switch (mode) {
                case SET -> set;
                case ADD -> add;
                case REPLACE -> replace;
            };
            if (expected == null) {
                continue;
            }
            Key key = Key.of("row " + rows++);
            long cas = preparation.prepare(key);
            Answer before = get(key);
            assertThat(store(key, Store.of(mode, "new").cas(cas)).status())
                    .as(mode.toString())
                    .isEqualTo(expected);
            Answer after = get(key);
            if (expected == Status.SUCCESS) {
                assertThat(after.text()).as(mode.toString()).isEqualTo("new");
                assertThat(after.locked()).as(mode.toString()).isFalse();
            } else {
                assertThat(after.status()).as(mode.toString()).isEqualTo(before.status());
                assertThat(after.cas()).as(mode.toString()).isEqualTo(before.cas());
            }
        }
    }

    @Nested
    class Values {
        @Test
        void flags_areReturnedBitByBit() {
            for (int flags : new int[] {0, 1, -1, Integer.MIN_VALUE, 0x02000006}) {
                stored(KEY, Store.set("value").flags(flags));
                assertThat(get(KEY).flags()).isEqualTo(flags);
            }
        }

        @Test
        void datatype_isReturnedBitByBit() {
            for (int datatype = 0; datatype <= Datatype.ALL; datatype++) {
                stored(KEY, Store.set("value").datatype(datatype));
                assertThat(get(KEY).datatype()).isEqualTo((byte) datatype);
            }
        }

        @Test
        void everyByte_survives() {
            byte[] value = new byte[1024];
            new Random(seed).nextBytes(value);
            stored(KEY, Store.of(StoreMode.SET, value));
            assertThat(get(KEY).value()).isEqualTo(value);
        }

        @Test
        void emptyValue_isAValue() {
            stored(KEY, Store.set(""));
            assertThat(succeeded(get(KEY)).value()).isEmpty();
            stored(KEY, Store.set("filled"));
            stored(KEY, Store.set(""));
            assertThat(succeeded(get(KEY)).value()).isEmpty();
        }

        @Test
        void valuesOfEverySize_upToSomeHundredBytes_survive() {
            byte[] all = new byte[300];
            new Random(seed).nextBytes(all);
            for (int size = 0; size < all.length; size++) {
                stored(KEY, Store.of(StoreMode.SET, Arrays.copyOf(all, size)));
                assertThat(get(KEY).value()).isEqualTo(Arrays.copyOf(all, size));
            }
        }

        @Test
        void valueOf20MiB_survives_orIsTooBig() {
            byte[] value = new byte[20 << 20];
            new Random(seed).nextBytes(value);
            Answer answer = store(KEY, Store.of(StoreMode.SET, value));
            if (supports(Behavior.LARGE_VALUES)) {
                succeeded(answer);
                assertThat(Arrays.equals(get(KEY).value(), value)).isTrue();
            } else {
                assertThat(answer.status()).isEqualTo(Status.TOO_BIG);
                assertThat(get(KEY).status()).isEqualTo(Status.NO_SUCH_KEY);
            }
        }
    }

    @Nested
    class Keys {
        @Test
        void keysOf1And250Bytes_areKeys() {
            byte[] longest = new byte[250];
            new Random(seed).nextBytes(longest);
            byte[] almost = longest.clone();
            almost[249]++;
            for (Key key : List.of(Key.of("x"), Key.of(0, longest), Key.of(0, almost))) {
                stored(key, Store.set(key.toString()));
            }
            for (Key key : List.of(Key.of("x"), Key.of(0, longest), Key.of(0, almost))) {
                assertThat(get(key).text()).isEqualTo(key.toString());
            }
        }

        @Test
        void keysOfAnyByte_areKeys() {
            for (int value = 0; value < 256; value++) {
                stored(Key.of(0, new byte[] {(byte) value}), Store.set("one " + value));
                stored(Key.of(0, new byte[] {'k', (byte) value, '/'}), Store.set("three " + value));
            }
            for (int value = 0; value < 256; value++) {
                assertThat(get(Key.of(0, new byte[] {(byte) value})).text()).isEqualTo("one " + value);
                assertThat(get(Key.of(0, new byte[] {'k', (byte) value, '/'})).text())
                        .isEqualTo("three " + value);
            }
        }

        @Test
        void keysThatLookLikePathsAndPrefixesOfEachOther_areKeysOfTheirOwn() {
            List<String> keys = List.of(".", "..", "a", "a/b", "a/b/", "A", "a\0", "a\0b", "con", "a%2fb", "a b", "*");
            keys.forEach(key -> stored(Key.of(key), Store.set("of " + key)));
            keys.forEach(key -> assertThat(get(Key.of(key)).text()).isEqualTo("of " + key));
        }

        @Test
        void keysThatCollideInAWeakHash_areKeysOfTheirOwn() {
            // "Aa" and "BB" have one String.hashCode(), and so has every sequence of them.
            List<Key> keys = new ArrayList<>();
            for (int bits = 0; bits < 64; bits++) {
                StringBuilder text = new StringBuilder();
                for (int bit = 0; bit < 6; bit++) {
                    text.append((bits >> bit & 1) == 0 ? "Aa" : "BB");
                }
                keys.add(Key.of(text.toString()));
            }
            keys.forEach(key -> stored(key, Store.set(key.toString())));
            succeeded(driver.remove(VB, keys.get(0)));
            assertThat(get(keys.get(0)).status()).isEqualTo(Status.NO_SUCH_KEY);
            keys.stream().skip(1).forEach(key -> assertThat(get(key).text()).isEqualTo(key.toString()));
        }

        @Test
        void manyKeys_areAllFound() {
            for (int i = 0; i < 2_000; i++) {
                stored(Key.of("key " + i), Store.set("value " + i));
            }
            for (int i = 0; i < 2_000; i += 2) {
                succeeded(driver.remove(VB, Key.of("key " + i)));
            }
            for (int i = 0; i < 2_000; i++) {
                Answer answer = get(Key.of("key " + i));
                assertThat(answer.status()).isEqualTo(i % 2 == 0 ? Status.NO_SUCH_KEY : Status.SUCCESS);
            }
        }

        @Test
        void oneKeyInTwoVBuckets_isTwoDocuments() {
            succeeded(driver.store(0, KEY, Store.set("zero")));
            succeeded(driver.store(1, KEY, Store.set("one")));
            succeeded(driver.remove(0, KEY));
            assertThat(driver.get(0, KEY).status()).isEqualTo(Status.NO_SUCH_KEY);
            assertThat(driver.get(1, KEY).text()).isEqualTo("one");
        }

        @Test
        void oneKeyInTwoCollections_isTwoDocuments() {
            int[] collections = {0, 8, 0x100, 0x7fffffff, -1};
            for (int collection : collections) {
                stored(Key.of(collection, "key"), Store.set("in " + collection));
            }
            for (int collection : collections) {
                assertThat(get(Key.of(collection, "key")).text()).isEqualTo("in " + collection);
            }
            // Neither may a collection's number run into the key's bytes.
            assertThat(get(Key.of(8, "\0key")).status()).isEqualTo(Status.NO_SUCH_KEY);
            assertThat(get(Key.of(0, "\u0008key")).status()).isEqualTo(Status.NO_SUCH_KEY);
        }
    }

    @Nested
    class Cas {
        @Test
        void everyMutation_getsAHigherCas() {
            long last = 0;
            for (int i = 0; i < 100; i++) {
                long cas = stored(KEY, Store.set("value " + i)).cas();
                assertThat(Long.compareUnsigned(cas, last)).isPositive();
                last = cas;
            }
            long removed = succeeded(driver.remove(VB, KEY)).cas();
            assertThat(Long.compareUnsigned(removed, last)).isPositive();
            assertThat(Long.compareUnsigned(stored(KEY, Store.add("again")).cas(), removed))
                    .isPositive();
        }

        @Test
        void cas_risesEvenIfTheWallClockIsSetBack() {
            long before = stored(KEY, Store.set("before")).cas();
            context.clock().jumpWall(Duration.ofHours(-1));
            assertThat(Long.compareUnsigned(stored(KEY, Store.set("after")).cas(), before))
                    .isPositive();
        }

        @Test
        void casOfTwoKeys_areNeverTheSame() {
            Set<Long> seen = new HashSet<>();
            for (int i = 0; i < 100; i++) {
                assertThat(seen.add(
                                stored(Key.of("key " + i), Store.set("value")).cas()))
                        .isTrue();
            }
            assertThat(seen).doesNotContain(0L, -1L);
        }

        @Test
        void refusedStore_changesNothing() {
            long cas = stored(KEY, Store.set("value").flags(7)).cas();
            store(KEY, Store.set("other").flags(8).cas(cas + 1));
            store(KEY, Store.add("other").flags(8));
            Answer after = get(KEY);
            assertThat(after.cas()).isEqualTo(cas);
            assertThat(after.text()).isEqualTo("value");
            assertThat(after.flags()).isEqualTo(7);
        }
    }

    @Nested
    class Remove {
        @Test
        void remove_ofNothing_isNoSuchKey() {
            assertThat(driver.remove(VB, KEY).status()).isEqualTo(Status.NO_SUCH_KEY);
            assertThat(driver.remove(VB, KEY, 4711).status()).isEqualTo(Status.NO_SUCH_KEY);
        }

        @Test
        void removed_isMissAndCannotBeRemovedAgain() {
            stored(KEY, Store.set("value"));
            succeeded(driver.remove(VB, KEY));
            assertThat(get(KEY).status()).isEqualTo(Status.NO_SUCH_KEY);
            assertThat(driver.remove(VB, KEY).status()).isEqualTo(Status.NO_SUCH_KEY);
        }

        @Test
        void remove_withItsCas_succeeds_withAnother_exists() {
            long cas = stored(KEY, Store.set("value")).cas();
            assertThat(driver.remove(VB, KEY, cas + 1).status()).isEqualTo(Status.KEY_EXISTS);
            assertThat(get(KEY).text()).isEqualTo("value");
            succeeded(driver.remove(VB, KEY, cas));
        }

        @Test
        void removed_canBeStoredAgain() {
            stored(KEY, Store.set("value"));
            succeeded(driver.remove(VB, KEY));
            stored(KEY, Store.add("again"));
            assertThat(get(KEY).text()).isEqualTo("again");
        }
    }

    /** What {@code unawareOfXattrs} protects: see {@code StoreRequest}. */
    @Nested
    class Xattrs {
        @Test
        void unawareStores_leaveALiveDocumentWithXattrsAsItIs() {
            for (StoreMode mode : List.of(StoreMode.SET, StoreMode.REPLACE)) {
                for (int datatype = 0; datatype <= Datatype.ALL; datatype++) {
                    Key key = Key.of("xattrs " + mode + datatype);
                    Answer before = stored(key, Store.set("old").datatype(datatype));
                    boolean xattrs = (datatype & Datatype.XATTR) != 0;
                    Status expected = xattrs ? Status.HAS_XATTRS : Status.SUCCESS;
                    assertThat(store(key, Store.of(mode, "new").unawareOfXattrs())
                                    .status())
                            .isEqualTo(expected);
                    assertThat(get(key).text()).isEqualTo(xattrs ? "old" : "new");
                    if (xattrs) {
                        assertThat(get(key).cas()).isEqualTo(before.cas());
                    }
                }
            }
        }

        @Test
        void modeAndCas_comeFirst() {
            long cas = xattrs(KEY).cas();
            assertThat(store(KEY, Store.add("new").unawareOfXattrs()).status()).isEqualTo(Status.KEY_EXISTS);
            assertThat(store(KEY, Store.set("new").cas(cas + 1).unawareOfXattrs())
                            .status())
                    .isEqualTo(Status.KEY_EXISTS);
            assertThat(store(KEY, Store.set("new").cas(cas).unawareOfXattrs()).status())
                    .isEqualTo(Status.HAS_XATTRS);
            assertThat(driver.removeUnawareOfXattrs(VB, KEY, cas + 1).status()).isEqualTo(Status.KEY_EXISTS);
            assertThat(driver.removeUnawareOfXattrs(VB, KEY, cas).status()).isEqualTo(Status.HAS_XATTRS);
        }

        @Test
        void awareStores_andAwareRemovals_goThrough() {
            xattrs(KEY);
            stored(KEY, Store.set("new").datatype(Datatype.XATTR));
            succeeded(driver.remove(VB, KEY));
        }

        @Test
        void whatIsGone_hasNoXattrs() {
            assertThat(driver.removeUnawareOfXattrs(VB, KEY, 0).status()).isEqualTo(Status.NO_SUCH_KEY);
            xattrs(KEY);
            succeeded(driver.remove(VB, KEY));
            assertThat(driver.removeUnawareOfXattrs(VB, KEY, 0).status()).isEqualTo(Status.NO_SUCH_KEY);
            stored(KEY, Store.set("new").unawareOfXattrs());
            assertThat(get(KEY).text()).isEqualTo("new");
        }

        @Test
        void whatHasExpired_hasNoXattrs() {
            long soon = context.clock().wallSeconds() + 10;
            stored(KEY, Store.set("old").datatype(Datatype.XATTR).expirySeconds(soon));
            context.clock().advance(Duration.ofSeconds(10));
            assertThat(driver.removeUnawareOfXattrs(VB, KEY, 0).status()).isEqualTo(Status.NO_SUCH_KEY);
            stored(KEY, Store.set("new").unawareOfXattrs());
            assertThat(get(KEY).text()).isEqualTo("new");
        }

        @Test
        void tombstones_doNotCount() {
            if (!supports(Behavior.DELETED_STORES)) {
                return;
            }
            xattrs(KEY);
            stored(KEY, Store.set("kept").datatype(Datatype.XATTR).asDeleted());
            assertThat(driver.removeUnawareOfXattrs(VB, KEY, 0).status()).isEqualTo(Status.NO_SUCH_KEY);
            stored(KEY, Store.set("new").unawareOfXattrs());
            assertThat(get(KEY).text()).isEqualTo("new");
        }

        @Test
        void locks_comeFirst_andStayWhereXattrsStandInTheWay() {
            if (!supports(Behavior.LOCKS)) {
                return;
            }
            long cas = xattrs(KEY).cas();
            long lock = succeeded(driver.lock(VB, KEY, 15)).cas();
            assertThat(store(KEY, Store.set("new").unawareOfXattrs()).status()).isEqualTo(Status.LOCKED);
            assertThat(store(KEY, Store.set("new").cas(cas).unawareOfXattrs()).status())
                    .isEqualTo(Status.LOCKED);
            assertThat(store(KEY, Store.set("new").cas(lock).unawareOfXattrs()).status())
                    .isEqualTo(Status.HAS_XATTRS);
            assertThat(driver.removeUnawareOfXattrs(VB, KEY, 0).status()).isEqualTo(Status.LOCKED);
            assertThat(driver.removeUnawareOfXattrs(VB, KEY, cas).status()).isEqualTo(Status.LOCKED_TEMPORARY);
            assertThat(driver.removeUnawareOfXattrs(VB, KEY, lock).status()).isEqualTo(Status.HAS_XATTRS);
            assertThat(get(KEY).locked()).isTrue();
            stored(KEY, Store.set("new").cas(lock));
            assertThat(get(KEY).locked()).isFalse();
        }

        private Answer xattrs(Key key) {
            return stored(key, Store.set("old").datatype(Datatype.XATTR));
        }
    }

    @Nested
    class MutationResults {
        @Test
        void seqno_risesByVBucket_orIsZero() {
            Answer first = stored(KEY, Store.set("1"));
            Answer second = stored(Key.of("other"), Store.set("2"));
            Answer removed = succeeded(driver.remove(VB, KEY));
            if (!supports(Behavior.SEQNOS)) {
                assertThat(List.of(first.seqno(), second.seqno(), removed.seqno()))
                        .containsOnly(0L);
                return;
            }
            assertThat(first.seqno()).isPositive();
            assertThat(second.seqno()).isGreaterThan(first.seqno());
            assertThat(removed.seqno()).isGreaterThan(second.seqno());
            assertThat(get(Key.of("other")).seqno()).isEqualTo(second.seqno());
        }

        @Test
        void vbucketUuid_namesOneHistory_orIsZero() {
            Answer first = stored(KEY, Store.set("1"));
            Answer second = stored(KEY, Store.set("2"));
            assertThat(second.vbucketUuid()).isEqualTo(first.vbucketUuid());
            if (supports(Behavior.SEQNOS)) {
                assertThat(first.vbucketUuid()).isNotZero();
            } else {
                assertThat(first.vbucketUuid()).isZero();
            }
        }

        @Test
        void revSeqno_countsChanges_orIsZero() {
            stored(KEY, Store.set("1"));
            long first = get(KEY).revSeqno();
            stored(KEY, Store.set("2"));
            long second = get(KEY).revSeqno();
            assertThat(first).isEqualTo(supports(Behavior.REV_SEQNOS) ? 1 : 0);
            assertThat(second).isEqualTo(supports(Behavior.REV_SEQNOS) ? 2 : 0);
        }

        @Test
        void revSeqno_ofAMutation_isThatOfTheNewVersion() {
            boolean counts = supports(Behavior.REV_SEQNOS);
            assertThat(stored(KEY, Store.set("1")).revSeqno()).isEqualTo(counts ? 1 : 0);
            assertThat(stored(KEY, Store.set("2")).revSeqno()).isEqualTo(counts ? 2 : 0);
            assertThat(succeeded(driver.remove(VB, KEY)).revSeqno()).isEqualTo(counts ? 3 : 0);
        }
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
