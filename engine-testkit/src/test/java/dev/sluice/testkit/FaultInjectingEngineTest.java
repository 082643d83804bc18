package dev.sluice.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.engine.BlockedCookie;
import dev.sluice.engine.Cookie;
import dev.sluice.engine.DocumentFilter;
import dev.sluice.engine.DocumentKey;
import dev.sluice.engine.DocumentView;
import dev.sluice.engine.Engine;
import dev.sluice.engine.RangeScans;
import dev.sluice.engine.Statistic;
import dev.sluice.engine.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What each fault does to a call, and that nothing of it reaches the engine inside. */
class FaultInjectingEngineTest {
    private static final Key KEY = Key.of("key");

    private final TestEngineContext context = new TestEngineContext(7);
    private final Engine naive =
            new NaiveEngineProvider().create(TestBucketConfiguration.of(new NaiveEngineProvider()), context);
    private final FaultInjectingEngine engine = new FaultInjectingEngine(naive, context, FaultPlan.none());
    private final EngineDriver driver = new EngineDriver(engine, context.scheduler(), 7);

    @AfterEach
    void close() {
        context.close();
    }

    @Test
    void script_isTakenCallByCall_andEndsInPassing() {
        engine.plan(FaultPlan.script(Fault.BLOCK_THEN_SUCCESS, Fault.BLOCK_THEN_SUCCESS, Fault.PASS));
        EngineDriver.Command command = driver.startStore(0, KEY, Store.set("value"));
        assertThat(command.await().status()).isEqualTo(Status.SUCCESS);
        assertThat(command.callCount()).isEqualTo(3);
        assertThat(driver.startGet(0, KEY).callCount()).isEqualTo(1);
        assertThat(engine.injectedCount(Fault.BLOCK_THEN_SUCCESS)).isEqualTo(2);
        assertThat(engine.injectedCount()).isEqualTo(2);
    }

    @Test
    void everyFirstCall_blocksEachCommandOnce() {
        engine.plan(FaultPlan.everyFirstCall());
        for (int i = 0; i < 3; i++) {
            EngineDriver.Command command = driver.startStore(0, KEY, Store.set("value"));
            assertThat(command.done()).isFalse();
            assertThat(command.await().status()).isEqualTo(Status.SUCCESS);
            assertThat(command.callCount()).isEqualTo(2);
        }
    }

    @Test
    void notifyEarly_comesBeforeTheCallReturns() {
        engine.plan(FaultPlan.script(Fault.NOTIFY_EARLY));
        EngineDriver.Command command = driver.startGet(0, KEY);
        assertThat(command.done()).isFalse();
        assertThat(command.cookie().notified()).isEqualTo(Status.SUCCESS);
        command.proceed();
        assertThat(command.await().status()).isEqualTo(Status.NO_SUCH_KEY);
    }

    @Test
    void notifyLate_comesAfterTenMilliseconds() {
        engine.plan(FaultPlan.script(Fault.NOTIFY_LATE));
        EngineDriver.Command command = driver.startGet(0, KEY);
        context.scheduler().advance(Duration.ofMillis(9));
        assertThat(command.cookie().notified()).isNull();
        context.scheduler().advance(Duration.ofMillis(1));
        assertThat(command.cookie().notified()).isEqualTo(Status.SUCCESS);
    }

    @Test
    void notifyInNextCall_comesFromAnothersCall() {
        engine.plan(FaultPlan.script(Fault.NOTIFY_IN_NEXT_CALL));
        EngineDriver.Command command = driver.startGet(0, KEY);
        assertThat(command.cookie().notified()).isNull();
        driver.get(0, Key.of("other"));
        assertThat(command.cookie().notified()).isEqualTo(Status.SUCCESS);
        context.scheduler().advance(Duration.ofSeconds(1));
        assertThat(command.cookie().notificationCount()).isEqualTo(1);
    }

    @Test
    void notifyNever_keepsSilentUntilToldOtherwise() {
        engine.plan(FaultPlan.script(Fault.NOTIFY_NEVER));
        EngineDriver.Command command = driver.startGet(0, KEY);
        context.scheduler().advance(Duration.ofHours(1));
        assertThat(command.cookie().notified()).isNull();
        assertThat(engine.silentCount()).isEqualTo(1);
        assertThat(engine.notifySilent(Status.SUCCESS)).isEqualTo(1);
        assertThat(command.await().status()).isEqualTo(Status.NO_SUCH_KEY);
    }

    @Test
    void blockThen_isTheAnswer_andTheEngineInsideIsNotCalled() {
        engine.plan(FaultPlan.script(Fault.blockThen(Status.TEMPORARY_FAILURE), Fault.answer(Status.NO_MEMORY)));
        assertThat(driver.store(0, KEY, Store.set("value")).status()).isEqualTo(Status.TEMPORARY_FAILURE);
        assertThat(driver.store(0, KEY, Store.set("value")).status()).isEqualTo(Status.NO_MEMORY);
        assertThat(driver.get(0, KEY).status()).isEqualTo(Status.NO_SUCH_KEY);
    }

    @Test
    void throwAfter_leavesTheWorkDone() {
        engine.plan(FaultPlan.script(Fault.THROW_AFTER));
        assertThatThrownBy(() -> driver.store(0, KEY, Store.set("value")))
                .isInstanceOf(FaultInjectingEngine.InjectedException.class);
        assertThat(driver.get(0, KEY).text()).isEqualTo("value");
    }

    @Test
    void loseRace_refusesWhoNamesACas_andNobodyElse() {
        engine.plan(FaultPlan.always(Fault.LOSE_RACE));
        Answer first = driver.store(0, KEY, Store.set("first"));
        assertThat(first.status()).isEqualTo(Status.SUCCESS);
        long cas = first.cas();
        assertThat(driver.store(0, KEY, Store.set("second").cas(cas)).status()).isEqualTo(Status.KEY_EXISTS);
        assertThat(driver.remove(0, KEY, cas).status()).isEqualTo(Status.KEY_EXISTS);
        assertThat(driver.get(0, KEY).text()).isEqualTo("first");
        assertThat(engine.injectedCount()).isEqualTo(2);
    }

    @Test
    void faults_areAGroupOfStatistics() {
        engine.plan(FaultPlan.script(Fault.THROW, Fault.blockThen(Status.TEMPORARY_FAILURE)));
        assertThatThrownBy(() -> driver.get(0, KEY)).isInstanceOf(FaultInjectingEngine.InjectedException.class);
        driver.get(0, KEY);
        assertThat(engine.statistics("faults", ""))
                .toIterable()
                .containsExactlyInAnyOrder(Statistic.of("THROW", 1), Statistic.of("BLOCK_THEN(TEMPORARY_FAILURE)", 1));
    }

    @Test
    void only_leavesOtherOperationsAndTheScriptAlone() {
        engine.plan(FaultPlan.script(Fault.answer(Status.TOO_BUSY)).only(Operation.STORE));
        assertThat(driver.get(0, KEY).status()).isEqualTo(Status.NO_SUCH_KEY);
        assertThat(driver.store(0, KEY, Store.set("value")).status()).isEqualTo(Status.TOO_BUSY);
        assertThat(driver.store(0, KEY, Store.set("value")).status()).isEqualTo(Status.SUCCESS);
    }

    @Test
    void scanSteps_failAsThePlanSays() {
        driver.store(0, KEY, Store.set("value"));
        engine.plan(FaultPlan.script(Fault.answer(Status.FAILED), Fault.delay(Duration.ofNanos(1)))
                .only(Operation.SCAN_NEXT));
        EngineDriver.OpenedScan scan =
                driver.openScan(0, new RangeScans.Request(0, new byte[0], null, false, 0, 0, false, 0));
        assertThat(scan.next().status()).isEqualTo(Status.FAILED);
        assertThat(scan.next().status()).isEqualTo(Status.SUCCESS);
        scan.close();
    }

    /** An engine that counts its calls of a command in the attachment, and blocks in the first two. */
    @Test
    void attachmentOfTheEngineInside_isItsOwn() {
        List<Object> seen = new ArrayList<>();
        Engine counting = new BrokenEngine(naive) {
            @Override
            public Status get(Cookie cookie, int vbucket, DocumentKey key, DocumentFilter filter, DocumentView out) {
                Object attachment = cookie.attachment();
                seen.add(attachment);
                int calls = attachment == null ? 0 : (Integer) attachment;
                cookie.attach(calls + 1);
                if (calls == 2) {
                    return Status.NO_SUCH_KEY;
                }
                BlockedCookie handle = cookie.block();
                context.readerPool().execute(() -> handle.notifyIoComplete(Status.SUCCESS));
                return Status.WOULD_BLOCK;
            }
        };
        FaultPlan blocksEveryOther = FaultPlan.script(
                Fault.NOTIFY_EARLY, Fault.PASS, Fault.NOTIFY_EARLY, Fault.PASS, Fault.blockThen(Status.FAILED));
        EngineDriver over =
                new EngineDriver(new FaultInjectingEngine(counting, context, blocksEveryOther), context.scheduler(), 7);
        // The last fault of the script is left out: the engine inside has begun, and must not be denied.
        assertThat(over.get(0, KEY).status()).isEqualTo(Status.NO_SUCH_KEY);
        assertThat(seen).containsExactly(null, 1, 2);
    }
}
