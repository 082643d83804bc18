package dev.sluice.memory;

import dev.sluice.engine.RangeScans;
import dev.sluice.engine.RangeScans.Request;
import dev.sluice.engine.Statistic;
import dev.sluice.engine.Status;
import dev.sluice.engine.VBucketState;
import dev.sluice.testkit.Answer;
import dev.sluice.testkit.EngineDriver;
import dev.sluice.testkit.Key;
import dev.sluice.testkit.Store;
import dev.sluice.testkit.TestBucketConfiguration;
import dev.sluice.testkit.TestEngineContext;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;

/** A memory engine on virtual time, with what tests of this package ask of it again and again. */
final class MemoryBucket implements AutoCloseable {

    static final long SEED = Long.getLong("sluice.test.seed", System.nanoTime());

    final TestEngineContext context = new TestEngineContext(SEED);
    final MemoryEngine engine;
    final EngineDriver driver;

    MemoryBucket() {
        this(configuration -> configuration);
    }

    MemoryBucket(UnaryOperator<TestBucketConfiguration> configure) {
        try {
            engine = (MemoryEngine) new MemoryEngineProvider().create(configure.apply(configuration()), context);
        } catch (dev.sluice.engine.EngineException e) {
            throw new IllegalStateException(e);
        }
        driver = new EngineDriver(engine, context.scheduler(), SEED);
    }

    static TestBucketConfiguration configuration() {
        return TestBucketConfiguration.of(new MemoryEngineProvider()).vbucketCount(2);
    }

    Answer set(String key, String value) {
        return driver.store(0, Key.of(key), Store.set(value));
    }

    Answer set(String key, String value, long expirySeconds) {
        return driver.store(0, Key.of(key), Store.set(value).expirySeconds(expirySeconds));
    }

    Answer get(String key) {
        return driver.get(0, Key.of(key));
    }

    Answer remove(String key) {
        return driver.remove(0, Key.of(key));
    }

    Status setState(VBucketState state) {
        return driver.run(cookie -> engine.vbuckets().setState(cookie, 0, state));
    }

    Status flush() {
        return driver.run(engine::flush);
    }

    VBucket vbucket() {
        return Objects.requireNonNull(engine.vbuckets().at(0));
    }

    void advance(Duration duration) {
        context.scheduler().advance(duration);
    }

    long usedBytes() {
        return context.memory().usedBytes();
    }

    EngineDriver.OpenedScan scan() {
        return driver.openScan(0, everything());
    }

    RangeScans scans() {
        return Objects.requireNonNull(engine.capability(RangeScans.class));
    }

    static Request everything() {
        return new Request(0, new byte[0], null, false, 0, 0, false, 0);
    }

    static Request range(String start, String end) {
        return new Request(
                0, start.getBytes(StandardCharsets.UTF_8), end.getBytes(StandardCharsets.UTF_8), false, 0, 0, false, 0);
    }

    Map<String, String> statistics(String group, String argument) {
        Iterator<Statistic> lines = Objects.requireNonNull(engine.statistics(group, argument));
        Map<String, String> statistics = new LinkedHashMap<>();
        lines.forEachRemaining(line -> statistics.put(line.name(), line.value()));
        return statistics;
    }

    long statistic(String name) {
        return Long.parseLong(statistics("", "").get(name));
    }

    /** Runs what is due, and fails if a task threw or the engine broke a rule. */
    void verify() {
        context.scheduler().runAll();
        for (Throwable failure : context.scheduler().failures()) {
            throw new AssertionError("seed " + SEED, failure);
        }
        driver.verify();
    }

    @Override
    public void close() {
        verify();
        engine.close(true);
        if (usedBytes() != 0) {
            throw new AssertionError("a closed engine still has " + usedBytes() + " bytes (seed " + SEED + ")");
        }
        context.close();
    }
}
