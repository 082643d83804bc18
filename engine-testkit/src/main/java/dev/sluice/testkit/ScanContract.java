package dev.sluice.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.engine.Datatype;
import dev.sluice.engine.RangeScans;
import dev.sluice.engine.Status;
import dev.sluice.engine.VBucketState;
import dev.sluice.testkit.EngineDriver.OpenedScan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The contract of range scans: order, bounds, and a view that nothing changes any more. */
abstract class ScanContract extends CollectionContract {
    @Test
    void rangeScans_areThere_orNot() {
        checkCapability(Behavior.RANGE_SCANS, RangeScans.class);
    }

    private OpenedScan open(RangeScans.Request request) {
        return driver.openScan(VB, request);
    }

    private OpenedScan openAll() {
        return open(request(new byte[0], null));
    }

    private static RangeScans.Request request(byte[] start, byte @Nullable [] end) {
        return new RangeScans.Request(0, start, end, false, 0, 0, false, 0);
    }

    private static List<String> keys(OpenedScan scan) {
        assertThat(scan.status()).isEqualTo(Status.SUCCESS);
        return scan.drain().stream().map(Answer::keyText).toList();
    }

    private void store(String... keys) {
        for (String key : keys) {
            stored(Key.of(key), Store.set("value of " + key));
        }
    }

    @Nested
    class Ranges {
        @BeforeEach
        void skipWithoutScans() {
            assumeTrue(supports(Behavior.RANGE_SCANS));
        }

        @Test
        void emptyBucket_isNoSuchKey() {
            assertThat(openAll().status()).isEqualTo(Status.NO_SUCH_KEY);
        }

        @Test
        void bounds_areInclusiveAndExclusive() {
            store("a", "b", "ba", "c", "d");
            assertThat(keys(open(request(utf8("b"), utf8("d"))))).containsExactly("b", "ba", "c");
            assertThat(keys(open(request(utf8("bb"), utf8("cc"))))).containsExactly("c");
            assertThat(keys(open(request(new byte[0], utf8("b"))))).containsExactly("a");
            assertThat(keys(open(request(utf8("ba"), null)))).containsExactly("ba", "c", "d");
            assertThat(keys(open(request(utf8("b\0"), utf8("ba\0"))))).containsExactly("ba");
            assertThat(keys(openAll())).containsExactly("a", "b", "ba", "c", "d");
        }

        @Test
        void rangeWithNothingInIt_isNoSuchKey() {
            store("a", "c");
            assertThat(open(request(utf8("b"), utf8("c"))).status()).isEqualTo(Status.NO_SUCH_KEY);
            assertThat(open(request(utf8("d"), null)).status()).isEqualTo(Status.NO_SUCH_KEY);
            assertThat(open(request(utf8("c"), utf8("a"))).status())
                    .as("the wrong way round")
                    .isEqualTo(Status.NO_SUCH_KEY);
            assertThat(open(request(utf8("c"), utf8("c"))).status()).isEqualTo(Status.NO_SUCH_KEY);
        }

        @Test
        void order_isThatOfUnsignedBytes() {
            Random random = new Random(seed);
            List<byte[]> keys = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                byte[] key = new byte[1 + random.nextInt(4)];
                for (int j = 0; j < key.length; j++) {
                    key[j] = (byte) (random.nextInt(4) * 85); // 0x00, 0x55, 0xaa, 0xff
                }
                keys.add(key);
                stored(Key.of(0, key), Store.set("value"));
            }
            List<String> expected = keys.stream()
                    .sorted(Arrays::compareUnsigned)
                    .map(Arrays::toString)
                    .distinct()
                    .toList();
            assertThat(openAll().drain().stream().map(Answer::key).map(Arrays::toString))
                    .containsExactlyElementsOf(expected);
        }

        @Test
        void otherCollectionsAndVBuckets_areNotSeen() {
            store("mine");
            stored(Key.of(8, "other"), Store.set("value"));
            stored(Key.of(-1, "another"), Store.set("value"));
            succeeded(driver.store(1, Key.of("elsewhere"), Store.set("value")));
            assertThat(keys(openAll())).containsExactly("mine");
            RangeScans.Request other = new RangeScans.Request(8, new byte[0], null, false, 0, 0, false, 0);
            List<Answer> shown = open(other).drain();
            assertThat(shown).hasSize(1);
            assertThat(shown.get(0).collection()).isEqualTo(8);
            assertThat(shown.get(0).keyText()).isEqualTo("other");
            RangeScans.Request last = new RangeScans.Request(-1, new byte[0], null, false, 0, 0, false, 0);
            assertThat(keys(open(last))).containsExactly("another");
        }

        @Test
        void vbucketBeyondTheCount_isNotMine() {
            RangeScans.Request request = request(new byte[0], null);
            assertThat(driver.openScan(VBUCKETS, request).status()).isEqualTo(Status.NOT_MY_VBUCKET);
        }

        @Test
        void document_isShownWithEverything() {
            long expiry = context.clock().wallSeconds() + 10;
            Answer stored = stored(
                    Key.of("key"),
                    Store.set("value").flags(7).datatype(Datatype.JSON).expirySeconds(expiry));
            Answer shown = openAll().drain().get(0);
            assertThat(shown.keyText()).isEqualTo("key");
            assertThat(shown.text()).isEqualTo("value");
            assertThat(shown.flags()).isEqualTo(7);
            assertThat(shown.datatype()).isEqualTo(Datatype.JSON);
            assertThat(shown.expirySeconds()).isEqualTo(expiry);
            assertThat(shown.cas()).isEqualTo(stored.cas());
            assertThat(shown.seqno()).isEqualTo(stored.seqno());
            assertThat(shown.deleted()).isFalse();
        }

        @Test
        void keysOnly_showsKeys() {
            store("a", "b");
            RangeScans.Request request = new RangeScans.Request(0, new byte[0], null, true, 0, 0, false, 0);
            assertThat(keys(open(request))).containsExactly("a", "b");
        }

        @Test
        void removedAndExpired_areNotSeen() {
            store("a", "b", "d");
            stored(Key.of("c"), Store.set("short").expirySeconds(context.clock().wallSeconds() + 1));
            succeeded(driver.remove(VB, Key.of("b")));
            context.clock().advance(Duration.ofSeconds(2));
            assertThat(keys(openAll())).containsExactly("a", "d");
        }

        @Test
        void collectionCount_isAboutRight() {
            for (int i = 0; i < 100; i++) {
                store("key " + i);
            }
            OpenedScan scan = open(request(utf8("key 5"), utf8("key 6")));
            assertThat(scan.collectionCount()).isBetween(50L, 200L);
            scan.close();
        }

        @Test
        void thousands_comeEachOnce_inOrder() {
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < 3_000; i++) {
                store("key " + i);
                expected.add("key " + i);
            }
            expected.sort(Comparator.naturalOrder());
            assertThat(keys(openAll())).isEqualTo(expected);
        }
    }

    @Nested
    class Views {
        @BeforeEach
        void skipWithoutScans() {
            assumeTrue(supports(Behavior.RANGE_SCANS));
        }

        @Test
        void laterMutations_areNotSeen() {
            store("b", "d", "f", "h");
            OpenedScan scan = openAll();
            assertThat(scan.next().keyText()).isEqualTo("b");
            stored(Key.of("b"), Store.set("new"));
            stored(Key.of("d"), Store.set("new"));
            succeeded(driver.remove(VB, Key.of("f")));
            stored(Key.of("a"), Store.set("new"));
            stored(Key.of("e"), Store.set("new"));
            stored(Key.of("i"), Store.set("new"));
            List<Answer> rest = scan.drain();
            assertThat(rest.stream().map(Answer::keyText)).containsExactly("d", "f", "h");
            assertThat(rest.stream().map(Answer::text)).containsExactly("value of d", "value of f", "value of h");
            assertThat(keys(openAll())).containsExactly("a", "b", "d", "e", "h", "i");
        }

        @Test
        void manyVersionsOfADocument_leaveTheViewAlone() {
            store("a", "b");
            OpenedScan scan = openAll();
            for (int i = 0; i < 50; i++) {
                stored(Key.of("b"), Store.set("version " + i));
                succeeded(driver.remove(VB, Key.of("b")));
                stored(Key.of("b"), Store.add("again " + i));
            }
            assertThat(scan.drain().stream().map(Answer::text)).containsExactly("value of a", "value of b");
        }

        @Test
        void touches_areMutationsLikeOthers() {
            store("a");
            OpenedScan scan = openAll();
            succeeded(driver.getAndTouch(VB, Key.of("a"), context.clock().wallSeconds() + 100));
            assertThat(scan.drain().get(0).expirySeconds()).isZero();
        }

        @Test
        void scansOpenedAtDifferentTimes_seeDifferentViews() {
            store("a");
            OpenedScan first = openAll();
            store("b");
            OpenedScan second = openAll();
            OpenedScan third = openAll();
            succeeded(driver.remove(VB, Key.of("a")));
            store("c");
            assertThat(second.next().keyText()).isEqualTo("a");
            assertThat(keys(first)).containsExactly("a");
            assertThat(keys(second)).containsExactly("b");
            assertThat(keys(third)).containsExactly("a", "b");
        }

        @Test
        void mutationsBetweenAllSteps_changeNothing() {
            Random random = new Random(seed);
            List<String> before = new ArrayList<>();
            for (int i = 100; i < 300; i += 2) {
                store("key " + i);
                before.add("value of key " + i);
            }
            OpenedScan scan = openAll();
            List<String> shown = new ArrayList<>();
            for (Answer next = scan.next(); next.succeeded(); next = scan.next()) {
                shown.add(next.text());
                Key key = Key.of("key " + (100 + random.nextInt(200)));
                if (random.nextBoolean()) {
                    stored(key, Store.set("new"));
                } else {
                    driver.remove(VB, key);
                }
            }
            scan.close();
            assertThat(shown).isEqualTo(before);
        }

        @Test
        void close_isIdempotent_atAnyMoment() {
            store("a", "b");
            OpenedScan unused = openAll();
            unused.close();
            unused.close();
            OpenedScan begun = openAll();
            begun.next();
            begun.close();
            begun.close();
            stored(Key.of("a"), Store.set("new"));
            assertThat(keys(openAll())).containsExactly("a", "b");
        }

        @Test
        void end_staysTheEnd() {
            store("a");
            OpenedScan scan = openAll();
            scan.next();
            assertThat(scan.next().status()).isEqualTo(Status.NO_SUCH_KEY);
            assertThat(scan.next().status()).isEqualTo(Status.NO_SUCH_KEY);
            scan.close();
        }

        @Test
        void cancelledWhileOpening_harmsNobody() {
            store("a");
            RangeScans scans = capability(RangeScans.class);
            RangeScans.Holder holder = new RangeScans.Holder();
            EngineDriver.Command command =
                    driver.start(cookie -> scans.open(cookie, VB, request(new byte[0], null), holder));
            if (!command.done()) {
                command.cancel();
            }
            context.scheduler().runAll();
            RangeScans.Scan scan = holder.scan();
            if (scan != null) {
                scan.close();
            }
            assertThat(keys(openAll())).containsExactly("a");
        }

        @Test
        void scan_ofAVBucketThatIsNoLongerActive_ends() {
            if (supports(Behavior.VBUCKETS)) {
                store("a", "b");
                OpenedScan scan = openAll();
                setState(VB, VBucketState.REPLICA);
                assertThat(scan.next().status()).isEqualTo(Status.NOT_MY_VBUCKET);
                scan.close();
                assertThat(openAll().status()).isEqualTo(Status.NOT_MY_VBUCKET);
            }
        }
    }

    @Nested
    class SnapshotRequirements {
        @BeforeEach
        void skipWithoutScans() {
            assumeTrue(supports(Behavior.RANGE_SCANS) && supports(Behavior.SEQNOS));
        }

        @Test
        void uuid_mustBeThatOfTheVBucket() {
            Answer stored = stored(Key.of("a"), Store.set("value"));
            assertThat(open(requiring(stored.vbucketUuid() + 1, 0, false, 0)).status())
                    .isEqualTo(Status.VBUCKET_UUID_MISMATCH);
            assertThat(keys(open(requiring(stored.vbucketUuid(), 0, false, 0)))).containsExactly("a");
        }

        @Test
        void seqnoThatWasReached_isFine() {
            Answer stored = stored(Key.of("a"), Store.set("value"));
            assertThat(keys(open(requiring(stored.vbucketUuid(), stored.seqno(), true, 0))))
                    .containsExactly("a");
        }

        @Test
        void seqnoThatWasNotReached_isTemporaryFailure() {
            Answer stored = stored(Key.of("a"), Store.set("value"));
            assertThat(open(requiring(0, stored.seqno() + 1, false, 0)).status())
                    .isEqualTo(Status.TEMPORARY_FAILURE);
        }

        @Test
        void seqnoThatMustExist_andWasOverwritten_isNotStored() {
            Answer stored = stored(Key.of("a"), Store.set("value"));
            stored(Key.of("a"), Store.set("new"));
            assertThat(open(requiring(0, stored.seqno(), true, 0)).status()).isEqualTo(Status.NOT_STORED);
            assertThat(keys(open(requiring(0, stored.seqno(), false, 0)))).containsExactly("a");
        }

        @Test
        void seqnoThatComesInTime_isWaitedFor() {
            Answer stored = stored(Key.of("a"), Store.set("value"));
            RangeScans scans = capability(RangeScans.class);
            RangeScans.Holder holder = new RangeScans.Holder();
            RangeScans.Request request = requiring(0, stored.seqno() + 1, false, deadline());
            EngineDriver.Command command = driver.start(cookie -> scans.open(cookie, VB, request, holder));
            assertThat(command.done()).isFalse();
            EngineDriver other = newDriver();
            succeeded(other.store(VB, Key.of("b"), Store.set("value")));
            assertThat(command.await().status()).isEqualTo(Status.SUCCESS);
            requireNonNull(holder.scan()).close();
        }

        @Test
        void seqnoThatDoesNotComeInTime_isTemporaryFailure() {
            Answer stored = stored(Key.of("a"), Store.set("value"));
            RangeScans scans = capability(RangeScans.class);
            RangeScans.Holder holder = new RangeScans.Holder();
            RangeScans.Request request = requiring(0, stored.seqno() + 1, false, deadline());
            EngineDriver.Command command = driver.start(cookie -> scans.open(cookie, VB, request, holder));
            context.scheduler().advance(Duration.ofSeconds(11));
            assertThat(command.await().status()).isEqualTo(Status.TEMPORARY_FAILURE);
        }

        private long deadline() {
            return context.clock().nanoTime() + Duration.ofSeconds(10).toNanos();
        }

        private RangeScans.Request requiring(long uuid, long seqno, boolean mustExist, long deadlineNanos) {
            return new RangeScans.Request(0, new byte[0], null, false, uuid, seqno, mustExist, deadlineNanos);
        }
    }
}
