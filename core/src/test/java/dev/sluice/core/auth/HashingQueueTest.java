package dev.sluice.core.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class HashingQueueTest {

    private static final int RUNNING_MAX = 6;

    private final Queue<Runnable> pool = new ArrayDeque<>();
    private final HashingQueue queue = new HashingQueue(pool::add, RUNNING_MAX);
    private final List<Integer> done = new ArrayList<>();

    private void submit(int count) {
        for (int i = 0; i < count; i++) {
            int number = i;
            queue.submit(() -> done.add(number));
        }
    }

    private void runOne() {
        Objects.requireNonNull(pool.poll()).run();
    }

    @Test
    void threadsAreAskedForAFewAtATime_andInOrder() {
        submit(20);
        assertThat(pool).hasSize(RUNNING_MAX);
        assertThat(queue.running()).isEqualTo(RUNNING_MAX);
        assertThat(queue.waiting()).isEqualTo(20 - RUNNING_MAX);
        runOne();
        assertThat(pool).as("one more came for the one that ended").hasSize(RUNNING_MAX);
        while (!pool.isEmpty()) {
            runOne();
        }
        assertThat(done).hasSize(20).isSorted();
        assertThat(queue.running()).isZero();
        assertThat(queue.waiting()).isZero();
    }

    @Test
    void beyondTheLimit_nobodyMayWait_untilOneHasBegun() {
        submit(RUNNING_MAX + HashingQueue.WAITING_MAX);
        assertThatThrownBy(() -> submit(1))
                .isInstanceOf(RejectedExecutionException.class)
                .hasMessageContaining("too many logins wait (expected: at most 4096)");
        assertThat(queue.waiting()).isEqualTo(HashingQueue.WAITING_MAX);
        runOne();
        submit(1);
        assertThat(queue.waiting()).isEqualTo(HashingQueue.WAITING_MAX);
    }

    @Test
    void taskThatThrows_givesItsPlaceBack() {
        queue.submit(() -> {
            throw new IllegalStateException("expected");
        });
        assertThatThrownBy(this::runOne).isInstanceOf(IllegalStateException.class);
        assertThat(queue.running()).isZero();
    }

    @Test
    void poolThatTakesNothing_losesNoPlace() {
        HashingQueue stopped = new HashingQueue(
                task -> {
                    throw new RejectedExecutionException("stopped");
                },
                RUNNING_MAX);
        for (int i = 0; i < 2 * RUNNING_MAX; i++) {
            assertThatThrownBy(() -> stopped.submit(() -> {})).isInstanceOf(RejectedExecutionException.class);
        }
        assertThat(stopped.running()).isZero();
        assertThat(stopped.waiting()).isZero();
    }
}
