package dev.sluice.testkit;

import dev.sluice.engine.BucketConfiguration;
import dev.sluice.engine.EngineContext;
import dev.sluice.engine.SpiVersion;
import dev.sluice.engine.async.AsyncEngineProvider;
import dev.sluice.engine.async.AsyncStore;
import dev.sluice.engine.async.NotAppliedException;
import dev.sluice.engine.async.StoredRecord;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A sorted map that answers when the scheduler says so: each call takes effect in a task of its own, and completes in
 * another. Checks that the engine keeps to the rules of {@link AsyncStore}.
 */
final class SimulatedAsyncStore implements AsyncStore {
    private final SimulatedScheduler scheduler;
    private final SimulatedScheduler.Pool pool;
    private final ConcurrentSkipListMap<byte[], StoredRecord> records;
    private final ConcurrentSkipListMap<byte[], Boolean> busy = new ConcurrentSkipListMap<>(Arrays::compareUnsigned);

    /** What happens to the next calls that change something, oldest first; afterwards they succeed. */
    final Deque<Mishap> mishaps = new ArrayDeque<>();

    /** How a write goes wrong. */
    enum Mishap {
        NONE,
        NOT_APPLIED,
        FAILS_UNAPPLIED,
        FAILS_APPLIED,
        OVERTAKEN,
        THROWS,
        NEVER_COMPLETES
    }

    volatile boolean closed;

    private SimulatedAsyncStore(SimulatedScheduler scheduler, ConcurrentSkipListMap<byte[], StoredRecord> records) {
        this.scheduler = scheduler;
        this.pool = scheduler.pool("store");
        this.records = records;
    }

    /** Engines over one map that outlives them. */
    static final class Provider extends AsyncEngineProvider {
        private final ConcurrentSkipListMap<byte[], StoredRecord> records =
                new ConcurrentSkipListMap<>(Arrays::compareUnsigned);
        private final int operationsMax;
        volatile @Nullable SimulatedAsyncStore store;

        Provider() {
            this(OPERATIONS_MAX_DEFAULT);
        }

        Provider(int operationsMax) {
            this.operationsMax = operationsMax;
        }

        @Override
        public String type() {
            return "simulated-async";
        }

        @Override
        public int spiVersion() {
            return SpiVersion.CURRENT;
        }

        @Override
        protected int operationsMax() {
            return operationsMax;
        }

        @Override
        protected AsyncStore open(BucketConfiguration configuration, EngineContext context) {
            store = new SimulatedAsyncStore(((TestEngineContext) context).scheduler(), records);
            return store;
        }
    }

    ConcurrentSkipListMap<byte[], StoredRecord> records() {
        return records;
    }

    @Override
    public CompletionStage<@Nullable StoredRecord> load(byte[] key) {
        return exclusively(key, () -> records.get(key));
    }

    @Override
    public CompletionStage<Boolean> compareAndSet(byte[] key, @Nullable StoredRecord expected, byte[] record) {
        return change(key, expected, () -> records.put(key, StoredRecord.of(key, record, new Object())));
    }

    @Override
    public CompletionStage<Boolean> delete(byte[] key, StoredRecord expected) {
        return change(key, expected, () -> records.remove(key));
    }

    private CompletionStage<Boolean> change(byte[] key, @Nullable StoredRecord expected, Runnable apply) {
        Mishap mishap;
        synchronized (mishaps) {
            mishap = mishaps.isEmpty() ? Mishap.NONE : mishaps.poll();
        }
        if (mishap == Mishap.THROWS) {
            throw new UnsupportedOperationException("thrown by the store");
        }
        if (mishap == Mishap.NEVER_COMPLETES) {
            return new CompletableFuture<>();
        }
        return exclusively(key, () -> {
            StoredRecord found = records.get(key);
            if ((found == null ? null : found.version()) != (expected == null ? null : expected.version())) {
                return false;
            }
            switch (mishap) {
                case NOT_APPLIED -> throw new NotAppliedException("refused");
                case FAILS_UNAPPLIED -> throw new IllegalStateException("connection lost");
                case OVERTAKEN -> {
                    return false;
                }
                default -> apply.run();
            }
            if (mishap == Mishap.FAILS_APPLIED) {
                throw new IllegalStateException("connection lost");
            }
            return true;
        });
    }

    @Override
    public CompletionStage<List<StoredRecord>> scan(byte[] from, byte[] to, int recordsMax) {
        return later(() -> records.subMap(from, to).values().stream()
                .limit(Math.min(recordsMax, 7)) // small pages, for more of them
                .toList());
    }

    @Override
    public void close() {
        closed = true;
    }

    private <T extends @Nullable Object> CompletionStage<T> exclusively(byte[] key, Supplier<T> work) {
        if (busy.put(key, true) != null) {
            throw new AssertionError("two calls for one key at a time");
        }
        return this.<T>later(() -> {
            busy.remove(key);
            return work.get();
        });
    }

    private <T extends @Nullable Object> CompletableFuture<T> later(Supplier<T> work) {
        CompletableFuture<T> future = scheduler.future();
        pool.execute(() -> {
            T result;
            try {
                result = work.get();
            } catch (RuntimeException e) {
                pool.execute(() -> future.completeExceptionally(e));
                return;
            }
            pool.execute(() -> future.complete(result));
        });
        return future;
    }
}
