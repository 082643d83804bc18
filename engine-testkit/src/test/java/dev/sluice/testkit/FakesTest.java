package dev.sluice.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.engine.BucketConfiguration;
import dev.sluice.engine.ConfigurationKey;
import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineContext;
import dev.sluice.engine.EngineProvider;
import dev.sluice.engine.SpiVersion;
import dev.sluice.engine.Status;
import dev.sluice.engine.TaskPool;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The stand-ins themselves. */
class FakesTest {
    @Nested
    class Scheduler {
        private final SimulatedScheduler scheduler = new SimulatedScheduler(1, new ManualClock());
        private final SimulatedScheduler.Pool pool = scheduler.pool("pool");

        @Test
        void order_isTheSeeds() {
            assertThat(orderOf(1))
                    .isEqualTo(orderOf(1))
                    .isNotEqualTo(orderOf(2))
                    .hasSize(20);
        }

        private List<Integer> orderOf(long seed) {
            SimulatedScheduler seeded = new SimulatedScheduler(seed, new ManualClock());
            List<Integer> order = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                int number = i;
                seeded.pool("pool").execute(() -> order.add(number));
            }
            seeded.runAll();
            return order;
        }

        @Test
        void scheduledTasks_runAtTheirTime_alsoThoseThatAreScheduledOnTheWay() {
            List<Long> ranAt = new ArrayList<>();
            long begin = scheduler.clock().nanoTime();
            Runnable note = () -> ranAt.add(scheduler.clock().nanoTime() - begin);
            pool.schedule(
                    () -> {
                        note.run();
                        pool.schedule(note, 5);
                    },
                    10);
            TaskPool.Scheduled cancelled = pool.schedule(note, 12);
            cancelled.cancel();
            scheduler.advance(Duration.ofNanos(100));
            assertThat(ranAt).containsExactly(10L, 15L);
            assertThat(scheduler.clock().nanoTime() - begin).isEqualTo(100);
        }

        @Test
        void taskThatThrows_isKept_andTheNextRuns() {
            AtomicInteger ran = new AtomicInteger();
            pool.execute(() -> {
                throw new IllegalStateException("of the task");
            });
            pool.execute(ran::incrementAndGet);
            assertThat(scheduler.runAll()).isEqualTo(2);
            assertThat(ran).hasValue(1);
            assertThat(scheduler.failures()).hasSize(1);
        }

        @Test
        void closedPool_dropsAndRefuses() {
            AtomicInteger ran = new AtomicInteger();
            pool.execute(ran::incrementAndGet);
            pool.schedule(ran::incrementAndGet, 10);
            pool.close();
            scheduler.advance(Duration.ofSeconds(1));
            assertThat(ran).hasValue(0);
            assertThatThrownBy(() -> pool.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
        }

        @Test
        void future_runsTasksWhileSomebodyWaits() throws Exception {
            CompletableFuture<String> future = scheduler.future();
            pool.schedule(() -> future.complete("done"), 5_000_000_000L);
            assertThat(future.thenApply(text -> text + "!").get()).isEqualTo("done!");
            CompletableFuture<String> never = scheduler.future();
            assertThatThrownBy(() -> never.get(1, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);
        }
    }

    @Nested
    class Context {
        @Test
        void quota_isToldToTheListener() {
            try (TestEngineContext context = new TestEngineContext(1)) {
                AtomicLong heard = new AtomicLong();
                context.memory().onQuotaChange(heard::set);
                context.memory().setQuotaBytes(4096);
                assertThat(heard).hasValue(4096);
                assertThat(context.memory().quotaBytes()).isEqualTo(4096);
                context.memory().charge(10);
                context.memory().charge(-4);
                assertThat(context.memory().usedBytes()).isEqualTo(6);
                assertThatThrownBy(() -> context.memory().onQuotaChange(heard::set))
                        .isInstanceOf(IllegalStateException.class);
            }
        }

        @Test
        void metrics_areReadByName() {
            TestMetricRegistry metrics = new TestMetricRegistry();
            metrics.counter("writes", "Writes.").add(3);
            metrics.gauge("documents", "Documents.", () -> 5);
            assertThat(metrics.value("writes")).isEqualTo(3);
            assertThat(metrics.value("documents")).isEqualTo(5);
            assertThatThrownBy(() -> metrics.counter("Writes", "")).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Nested
    class Configuration {
        private final EngineProvider provider = new EngineProvider() {
            @Override
            public String type() {
                return "configured";
            }

            @Override
            public int spiVersion() {
                return SpiVersion.CURRENT;
            }

            @Override
            public List<ConfigurationKey> configurationKeys() {
                return List.of(
                        ConfigurationKey.path("path", null, "Where.").asRequired(),
                        ConfigurationKey.size("cache", 1 << 20, 0, 1L << 40, "How much."),
                        ConfigurationKey.duration("interval", 500, 1, 86_400_000, "How often."),
                        ConfigurationKey.choice("mode", List.of("fast", "safe"), "How."),
                        ConfigurationKey.ratio("share", 0.5, "How large a part."),
                        ConfigurationKey.flag("sync", true, "Whether."),
                        ConfigurationKey.integer("threads", 4, 1, 64, "How many."));
            }

            @Override
            public Engine create(BucketConfiguration configuration, EngineContext context) {
                throw new AssertionError("nobody opens this engine: the tests ask for its keys");
            }
        };

        @Test
        void defaults_areFilledIn() {
            TestBucketConfiguration configuration = TestBucketConfiguration.of(provider);
            assertThat(configuration.sizeBytes("cache")).isEqualTo(1 << 20);
            assertThat(configuration.durationMs("interval")).isEqualTo(500);
            assertThat(configuration.text("mode")).isEqualTo("fast");
            assertThat(configuration.ratio("share")).isEqualTo(0.5);
            assertThat(configuration.flag("sync")).isTrue();
            assertThat(configuration.integer("threads")).isEqualTo(4);
            assertThatThrownBy(configuration::checked).hasMessageContaining("path is required");
        }

        @Test
        void values_areParsedAsInAFile() {
            TestBucketConfiguration configuration = TestBucketConfiguration.of(provider)
                    .directory(Path.of("/data"))
                    .set("path", "bucket")
                    .set("cache", "64MiB")
                    .set("interval", "10s")
                    .checked();
            assertThat(configuration.path("path")).isEqualTo(Path.of("/data/bucket"));
            assertThat(configuration.sizeBytes("cache")).isEqualTo(64L << 20);
            assertThat(configuration.durationMs("interval")).isEqualTo(10_000);
        }

        @Test
        void mistakes_areNamed() {
            TestBucketConfiguration configuration = TestBucketConfiguration.of(provider);
            assertThatThrownBy(() -> configuration.set("threads", "65")).hasMessageContaining("threads: 65");
            assertThatThrownBy(() -> configuration.set("cache", "7 parsecs")).hasMessageContaining("cache");
            assertThatThrownBy(() -> configuration.set("mode", "slow")).hasMessageContaining("one of [fast, safe]");
            assertThatThrownBy(() -> configuration.flag("nothing")).hasMessageContaining("nothing");
            assertThatThrownBy(() -> configuration.flag("threads")).hasMessageContaining("INTEGER");
        }
    }

    @Nested
    class Cookies {
        @Test
        void cancel_tellsTheHandleOnce_andNotificationsAreIgnored() {
            TestCookie cookie = new TestCookie(1);
            AtomicInteger cancelled = new AtomicInteger();
            cookie.enter();
            var handle = cookie.block();
            handle.onCancel(cancelled::incrementAndGet);
            cookie.leave(Status.WOULD_BLOCK);
            cookie.cancel();
            cookie.cancel();
            handle.notifyIoComplete(Status.SUCCESS);
            assertThat(cancelled).hasValue(1);
            assertThat(handle.cancelled()).isTrue();
            assertThat(cookie.notified()).isNull();
            assertThat(cookie.violations()).isEmpty();
        }

        @Test
        void onCancel_afterANotification_neverRuns() {
            TestCookie cookie = new TestCookie(1);
            AtomicInteger cancelled = new AtomicInteger();
            cookie.enter();
            var handle = cookie.block();
            handle.notifyIoComplete(Status.SUCCESS);
            handle.onCancel(cancelled::incrementAndGet);
            cookie.leave(Status.WOULD_BLOCK);
            cookie.cancel();
            assertThat(cancelled).hasValue(0);
        }
    }
}
