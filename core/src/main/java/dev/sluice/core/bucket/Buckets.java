package dev.sluice.core.bucket;

import dev.sluice.core.bucket.BucketException.Reason;
import dev.sluice.core.cluster.ClusterMap;
import dev.sluice.core.cluster.ClusterMaps;
import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineClock;
import dev.sluice.engine.EngineException;
import dev.sluice.engine.Pausable;
import dev.sluice.engine.Reconfigurable;
import dev.sluice.engine.Status;
import dev.sluice.engine.TaskPool;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
 * <p><b>A pause</b> goes through the first two gates likewise, and then has the engine come to rest. Unlike an end it can
 * fail, and can be called off at any time until the engine rests: then the bucket is ready again.
 *
 * <p>Nothing here waits: each gate is looked at again by a scheduled task.
 */
public final class Buckets {

    private static final Logger LOG = LoggerFactory.getLogger(Buckets.class);

    /** How often a gate is looked at. The reference server does so every 10 ms. */
    private static final long GATE_NANOS = 10_000_000L;

    private static final long USERS_NANOS_MAX = 10_000_000_000L;
    /** As many buckets as the reference server has places for. */
    public static final int COUNT_MAX = 100;

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

    /** Whether there is a bucket of that name, in whatever state. */
    public boolean exists(String name) {
        return buckets.containsKey(name);
    }

    /** The bucket of that name in whatever state, otherwise null. */
    public @Nullable Bucket bucket(String name) {
        return buckets.get(name);
    }

    /** All buckets in whatever state, by name. */
    public List<Bucket> all() {
        return List.copyOf(buckets.values());
    }

    /**
     * Creates a bucket on a background thread.
     *
     * @return completes when it is ready, or with a {@link BucketException}
     */
    public CompletableFuture<Void> create(BucketSpec spec) {
        Bucket bucket = new Bucket(spec, clock, pools, loops, cluster, capabilities);
        Bucket there = buckets.putIfAbsent(spec.name(), bucket);
        if (there != null) {
            return failed(
                    isBusy(there.state()) ? Reason.BUSY : Reason.EXISTS,
                    "bucket " + spec.name() + " exists already, and is " + there.state());
        }
        if (buckets.size() > COUNT_MAX) {
            buckets.remove(spec.name(), bucket);
            bucket.created().complete(null);
            return failed(Reason.TOO_MANY, "there are " + COUNT_MAX + " buckets already, which is the limit");
        }
        // Looked at after the bucket is there: close() does it the other way round, so one of the two sees the other.
        if (closing) {
            buckets.remove(spec.name(), bucket);
            bucket.created().complete(null);
            return failed(Reason.BUSY, "bucket " + spec.name() + ": the server is stopping");
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
            serve(bucket, engine);
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

    /** Puts an engine into service. Where that fails, as with one that cannot say what it can do, it is closed again. */
    private void serve(Bucket bucket, Engine engine) {
        try {
            bucket.opened(engine, identities.of(bucket.spec()));
        } catch (RuntimeException | Error e) {
            try {
                engine.close(false);
            } catch (RuntimeException | Error further) {
                e.addSuppressed(further);
            }
            throw e;
        }
    }

    /** Whether somebody is at work on it. */
    private static boolean isBusy(BucketState state) {
        return switch (state) {
            case CREATING, PAUSING, RESUMING, DESTROYING -> true;
            case READY, PAUSED -> false;
        };
    }

    private static CompletableFuture<Void> failed(Reason reason, String message) {
        return CompletableFuture.failedFuture(new BucketException(reason, message));
    }

    /**
     * Ends a bucket: its connections are closed, its engine too, and its name is free again.
     *
     * @param force the data is not wanted any more, and the engine need not save any
     * @return completes when all of that is done, or with a {@link BucketException} when there is no such bucket, or
     *     somebody else is at work on it
     */
    public CompletableFuture<Void> destroy(String name, boolean force) {
        Bucket bucket = buckets.get(name);
        if (bucket == null) {
            return failed(Reason.UNKNOWN, "bucket " + name + " does not exist");
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
        BucketState before = bucket.beginDestroying(usersLeft);
        if (isBusy(before)) {
            return failed(Reason.BUSY, "bucket " + name + " is " + before + " (expected: READY or PAUSED)");
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

    /**
     * Puts a bucket to rest: its connections are closed, what the server does with its engine ends, and the engine comes
     * to rest.
     *
     * @return completes when the bucket is paused. With a {@link BucketException} where it is not, and serves again: because
     *     the engine cannot or could not, because somebody resumed the bucket meanwhile, or because it was not ready
     */
    public CompletableFuture<Void> pause(String name) {
        Bucket bucket = buckets.get(name);
        if (bucket == null) {
            return failed(Reason.UNKNOWN, "bucket " + name + " does not exist");
        }
        BucketState seen = bucket.state();
        if (seen == BucketState.CREATING) { // It may be ready in a moment, and nobody has asked its engine.
            return failed(Reason.WRONG_STATE, "bucket " + name + " is " + seen + " (expected: READY)");
        }
        if (seen == BucketState.READY && bucket.engine().capability(Pausable.class) == null) {
            String type = bucket.spec().provider().type();
            return failed(Reason.NOT_SUPPORTED, "bucket " + name + ": engine " + type + " cannot pause");
        }
        Pause attempt = new Pause();
        AtomicBoolean left = new AtomicBoolean();
        Runnable usersLeft = () -> {
            if (left.compareAndSet(false, true)) {
                inBackground(bucket, attempt, () -> awaitQuiet(bucket, attempt, clock.nanoTime()));
            }
        };
        BucketState before = bucket.beginPausing(attempt, usersLeft);
        switch (before) {
            case READY -> {}
            case PAUSING, PAUSED -> {
                return failed(Reason.PAUSED, "bucket " + name + " is " + before + " already");
            }
            case CREATING, RESUMING, DESTROYING -> {
                return failed(Reason.WRONG_STATE, "bucket " + name + " is " + before + " (expected: READY)");
            }
        }
        if (!left.get()) {
            // Users leave at once or as soon as their loop finds time; one that does not is no reason to wait for ever.
            Runnable enough = () -> {
                if (left.compareAndSet(false, true)) {
                    endPause(bucket, attempt, Status.TEMPORARY_FAILURE);
                }
            };
            attempt.onCancel(() -> inBackground(bucket, attempt, enough));
            pools.auxIo().schedule(enough, USERS_NANOS_MAX);
        }
        return attempt.done();
    }

    private void awaitQuiet(Bucket bucket, Pause attempt, long since) {
        if (attempt.cancelled()) {
            endPause(bucket, attempt, Status.CANCELLED);
        } else if (bucket.quiet()) {
            Pausable pausable = Objects.requireNonNull(bucket.engine().capability(Pausable.class));
            endPause(bucket, attempt, pausable.pause(attempt));
        } else if (clock.nanoTime() - since < COMPANIONS_NANOS_MAX) {
            pools.auxIo().schedule(() -> awaitQuiet(bucket, attempt, since), GATE_NANOS);
        } else {
            endPause(bucket, attempt, Status.TEMPORARY_FAILURE);
        }
    }

    private void endPause(Bucket bucket, Pause attempt, Status status) {
        BucketState now = bucket.endPausing(attempt, status == Status.SUCCESS);
        if (now == BucketState.PAUSING) {
            Pausable pausable = Objects.requireNonNull(bucket.engine().capability(Pausable.class));
            Status resumed = pausable.resume();
            if (resumed == Status.SUCCESS) {
                now = bucket.endPausing(attempt, false);
            } else {
                bucket.endPausingAgainstAllWishes(attempt);
                LOG.warn(
                        "bucket stays paused, as its engine does not resume: bucket={} status={}",
                        bucket.name(),
                        resumed);
            }
        }
        if (now == BucketState.PAUSED) {
            attempt.done().complete(null);
        } else if (attempt.cancelled()) {
            attempt.done()
                    .completeExceptionally(new BucketException(
                            Reason.CANCELLED, "bucket " + bucket.name() + " was resumed before it was paused"));
        } else {
            attempt.done()
                    .completeExceptionally(new BucketException(
                            Reason.FAILED, "bucket " + bucket.name() + " could not be paused: " + status));
        }
    }

    /** Goes on with a pause on a background thread; where there are none any more, the server is stopping. */
    private void inBackground(Bucket bucket, Pause attempt, Runnable task) {
        try {
            pools.auxIo().execute(task);
        } catch (RejectedExecutionException e) {
            attempt.done()
                    .completeExceptionally(new BucketException(
                            Reason.FAILED, "bucket " + bucket.name() + ": the server is stopping", e));
        }
    }

    /**
     * Has a paused bucket serve again, or calls off a pause that is under way.
     *
     * @return completes when the bucket serves, or at once where a pause was called off; with a {@link BucketException}
     *     where there is nothing to resume, or the engine could not
     */
    public CompletableFuture<Void> resume(String name) {
        Bucket bucket = buckets.get(name);
        if (bucket == null) {
            return failed(Reason.UNKNOWN, "bucket " + name + " does not exist");
        }
        Bucket.Resumption resumption = bucket.beginResuming();
        Pause pausing = resumption.pausing();
        if (pausing != null) {
            pausing.tell();
            return CompletableFuture.completedFuture(null);
        }
        if (resumption.before() != BucketState.PAUSED) {
            return failed(
                    Reason.WRONG_STATE,
                    "bucket " + name + " is " + resumption.before() + " (expected: PAUSED or PAUSING)");
        }
        CompletableFuture<Void> resumed = new CompletableFuture<>();
        try {
            pools.auxIo().execute(() -> wake(bucket, resumed));
        } catch (RejectedExecutionException e) {
            bucket.endResuming(false);
            return failed(Reason.FAILED, "bucket " + name + ": the server is stopping");
        }
        return resumed;
    }

    private static void wake(Bucket bucket, CompletableFuture<Void> resumed) {
        Pausable pausable = Objects.requireNonNull(bucket.engine().capability(Pausable.class));
        Status status = pausable.resume();
        bucket.endResuming(status == Status.SUCCESS);
        if (status == Status.SUCCESS) {
            resumed.complete(null);
        } else {
            resumed.completeExceptionally(
                    new BucketException(Reason.FAILED, "bucket " + bucket.name() + " could not be resumed: " + status));
        }
    }

    /**
     * Gives a bucket another quota, in whatever state it is, unless it is going: one that is just coming begins with it. On
     * a background thread, and not beside {@link #reconfigure}.
     */
    public void quota(String name, long quotaBytes) {
        Bucket bucket = buckets.get(name);
        if (bucket != null && bucket.state() != BucketState.DESTROYING) {
            bucket.account().quotaBytes(quotaBytes);
            bucket.spec(bucket.spec().withQuota(quotaBytes));
        }
    }

    /**
     * Gives a bucket that is ready or paused other settings; of those of its engine, the dynamic ones have an effect. On a
     * background thread.
     *
     * @throws BucketException where there is no such bucket, or its engine does not take these values
     */
    public void reconfigure(BucketSpec changed) throws BucketException {
        Bucket bucket = serving(changed.name());
        if (bucket == null) {
            throw new BucketException(Reason.UNKNOWN, "bucket " + changed.name() + " does not exist, or is not ready");
        }
        Reconfigurable reconfigurable = bucket.engine().capability(Reconfigurable.class);
        if (reconfigurable != null) {
            try {
                reconfigurable.reconfigure(changed.configuration());
            } catch (IllegalArgumentException e) {
                throw new BucketException(Reason.INVALID, String.valueOf(e.getMessage()), e);
            } catch (EngineFailedException e) {
                throw new BucketException(Reason.FAILED, "bucket " + changed.name() + ": its engine failed", e);
            }
        }
        if (changed.quotaBytes() != bucket.account().quotaBytes()) {
            bucket.account().quotaBytes(changed.quotaBytes());
        }
        bucket.spec(changed);
    }

    /**
     * Says whether clients may store what makes a bucket larger. Any thread.
     *
     * @return false where there is no such bucket
     */
    public boolean ingressLimit(String name, IngressLimit limit) {
        Bucket bucket = serving(name);
        if (bucket == null) {
            return false;
        }
        bucket.ingressLimit(limit);
        return true;
    }

    /** The bucket of that name if it has an engine that nobody closes. */
    private @Nullable Bucket serving(String name) {
        Bucket bucket = buckets.get(name);
        return bucket != null && (bucket.ready() || bucket.state() == BucketState.PAUSED) ? bucket : null;
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
        if (bucket.state() == BucketState.PAUSING) {
            CompletableFuture<Void> unused = resume(bucket.name()); // Which calls the pause off.
        }
        endWhenIdle(bucket);
        return bucket.destroyed();
    }

    /**
     * A bucket that somebody else is at work on ends after that. Whatever it is by the time that this is looked at: only of
     * one that is going already somebody else completes the end.
     */
    private void endWhenIdle(Bucket bucket) {
        CompletableFuture<Void> unused = destroy(bucket.name(), false).whenComplete((done, failure) -> {
            if (failure != null && bucket.state() != BucketState.DESTROYING) {
                pools.auxIo().schedule(() -> endWhenIdle(bucket), GATE_NANOS);
            }
        });
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
