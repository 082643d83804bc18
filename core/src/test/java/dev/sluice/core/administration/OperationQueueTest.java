package dev.sluice.core.administration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class OperationQueueTest {

    private static final int PERMITS = 4;

    private final Deque<Runnable> pool = new ArrayDeque<>();
    private final OperationQueue queue = new OperationQueue(pool::add);
    private final List<CompletableFuture<String>> holders = new ArrayList<>();

    private void hold() {
        for (int i = 0; i < PERMITS; i++) {
            CompletableFuture<String> holder = new CompletableFuture<>();
            holders.add(holder);
            assertThat(queue.submit(() -> holder)).isNotDone();
        }
    }

    private void run() {
        while (!pool.isEmpty()) {
            pool.remove().run();
        }
    }

    /** One stack for all that wait would not be enough of them. */
    @Test
    void whatHasWaited_beginsOnThePool_oneAfterTheOther() {
        hold();
        List<Integer> begun = new ArrayList<>();
        List<CompletableFuture<Integer>> waiting = new ArrayList<>();
        for (int i = 0; i < OperationQueue.WAITING_MAX; i++) {
            int number = i;
            waiting.add(queue.submit(() -> {
                begun.add(number);
                return number % 2 == 0
                        ? CompletableFuture.completedFuture(number)
                        : CompletableFuture.failedFuture(new IllegalStateException("refused"));
            }));
        }
        holders.get(0).complete("first");
        assertThat(begun).isEmpty();
        assertThat(pool).hasSize(1);
        pool.remove().run();
        assertThat(begun).containsExactly(0);
        run();
        assertThat(waiting).allMatch(CompletableFuture::isDone);
        assertThat(begun).isSorted().hasSize(OperationQueue.WAITING_MAX);
        assertThat(queue.submit(() -> CompletableFuture.completedFuture("later")))
                .isCompletedWithValue("later");
    }

    @Test
    void moreThanMayWait_areRefused_andHarmNobody() {
        hold();
        List<CompletableFuture<String>> waiting = new ArrayList<>();
        for (int i = 0; i < OperationQueue.WAITING_MAX; i++) {
            waiting.add(queue.submit(() -> CompletableFuture.completedFuture("waited")));
        }
        assertThat(queue.submit(() -> CompletableFuture.completedFuture("one too many")))
                .isCompletedExceptionally();
        holders.get(3).complete("done");
        run();
        assertThat(waiting).allMatch(done -> done.join().equals("waited"));
    }

    @Test
    void aPoolThatHasStopped_isAnAnswerForAllThatWait() {
        OperationQueue stopping = new OperationQueue(task -> {
            throw new RejectedExecutionException("stopped");
        });
        CompletableFuture<String> holder = new CompletableFuture<>();
        for (int i = 0; i < PERMITS; i++) {
            CompletableFuture<String> unused = stopping.submit(() -> holder);
        }
        CompletableFuture<String> first = stopping.submit(() -> CompletableFuture.completedFuture("never"));
        CompletableFuture<String> second = stopping.submit(() -> CompletableFuture.completedFuture("never"));
        holder.complete("done");
        assertThat(first).isCompletedExceptionally();
        assertThat(second).isCompletedExceptionally();
    }
}
