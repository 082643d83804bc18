package dev.sluice.server.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.ThreadAwareExecutor;
import io.netty.util.concurrent.ThreadPerTaskExecutor;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FairEventLoopTest {

    private static final long LONG_TASK_NANOS = 1_000_000;

    private final AtomicInteger looks = new AtomicInteger();
    private final FairEventLoop loop =
            new FairEventLoop(null, new ThreadPerTaskExecutor(new DefaultThreadFactory("fair")), new CountingSockets());

    @AfterEach
    void stop() {
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    @Test
    void betweenLongTasks_socketsAreLookedAt() throws InterruptedException {
        int tasks = 40; // fewer than Netty runs between two looks at the clock
        CountDownLatch done = new CountDownLatch(tasks);
        int[] looksSeen = new int[2];
        loop.execute(() -> {
            looksSeen[0] = looks.get();
            for (int i = 0; i < tasks; i++) {
                loop.execute(() -> {
                    for (long end = System.nanoTime() + LONG_TASK_NANOS; System.nanoTime() - end < 0; ) {
                        Thread.onSpinWait();
                    }
                    looksSeen[1] = looks.get();
                    done.countDown();
                });
            }
        });
        assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(looksSeen[1] - looksSeen[0]).isGreaterThanOrEqualTo(tasks - 1);
    }

    @Test
    void allTasksRun_inOrder() throws InterruptedException {
        int tasks = 100_000;
        CountDownLatch done = new CountDownLatch(1);
        AtomicInteger next = new AtomicInteger();
        AtomicInteger outOfOrder = new AtomicInteger();
        for (int i = 0; i < tasks; i++) {
            int number = i;
            loop.execute(() -> {
                if (next.getAndIncrement() != number) {
                    outOfOrder.incrementAndGet();
                }
                if (number == tasks - 1) {
                    done.countDown();
                }
            });
        }
        assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(outOfOrder).hasValue(0);
    }

    /** Sockets on which nothing ever happens. */
    private final class CountingSockets implements IoHandlerFactory {
        @Override
        public IoHandler newHandler(ThreadAwareExecutor unused) {
            return new IoHandler() {
                @Override
                public int run(IoHandlerContext context) {
                    looks.incrementAndGet();
                    return 0;
                }

                @Override
                public IoRegistration register(IoHandle handle) {
                    throw new UnsupportedOperationException("no sockets here");
                }

                @Override
                public void wakeup() {}

                @Override
                public boolean isCompatible(Class<? extends IoHandle> handleType) {
                    return false;
                }
            };
        }
    }
}
