package dev.sluice.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.CollectionSet;
import dev.sluice.engine.Collections;
import dev.sluice.engine.Flush;
import dev.sluice.engine.RangeScans;
import dev.sluice.engine.Status;
import dev.sluice.engine.VBucketState;
import dev.sluice.testkit.EngineDriver.Command;
import dev.sluice.testkit.EngineDriver.OpenedScan;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The contract of collections: keys of one are not another's, and one that is gone is gone for everybody at once. */
abstract class CollectionContract extends MetadataContract {
    private static final int HOTELS = 8;
    private static final int AIRLINES = 0x90;

    private static final Key HOTEL = Key.of(HOTELS, "key");
    private static final Key AIRLINE = Key.of(AIRLINES, "key");
    private static final Key PLAIN = Key.of("key");

    private void collections(int... ids) {
        Collections collections = capability(Collections.class);
        driver.background(() -> {
            collections.collections(CollectionSet.of(ids));
            return true;
        });
    }

    private Collections.Figures figures(int collection) {
        Collections collections = capability(Collections.class);
        return requireNonNull(driver.background(() -> collections.figures(VB, collection)));
    }

    private static RangeScans.Request everythingIn(int collection) {
        return new RangeScans.Request(collection, new byte[0], null, false, 0, 0, false, 0);
    }

    private List<Status> everyCall(Key key) {
        return List.of(
                get(key).status(),
                store(key, Store.set("value")).status(),
                store(key, Store.add("value")).status(),
                store(key, Store.replace("value")).status(),
                driver.remove(VB, key).status(),
                driver.getAndTouch(VB, key, 0).status(),
                driver.lock(VB, key, 5).status(),
                driver.unlock(VB, key, 4711));
    }

    @Nested
    class Keys {
        @Test
        void equalKeysOfTwoCollections_areTwoDocuments() {
            checkCapability(Behavior.COLLECTIONS, Collections.class);
            stored(PLAIN, Store.set("plain"));
            stored(HOTEL, Store.set("hotel"));
            stored(AIRLINE, Store.set("airline"));
            driver.remove(VB, HOTEL);
            assertThat(get(PLAIN).text()).isEqualTo("plain");
            assertThat(get(HOTEL).status()).isEqualTo(Status.NO_SUCH_KEY);
            assertThat(get(AIRLINE).text()).isEqualTo("airline");
        }

        @Test
        void idsOf32Bits_areServed() {
            Key last = Key.of(-1, "key");
            stored(last, Store.set("value"));
            assertThat(get(last).text()).isEqualTo("value");
            assertThat(get(PLAIN).status()).isEqualTo(Status.NO_SUCH_KEY);
        }
    }

    @Nested
    class Existence {
        @Test
        void whatIsNotInTheSet_isUnknownToEveryCall() {
            if (supports(Behavior.COLLECTIONS)) {
                collections(0, HOTELS);
                assertThat(everyCall(AIRLINE)).containsOnly(Status.UNKNOWN_COLLECTION);
                stored(HOTEL, Store.set("value"));
                stored(PLAIN, Store.set("value"));
            }
        }

        @Test
        void aNewCollection_isServed() {
            if (supports(Behavior.COLLECTIONS)) {
                collections(0);
                assertThat(get(HOTEL).status()).isEqualTo(Status.UNKNOWN_COLLECTION);
                collections(0, HOTELS);
                stored(HOTEL, Store.set("value"));
                assertThat(get(HOTEL).text()).isEqualTo("value");
            }
        }

        @Test
        void aDroppedCollection_isGoneAtOnce_withoutTheOthers() {
            if (supports(Behavior.COLLECTIONS)) {
                collections(0, HOTELS, AIRLINES);
                stored(PLAIN, Store.set("plain"));
                stored(HOTEL, Store.set("hotel"));
                stored(AIRLINE, Store.set("airline"));
                collections(0, AIRLINES);
                assertThat(everyCall(HOTEL)).containsOnly(Status.UNKNOWN_COLLECTION);
                context.scheduler().runAll();
                assertThat(everyCall(HOTEL)).containsOnly(Status.UNKNOWN_COLLECTION);
                assertThat(get(PLAIN).text()).isEqualTo("plain");
                assertThat(get(AIRLINE).text()).isEqualTo("airline");
            }
        }

        @Test
        void theDefaultCollection_canBeDropped() {
            if (supports(Behavior.COLLECTIONS)) {
                collections(0, HOTELS);
                stored(PLAIN, Store.set("plain"));
                stored(HOTEL, Store.set("hotel"));
                collections(HOTELS);
                assertThat(everyCall(PLAIN)).containsOnly(Status.UNKNOWN_COLLECTION);
                assertThat(get(HOTEL).text()).isEqualTo("hotel");
            }
        }

        @Test
        void aVBucketThatIsNotHere_goesFirst() {
            if (supports(Behavior.COLLECTIONS)) {
                collections(0);
                assertThat(driver.get(VBUCKETS, HOTEL).status()).isEqualTo(Status.NOT_MY_VBUCKET);
                assertThat(driver.store(VBUCKETS, HOTEL, Store.set("value")).status())
                        .isEqualTo(Status.NOT_MY_VBUCKET);
                if (supports(Behavior.VBUCKETS)) {
                    setState(1, VBucketState.REPLICA);
                    assertThat(driver.get(1, HOTEL).status()).isEqualTo(Status.NOT_MY_VBUCKET);
                }
            }
        }

        @Test
        void aVBucketMadeLater_knowsTheCollections() {
            if (supports(Behavior.COLLECTIONS) && supports(Behavior.VBUCKETS)) {
                collections(0, HOTELS);
                setState(1, VBucketState.DEAD);
                assertThat(driver.run(cookie ->
                                capability(dev.sluice.engine.VBuckets.class).delete(cookie, 1)))
                        .isEqualTo(Status.SUCCESS);
                setState(1, VBucketState.ACTIVE);
                assertThat(driver.get(1, AIRLINE).status()).isEqualTo(Status.UNKNOWN_COLLECTION);
                succeeded(driver.store(1, HOTEL, Store.set("value")));
            }
        }

        @Test
        void aLockInADroppedCollection_goesWithIt() {
            if (supports(Behavior.COLLECTIONS) && supports(Behavior.LOCKS)) {
                collections(0, HOTELS);
                stored(HOTEL, Store.set("value"));
                long cas = succeeded(driver.lock(VB, HOTEL, 10)).cas();
                collections(0);
                assertThat(driver.unlock(VB, HOTEL, cas)).isEqualTo(Status.UNKNOWN_COLLECTION);
            }
        }
    }

    @Nested
    class Counts {
        @Test
        void figures_areThoseOfTheCollectionAlone() {
            if (supports(Behavior.COLLECTIONS)) {
                collections(0, HOTELS, AIRLINES);
                stored(PLAIN, Store.set("plain"));
                long seqno = 0;
                for (int i = 0; i < 20; i++) {
                    seqno = stored(Key.of(HOTELS, "hotel " + i), Store.set("value " + i))
                            .seqno();
                }
                succeeded(driver.remove(VB, Key.of(HOTELS, "hotel 0")));
                stored(Key.of(HOTELS, "hotel 1"), Store.set("another"));
                assertThat(figures(HOTELS).itemCount()).isEqualTo(19);
                assertThat(figures(HOTELS).bytes()).isPositive();
                assertThat(figures(0).itemCount()).isEqualTo(1);
                assertThat(figures(AIRLINES)).isEqualTo(new Collections.Figures(0, 0, 0));
                if (supports(Behavior.SEQNOS)) {
                    assertThat(figures(HOTELS).highSeqno()).isEqualTo(seqno + 2);
                    assertThat(figures(0).highSeqno()).isEqualTo(seqno - 20);
                    assertThat(capability(Collections.class).highSeqno(VB, HOTELS))
                            .isEqualTo(seqno + 2);
                }
            }
        }

        @Test
        void whatIsNotThere_hasNone() {
            if (supports(Behavior.COLLECTIONS)) {
                Collections collections = capability(Collections.class);
                collections(0, HOTELS);
                stored(HOTEL, Store.set("value"));
                collections(0);
                assertThat(driver.background(() -> collections.figures(VB, HOTELS) == null))
                        .isTrue();
                assertThat(driver.background(() -> collections.figures(VBUCKETS, 0) == null))
                        .isTrue();
                assertThat(collections.highSeqno(VB, HOTELS)).isEqualTo(-1);
                assertThat(collections.highSeqno(VBUCKETS, 0)).isEqualTo(-1);
            }
        }

        @Test
        void flush_leavesCollectionsWithoutDocuments() {
            if (supports(Behavior.COLLECTIONS) && supports(Behavior.FLUSH)) {
                collections(0, HOTELS);
                stored(HOTEL, Store.set("value"));
                Flush flush = capability(Flush.class);
                assertThat(driver.run(flush::flush)).isEqualTo(Status.SUCCESS);
                assertThat(figures(HOTELS).itemCount()).isZero();
                assertThat(figures(HOTELS).bytes()).isZero();
                stored(HOTEL, Store.set("value"));
                assertThat(figures(HOTELS).itemCount()).isEqualTo(1);
            }
        }
    }

    @Nested
    class ScansOfCollections {
        @Test
        void aScanOfADroppedCollection_ends_andOthersGoOn() {
            if (supports(Behavior.COLLECTIONS) && supports(Behavior.RANGE_SCANS)) {
                collections(0, HOTELS);
                stored(PLAIN, Store.set("plain"));
                stored(Key.of(HOTELS, "a"), Store.set("a"));
                stored(Key.of(HOTELS, "b"), Store.set("b"));
                OpenedScan hotels = driver.openScan(VB, everythingIn(HOTELS));
                OpenedScan plain = driver.openScan(VB, everythingIn(0));
                assertThat(hotels.next().keyText()).isEqualTo("a");
                collections(0);
                assertThat(hotels.next().status()).isEqualTo(Status.UNKNOWN_COLLECTION);
                hotels.close();
                assertThat(plain.drain()).extracting(Answer::text).containsExactly("plain");
                assertThat(driver.openScan(VB, everythingIn(HOTELS)).status()).isEqualTo(Status.UNKNOWN_COLLECTION);
            }
        }

        @Test
        void aScanOpenedWhileItsCollectionIsDropped_findsNothing() {
            if (supports(Behavior.COLLECTIONS) && supports(Behavior.RANGE_SCANS)) {
                collections(0, HOTELS);
                stored(HOTEL, Store.set("value"));
                RangeScans scans = capability(RangeScans.class);
                RangeScans.Holder holder = new RangeScans.Holder();
                RangeScans.Request request = everythingIn(HOTELS);
                Command opening = driver.start(cookie -> scans.open(cookie, VB, request, holder));
                collections(0);
                Status status = opening.await().status();
                RangeScans.Scan scan = holder.scan();
                if (status == Status.SUCCESS && scan != null) {
                    status = driver.background(() -> scan.next(new dev.sluice.engine.DocumentView()));
                    scan.close();
                }
                assertThat(status).isEqualTo(Status.UNKNOWN_COLLECTION);
            }
        }
    }

    @Nested
    class Fence {
        private static final int THREADS = 3;
        private static final int ROUNDS = 5;

        /** Whatever was under way: once the drop is done, no write is acknowledged, and none has left anything behind. */
        @Test
        void writesUnderWay_whenTheirCollectionIsDropped_landBefore_orAreRefused() {
            if (!supports(Behavior.COLLECTIONS)) {
                return;
            }
            Random random = new Random(seed);
            for (int round = 0; round < 40; round++) {
                int id = 100 + round;
                collections(0, id);
                List<Command> commands = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    commands.add(driver.startStore(VB, Key.of(id, "key " + i), Store.set("value")));
                    if (random.nextBoolean()) {
                        context.scheduler().runOne();
                    }
                }
                collections(0);
                for (Command command : commands) {
                    assertThat(command.await().status()).isIn(Status.SUCCESS, Status.UNKNOWN_COLLECTION);
                }
                Key late = Key.of(id, "key 0");
                assertThat(get(late).status()).isEqualTo(Status.UNKNOWN_COLLECTION);
                assertThat(store(late, Store.set("late")).status()).isEqualTo(Status.UNKNOWN_COLLECTION);
            }
        }

        @Test
        void writersOnOtherThreads_stopWhereTheDropIsAnswered() throws Exception {
            if (!supports(Behavior.COLLECTIONS)) {
                return;
            }
            ExecutorService threads = Executors.newFixedThreadPool(THREADS);
            try {
                for (int round = 0; round < ROUNDS; round++) {
                    dropUnderWriters(threads, 1_000 + round);
                }
            } finally {
                threads.shutdownNow();
            }
        }

        private void dropUnderWriters(ExecutorService threads, int id) throws Exception {
            collections(0, id);
            CountDownLatch writing = new CountDownLatch(THREADS);
            List<Future<Integer>> writers = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                EngineDriver own = newDriver();
                String prefix = "writer " + i + " key ";
                writers.add(threads.submit(() -> {
                    int written = 0;
                    while (true) {
                        Status status = own.store(VB, Key.of(id, prefix + written), Store.set("value"))
                                .status();
                        if (status != Status.SUCCESS) {
                            assertThat(status).isEqualTo(Status.UNKNOWN_COLLECTION);
                            return written;
                        }
                        if (++written == 20) {
                            writing.countDown();
                        }
                    }
                }));
            }
            while (writing.getCount() > 0) {
                Thread.onSpinWait();
            }
            capability(Collections.class).collections(CollectionSet.of(0));
            for (Future<Integer> writer : writers) {
                assertThat(writer.get()).isPositive();
            }
        }
    }

    @Nested
    class Restart {
        @Test
        void documentsOfIdsThatAreNotInTheFirstSet_areNotThere() throws Exception {
            if (supports(Behavior.COLLECTIONS) && supports(Behavior.PERSISTENCE)) {
                collections(0, HOTELS, AIRLINES);
                stored(HOTEL, Store.set("hotel"));
                stored(AIRLINE, Store.set("airline"));
                restart();
                collections(0, AIRLINES);
                assertThat(get(AIRLINE).text()).isEqualTo("airline");
                assertThat(get(HOTEL).status()).isEqualTo(Status.UNKNOWN_COLLECTION);
            }
        }
    }
}
