package dev.sluice.core.bucket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.core.bucket.BucketException.Reason;
import dev.sluice.core.cluster.ClusterMaps;
import dev.sluice.core.fixture.RestlessEngineProvider;
import dev.sluice.core.fixture.ThreadPool;
import dev.sluice.engine.EngineClock;
import dev.sluice.testkit.ManualClock;
import dev.sluice.testkit.TestBucketConfiguration;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who does what to a bucket at the same time as somebody else, on threads as they come. */
class BucketsTest {

    private static final int ROUNDS = 300;

    @TempDir
    Path home;

    private final ThreadPool pool = new ThreadPool(3);
    private final RestlessEngineProvider provider = new RestlessEngineProvider();

    @AfterEach
    void stop() {
        pool.close();
    }

    private Buckets buckets() {
        return buckets(new ManualClock());
    }

    private Buckets buckets(EngineClock clock) {
        return new Buckets(clock, new Pools(pool, pool, pool, pool), 1, new ClusterMaps(clock), engine -> List.of());
    }

    private BucketSpec spec() {
        return new BucketSpec(
                TestBucketConfiguration.of(provider).bucketName("b"), 1 << 20, false, home.resolve("b"), provider);
    }

    /** An engine that cannot pause was asked whether it can before it was there, and the pause never ended. */
    @Test
    @Timeout(60)
    void aPauseBesideACreation_ofAnEngineThatCannotPause_isRefused() throws Exception {
        provider.pause = null;
        for (int round = 0; round < ROUNDS; round++) {
            Buckets buckets = buckets();
            CompletableFuture<Void> created = buckets.create(spec());
            CompletableFuture<Void> paused = buckets.pause("b");
            while (!created.isDone() && reason(paused) == Reason.WRONG_STATE) {
                paused = buckets.pause("b");
            }
            assertThat(reason(paused)).as("round %s", round).isIn(Reason.WRONG_STATE, Reason.NOT_SUPPORTED);
            created.get(10, TimeUnit.SECONDS);
            buckets.close().get(10, TimeUnit.SECONDS);
        }
    }

    private static Reason reason(CompletableFuture<Void> refused) throws Exception {
        try {
            refused.get(10, TimeUnit.SECONDS);
            throw new AssertionError("not refused");
        } catch (ExecutionException e) {
            return ((BucketException) e.getCause()).reason();
        }
    }

    @Test
    @Timeout(60)
    void aStopBesideAResume_closesTheEngine() throws Exception {
        Random random = new Random(1);
        for (int round = 1; round <= ROUNDS; round++) {
            Buckets buckets = buckets();
            buckets.create(spec()).get(10, TimeUnit.SECONDS);
            buckets.pause("b").get(10, TimeUnit.SECONDS);
            CompletableFuture<Void> resumed = buckets.resume("b");
            for (int spins = random.nextInt(300); spins > 0; spins--) {
                Thread.onSpinWait();
            }
            buckets.close().get(10, TimeUnit.SECONDS);
            assertThat(resumed).isCompleted();
            assertThat(provider.closes).isEqualTo(round);
        }
    }

    @Test
    void whereTheUuidCannotBeHad_theEngineIsClosed() throws Exception {
        AtomicBoolean outOfMemory = new AtomicBoolean();
        EngineClock clock = new EngineClock() {
            private final ManualClock manual = new ManualClock();

            @Override
            public long nanoTime() {
                return manual.nanoTime();
            }

            @Override
            public long wallNanos() {
                if (outOfMemory.get()) {
                    throw new OutOfMemoryError("simulated");
                }
                return manual.wallNanos();
            }
        };
        provider.afterCreation = () -> outOfMemory.set(true);
        assertThat(reason(buckets(clock).create(spec()))).isEqualTo(Reason.ENGINE_FAILED);
        assertThat(provider.closes).isEqualTo(1);
    }
}
