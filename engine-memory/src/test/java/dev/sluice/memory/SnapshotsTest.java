package dev.sluice.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.RangeScans;
import dev.sluice.engine.RangeScans.Request;
import dev.sluice.engine.Status;
import dev.sluice.engine.VBucketState;
import dev.sluice.testkit.Answer;
import dev.sluice.testkit.EngineDriver.OpenedScan;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class SnapshotsTest {

    private static final int DOCUMENTS = 3_000;

    private final MemoryBucket bucket = new MemoryBucket();

    private void load() {
        for (int i = 0; i < DOCUMENTS; i++) {
            bucket.set(key(i), "value" + i);
        }
    }

    private static String key(int number) {
        return "key" + (100_000 + number);
    }

    private long snapshotBytes() {
        return bucket.statistic("ep_snapshot_memory");
    }

    @AfterEach
    void closeBucket() {
        assertThat(snapshotBytes()).as("snapshots of scans that are closed").isZero();
        bucket.close();
    }

    @Nested
    class View {
        @Test
        void scan_showsEachKeyOnceInOrder_asOfItsOpening() {
            load();
            OpenedScan scan = bucket.scan();
            for (int i = 0; i < DOCUMENTS; i += 2) {
                bucket.set(key(i), "changed");
            }
            bucket.remove(key(1));
            bucket.set("late", "late");
            List<Answer> documents = scan.drain();
            assertThat(documents).hasSize(DOCUMENTS);
            for (int i = 0; i < DOCUMENTS; i++) {
                assertThat(documents.get(i).keyText()).isEqualTo(key(i));
                assertThat(documents.get(i).text()).isEqualTo("value" + i);
            }
        }

        @Test
        void range_hasItsFirstAndNotItsEnd() {
            load();
            OpenedScan scan = bucket.driver.openScan(0, MemoryBucket.range(key(10), key(13)));
            assertThat(scan.collectionCount()).isEqualTo(DOCUMENTS);
            assertThat(scan.drain()).extracting(Answer::keyText).containsExactly(key(10), key(11), key(12));
        }

        @Test
        void emptyRange_isNoSuchKey() {
            load();
            assertThat(bucket.driver.openScan(0, MemoryBucket.range("x", "z")).status())
                    .isEqualTo(Status.NO_SUCH_KEY);
            assertThat(bucket.driver.openScan(1, MemoryBucket.everything()).status())
                    .isEqualTo(Status.NO_SUCH_KEY);
        }

        /** Many writers between any two slices of the builder, against copies of a model taken when the scan is opened. */
        @Test
        void anyInterleavingOfWritesWithTheBuilder_givesTheViewOfTheOpening() {
            SplittableRandom random = new SplittableRandom(MemoryBucket.SEED);
            TreeMap<String, String> model = new TreeMap<>();
            for (int round = 0; round < 60; round++) {
                List<Map<String, String>> views = new ArrayList<>();
                List<Opened> scans = new ArrayList<>();
                for (int step = 0; step < 400; step++) {
                    String key = key(random.nextInt(2_000));
                    if (random.nextInt(4) == 0) {
                        bucket.remove(key);
                        model.remove(key);
                    } else {
                        bucket.set(key, "round" + round + "step" + step);
                        model.put(key, "round" + round + "step" + step);
                    }
                    if (random.nextInt(60) == 0 && !model.isEmpty()) {
                        views.add(new TreeMap<>(model));
                        scans.add(new Opened(bucket));
                    }
                    if (random.nextInt(10) == 0) {
                        bucket.context.scheduler().runOne();
                    }
                }
                for (int i = 0; i < scans.size(); i++) {
                    assertThat(scans.get(i).finish())
                            .as("seed %d", MemoryBucket.SEED)
                            .isEqualTo(views.get(i));
                }
                assertThat(snapshotBytes()).as("seed %d", MemoryBucket.SEED).isZero();
            }
        }
    }

    /** A scan whose opening does not wait: the writes that follow come before its builder has run. */
    private static final class Opened {
        private final RangeScans.Holder holder = new RangeScans.Holder();
        private final dev.sluice.testkit.EngineDriver.Command command;

        Opened(MemoryBucket bucket) {
            command = bucket.driver.start(cookie -> bucket.scans().open(cookie, 0, MemoryBucket.everything(), holder));
        }

        Map<String, String> finish() {
            assertThat(command.await().status()).isEqualTo(Status.SUCCESS);
            Map<String, String> found = new TreeMap<>();
            dev.sluice.engine.DocumentView view = new dev.sluice.engine.DocumentView();
            RangeScans.Scan scan = holder.scan();
            String last = "";
            while (scan.next(view) == Status.SUCCESS) {
                String key = new String(view.copyOfKey(), StandardCharsets.UTF_8);
                assertThat(key).isGreaterThan(last);
                last = key;
                found.put(key, new String(view.copyOfValue(), StandardCharsets.UTF_8));
            }
            scan.close();
            scan.close();
            return found;
        }
    }

    @Nested
    class Memory {
        @Test
        void scansAtOneSeqno_shareTheirSnapshot() {
            load();
            long before = bucket.usedBytes();
            List<OpenedScan> scans = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                scans.add(bucket.scan());
            }
            assertThat(bucket.statistic("ep_snapshots")).isEqualTo(1);
            assertThat(bucket.usedBytes() - before).isLessThan(DOCUMENTS * 4L + 1_000);
            scans.forEach(OpenedScan::close);
            assertThat(bucket.usedBytes()).isEqualTo(before);
        }

        @Test
        void supersededVersions_areChargedOnceUntilTheLastHolderCloses() {
            load();
            OpenedScan first = bucket.scan();
            bucket.set("another", "value");
            OpenedScan second = bucket.scan();
            long before = bucket.usedBytes();
            for (int i = 0; i < DOCUMENTS; i++) {
                bucket.set(key(i), "value" + (i + 1)); // of the same length, nearly always
            }
            long kept = bucket.usedBytes() - before;
            assertThat(kept).isGreaterThan(DOCUMENTS * 50L);
            second.close();
            assertThat(before + kept - bucket.usedBytes()).isBetween(DOCUMENTS * 4L, DOCUMENTS * 4L + 1_000);
            first.close();
            assertThat(bucket.usedBytes()).isLessThan(before);
        }

        @Test
        void olderScanClosedFirst_freesNothingThatTheNewerHolds() {
            load();
            OpenedScan first = bucket.scan();
            bucket.set("another", "value");
            OpenedScan second = bucket.scan();
            bucket.set(key(5), "changed");
            first.close();
            assertThat(snapshotBytes()).isGreaterThan(DOCUMENTS * 4L);
            assertThat(second.drain()).hasSize(DOCUMENTS + 1);
        }

        @Test
        void snapshotWithoutRoom_isTooBusy() {
            load();
            bucket.context.memory().setQuotaBytes(DOCUMENTS * 4L * 10 - 1_000);
            assertThat(bucket.scan().status()).isEqualTo(Status.TOO_BUSY);
        }

        @Test
        void supersededVersionsBeyondTheLimit_cancelTheScan() {
            load();
            OpenedScan scan = bucket.scan();
            assertThat(scan.next().keyText()).isEqualTo(key(0));
            bucket.engine.reconfigure(MemoryBucket.configuration().set("snapshotMemoryRatio", "0.0001"));
            for (int i = 0; i < DOCUMENTS; i++) {
                bucket.set(key(i), "changed");
            }
            assertThat(scan.next().status()).isEqualTo(Status.CANCELLED);
            assertThat(snapshotBytes()).isZero();
            assertThat(bucket.statistic("ep_snapshots_cancelled")).isEqualTo(1);
            scan.close();
        }

        @Test
        void commandThatEndsWhileItWaits_freesItsSnapshot() {
            load();
            Opened opened = new Opened(bucket);
            assertThat(snapshotBytes()).isPositive();
            opened.command.cancel();
            assertThat(snapshotBytes()).isZero();
        }

        @Test
        void commandThatEndsBetweenWakingAndReturn_givesItsSnapshotBack() {
            load();
            Opened opened = new Opened(bucket);
            bucket.context.scheduler().runAll();
            assertThat(opened.command.cookie().notified()).isEqualTo(Status.SUCCESS);
            assertThat(snapshotBytes()).isPositive();
            opened.command.cancel();
            assertThat(snapshotBytes()).isZero();
        }
    }

    @Nested
    class Endings {
        @Test
        void vbucketThatIsNotActiveAnyMore_isNotMyVBucket() {
            load();
            OpenedScan scan = bucket.scan();
            Opened waiting = openAfterAChange();
            bucket.setState(VBucketState.REPLICA);
            assertThat(scan.next().status()).isEqualTo(Status.NOT_MY_VBUCKET);
            bucket.setState(VBucketState.ACTIVE);
            assertThat(scan.next().status()).isEqualTo(Status.NOT_MY_VBUCKET);
            assertThat(waiting.command.await().status()).isEqualTo(Status.NOT_MY_VBUCKET);
            scan.close();
        }

        @Test
        void flush_cancelsScansAndDropsEverything() {
            load();
            long seqno = bucket.engine.vbuckets().highSeqno(0);
            long cas = bucket.get(key(1)).cas();
            OpenedScan scan = bucket.scan();
            assertThat(bucket.flush()).isEqualTo(Status.SUCCESS);
            assertThat(scan.next().status()).isEqualTo(Status.CANCELLED);
            scan.close();
            assertThat(bucket.statistic("curr_items_tot")).isZero();
            Answer stored = bucket.set(key(1), "new");
            assertThat(stored.seqno()).isEqualTo(seqno + 1);
            assertThat(stored.cas()).isGreaterThan(cas);
        }

        @Test
        void bucketThatGoesAway_cancelsWhoWaits() {
            load();
            Opened waiting = new Opened(bucket);
            bucket.engine.cancelBlocked();
            bucket.context.scheduler().runAll();
            assertThat(waiting.command.cookie().notified()).isIn(Status.TOO_BUSY, Status.SUCCESS);
            assertThat(waiting.command.await().status())
                    .isIn(Status.TOO_BUSY, Status.TEMPORARY_FAILURE, Status.SUCCESS);
            RangeScans.Scan scan = waiting.holder.scan();
            if (scan != null) {
                scan.close();
            }
        }

        private Opened openAfterAChange() {
            bucket.set("change", "value");
            return new Opened(bucket);
        }
    }

    @Nested
    class Requirements {
        private Status open(long uuid, long seqno, boolean mustExist, long deadlineNanos) {
            OpenedScan scan = bucket.driver.openScan(
                    0, new Request(0, new byte[0], null, true, uuid, seqno, mustExist, deadlineNanos));
            if (scan.status() == Status.SUCCESS) {
                scan.close();
            }
            return scan.status();
        }

        @Test
        void uuidAndSeqno_areChecked() {
            load();
            bucket.set(key(7), "again");
            long uuid = bucket.engine.vbuckets().failoverLog(0).get(0).vbucketUuid();
            assertThat(open(uuid, 0, false, 0)).isEqualTo(Status.SUCCESS);
            assertThat(open(uuid + 1, 0, false, 0)).isEqualTo(Status.VBUCKET_UUID_MISMATCH);
            assertThat(open(0, 9, true, 0)).isEqualTo(Status.SUCCESS);
            assertThat(open(0, 8, true, 0)).isEqualTo(Status.NOT_STORED);
            assertThat(open(0, DOCUMENTS + 5, false, 0)).isEqualTo(Status.TEMPORARY_FAILURE);
        }

        @Test
        void seqnoThatComesInTime_isWaitedFor() {
            load();
            RangeScans.Holder holder = new RangeScans.Holder();
            long deadline =
                    bucket.context.clock().nanoTime() + Duration.ofSeconds(5).toNanos();
            Request request = new Request(0, new byte[0], null, true, 0, DOCUMENTS + 1, false, deadline);
            var command = bucket.driver.start(cookie -> bucket.scans().open(cookie, 0, request, holder));
            bucket.advance(Duration.ofSeconds(4));
            assertThat(command.cookie().notified()).isNull();
            bucket.set("late", "late");
            assertThat(command.await().status()).isEqualTo(Status.SUCCESS);
            assertThat(holder.scan().collectionCount()).isEqualTo(DOCUMENTS + 1);
            holder.scan().close();
        }

        @Test
        void seqnoThatDoesNotCome_failsAtTheDeadline() {
            load();
            long deadline =
                    bucket.context.clock().nanoTime() + Duration.ofSeconds(5).toNanos();
            Request request = new Request(0, new byte[0], null, true, 0, DOCUMENTS + 1, false, deadline);
            var command =
                    bucket.driver.start(cookie -> bucket.scans().open(cookie, 0, request, new RangeScans.Holder()));
            bucket.advance(Duration.ofSeconds(5));
            assertThat(command.await().status()).isEqualTo(Status.TEMPORARY_FAILURE);
        }
    }
}
