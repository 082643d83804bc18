package dev.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.engine.TaskPool;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WorkerPoolTest {

    private static final long MS = 1_000_000;
    private static final long HOUR = 3_600_000 * MS;

    private final Timer timer = new Timer();
    private final WorkerPool pool = new WorkerPool("test", 2, timer);
    private final LinkedBlockingQueue<String> done = new LinkedBlockingQueue<>();

    @AfterEach
    void stop() {
        timer.stop();
        pool.stop(1_000);
    }

    private String next() throws InterruptedException {
        return done.poll(20, TimeUnit.SECONDS);
    }

    @Test
    void task_runsOnAThreadOfThePool() throws Exception {
        pool.execute(() -> done.add(Thread.currentThread().getName()));

        assertThat(next()).startsWith("sluice-test-");
    }

    @Test
    void taskThatThrows_costsNothingButItself() throws Exception {
        for (int i = 0; i < 10; i++) {
            pool.execute(() -> {
                throw new AssertionError("by design");
            });
        }
        pool.execute(() -> done.add("after"));

        assertThat(next()).isEqualTo("after");
    }

    @Test
    void delayedTasks_runInOrderOfTime_whateverTheOrderOfScheduling() throws Exception {
        pool.schedule(() -> done.add("third"), 60 * MS);
        pool.schedule(() -> done.add("second"), 40 * MS);
        pool.schedule(() -> done.add("first"), 20 * MS);
        pool.schedule(() -> done.add("at once"), -1);

        assertThat(List.of(next(), next(), next(), next())).containsExactly("at once", "first", "second", "third");
    }

    @Test
    void delayedTask_runsNotBeforeItsTime() throws Exception {
        long begin = System.nanoTime();
        pool.schedule(() -> done.add("x"), 50 * MS);

        assertThat(next()).isEqualTo("x");
        assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(50 * MS);
    }

    /** Memory may be gone for a moment; whoever relies on a timeout would wait for ever. */
    @Test
    void aPoolThatCannotTakeATask_doesNotEndTheTimer() throws Exception {
        CountDownLatch refused = new CountDownLatch(1);
        CountDownLatch run = new CountDownLatch(1);
        timer.schedule(
                task -> {
                    refused.countDown();
                    throw new OutOfMemoryError("simulated");
                },
                () -> {},
                0);
        assertThat(refused.await(10, TimeUnit.SECONDS)).isTrue();
        timer.schedule(Runnable::run, run::countDown, 1);
        assertThat(run.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void earlierTask_wakesATimerThatSleepsLong() throws Exception {
        pool.schedule(() -> done.add("late"), HOUR);
        for (int i = 0; i < 200; i++) {
            pool.schedule(() -> done.add("soon"), MS);
            assertThat(next()).isEqualTo("soon");
        }
    }

    @Test
    void calledOffTask_doesNotRun() throws Exception {
        TaskPool.Scheduled first = pool.schedule(() -> done.add("never"), 30 * MS);
        pool.schedule(() -> done.add("always"), 60 * MS);

        first.cancel();
        first.cancel();

        assertThat(next()).isEqualTo("always");
        assertThat(done).isEmpty();
    }

    /** Timeouts that are called off at once must not gather until they are due. */
    @Test
    void calledOffTasks_areLetGo() {
        for (int i = 0; i < 100_000; i++) {
            pool.schedule(() -> done.add("never"), HOUR).cancel();
        }

        Awaitility.await().untilAsserted(() -> assertThat(timer.size()).isLessThan(2_048));
    }

    @Test
    void manyThreads_loseNoTask() throws Exception {
        int threads = 4;
        int each = 5_000;
        AtomicInteger ran = new AtomicInteger();
        CountDownLatch finished = new CountDownLatch(threads * each);
        List<Thread> submitters = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            int number = t;
            Thread submitter = new Thread(() -> {
                for (int i = 0; i < each; i++) {
                    pool.schedule(
                            () -> {
                                ran.incrementAndGet();
                                finished.countDown();
                            },
                            (i * 7L + number) % 50 * 100_000);
                }
            });
            submitter.start();
            submitters.add(submitter);
        }
        for (Thread submitter : submitters) {
            submitter.join();
        }

        assertThat(finished.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(ran).hasValue(threads * each);
    }

    @Test
    void stoppedPool_refuses_andInterruptsWhatRuns() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        pool.execute(() -> {
            begun.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
        });
        assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();

        pool.stop(10_000);

        assertThat(interrupted.await(20, TimeUnit.SECONDS)).isTrue();
        assertThatThrownBy(() -> pool.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
        assertThatThrownBy(() -> pool.schedule(() -> {}, 1)).isInstanceOf(RejectedExecutionException.class);
    }
}
