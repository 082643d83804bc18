package dev.sluice.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.DocumentFilter;
import dev.sluice.engine.Flush;
import dev.sluice.engine.Pausable;
import dev.sluice.engine.Status;
import dev.sluice.engine.VBucketState;
import dev.sluice.engine.VBuckets;
import dev.sluice.engine.VBuckets.FailoverEntry;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The contract of vbuckets and of the capabilities that work on whole buckets. */
abstract class PlacementContract extends LifetimeContract {
    private static final Key KEY = Key.of("key");

    /** What each call with a vbucket answers, in the order of the interface. */
    private List<Status> everyCall(int vbucket) {
        return List.of(
                driver.get(vbucket, KEY).status(),
                driver.store(vbucket, KEY, Store.set("value")).status(),
                driver.remove(vbucket, KEY).status(),
                driver.getAndTouch(vbucket, KEY, 0).status(),
                driver.lock(vbucket, KEY, 5).status(),
                driver.unlock(vbucket, KEY, 4711));
    }

    private List<Status> lockable(Status expected) {
        Status lock = supports(Behavior.LOCKS) ? expected : Status.NOT_SUPPORTED;
        return List.of(expected, expected, expected, expected, lock, lock);
    }

    @Nested
    class Pausing {
        /** A pause that somebody may call off. */
        private static final class Wish implements Pausable.Cancellation {
            private final boolean calledOff;

            Wish(boolean calledOff) {
                this.calledOff = calledOff;
            }

            @Override
            public boolean cancelled() {
                return calledOff;
            }

            @Override
            public void onCancel(Runnable action) {
                if (calledOff) {
                    action.run();
                }
            }
        }

        private Status pause(boolean calledOff) throws Exception {
            Pausable pausable = capability(Pausable.class);
            return BackgroundCall.run(context.scheduler(), () -> pausable.pause(new Wish(calledOff)));
        }

        private Status resume() throws Exception {
            return BackgroundCall.run(context.scheduler(), capability(Pausable.class)::resume);
        }

        @Test
        void pauseAndResume_changeNothing() throws Exception {
            if (!checkCapability(Behavior.PAUSE, Pausable.class)) {
                return;
            }
            Answer before = stored(KEY, Store.set("value"));
            for (int i = 0; i < 3; i++) {
                assertThat(pause(false)).isEqualTo(Status.SUCCESS);
                context.scheduler().runAll();
                assertThat(resume()).isEqualTo(Status.SUCCESS);
                assertThat(get(KEY).text()).isEqualTo("value");
                assertThat(get(KEY).cas()).isEqualTo(before.cas());
            }
            stored(KEY, Store.set("new"));
        }

        @Test
        void pause_thatIsNotWantedAnyMore_isCancelled_andTheBucketServes() throws Exception {
            if (checkCapability(Behavior.PAUSE, Pausable.class)) {
                assertThat(pause(true)).isEqualTo(Status.CANCELLED);
                stored(KEY, Store.set("value"));
                assertThat(pause(false)).isEqualTo(Status.SUCCESS);
                assertThat(resume()).isEqualTo(Status.SUCCESS);
            }
        }

        @Test
        void close_ofAPausedEngine_isLegal() throws Exception {
            if (checkCapability(Behavior.PAUSE, Pausable.class)) {
                stored(KEY, Store.set("value"));
                assertThat(pause(false)).isEqualTo(Status.SUCCESS);
                closeEngine(true);
            }
        }
    }

    @Nested
    class VBucketStates {
        @Test
        void vbucketsBelowTheCount_areServed() {
            checkCapability(Behavior.VBUCKETS, VBuckets.class);
            for (int vbucket = 0; vbucket < VBUCKETS; vbucket++) {
                succeeded(driver.store(vbucket, KEY, Store.set("in " + vbucket)));
            }
            for (int vbucket = 0; vbucket < VBUCKETS; vbucket++) {
                assertThat(driver.get(vbucket, KEY).text()).isEqualTo("in " + vbucket);
            }
        }

        @Test
        void vbucketsBeyondTheCount_areNotMine() {
            assertThat(everyCall(VBUCKETS)).isEqualTo(lockable(Status.NOT_MY_VBUCKET));
            assertThat(everyCall(65_535)).isEqualTo(lockable(Status.NOT_MY_VBUCKET));
        }

        @Test
        void vbuckets_areActiveAtFirst() {
            if (supports(Behavior.VBUCKETS)) {
                VBuckets vbuckets = capability(VBuckets.class);
                assertThat(vbuckets.state(VBUCKETS - 1)).isEqualTo(VBucketState.ACTIVE);
                assertThat(vbuckets.state(VBUCKETS)).isNull();
                assertThat(vbuckets.state(-1)).isNull();
                assertThat(vbuckets.highSeqno(0)).isZero();
                assertThat(vbuckets.highSeqno(VBUCKETS)).isEqualTo(-1);
                assertThat(vbuckets.failoverLog(0)).hasSize(1);
                assertThat(vbuckets.failoverLog(VBUCKETS)).isEmpty();
            }
        }

        @Test
        void replicaAndDead_areNotMine_pendingWaits_activeServes() {
            if (supports(Behavior.VBUCKETS)) {
                succeeded(driver.store(1, KEY, Store.set("value")));
                for (VBucketState state : new VBucketState[] {VBucketState.REPLICA, VBucketState.DEAD}) {
                    setState(1, state);
                    assertThat(everyCall(1)).as(state.toString()).isEqualTo(lockable(Status.NOT_MY_VBUCKET));
                }
                setState(1, VBucketState.PENDING);
                assertThat(everyCall(1)).isEqualTo(lockable(Status.VBUCKET_PENDING));
                setState(1, VBucketState.ACTIVE);
                assertThat(driver.get(1, KEY).text()).isEqualTo("value");
                succeeded(driver.store(1, KEY, Store.set("new")));
            }
        }

        @Test
        void everyChangeOfState_isReportedToTheServer() {
            if (supports(Behavior.VBUCKETS)) {
                setState(2, VBucketState.PENDING);
                setState(2, VBucketState.ACTIVE);
                assertThat(context.vbucketStateChanges()).containsExactly(2, 2);
            }
        }

        @Test
        void becomingActive_beginsAHistory() {
            if (supports(Behavior.VBUCKETS)) {
                VBuckets vbuckets = capability(VBuckets.class);
                Answer before = succeeded(driver.store(1, KEY, Store.set("value")));
                FailoverEntry first = vbuckets.failoverLog(1).get(0);
                assertThat(first.vbucketUuid()).isEqualTo(before.vbucketUuid());
                setState(1, VBucketState.REPLICA);
                assertThat(vbuckets.failoverLog(1)).hasSize(1);
                setState(1, VBucketState.ACTIVE);
                List<FailoverEntry> log = vbuckets.failoverLog(1);
                assertThat(log).hasSize(2);
                assertThat(log.get(0).vbucketUuid())
                        .isNotEqualTo(first.vbucketUuid())
                        .isNotZero();
                assertThat(log.get(0).seqno()).isEqualTo(before.seqno());
                assertThat(log.get(1)).isEqualTo(first);
                assertThat(succeeded(driver.store(1, KEY, Store.set("new"))).vbucketUuid())
                        .isEqualTo(log.get(0).vbucketUuid());
                setState(1, VBucketState.ACTIVE);
                assertThat(vbuckets.failoverLog(1)).as("active already").hasSize(2);
            }
        }

        @Test
        void setState_beyondTheCount_isOutOfRange() {
            if (supports(Behavior.VBUCKETS)) {
                VBuckets vbuckets = capability(VBuckets.class);
                assertThat(driver.run(cookie -> vbuckets.setState(cookie, VBUCKETS, VBucketState.ACTIVE)))
                        .isEqualTo(Status.OUT_OF_RANGE);
            }
        }

        @Test
        void delete_needsADeadVBucket_andTakesItsDocumentsAlong() {
            if (supports(Behavior.VBUCKETS)) {
                VBuckets vbuckets = capability(VBuckets.class);
                succeeded(driver.store(1, KEY, Store.set("value")));
                assertThat(driver.run(cookie -> vbuckets.delete(cookie, 1))).isEqualTo(Status.INVALID_ARGUMENTS);
                setState(1, VBucketState.DEAD);
                assertThat(driver.run(cookie -> vbuckets.delete(cookie, 1))).isEqualTo(Status.SUCCESS);
                assertThat(vbuckets.state(1)).isNull();
                assertThat(driver.run(cookie -> vbuckets.delete(cookie, 1))).isEqualTo(Status.NOT_MY_VBUCKET);
                assertThat(everyCall(1)).isEqualTo(lockable(Status.NOT_MY_VBUCKET));
                setState(1, VBucketState.ACTIVE);
                assertThat(driver.get(1, KEY).status()).isEqualTo(Status.NO_SUCH_KEY);
                assertThat(driver.get(1, KEY, DocumentFilter.DELETED).status()).isEqualTo(Status.NO_SUCH_KEY);
            }
        }

        @Test
        void highSeqno_followsTheMutations() {
            if (supports(Behavior.VBUCKETS) && supports(Behavior.SEQNOS)) {
                long seqno = succeeded(driver.store(3, KEY, Store.set("value"))).seqno();
                assertThat(capability(VBuckets.class).highSeqno(3)).isEqualTo(seqno);
                assertThat(capability(VBuckets.class).highSeqno(2)).isZero();
            }
        }

        @Test
        void highCas_isThatOfTheLastMutation_orZero() {
            if (supports(Behavior.VBUCKETS)) {
                VBuckets vbuckets = capability(VBuckets.class);
                assertThat(vbuckets.highCas(VBUCKETS)).isZero();
                long before = vbuckets.highCas(3);
                long cas = succeeded(driver.store(3, KEY, Store.set("value"))).cas();
                assertThat(vbuckets.highCas(3)).isIn(before, cas);
            }
        }
    }

    void setState(int vbucket, VBucketState state) {
        VBuckets vbuckets = capability(VBuckets.class);
        assertThat(driver.run(cookie -> vbuckets.setState(cookie, vbucket, state)))
                .isEqualTo(Status.SUCCESS);
        assertThat(vbuckets.state(vbucket)).isEqualTo(state);
    }

    @Nested
    class Flushing {
        @Test
        void flush_dropsEverything_andNumbersGoOnRising() {
            if (!checkCapability(Behavior.FLUSH, Flush.class)) {
                return;
            }
            Answer before = stored(KEY, Store.set("value"));
            succeeded(driver.store(1, Key.of(8, "other"), Store.set("value")));
            Flush flush = capability(Flush.class);
            assertThat(driver.run(flush::flush)).isEqualTo(Status.SUCCESS);
            assertThat(get(KEY).status()).isEqualTo(Status.NO_SUCH_KEY);
            assertThat(driver.get(1, Key.of(8, "other")).status()).isEqualTo(Status.NO_SUCH_KEY);
            Answer after = stored(KEY, Store.add("again"));
            assertThat(Long.compareUnsigned(after.cas(), before.cas())).isPositive();
            if (supports(Behavior.SEQNOS)) {
                assertThat(after.seqno()).isGreaterThan(before.seqno());
            }
        }
    }
}
