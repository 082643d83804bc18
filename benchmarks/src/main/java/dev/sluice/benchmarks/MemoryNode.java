package dev.sluice.benchmarks;

import dev.sluice.core.Node;
import dev.sluice.core.bucket.BucketSpec;
import dev.sluice.core.bucket.Pools;
import dev.sluice.core.collections.Collection;
import dev.sluice.core.collections.CollectionsSpec;
import dev.sluice.core.engine.EngineSettings;
import dev.sluice.core.engine.Setting;
import dev.sluice.core.engine.Settings;
import dev.sluice.core.limits.Limits;
import dev.sluice.engine.EngineClock;
import dev.sluice.engine.EngineProvider;
import dev.sluice.engine.TaskPool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A server without its sockets: real time, two pool threads, and one bucket, {@link Node#DEFAULT_BUCKET}. */
public final class MemoryNode implements AutoCloseable {

    private static final int VALUE_BYTES_MAX = 20 << 20;

    private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(2, task -> {
        Thread thread = new Thread(task, "benchmark-pool");
        thread.setDaemon(true);
        return thread;
    });
    private final Node node;

    /** Starts it, the bucket ready, with the engine's defaults. */
    public MemoryNode(Limits limits, EngineProvider provider, int vbucketCount, long quotaBytes) {
        TaskPool pool = new Pool();
        node = new Node("benchmark", limits, new SystemClock(), new Pools(pool, pool, pool, pool));
        Settings settings = Settings.check(
                "$", provider.configurationKeys().stream().map(Setting::of).toList(), Map.of(), problem -> {
                    throw new IllegalStateException(problem.toString());
                });
        Path data;
        try {
            data = Files.createTempDirectory("sluice-benchmark");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        data.toFile().deleteOnExit();
        data.resolve("manifest.json").toFile().deleteOnExit(); // Last in, first out.
        CollectionsSpec collections =
                new CollectionsSpec(0, Map.of(Collection.DEFAULT_NAME, Map.of("named", Collection.NO_MAX_TTL)));
        EngineSettings configuration =
                new EngineSettings(Node.DEFAULT_BUCKET, provider.type(), vbucketCount, VALUE_BYTES_MAX, data, settings);
        node.buckets()
                .create(new BucketSpec(configuration, quotaBytes, false, data, provider).with(collections))
                .join();
    }

    public Node node() {
        return node;
    }

    /** Ends the threads. What the bucket holds goes with the last reference to this. */
    @Override
    public void close() {
        threads.shutdownNow();
    }

    private final class Pool implements TaskPool {

        @Override
        public void execute(Runnable task) {
            threads.execute(task);
        }

        @Override
        public Scheduled schedule(Runnable task, long delayNanos) {
            Future<?> future = threads.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
            return () -> future.cancel(false);
        }
    }

    /** As the server's. */
    private static final class SystemClock implements EngineClock {

        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public long wallNanos() {
            Instant now = Instant.now();
            return now.getEpochSecond() * 1_000_000_000L + now.getNano();
        }
    }
}
