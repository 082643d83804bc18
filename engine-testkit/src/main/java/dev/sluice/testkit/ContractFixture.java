package dev.sluice.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineProvider;
import dev.sluice.engine.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/** What all parts of the contract share: one engine for each test, driven as by a server, and looked over at the end. */
@ExtendWith(ContractFixture.SeedOnFailure.class)
abstract class ContractFixture {
    /** The system property that sets {@link #seed}. */
    static final String SEED_PROPERTY = "sluice.test.seed";

    static final int VBUCKETS = 4;
    static final int VB = 0;

    final long seed = Long.getLong(SEED_PROPERTY, 20_261_121L);

    TestEngineContext context;
    Engine engine;
    EngineDriver driver;

    private final List<EngineDriver> drivers = new ArrayList<>();
    private boolean closed;

    protected abstract EngineProvider provider();

    protected abstract boolean supports(Behavior behavior);

    protected abstract TestBucketConfiguration configure(TestBucketConfiguration configuration);

    @BeforeEach
    void createEngine() throws Exception {
        context = new TestEngineContext(seed);
        engine = create();
        driver = newDriver();
    }

    @AfterEach
    void settleAndClose() throws Exception {
        if (!closed) {
            context.scheduler().runAll();
            verify();
            closeEngine(true);
        }
        context.close();
    }

    /** One more connection. */
    EngineDriver newDriver() {
        EngineDriver made = new EngineDriver(engine, context.scheduler(), seed + drivers.size());
        synchronized (drivers) {
            drivers.add(made);
        }
        return made;
    }

    /** Closes the engine and makes it again over what it left behind. */
    void restart() throws Exception {
        context.scheduler().runAll();
        verify();
        closeEngine(false);
        context = context.restarted();
        context.clock().advance(Duration.ofSeconds(1)); // it takes a while
        engine = create();
        closed = false;
        driver = newDriver();
    }

    void closeEngine(boolean force) throws Exception {
        closed = true;
        BackgroundCall.run(context.scheduler(), () -> {
            engine.close(force);
            return true;
        });
        context.closePools();
    }

    private Engine create() throws Exception {
        EngineProvider provider = provider();
        TestBucketConfiguration configuration = configure(TestBucketConfiguration.of(provider)
                        .vbucketCount(VBUCKETS)
                        .directory(context.dataDirectory()))
                .checked();
        return BackgroundCall.run(context.scheduler(), () -> provider.create(configuration, context));
    }

    private void verify() {
        drivers.forEach(EngineDriver::verify);
        drivers.clear();
        assertThat(context.scheduler().failures())
                .as("what the engine's tasks threw")
                .isEmpty();
    }

    Answer get(Key key) {
        return driver.get(VB, key);
    }

    Answer store(Key key, Store store) {
        return driver.store(VB, key, store);
    }

    /** Stores, and fails the test if that does. */
    Answer stored(Key key, Store store) {
        return succeeded(store(key, store));
    }

    static Answer succeeded(Answer answer) {
        assertThat(answer.status()).isEqualTo(Status.SUCCESS);
        return answer;
    }

    /** The capability, of an engine that was declared to have it. */
    <C> C capability(Class<C> type) {
        C capability = engine.capability(type);
        assertThat(capability).as("capability " + type.getSimpleName()).isNotNull();
        return requireNonNull(capability);
    }

    /** An engine declared to have the capability has it, and another has not. Answers whether there is more to test. */
    boolean checkCapability(Behavior behavior, Class<?> type) {
        boolean supported = supports(behavior);
        assertThat(engine.capability(type) != null)
                .as("has the capability " + type.getSimpleName())
                .isEqualTo(supported);
        return supported;
    }

    static <T> T requireNonNull(@Nullable T object) {
        if (object == null) {
            throw new AssertionError("expected: not null");
        }
        return object;
    }

    /** Adds to every failure what it takes to see it again. */
    static final class SeedOnFailure implements TestExecutionExceptionHandler {
        @Override
        public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
            context.getRequiredTestInstances()
                    .findInstance(ContractFixture.class)
                    .ifPresent(test -> failure.addSuppressed(
                            new AssertionError("run again with -D" + SEED_PROPERTY + "=" + test.seed)));
            throw failure;
        }
    }
}
