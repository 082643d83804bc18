package dev.sluice.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.Datatype;
import dev.sluice.engine.DocumentFilter;
import dev.sluice.engine.DurabilityLevel;
import dev.sluice.engine.Status;
import dev.sluice.engine.StoreMode;
import dev.sluice.engine.ValuePatch;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The contract of what happens to a document that stays: touch, expiry, locks, tombstones, patches, durability. */
abstract class LifetimeContract extends DocumentContract {
    private static final Key KEY = Key.of("key");

    private long now() {
        return context.clock().wallSeconds();
    }

    @Nested
    class Touch {
        @Test
        void touch_ofNothing_isNoSuchKey() {
            assertThat(driver.getAndTouch(VB, KEY, now() + 10).status()).isEqualTo(Status.NO_SUCH_KEY);
        }

        @Test
        void touch_withAnotherExpiry_isAMutation() {
            Answer before = stored(KEY, Store.set("value").flags(7).datatype(Datatype.JSON));
            Answer shown = succeeded(driver.getAndTouch(VB, KEY, now() + 10));
            assertThat(Long.compareUnsigned(shown.cas(), before.cas())).isPositive();
            assertThat(shown.expirySeconds()).isEqualTo(now() + 10);
            assertThat(shown.text()).isEqualTo("value");
            assertThat(shown.flags()).isEqualTo(7);
            assertThat(shown.datatype()).isEqualTo(Datatype.JSON);
            Answer after = get(KEY);
            assertThat(after.cas()).isEqualTo(shown.cas());
            assertThat(after.expirySeconds()).isEqualTo(now() + 10);
            assertThat(after.text()).isEqualTo("value");
        }

        @Test
        void touch_withTheSameExpiry_changesNothing() {
            long cas = stored(KEY, Store.set("value").expirySeconds(now() + 10)).cas();
            Answer shown = succeeded(driver.getAndTouch(VB, KEY, now() + 10));
            assertThat(shown.cas()).isEqualTo(cas);
            assertThat(shown.text()).isEqualTo("value");
            assertThat(get(KEY).cas()).isEqualTo(cas);
        }

        @Test
        void touch_toNever_keepsTheDocument() {
            stored(KEY, Store.set("value").expirySeconds(now() + 10));
            assertThat(succeeded(driver.getAndTouch(VB, KEY, 0)).expirySeconds())
                    .isZero();
            context.clock().advance(Duration.ofSeconds(100));
            succeeded(get(KEY));
        }

        @Test
        void touch_afterExpiry_isMiss() {
            stored(KEY, Store.set("value").expirySeconds(now() + 10));
            context.clock().advance(Duration.ofSeconds(11));
            assertThat(driver.getAndTouch(VB, KEY, now() + 10).status()).isEqualTo(Status.NO_SUCH_KEY);
        }

        @Test
        void touch_intoThePast_endsTheDocument() {
            stored(KEY, Store.set("value"));
            succeeded(driver.getAndTouch(VB, KEY, now() - 10));
            assertThat(get(KEY).status()).isEqualTo(Status.NO_SUCH_KEY);
        }
    }

    @Nested
    class Expiry {
        @Test
        void document_isThereBeforeItsExpiry_andAMissAfter_whetherOrNotAnybodyLooked() {
            stored(KEY, Store.set("value").expirySeconds(now() + 10));
            assertThat(get(KEY).expirySeconds()).isEqualTo(now() + 10);
            context.clock().advance(Duration.ofSeconds(9));
            succeeded(get(KEY));
            context.clock().advance(Duration.ofSeconds(2)); // the clock alone: no task of the engine has run
            assertThat(get(KEY).status()).isEqualTo(Status.NO_SUCH_KEY);
        }

        @Test
        void expired_countsAsMissingForEveryMutation() {
            long cas = expired();
            assertThat(store(KEY, Store.replace("new")).status()).isEqualTo(Status.NO_SUCH_KEY);
            assertThat(store(KEY, Store.set("new").cas(cas)).status()).isEqualTo(Status.NO_SUCH_KEY);
            assertThat(driver.remove(VB, KEY).status()).isEqualTo(Status.NO_SUCH_KEY);
            assertThat(driver.remove(VB, KEY, cas).status()).isEqualTo(Status.NO_SUCH_KEY);
            stored(KEY, Store.add("new"));
            assertThat(get(KEY).text()).isEqualTo("new");
            assertThat(get(KEY).expirySeconds()).isZero();
        }

        @Test
        void expired_isAMissAlsoWhenTheEngineHasSweptIt() {
            expired();
            context.scheduler().advance(Duration.ofHours(2));
            assertThat(get(KEY).status()).isEqualTo(Status.NO_SUCH_KEY);
            stored(KEY, Store.add("new"));
            assertThat(get(KEY).text()).isEqualTo("new");
        }

        @Test
        void sweeping_sparesWhatWasStoredAnew() {
            expired();
            stored(KEY, Store.set("new").expirySeconds(now() + 86_400));
            context.scheduler().advance(Duration.ofHours(2));
            assertThat(succeeded(get(KEY)).text()).isEqualTo("new");
        }

        @Test
        void storedInThePast_isLegalAndAMiss() {
            stored(KEY, Store.set("value").expirySeconds(now() - 10));
            assertThat(get(KEY).status()).isEqualTo(Status.NO_SUCH_KEY);
        }

        @Test
        void expiryBeyond31Bits_survives() {
            long far = 0xffff_fff0L;
            stored(KEY, Store.set("value").expirySeconds(far));
            assertThat(succeeded(get(KEY)).expirySeconds()).isEqualTo(far);
        }

        @Test
        void store_withoutPreserve_replacesTheExpiry() {
            stored(KEY, Store.set("value").expirySeconds(now() + 10));
            stored(KEY, Store.set("value"));
            assertThat(get(KEY).expirySeconds()).isZero();
        }

        @Test
        void store_withPreserve_keepsTheExpiryOfALiveDocument() {
            stored(KEY, Store.set("value").expirySeconds(now() + 10));
            stored(KEY, Store.set("new").expirySeconds(now() + 99).preserveExpiry());
            assertThat(get(KEY).expirySeconds()).isEqualTo(now() + 10);
            stored(KEY, Store.replace("newer").preserveExpiry());
            assertThat(get(KEY).expirySeconds()).isEqualTo(now() + 10);
            assertThat(get(KEY).text()).isEqualTo("newer");
        }

        @Test
        void store_withPreserve_keepsNeverAsWell() {
            stored(KEY, Store.set("value"));
            stored(KEY, Store.set("new").expirySeconds(now() + 99).preserveExpiry());
            assertThat(get(KEY).expirySeconds()).isZero();
        }

        @Test
        void store_withPreserve_ofNothing_usesTheOneGiven() {
            stored(KEY, Store.set("value").expirySeconds(now() + 99).preserveExpiry());
            assertThat(get(KEY).expirySeconds()).isEqualTo(now() + 99);
            Key other = Key.of("expired");
            stored(other, Store.set("value").expirySeconds(now() + 1));
            context.clock().advance(Duration.ofSeconds(2));
            stored(other, Store.set("value").expirySeconds(now() + 50).preserveExpiry());
            assertThat(get(other).expirySeconds()).isEqualTo(now() + 50);
        }

        private long expired() {
            long cas = stored(KEY, Store.set("value").expirySeconds(now() + 10)).cas();
            context.clock().advance(Duration.ofSeconds(11));
            return cas;
        }
    }

    @Nested
    class Locks {
        @Test
        void lock_isRefusedWhereTheEngineHasNone() {
            stored(KEY, Store.set("value"));
            Status status = driver.lock(VB, KEY, 5).status();
            assertThat(status).isEqualTo(supports(Behavior.LOCKS) ? Status.SUCCESS : Status.NOT_SUPPORTED);
            if (!supports(Behavior.LOCKS)) {
                assertThat(driver.unlock(VB, KEY, 1)).isEqualTo(Status.NOT_SUPPORTED);
            }
        }

        @Test
        void lock_ofNothing_isNoSuchKey() {
            if (supports(Behavior.LOCKS)) {
                assertThat(driver.lock(VB, KEY, 5).status()).isEqualTo(Status.NO_SUCH_KEY);
                assertThat(driver.unlock(VB, KEY, 4711)).isEqualTo(Status.NO_SUCH_KEY);
            }
        }

        @Test
        void lock_showsTheDocumentWithACasOfItsOwn_andChangesNothing() {
            if (supports(Behavior.LOCKS)) {
                Answer stored = stored(KEY, Store.set("value").flags(7));
                Answer locked = succeeded(driver.lock(VB, KEY, 5));
                assertThat(locked.text()).isEqualTo("value");
                assertThat(locked.flags()).isEqualTo(7);
                assertThat(locked.cas())
                        .isNotEqualTo(stored.cas())
                        .isNotEqualTo(0)
                        .isNotEqualTo(-1);
                Answer shown = succeeded(get(KEY));
                assertThat(shown.cas()).isEqualTo(stored.cas());
                assertThat(shown.seqno()).isEqualTo(stored.seqno());
                assertThat(shown.locked()).isTrue();
            }
        }

        @Test
        void locked_cannotBeLockedAgain() {
            if (supports(Behavior.LOCKS)) {
                locked(KEY);
                assertThat(driver.lock(VB, KEY, 5).status()).isEqualTo(Status.LOCKED_TEMPORARY);
            }
        }

        @Test
        void store_ofLocked_needsTheCasOfTheLock() {
            if (supports(Behavior.LOCKS)) {
                expect(LifetimeContract.this::locked, Status.SUCCESS, Status.KEY_EXISTS, Status.SUCCESS);
                expect(
                        key -> {
                            locked(key);
                            return 0;
                        },
                        Status.LOCKED,
                        Status.KEY_EXISTS,
                        Status.LOCKED);
                expect(key -> locked(key) + 1, Status.LOCKED, null, Status.LOCKED);
                expect(
                        key -> {
                            locked(key);
                            return get(key).cas();
                        },
                        Status.LOCKED,
                        null,
                        Status.LOCKED);
            }
        }

        @Test
        void remove_ofLocked_needsTheCasOfTheLock() {
            if (supports(Behavior.LOCKS)) {
                long cas = locked(KEY);
                assertThat(driver.remove(VB, KEY).status()).isEqualTo(Status.LOCKED);
                assertThat(driver.remove(VB, KEY, cas + 1).status()).isEqualTo(Status.LOCKED_TEMPORARY);
                assertThat(driver.remove(VB, KEY, get(KEY).cas()).status()).isEqualTo(Status.LOCKED_TEMPORARY);
                succeeded(driver.remove(VB, KEY, cas));
                stored(KEY, Store.add("again"));
                assertThat(get(KEY).locked()).isFalse();
            }
        }

        @Test
        void touch_ofLocked_isLocked() {
            if (supports(Behavior.LOCKS)) {
                locked(KEY);
                assertThat(driver.getAndTouch(VB, KEY, now() + 10).status()).isEqualTo(Status.LOCKED);
                assertThat(get(KEY).expirySeconds()).isZero();
            }
        }

        @Test
        void unlock_needsTheCasOfTheLock_andGivesTheOldCasBack() {
            if (supports(Behavior.LOCKS)) {
                long before = stored(KEY, Store.set("value")).cas();
                long cas = succeeded(driver.lock(VB, KEY, 5)).cas();
                assertThat(driver.unlock(VB, KEY, cas + 1)).isEqualTo(Status.LOCKED_TEMPORARY);
                assertThat(driver.unlock(VB, KEY, before)).isEqualTo(Status.LOCKED_TEMPORARY);
                assertThat(get(KEY).locked()).isTrue();
                assertThat(driver.unlock(VB, KEY, cas)).isEqualTo(Status.SUCCESS);
                assertThat(get(KEY).locked()).isFalse();
                assertThat(get(KEY).cas()).isEqualTo(before);
                assertThat(driver.unlock(VB, KEY, cas)).isEqualTo(Status.NOT_LOCKED);
                stored(KEY, Store.set("new").cas(before));
            }
        }

        @Test
        void lock_endsByItself() {
            if (supports(Behavior.LOCKS)) {
                long cas = locked(KEY); // for 5 seconds
                context.clock().advance(Duration.ofSeconds(4));
                assertThat(store(KEY, Store.set("new")).status()).isEqualTo(Status.LOCKED);
                context.clock().advance(Duration.ofSeconds(2));
                assertThat(get(KEY).locked()).isFalse();
                assertThat(driver.unlock(VB, KEY, cas)).isEqualTo(Status.NOT_LOCKED);
                assertThat(store(KEY, Store.set("new").cas(cas)).status()).isEqualTo(Status.KEY_EXISTS);
                succeeded(driver.lock(VB, KEY, 5));
            }
        }

        @Test
        void lock_goesByTheTimeThatPasses_notByTheWall() {
            if (supports(Behavior.LOCKS)) {
                locked(KEY);
                context.clock().jumpWall(Duration.ofHours(1));
                assertThat(get(KEY).locked()).isTrue();
            }
        }

        @Test
        void expired_cannotBeLocked_andItsLockGoesWithIt() {
            if (supports(Behavior.LOCKS)) {
                stored(KEY, Store.set("value").expirySeconds(now() + 2));
                succeeded(driver.lock(VB, KEY, 25));
                context.clock().advance(Duration.ofSeconds(3));
                assertThat(driver.lock(VB, KEY, 5).status()).isEqualTo(Status.NO_SUCH_KEY);
                stored(KEY, Store.add("new"));
                assertThat(get(KEY).locked()).isFalse();
                stored(KEY, Store.set("newer"));
            }
        }

        @Test
        void locksOfTwoKeys_areTwo() {
            if (supports(Behavior.LOCKS)) {
                locked(KEY);
                Key other = Key.of(8, "key");
                stored(other, Store.set("value"));
                assertThat(get(other).locked()).isFalse();
                stored(other, Store.set("new"));
            }
        }
    }

    private long locked(Key key) {
        stored(key, Store.set("old"));
        return succeeded(driver.lock(VB, key, 5)).cas();
    }

    @Nested
    class Tombstones {
        @Test
        void alive_isNotSeenByTheFilterForDeleted() {
            stored(KEY, Store.set("value"));
            assertThat(driver.get(VB, KEY, DocumentFilter.DELETED).status()).isEqualTo(Status.NO_SUCH_KEY);
            Answer shown = succeeded(driver.get(VB, KEY, DocumentFilter.ALIVE_OR_DELETED));
            assertThat(shown.deleted()).isFalse();
            assertThat(shown.text()).isEqualTo("value");
        }

        @Test
        void removed_isSeenByFiltersForDeleted_orByNone() {
            stored(KEY, Store.set("value"));
            long cas = succeeded(driver.remove(VB, KEY)).cas();
            for (DocumentFilter filter :
                    new DocumentFilter[] {DocumentFilter.DELETED, DocumentFilter.ALIVE_OR_DELETED}) {
                Answer shown = driver.get(VB, KEY, filter);
                if (supports(Behavior.TOMBSTONES)) {
                    assertThat(succeeded(shown).deleted()).isTrue();
                    assertThat(shown.cas()).isEqualTo(cas);
                    assertThat(shown.value()).isEmpty();
                } else {
                    assertThat(shown.status()).isEqualTo(Status.NO_SUCH_KEY);
                }
            }
        }

        @Test
        void expired_countsAsDeleted() {
            stored(KEY, Store.set("value").expirySeconds(now() + 1));
            context.clock().advance(Duration.ofSeconds(2));
            Answer shown = driver.get(VB, KEY, DocumentFilter.ALIVE_OR_DELETED);
            if (supports(Behavior.TOMBSTONES)) {
                assertThat(succeeded(shown).deleted()).isTrue();
            } else {
                assertThat(shown.status()).isEqualTo(Status.NO_SUCH_KEY);
            }
        }

        @Test
        void expired_keepsTheXattrsOfTheSystem() {
            if (!supports(Behavior.TOMBSTONES) || !supports(Behavior.EXPIRED_XATTRS)) {
                return;
            }
            byte[] both = section("_s\u00001\u0000", "user\u00002\u0000");
            byte[] system = section("_s\u00001\u0000");
            byte[] value = Arrays.copyOf(both, both.length + 4);
            stored(
                    KEY,
                    Store.of(StoreMode.SET, value)
                            .datatype(Datatype.XATTR)
                            .flags(7)
                            .expirySeconds(now() + 1));
            context.clock().advance(Duration.ofSeconds(2));
            expectTombstone(system);
            assertThat(driver.remove(VB, KEY).status()).as("whoever comes by").isEqualTo(Status.NO_SUCH_KEY);
            expectTombstone(system);
        }

        private void expectTombstone(byte[] value) {
            Answer shown = succeeded(driver.get(VB, KEY, DocumentFilter.ALIVE_OR_DELETED));
            assertThat(shown.deleted()).isTrue();
            assertThat(shown.value()).isEqualTo(value);
            assertThat(shown.datatype()).isEqualTo(Datatype.XATTR);
            assertThat(shown.flags()).isZero();
        }

        /** A section of attributes, each as it is behind its length. */
        private byte[] section(String... pairs) {
            ByteBuffer section = ByteBuffer.allocate(200).putInt(0);
            for (String pair : pairs) {
                byte[] bytes = pair.getBytes(StandardCharsets.US_ASCII);
                section.putInt(bytes.length).put(bytes);
            }
            section.putInt(0, section.position() - Integer.BYTES);
            return Arrays.copyOf(section.array(), section.position());
        }

        @Test
        void deletedStore_isATombstoneWithAValue_orIsNotSupported() {
            Answer answer =
                    store(KEY, Store.set("xattrs").datatype(Datatype.XATTR).asDeleted());
            if (!supports(Behavior.DELETED_STORES)) {
                assertThat(answer.status()).isEqualTo(Status.NOT_SUPPORTED);
                return;
            }
            succeeded(answer);
            assertThat(get(KEY).status()).isEqualTo(Status.NO_SUCH_KEY);
            Answer shown = succeeded(driver.get(VB, KEY, DocumentFilter.DELETED));
            assertThat(shown.text()).isEqualTo("xattrs");
            assertThat(shown.datatype()).isEqualTo(Datatype.XATTR);
            assertThat(shown.deleted()).isTrue();
            assertThat(shown.cas()).isEqualTo(answer.cas());
            assertThat(driver.remove(VB, KEY).status()).isEqualTo(Status.NO_SUCH_KEY);
        }

        @Test
        void deletedStore_takesTheLiveDocumentAway() {
            if (supports(Behavior.DELETED_STORES)) {
                long cas = stored(KEY, Store.set("value")).cas();
                stored(KEY, Store.set("xattrs").cas(cas).asDeleted());
                assertThat(get(KEY).status()).isEqualTo(Status.NO_SUCH_KEY);
            }
        }

        @Test
        void storesThatLookAtTombstones_goByTheSameTable() {
            if (supports(Behavior.DELETED_STORES)) {
                long cas = stored(KEY, Store.set("xattrs").asDeleted()).cas();
                DocumentFilter both = DocumentFilter.ALIVE_OR_DELETED;
                assertThat(store(KEY, Store.add("x").existing(both)).status()).isEqualTo(Status.KEY_EXISTS);
                assertThat(store(KEY, Store.set("x").existing(both).cas(cas + 1))
                                .status())
                        .isEqualTo(Status.KEY_EXISTS);
                assertThat(store(KEY, Store.replace("x").cas(cas)).status()).isEqualTo(Status.NO_SUCH_KEY);
                long next = stored(
                                KEY,
                                Store.replace("more")
                                        .existing(DocumentFilter.DELETED)
                                        .cas(cas)
                                        .asDeleted())
                        .cas();
                assertThat(driver.get(VB, KEY, DocumentFilter.DELETED).text()).isEqualTo("more");
                stored(KEY, Store.set("revived").existing(both).cas(next));
                assertThat(get(KEY).text()).isEqualTo("revived");
            }
        }
    }

    @Nested
    class Patches {
        private final ValuePatch stamp = (array, offset, length, cas, seqno) ->
                ByteBuffer.wrap(array, offset, length).putLong(cas).putLong(seqno);

        @Test
        void patch_writesCasAndSeqnoIntoTheValue_orIsNotSupported() {
            Answer answer = store(KEY, Store.set("cas.....seqno...rest").patch(stamp));
            if (!supports(Behavior.VALUE_PATCHES)) {
                assertThat(answer.status()).isEqualTo(Status.NOT_SUPPORTED);
                assertThat(get(KEY).status()).isEqualTo(Status.NO_SUCH_KEY);
                return;
            }
            succeeded(answer);
            ByteBuffer value = ByteBuffer.wrap(get(KEY).value());
            assertThat(value.getLong()).isEqualTo(answer.cas());
            assertThat(value.getLong()).isEqualTo(answer.seqno());
            assertThat(value.remaining()).isEqualTo(4);
        }

        @Test
        void patch_ofARefusedStore_isNotSeen() {
            if (supports(Behavior.VALUE_PATCHES)) {
                stored(KEY, Store.set("this is there before"));
                store(KEY, Store.add("cas.....seqno...rest").patch(stamp));
                assertThat(get(KEY).text()).isEqualTo("this is there before");
            }
        }
    }

    @Nested
    class Durability {
        @Test
        void majority_isReachedByOneNode_orRefused() {
            durable(DurabilityLevel.MAJORITY, supports(Behavior.MAJORITY));
        }

        @Test
        void persistOnMaster_isReached_orRefused() {
            durable(DurabilityLevel.MAJORITY_AND_PERSIST_ON_MASTER, supports(Behavior.PERSISTENT_DURABILITY));
        }

        @Test
        void persistToMajority_isReached_orRefused() {
            durable(DurabilityLevel.PERSIST_TO_MAJORITY, supports(Behavior.PERSISTENT_DURABILITY));
        }

        @Test
        void missingReplica_makesTheMajorityImpossible_andLeavesNoTrace() {
            if (supports(Behavior.MAJORITY)) {
                long cas = stored(KEY, Store.set("before")).cas();
                context.chain(0, -1);
                refused(DurabilityLevel.MAJORITY, Status.DURABILITY_IMPOSSIBLE, cas);
                context.chain(0, -1, -1);
                refused(DurabilityLevel.MAJORITY, Status.DURABILITY_IMPOSSIBLE, cas);
                context.chain(0);
                context.proposedChain(0, -1);
                refused(DurabilityLevel.MAJORITY, Status.DURABILITY_IMPOSSIBLE, cas);
                stored(KEY, Store.set("an ordinary write"));
            }
        }

        @Test
        void vbucketWithoutAChain_isATemporaryFailure() {
            if (supports(Behavior.MAJORITY)) {
                long cas = stored(KEY, Store.set("before")).cas();
                context.chain();
                refused(DurabilityLevel.MAJORITY, Status.TEMPORARY_FAILURE, cas);
            }
        }

        @Test
        void levelTooHigh_comesBeforeTheTopology() {
            if (!supports(Behavior.PERSISTENT_DURABILITY)) {
                long cas = stored(KEY, Store.set("before")).cas();
                context.chain(0, -1);
                refused(DurabilityLevel.PERSIST_TO_MAJORITY, Status.DURABILITY_INVALID_LEVEL, cas);
            }
        }

        /** Whatever the CAS: durability is looked at first. */
        private void refused(DurabilityLevel level, Status expected, long cas) {
            long deadline = context.clock().nanoTime() + Duration.ofSeconds(30).toNanos();
            for (long given : new long[] {0, cas, 4711}) {
                assertThat(store(KEY, Store.set("after").cas(given).durability(level, deadline))
                                .status())
                        .isEqualTo(expected);
                assertThat(driver.remove(VB, KEY, given, level, deadline).status())
                        .isEqualTo(expected);
            }
            assertThat(store(KEY, Store.add("after").durability(level, deadline))
                            .status())
                    .isEqualTo(expected);
            assertThat(get(KEY).cas()).isEqualTo(cas);
        }

        private void durable(DurabilityLevel level, boolean supported) {
            long deadline = context.clock().nanoTime() + Duration.ofSeconds(30).toNanos();
            Answer answer = store(KEY, Store.set("value").durability(level, deadline));
            if (supported) {
                succeeded(answer);
                assertThat(get(KEY).text()).isEqualTo("value");
                succeeded(driver.remove(VB, KEY, answer.cas(), level, deadline));
                assertThat(get(KEY).status()).isEqualTo(Status.NO_SUCH_KEY);
            } else {
                assertThat(answer.status()).isEqualTo(Status.DURABILITY_INVALID_LEVEL);
                assertThat(get(KEY).status()).isEqualTo(Status.NO_SUCH_KEY);
                stored(KEY, Store.set("value"));
                assertThat(driver.remove(VB, KEY, 0, level, deadline).status())
                        .isEqualTo(Status.DURABILITY_INVALID_LEVEL);
                succeeded(get(KEY));
            }
        }
    }
}
