package dev.sluice.benchmarks.memory;

import dev.sluice.engine.BlockedCookie;
import dev.sluice.engine.BucketConfiguration;
import dev.sluice.engine.ConfigurationKey;
import dev.sluice.engine.Cookie;
import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineClock;
import dev.sluice.engine.EngineContext;
import dev.sluice.engine.EngineException;
import dev.sluice.engine.EngineProvider;
import dev.sluice.engine.MemoryAccount;
import dev.sluice.engine.MetricRegistry;
import dev.sluice.engine.Status;
import dev.sluice.engine.TaskPool;
import dev.sluice.engine.Topology;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** One bucket without a server around it: real time, two pool threads, an account with a quota that never changes. */
final class StandaloneBucket implements AutoCloseable {

    private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(2, task -> {
        Thread thread = new Thread(task, "bucket-pool");
        thread.setDaemon(true);
        return thread;
    });
    private final LongAdder usedBytes = new LongAdder();
    private final long quotaBytes;
    final Engine engine;

    StandaloneBucket(EngineProvider provider, int vbucketCount, long quotaBytes) {
        this.quotaBytes = quotaBytes;
        try {
            engine = provider.create(new Configuration(provider, vbucketCount), new Context());
        } catch (EngineException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What the engine says that it takes. */
    long usedBytes() {
        return usedBytes.sum();
    }

    @Override
    public void close() {
        engine.close(true);
        threads.shutdownNow();
    }

    /** A cookie that has nobody behind it: a command that blocks is repeated by the caller. */
    static final class LoopCookie implements Cookie {
        private @Nullable Object attachment;
        private volatile boolean notified;

        /** Whether the last call that blocked may be repeated. */
        boolean notified() {
            return notified;
        }

        @Override
        public BlockedCookie block() {
            notified = false;
            return new BlockedCookie() {
                @Override
                public void notifyIoComplete(Status status) {
                    notified = true;
                }

                @Override
                public void onCancel(Runnable action) {}

                @Override
                public boolean cancelled() {
                    return false;
                }
            };
        }

        @Override
        public @Nullable Object attachment() {
            return attachment;
        }

        @Override
        public void attach(@Nullable Object attachment) {
            this.attachment = attachment;
        }

        @Override
        public long connectionId() {
            return 1;
        }

        @Override
        public void errorContext(String sentence) {}
    }

    /** All defaults. */
    private record Configuration(EngineProvider provider, int vbucketCount) implements BucketConfiguration {
        @Override
        public String bucketName() {
            return "benchmark";
        }

        @Override
        public String engineType() {
            return provider.type();
        }

        @Override
        public int valueSizeBytesMax() {
            return 20 << 20;
        }

        @Override
        public @Nullable String text(String key) {
            return value(key);
        }

        @Override
        public @Nullable Path path(String key) {
            return null;
        }

        @Override
        public boolean flag(String key) {
            return Boolean.parseBoolean(required(key));
        }

        @Override
        public long integer(String key) {
            return Long.parseLong(required(key));
        }

        @Override
        public long sizeBytes(String key) {
            return Long.parseLong(required(key));
        }

        @Override
        public long durationMs(String key) {
            return Long.parseLong(required(key).replace("ms", ""));
        }

        @Override
        public double ratio(String key) {
            return Double.parseDouble(required(key));
        }

        private @Nullable String value(String name) {
            for (ConfigurationKey key : provider.configurationKeys()) {
                if (key.name().equals(name)) {
                    return key.defaultValue();
                }
            }
            throw new IllegalArgumentException("key " + name + " is not declared");
        }

        private String required(String name) {
            String value = value(name);
            if (value == null) {
                throw new IllegalArgumentException("key " + name + " has no default");
            }
            return value;
        }
    }

    private final class Context implements EngineContext {
        private final TaskPool pool = new Pool();
        private final MemoryAccount memory = new Account();
        private final MetricRegistry metrics = new Metrics();
        private final Topology topology = new OneNode();
        private final EngineClock clock = new EngineClock() {
            @Override
            public long nanoTime() {
                return System.nanoTime();
            }

            @Override
            public long wallNanos() {
                return TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
            }
        };

        @Override
        public EngineClock clock() {
            return clock;
        }

        @Override
        public TaskPool readerPool() {
            return pool;
        }

        @Override
        public TaskPool writerPool() {
            return pool;
        }

        @Override
        public TaskPool auxIoPool() {
            return pool;
        }

        @Override
        public TaskPool nonIoPool() {
            return pool;
        }

        @Override
        public MemoryAccount memory() {
            return memory;
        }

        @Override
        public MetricRegistry metrics() {
            return metrics;
        }

        @Override
        public Topology topology() {
            return topology;
        }

        @Override
        public Path dataDirectory() {
            return Path.of("benchmark-data");
        }

        @Override
        public void vbucketStateChanged(int vbucket) {}
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

    private final class Account implements MemoryAccount {
        @Override
        public long quotaBytes() {
            return quotaBytes;
        }

        @Override
        public long usedBytes() {
            return usedBytes.sum();
        }

        @Override
        public void charge(long bytes) {
            usedBytes.add(bytes);
        }

        @Override
        public void onQuotaChange(LongConsumer listener) {}
    }

    private static final class Metrics implements MetricRegistry {
        @Override
        public void gauge(String name, String description, LongSupplier value) {}

        @Override
        public Counter counter(String name, String description) {
            LongAdder adder = new LongAdder();
            return new Counter() {
                @Override
                public void add(long amount) {
                    adder.add(amount);
                }

                @Override
                public long value() {
                    return adder.sum();
                }
            };
        }
    }

    private static final class OneNode implements Topology {
        private final View view = new View() {
            @Override
            public long epoch() {
                return 1;
            }

            @Override
            public long revision() {
                return 1;
            }

            @Override
            public List<String> nodes() {
                return List.of("self");
            }

            @Override
            public int self() {
                return 0;
            }

            @Override
            public int[] chain(int vbucket) {
                return new int[] {0};
            }
        };

        @Override
        public View current() {
            return view;
        }

        @Override
        public void onChange(Listener listener) {}
    }
}
