package dev.sluice.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.EngineProvider;
import dev.sluice.engine.Status;
import dev.sluice.engine.StoreMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * The second half of the SPI: what every engine must do, as tests. The author of an engine extends this class, names the
 * provider, and says what the engine cannot do; the suite then tests that the engine refuses properly.
 *
 * <pre>{@code
 * class MyEngineContractTest extends EngineContractTest {
 *     @Override protected EngineProvider provider() { return new MyEngineProvider(); }
 *
 *     @Override protected boolean supports(Behavior behavior) {
 *         return behavior != Behavior.VBUCKETS && behavior != Behavior.FLUSH;
 *     }
 * }
 * }</pre>
 *
 * <p>The same suite over {@code new FaultInjectingProvider(provider, FaultPlan.everyFirstCall())}, and over seeded plans,
 * shows that nothing depends on a call being the first.
 *
 * <p>Each test has an engine of its own, four vbuckets, and a server's side that holds the engine to the rules of
 * blocking and ownership: see {@link EngineDriver}. All runs on one thread in an order that {@code -Dsluice.test.seed}
 * decides; every failure names its seed.
 */
public abstract class EngineContractTest extends ConversationContract {
    /** Makes the provider under test. Called more than once. */
    @Override
    protected abstract EngineProvider provider();

    /** Whether the engine can do that: everything, unless overridden. */
    @Override
    protected boolean supports(Behavior behavior) {
        return true;
    }

    /** Sets what the engine needs in its bucket's configuration; keeps the number of vbuckets. */
    @Override
    protected TestBucketConfiguration configure(TestBucketConfiguration configuration) {
        return configuration;
    }

    @Nested
    class Model {
        private static final int KEYS = 6;
        private static final int STEPS = 3_000;
        private static final List<StoreMode> MODES = List.of(StoreMode.values());
        private static final long NANOS_PER_SECOND = 1_000_000_000L;

        /** A document as the model knows it. */
        private record Expected(String text, long cas, int flags, long expirySeconds) {}

        private final Map<Key, Expected> model = new HashMap<>();

        @Test
        void randomCommands_answerAsAMapWould() {
            Random random = new Random(seed);
            for (int step = 0; step < STEPS; step++) {
                Key key = Key.of("key " + random.nextInt(KEYS));
                leaveTheEdgeOfTheSecond();
                long now = context.clock().wallSeconds();
                model.values().removeIf(document -> document.expirySeconds != 0 && document.expirySeconds <= now);
                switch (random.nextInt(8)) {
                    case 0, 1, 2, 3 -> checkStore(random, key, step);
                    case 4 -> checkRemove(random, key);
                    case 5 -> checkTouch(random, key);
                    case 6 -> {
                        context.clock().advance(Duration.ofSeconds(random.nextInt(3)));
                        context.scheduler().runOne();
                    }
                    default -> checkGet(key);
                }
            }
        }

        /** A blocked command may take some milliseconds of virtual time, in which nothing should expire. */
        private void leaveTheEdgeOfTheSecond() {
            long nanos = context.clock().wallNanos() % NANOS_PER_SECOND;
            if (nanos > NANOS_PER_SECOND / 2) {
                context.clock().advanceNanos(NANOS_PER_SECOND - nanos);
            }
        }

        private void checkGet(Key key) {
            Answer answer = get(key);
            Expected expected = model.get(key);
            if (expected == null) {
                assertThat(answer.status()).isEqualTo(Status.NO_SUCH_KEY);
                return;
            }
            succeeded(answer);
            assertThat(new Expected(answer.text(), answer.cas(), answer.flags(), answer.expirySeconds()))
                    .isEqualTo(expected);
        }

        private void checkStore(Random random, Key key, int step) {
            StoreMode mode = MODES.get(random.nextInt(MODES.size()));
            Expected before = model.get(key);
            long cas = mode == StoreMode.ADD ? 0 : chooseCas(random, before);
            Status expected = Status.SUCCESS;
            if (before == null) {
                expected = mode == StoreMode.REPLACE || cas != 0 ? Status.NO_SUCH_KEY : Status.SUCCESS;
            } else if (mode == StoreMode.ADD || (cas != 0 && cas != before.cas)) {
                expected = Status.KEY_EXISTS;
            }
            long expiry = random.nextInt(4) == 0 ? context.clock().wallSeconds() + 5 + random.nextInt(5) : 0;
            String text = "step " + step;
            Answer answer = store(key, Store.of(mode, text).cas(cas).flags(step).expirySeconds(expiry));
            assertThat(answer.status()).isEqualTo(expected);
            if (answer.succeeded()) {
                model.put(key, new Expected(text, answer.cas(), step, expiry));
            }
        }

        private void checkRemove(Random random, Key key) {
            Expected before = model.get(key);
            long cas = chooseCas(random, before);
            Status status = driver.remove(VB, key, cas).status();
            if (before == null) {
                assertThat(status).isEqualTo(Status.NO_SUCH_KEY);
            } else if (cas != 0 && cas != before.cas) {
                assertThat(status).isEqualTo(Status.KEY_EXISTS);
            } else {
                assertThat(status).isEqualTo(Status.SUCCESS);
                model.remove(key);
            }
        }

        private void checkTouch(Random random, Key key) {
            Expected before = model.get(key);
            long expiry = random.nextBoolean() ? 0 : context.clock().wallSeconds() + 5 + random.nextInt(5);
            Answer answer = driver.getAndTouch(VB, key, expiry);
            if (before == null) {
                assertThat(answer.status()).isEqualTo(Status.NO_SUCH_KEY);
                return;
            }
            succeeded(answer);
            assertThat(answer.text()).isEqualTo(before.text);
            assertThat(answer.cas() == before.cas).isEqualTo(expiry == before.expirySeconds);
            model.put(key, new Expected(before.text, answer.cas(), before.flags, expiry));
        }

        private long chooseCas(Random random, @Nullable Expected before) {
            return switch (random.nextInt(3)) {
                case 0 -> before == null ? 0 : before.cas;
                case 1 -> before == null ? 4711 : before.cas + 1;
                default -> 0;
            };
        }
    }

    @Nested
    class Stress {
        private static final int THREADS = 4;
        private static final int INCREMENTS = 250;

        private final Key counter = Key.of("counter");

        @Test
        void incrementsByManyThreads_areAllCounted() throws Exception {
            ExecutorService threads = Executors.newFixedThreadPool(THREADS);
            try {
                List<Callable<Boolean>> work = new ArrayList<>();
                for (int i = 0; i < THREADS; i++) {
                    EngineDriver own = newDriver();
                    work.add(() -> {
                        for (int done = 0; done < INCREMENTS; done++) {
                            increment(own);
                        }
                        return true;
                    });
                }
                for (Future<Boolean> future : threads.invokeAll(work)) {
                    assertThat(future.get()).isTrue();
                }
            } finally {
                threads.shutdownNow();
            }
            assertThat(get(counter).text()).isEqualTo(Integer.toString(THREADS * INCREMENTS));
        }

        /** As the server increments: store with the CAS fetched, or add, again and again until nobody came between. */
        private void increment(EngineDriver own) {
            while (true) {
                Answer before = own.get(VB, counter);
                Store store = before.succeeded()
                        ? Store.set(Integer.toString(Integer.parseInt(before.text()) + 1))
                                .cas(before.cas())
                        : Store.add("1");
                Status status = own.store(VB, counter, store).status();
                if (status == Status.SUCCESS) {
                    return;
                }
                assertThat(status).isIn(Status.KEY_EXISTS, Status.NO_SUCH_KEY, Status.TEMPORARY_FAILURE);
            }
        }
    }
}
