package dev.sluice.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.DurabilityLevel;
import dev.sluice.engine.Engine;
import dev.sluice.engine.RangeScans;
import dev.sluice.engine.Statistic;
import dev.sluice.engine.Status;
import dev.sluice.engine.async.StoredRecord;
import dev.sluice.testkit.EngineDriver.Command;
import dev.sluice.testkit.EngineDriver.OpenedScan;
import dev.sluice.testkit.SimulatedAsyncStore.Mishap;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What the adapter makes of stores that fail, are slow, are overtaken or lose their mind. */
class AsyncEngineTest {
    private static final Key KEY = Key.of("key");

    private final TestEngineContext context = new TestEngineContext(3);
    private final SimulatedAsyncStore.Provider provider = new SimulatedAsyncStore.Provider(20);
    private Engine engine;
    private SimulatedAsyncStore store;
    private EngineDriver driver;

    @BeforeEach
    void create() throws Exception {
        engine = provider.create(TestBucketConfiguration.of(provider), context);
        store = provider.store;
        driver = new EngineDriver(engine, context.scheduler(), 3);
    }

    @AfterEach
    void settle() {
        context.scheduler().runAll();
        driver.verify();
        assertThat(context.scheduler().failures()).isEmpty();
        assertThat(context.memory().usedBytes())
                .as("charged and not given back")
                .isZero();
        context.close();
    }

    private Map<String, String> statistics() {
        Map<String, String> statistics = new TreeMap<>();
        Iterator<Statistic> all = engine.statistics("", "");
        while (all.hasNext()) {
            Statistic statistic = all.next();
            statistics.put(statistic.name(), statistic.value());
        }
        return statistics;
    }

    @Nested
    class Failures {
        @Test
        void writeThatWasSurelyNotApplied_isTemporaryFailure() {
            store.mishaps.add(Mishap.NOT_APPLIED);
            assertThat(driver.store(0, KEY, Store.set("value")).status()).isEqualTo(Status.TEMPORARY_FAILURE);
            assertThat(driver.get(0, KEY).status()).isEqualTo(Status.NO_SUCH_KEY);
            assertThat(statistics()).containsEntry("store_failures", "1").containsEntry("writes_undecided", "0");
        }

        @Test
        void writeThatFailed_isUndecided_whetherOrNotItHappened() {
            store.mishaps.addAll(List.of(Mishap.FAILS_UNAPPLIED, Mishap.FAILS_APPLIED));
            assertThat(driver.store(0, KEY, Store.set("value")).status()).isEqualTo(Status.UNDECIDED);
            assertThat(driver.get(0, KEY).status()).isEqualTo(Status.NO_SUCH_KEY);
            assertThat(driver.store(0, KEY, Store.set("value")).status()).isEqualTo(Status.UNDECIDED);
            assertThat(driver.get(0, KEY).text()).isEqualTo("value");
            assertThat(statistics()).containsEntry("writes_undecided", "2");
        }

        @Test
        void removalAndTouchThatFailed_areUndecided() {
            driver.store(0, KEY, Store.set("value"));
            store.mishaps.addAll(List.of(Mishap.FAILS_UNAPPLIED, Mishap.FAILS_UNAPPLIED));
            assertThat(driver.getAndTouch(0, KEY, context.clock().wallSeconds() + 9)
                            .status())
                    .isEqualTo(Status.UNDECIDED);
            assertThat(driver.remove(0, KEY).status()).isEqualTo(Status.UNDECIDED);
            assertThat(driver.get(0, KEY).text()).isEqualTo("value");
        }

        @Test
        void storeThatThrows_costsThatCommand() {
            store.mishaps.add(Mishap.THROWS);
            assertThat(driver.store(0, KEY, Store.set("value")).status()).isEqualTo(Status.UNDECIDED);
            assertThat(driver.store(0, KEY, Store.set("value")).status()).isEqualTo(Status.SUCCESS);
        }

        @Test
        void damagedRecord_isFailed_andNotServed() {
            driver.store(0, KEY, Store.set("value"));
            Map.Entry<byte[], StoredRecord> entry = store.records().firstEntry();
            byte[] damaged = entry.getValue().bytes().clone();
            damaged[damaged.length - 1] ^= 1;
            store.records().put(entry.getKey(), StoredRecord.of(entry.getKey(), damaged, "damaged"));
            assertThat(driver.get(0, KEY).status()).isEqualTo(Status.FAILED);
            assertThat(driver.store(0, KEY, Store.set("new")).status()).isEqualTo(Status.FAILED);
        }

        @Test
        void undecidedWrite_doesNotUnlock() {
            driver.store(0, KEY, Store.set("value"));
            long cas = driver.lock(0, KEY, 10).cas();
            store.mishaps.add(Mishap.FAILS_UNAPPLIED);
            assertThat(driver.store(0, KEY, Store.set("new").cas(cas)).status()).isEqualTo(Status.UNDECIDED);
            assertThat(driver.get(0, KEY).locked()).isTrue();
        }
    }

    @Nested
    class OtherWriters {
        @Test
        void overtakenWrite_decidesAnew() {
            store.mishaps.addAll(List.of(Mishap.OVERTAKEN, Mishap.OVERTAKEN));
            assertThat(driver.store(0, KEY, Store.set("value")).status()).isEqualTo(Status.SUCCESS);
            assertThat(driver.get(0, KEY).revSeqno()).isEqualTo(1);
            assertThat(statistics()).containsEntry("writes_overtaken", "2");
        }

        @Test
        void writeThatIsAlwaysOvertaken_isTemporaryFailure() {
            for (int i = 0; i < 100; i++) {
                store.mishaps.add(Mishap.OVERTAKEN);
            }
            assertThat(driver.store(0, KEY, Store.set("value")).status()).isEqualTo(Status.TEMPORARY_FAILURE);
            store.mishaps.clear();
        }

        @Test
        void patchedValue_isPatchedWithTheCasOfTheAttemptThatSucceeded() {
            store.mishaps.add(Mishap.OVERTAKEN);
            Answer answer = driver.store(
                    0,
                    KEY,
                    Store.set("12345678")
                            .patch((array, offset, length, cas, seqno) ->
                                    ByteBuffer.wrap(array, offset, length).putLong(cas)));
            assertThat(ByteBuffer.wrap(driver.get(0, KEY).value()).getLong()).isEqualTo(answer.cas());
        }
    }

    @Nested
    class Bounds {
        @Test
        void operationsBeyondTheBound_areTemporaryFailures_andRoomComesBack() {
            List<Command> commands = new ArrayList<>();
            for (int i = 0; i < 25; i++) {
                commands.add(driver.startStore(0, Key.of("key " + i % 3), Store.set("value")));
            }
            List<Status> statuses =
                    commands.stream().map(command -> command.await().status()).toList();
            assertThat(statuses.subList(0, 20)).containsOnly(Status.SUCCESS);
            assertThat(statuses.subList(20, 25)).containsOnly(Status.TEMPORARY_FAILURE);
            assertThat(driver.store(0, KEY, Store.set("value")).status()).isEqualTo(Status.SUCCESS);
            assertThat(statistics()).containsEntry("operations_refused", "5");
        }

        @Test
        void valuesUnderWay_countAgainstTheQuota() {
            context.memory().setQuotaBytes(2_500);
            Store thousand = Store.set("x".repeat(1_000));
            List<Command> commands = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                commands.add(driver.startStore(0, Key.of("key " + i), thousand));
            }
            assertThat(commands.stream().map(command -> command.await().status()))
                    .containsExactly(Status.SUCCESS, Status.SUCCESS, Status.TEMPORARY_FAILURE);
        }

        @Test
        void commandsBehindOneThatNeverEnds_giveTheirPlacesBackWhenTheirClientsGo() {
            store.mishaps.add(Mishap.NEVER_COMPLETES);
            Command hanging = driver.startStore(0, KEY, Store.set("hangs"));
            context.scheduler().runAll();
            for (int i = 0; i < 100; i++) {
                Command behind = driver.startStore(0, KEY, Store.set("behind"));
                assertThat(behind.done()).isFalse();
                behind.cancel();
            }
            assertThat(statistics()).containsEntry("operations_under_way", "1");
            assertThat(driver.store(0, Key.of("other"), Store.set("value")).status())
                    .isEqualTo(Status.SUCCESS);
            hanging.cancel();
            context.memory().charge(-context.memory().usedBytes()); // the store has the record for ever
        }
    }

    @Nested
    class Endings {
        @Test
        void durableWriteThatMissesItsDeadline_isUndecided_andOneBehindItDidNotHappen() {
            store.mishaps.add(Mishap.NEVER_COMPLETES);
            long deadline = context.clock().nanoTime() + Duration.ofSeconds(2).toNanos();
            Command first =
                    driver.startStore(0, KEY, Store.set("value").durability(DurabilityLevel.MAJORITY, deadline));
            Command second =
                    driver.startStore(0, KEY, Store.set("value").durability(DurabilityLevel.MAJORITY, deadline));
            context.scheduler().advance(Duration.ofSeconds(3));
            assertThat(first.await().status()).isEqualTo(Status.UNDECIDED);
            assertThat(second.await().status()).isEqualTo(Status.TEMPORARY_FAILURE);
            context.memory().charge(-context.memory().usedBytes());
        }

        @Test
        void cancelBlocked_saysOfEachWhatIsKnown() {
            store.mishaps.add(Mishap.NEVER_COMPLETES);
            Command writing = driver.startStore(0, KEY, Store.set("value"));
            context.scheduler().runAll();
            Command behind = driver.startStore(0, KEY, Store.set("value"));
            engine.cancelBlocked();
            assertThat(writing.await().status()).isEqualTo(Status.UNDECIDED);
            assertThat(behind.await().status()).isEqualTo(Status.CANCELLED);
            assertThat(driver.get(0, KEY).status()).isEqualTo(Status.TEMPORARY_FAILURE);
            context.memory().charge(-context.memory().usedBytes());
        }

        @Test
        void orderlyClose_waitsForWhatIsWithTheStore() {
            Command command = driver.startStore(0, KEY, Store.set("value"));
            while (store.records().isEmpty()) {
                context.scheduler().runOne();
            }
            driver.background(() -> {
                engine.close(false);
                return true;
            });
            assertThat(store.closed).isTrue();
            assertThat(statistics()).containsEntry("operations_under_way", "0");
            assertThat(command.cookie().notified()).isIn(Status.SUCCESS, Status.UNDECIDED);
        }

        @Test
        void withdrawnWrite_thatWasNotBegun_neverHappens() {
            Command command = driver.startStore(0, KEY, Store.set("value"));
            command.cancel();
            context.scheduler().runAll();
            assertThat(store.records()).isEmpty();
        }
    }

    @Nested
    class Expiry {
        @Test
        void expiredRecord_isTakenAwayByTheReadThatMeetsIt() {
            driver.store(
                    0, KEY, Store.set("value").expirySeconds(context.clock().wallSeconds() + 1));
            context.clock().advance(Duration.ofSeconds(2));
            assertThat(store.records()).hasSize(1);
            driver.get(0, KEY);
            context.scheduler().runAll();
            assertThat(store.records()).isEmpty();
        }
    }

    @Nested
    class Scans {
        private final RangeScans.Request all = new RangeScans.Request(0, new byte[0], null, false, 0, 0, false, 0);

        @Test
        void scan_keepsOnlyWhatIsOverwrittenAheadOfIt_andGivesItBack() {
            fill();
            OpenedScan scan = driver.openScan(0, all);
            driver.store(0, Key.of("key 00"), Store.set("new")); // on the page that the scan has already
            assertThat(statistics()).containsEntry("range_scan_kept_bytes", "0");
            driver.store(0, Key.of("key 19"), Store.set("new"));
            assertThat(statistics().get("range_scan_kept_bytes")).isNotEqualTo("0");
            assertThat(scan.drain().stream().map(Answer::text)).containsOnly("old");
            assertThat(statistics()).containsEntry("range_scan_kept_bytes", "0").containsEntry("range_scans_open", "0");
        }

        @Test
        void scan_thatWouldHaveToKeepTooMuch_ends() {
            fill();
            context.memory().setQuotaBytes(10_000);
            OpenedScan scan = driver.openScan(0, all);
            for (int i = 8; i < 20; i++) {
                driver.store(0, Key.of("key " + (i < 10 ? "0" : "") + i), Store.set("new"));
            }
            Answer next = scan.next();
            while (next.succeeded()) {
                assertThat(next.text()).isEqualTo("old");
                next = scan.next();
            }
            assertThat(next.status()).isEqualTo(Status.CANCELLED);
            scan.close();
            assertThat(statistics()).containsEntry("range_scan_kept_bytes", "0");
        }

        @Test
        void scan_thatItsServerForgot_isClosedInTheEnd() {
            fill();
            RangeScans scans = engine.capability(RangeScans.class);
            Command forgotten = driver.start(cookie -> scans.open(cookie, 0, all, new RangeScans.Holder()));
            context.scheduler().runAll();
            assertThat(forgotten.cookie().notified()).isEqualTo(Status.SUCCESS);
            forgotten.cancel(); // between notification and repetition: nobody tells the engine
            context.clock().advance(Duration.ofMinutes(6));
            driver.openScan(0, new RangeScans.Request(0, new byte[0], null, false, 0, 0, false, 0))
                    .close();
            assertThat(statistics()).containsEntry("range_scans_open", "0");
        }

        private void fill() {
            for (int i = 0; i < 20; i++) {
                driver.store(0, Key.of("key " + (i < 10 ? "0" : "") + i), Store.set("old"));
            }
        }
    }
}
