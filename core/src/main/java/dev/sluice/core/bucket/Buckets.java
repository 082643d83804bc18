package dev.sluice.core.bucket;

import dev.sluice.core.bucket.BucketException.Reason;
import dev.sluice.core.cluster.ClusterMap;
import dev.sluice.core.cluster.ClusterMaps;
import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineClock;
import dev.sluice.engine.EngineException;
import dev.sluice.engine.Status;
import dev.sluice.engine.TaskPool;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All buckets of the server, and the only place where one begins or ends. Any thread.
 *
 * <p><b>The end of a bucket</b> goes through three gates, none of which an engine or a client can hold shut:
 *
 * <ol>
 *   <li>Users leave. Each connection ends its blocked commands on its own loop and closes. One that has stopped reading is
 *       cut after {@code Limits.stallNanosMaxBucketGone}. After {@link #USERS_NANOS_MAX} the gate opens anyway, with a line
 *       in the log.
 *   <li>Companions fall quiet: a scan's producer ends after the document that it is at.
 *   <li>The engine closes, on a background thread. It may take its time; only the name stays taken meanwhile.
 * </ol>
 *
 * <p>Nothing here waits: each gate is looked at again by a scheduled task.
 */
public final class Buckets {

    private static final Logger LOG = LoggerFactory.getLogger(Buckets.class);

    /** How often a gate is looked at. The reference server does so every 10 ms. */
    private static final long GATE_NANOS = 10_000_000L;

    private static final long USERS_NANOS_MAX = 10_000_000_000L;
    private static final long COMPANIONS_NANOS_MAX = 10_000_000_000L;

    private final EngineClock clock;
    private final Pools pools;
    private final int loops;
    private final ClusterMaps cluster;
    private final BucketCapabilities capabilities;
    private final BucketIdentities identities;
    private final ConfigOnlyBuckets configOnly = new ConfigOnlyBuckets();
    private final Map<String, Bucket> buckets = new ConcurrentSkipListMap<>();
    private volatile boolean closing;

    /**
     * No buckets yet.
     *
     * @param loops how many event loops count into the buckets' counters
     * @param cluster what the maps of the buckets have in common
     * @param capabilities what those maps say of what can be used
     */
    public Buckets(EngineClock clock, Pools pools, int loops, ClusterMaps cluster, BucketCapabilities capabilities) {
        this.cluster = cluster;
        this.capabilities = capabilities;
        this.identities = new BucketIdentities(clock);
        this.clock = clock;
        this.pools = pools;
        this.loops = loops;
    }

    /** The bucket of that name if it is ready, otherwise null. */
    public @Nullable Bucket ready(String name) {
        Bucket bucket = buckets.get(name);
        return bucket != null && bucket.ready() ? bucket : null;
    }

    /** What there is of a bucket of which this node has the cluster map alone; null where there is no such thing. */
    public @Nullable ConfigOnlyBucket configOnly(String name) {
        return configOnly.get(name);
    }

    /**
     * Stores a cluster manager's map of a bucket. Where there is no such bucket, the name can be selected from here on, for
     * the sake of the map.
     *
     * @return {@code SUCCESS}, {@code TEMPORARY_FAILURE} for a bucket that is coming or going, or {@code TOO_BIG} where
     *     there are too many names
     */
    public Status storeMap(String name, ClusterMap map) {
        Bucket bucket = buckets.get(name);
        if (bucket == null) {
            boolean stored = configOnly.store(name, map);
            Bucket created = ready(name);
            if (created != null) {
                takeOver(created); // It became ready without having seen the map.
            }
            return stored ? Status.SUCCESS : Status.TOO_BIG;
        }
        if (!bucket.ready()) {
            return Status.TEMPORARY_FAILURE;
        }
        bucket.map().store(map);
        return Status.SUCCESS;
    }

    /** A bucket that serves takes the place of the one of its name that had a map and nothing else. */
    private void takeOver(Bucket bucket) {
        ConfigOnlyBucket before = configOnly.get(bucket.name());
        if (before != null) {
            bucket.map().store(before.map());
            configOnly.end(bucket.name(), bucket);
        }
    }

    /** Forgets a bucket of which there is the cluster map alone; false where there is no such thing. */
    public boolean deleteConfigOnly(String name) {
        return configOnly.end(name, null);
    }

    /** All ready buckets, by name. */
    public List<Bucket> ready() {
        List<Bucket> ready = new ArrayList<>();
        for (Bucket bucket : buckets.values()) {
            if (bucket.ready()) {
                ready.add(bucket);
            }
        }
        return ready;
    }

    /**
     * Creates a bucket on a background thread.
     *
     * @return completes when it is ready, or with a {@link BucketException}
     */
    public CompletableFuture<Void> create(BucketSpec spec) {
        Bucket bucket = new Bucket(spec, clock, pools, loops, cluster, capabilities);
        if (buckets.putIfAbsent(spec.name(), bucket) != null) {
            return CompletableFuture.failedFuture(
                    new BucketException(Reason.EXISTS, "bucket " + spec.name() + " exists already", null));
        }
        // Looked at after the bucket is there: close() does it the other way round, so one of the two sees the other.
        if (closing) {
            buckets.remove(spec.name(), bucket);
            bucket.created().complete(null);
            return CompletableFuture.failedFuture(
                    new BucketException(Reason.BUSY, "bucket " + spec.name() + ": the server is stopping", null));
        }
        try {
            pools.auxIo().execute(() -> open(bucket));
        } catch (RejectedExecutionException e) {
            buckets.remove(spec.name(), bucket);
            bucket.created().completeExceptionally(e);
        }
        return bucket.created();
    }

    private void open(Bucket bucket) {
        BucketSpec spec = bucket.spec();
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try {
            bucket.loadCollections();
            thread.setContextClassLoader(spec.provider().getClass().getClassLoader());
            Engine engine = spec.provider().create(spec.configuration(), bucket.context());
            if (engine == null) {
                throw new EngineException("the provider answered null");
            }
            ConfigOnlyBucket placeholder = configOnly.get(spec.name());
            if (placeholder != null) {
                bucket.map().store(placeholder.map());
            }
            serve(bucket, engine, identities.of(spec));
            takeOver(bucket);
            bucket.created().complete(null);
        } catch (IOException e) {
            bucket.context().closePools();
            buckets.remove(spec.name(), bucket);
            bucket.created()
                    .completeExceptionally(new BucketException(
                            Reason.ENGINE_FAILED, "bucket " + spec.name() + ": " + e.getMessage(), e));
        } catch (Throwable e) {
            bucket.context().closePools();
            buckets.remove(spec.name(), bucket);
            String why = e instanceof EngineException ? e.getMessage() : e.toString();
            bucket.created()
                    .completeExceptionally(new BucketException(
                            Reason.ENGINE_FAILED,
                            "bucket " + spec.name() + ": engine "
                                    + spec.provider().type() + " cannot serve it: " + why,
                            e));
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** Puts an engine into service. One that cannot say what it can do is closed again. */
    private static void serve(Bucket bucket, Engine engine, String uuid) {
        try {
            bucket.opened(engine, uuid);
        } catch (RuntimeException | Error e) {
            try {
                engine.close(false);
            } catch (RuntimeException | Error further) {
                e.addSuppressed(further);
            }
            throw e;
        }
    }

    /**
     * Ends a bucket: its connections are closed, its engine too, and its name is free again.
     *
     * @param force the data is not wanted any more, and the engine need not save any
     * @return completes when all of that is done, or with a {@link BucketException} when there is no such bucket, or one
     *     that is coming or going
     */
    public CompletableFuture<Void> destroy(String name, boolean force) {
        Bucket bucket = buckets.get(name);
        if (bucket == null) {
            return CompletableFuture.failedFuture(
                    new BucketException(Reason.UNKNOWN, "bucket " + name + " does not exist", null));
        }
        AtomicBoolean left = new AtomicBoolean();
        AtomicReference<TaskPool.@Nullable Scheduled> gate = new AtomicReference<>();
        Runnable usersLeft = () -> {
            if (left.compareAndSet(false, true)) {
                TaskPool.Scheduled waiting = gate.get();
                if (waiting != null) {
                    waiting.cancel(); // It would keep the engine's memory until its time.
                }
                afterUsers(bucket, force);
            }
        };
        if (!bucket.beginDestroying(usersLeft)) {
            return CompletableFuture.failedFuture(new BucketException(
                    Reason.BUSY, "bucket " + name + " is " + bucket.state() + " (expected: READY)", null));
        }
        Runnable openGate = () -> {
            if (!left.get()) {
                LOG.warn(
                        "bucket closes before all of its connections left: bucket={} connections={}",
                        name,
                        bucket.userCount());
                usersLeft.run();
            }
        };
        if (!left.get()) {
            gate.set(pools.auxIo().schedule(openGate, USERS_NANOS_MAX));
        }
        return bucket.destroyed();
    }

    /** The first gate is open. On any thread, event loops among them, and whatever has become of the pools. */
    private void afterUsers(Bucket bucket, boolean force) {
        try {
            pools.auxIo().execute(() -> awaitCompanions(bucket, force, clock.nanoTime()));
        } catch (RejectedExecutionException e) {
            LOG.warn("bucket is not closed, as the server's threads have ended: bucket={}", bucket.name());
            bucket.destroyed().completeExceptionally(e);
        }
    }

    private void awaitCompanions(Bucket bucket, boolean force, long since) {
        boolean quiet = bucket.quiet();
        if (!quiet && clock.nanoTime() - since < COMPANIONS_NANOS_MAX) {
            pools.auxIo().schedule(() -> awaitCompanions(bucket, force, since), GATE_NANOS);
            return;
        }
        if (!quiet) {
            LOG.warn("bucket closes while its engine is still read: bucket={}", bucket.name());
        }
        bucket.engine().close(force);
        bucket.context().closePools();
        buckets.remove(bucket.name(), bucket);
        bucket.destroyed().complete(null);
    }

    /** Gives a ready bucket another quota. On a background thread; false where there is no such bucket. */
    public boolean quota(String name, long quotaBytes) {
        Bucket bucket = ready(name);
        if (bucket == null) {
            return false;
        }
        bucket.account().quotaBytes(quotaBytes);
        return true;
    }

    /**
     * Ends all buckets, saving what their engines save; also those that are coming or going. Nothing can be created any
     * more.
     */
    public CompletableFuture<Void> close() {
        closing = true;
        List<CompletableFuture<Void>> ends = new ArrayList<>();
        for (Bucket bucket : buckets.values()) {
            ends.add(bucket.created().handle((opened, failure) -> bucket).thenCompose(this::end));
        }
        return CompletableFuture.allOf(ends.toArray(new CompletableFuture<?>[0]));
    }

    /** Completes when a bucket is gone, whoever ends it. */
    private CompletableFuture<Void> end(Bucket bucket) {
        if (bucket.state() == BucketState.CREATING) {
            return CompletableFuture.completedFuture(null); // It failed to open.
        }
        CompletableFuture<Void> unused = destroy(bucket.name(), false);
        return bucket.destroyed();
    }

    /** Time passes for what belongs to buckets. Once a second, on any thread that may do a little work. */
    public void tick() {
        for (Bucket bucket : ready()) {
            for (BucketCompanion companion : bucket.companions()) {
                companion.tick();
            }
        }
    }
}
