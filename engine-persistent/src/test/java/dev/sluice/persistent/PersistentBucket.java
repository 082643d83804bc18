package dev.sluice.persistent;

import dev.sluice.engine.EngineException;
import dev.sluice.engine.Persistence;
import dev.sluice.engine.RangeScans;
import dev.sluice.engine.Statistic;
import dev.sluice.engine.Status;
import dev.sluice.testkit.Answer;
import dev.sluice.testkit.EngineDriver;
import dev.sluice.testkit.Key;
import dev.sluice.testkit.Store;
import dev.sluice.testkit.TestBucketConfiguration;
import dev.sluice.testkit.TestEngineContext;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;

/** A persistent engine on virtual time and a simulated disk, with what tests ask of it again and again. */
final class PersistentBucket implements AutoCloseable {

    static final long SEED = Long.getLong("sluice.test.seed", 20_261_121L);

    final SimulatedStorage storage = new SimulatedStorage(SEED);
    private final UnaryOperator<TestBucketConfiguration> configure;
    TestEngineContext context = new TestEngineContext(SEED);
    PersistentEngine engine;
    EngineDriver driver;

    PersistentBucket(UnaryOperator<TestBucketConfiguration> configure) {
        this.configure = configure;
        engine = open();
        driver = new EngineDriver(engine, context.scheduler(), SEED);
    }

    static PersistentBucket withKeysInMemory() {
        return new PersistentBucket(configuration -> configuration);
    }

    static PersistentBucket withFullEviction() {
        return new PersistentBucket(configuration -> configuration.set("evictionPolicy", "full"));
    }

    private PersistentEngine open() {
        PersistentEngineProvider provider = storage.provider();
        TestBucketConfiguration configuration =
                configure.apply(TestBucketConfiguration.of(provider).vbucketCount(2));
        try {
            return (PersistentEngine) provider.create(configuration, context);
        } catch (EngineException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Closes the engine and makes it again; what warm-up does then is still to run. */
    void restart() {
        run();
        engine.close(false);
        reopen();
    }

    /** The process ends without notice; the operating system goes on. */
    void kill() {
        storage.disk.crash(true);
        storage.disk.powerOn();
        reopen();
    }

    private void reopen() {
        context = context.restarted();
        context.clock().advance(Duration.ofSeconds(1));
        engine = open();
        driver = new EngineDriver(engine, context.scheduler(), SEED);
    }

    Answer set(String key, String value) {
        return driver.store(0, Key.of(key), Store.set(value));
    }

    Answer get(String key) {
        return driver.get(0, Key.of(key));
    }

    Answer remove(String key) {
        return driver.remove(0, Key.of(key));
    }

    Persistence persistence() {
        return Objects.requireNonNull(engine.capability(Persistence.class));
    }

    /** Takes a document out of memory, which must be on disk. */
    void evict(String key) {
        Status status = driver.run(cookie -> persistence().evict(cookie, 0, dev.sluice.engine.HeapDocumentKey.of(key)));
        if (status != Status.SUCCESS) {
            throw new AssertionError(key + " cannot be evicted: " + status);
        }
    }

    PersistentVBucket vbucket() {
        return Objects.requireNonNull(engine.vbuckets().at(0));
    }

    /** Runs what is due. */
    void run() {
        context.scheduler().runAll();
    }

    void advance(Duration duration) {
        context.scheduler().advance(duration);
    }

    EngineDriver.OpenedScan scan() {
        return driver.openScan(0, new RangeScans.Request(0, new byte[0], null, false, 0, 0, false, 0));
    }

    /** As {@link #scan}, without waiting; what comes of it is not looked at. */
    EngineDriver.Command startScan() {
        RangeScans scans = Objects.requireNonNull(engine.capability(RangeScans.class));
        RangeScans.Request request = new RangeScans.Request(0, new byte[0], null, false, 0, 0, false, 0);
        return driver.start(cookie -> scans.open(cookie, 0, request, new RangeScans.Holder()));
    }

    Map<String, String> statistics(String group) {
        Iterator<Statistic> lines = Objects.requireNonNull(engine.statistics(group, ""));
        Map<String, String> statistics = new LinkedHashMap<>();
        lines.forEachRemaining(line -> statistics.put(line.name(), line.value()));
        return statistics;
    }

    long statistic(String name) {
        return Long.parseLong(Objects.requireNonNull(statistics("").get(name), name));
    }

    @Override
    public void close() {
        run();
        for (Throwable failure : context.scheduler().failures()) {
            throw new AssertionError("seed " + SEED, failure);
        }
        driver.verify();
        engine.close(true);
        if (context.memory().usedBytes() != 0) {
            throw new AssertionError(
                    "a closed engine still has " + context.memory().usedBytes() + " bytes");
        }
        context.close();
    }
}
