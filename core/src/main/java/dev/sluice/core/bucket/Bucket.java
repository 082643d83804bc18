package dev.sluice.core.bucket;

import dev.sluice.core.cluster.BucketFacts;
import dev.sluice.core.cluster.BucketMap;
import dev.sluice.core.cluster.BucketTopology;
import dev.sluice.core.cluster.ClusterMaps;
import dev.sluice.core.collections.BucketCollections;
import dev.sluice.core.collections.Manifest;
import dev.sluice.core.collections.ManifestException;
import dev.sluice.core.datatype.DatatypeSettings;
import dev.sluice.core.statistics.BucketCounters;
import dev.sluice.core.statistics.CollectionCounters;
import dev.sluice.core.statistics.CommandTimings;
import dev.sluice.core.statistics.ResponseCounters;
import dev.sluice.engine.CollectionSet;
import dev.sluice.engine.Collections;
import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineClock;
import dev.sluice.engine.Status;
import dev.sluice.engine.TaskPool;
import dev.sluice.engine.VBuckets;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One named data set: an engine, and what the server keeps beside it. Any thread.
 *
 * <p>Connections are its users. A user joins and leaves on its own loop; the bucket's end is announced from elsewhere. The
 * two meet without a lock: a user adds itself first and looks at the state then, whoever ends the bucket changes the state
 * first and looks at the users then, so at least one of them sees the other.
 */
public final class Bucket {

    /** The engine's part of the bucket's directory: what it finds there is its own. */
    public static final String ENGINE_DIRECTORY = "engine";

    /** Expiry times have 32 bits. */
    private static final long EXPIRY_MAX = 0xffff_ffffL;

    private final Account account;
    private final EngineFaults faults;
    private final BucketCounters counters;
    private final CommandTimings timings;
    private final ResponseCounters responses;
    private final CollectionCounters collectionCounters;
    private final BucketCollections collections;
    private final BucketContext context;
    private final BucketMap map;
    private final Traffic traffic = new Traffic();
    private final BucketCapabilities capabilities;
    private final Set<BucketUser> users = ConcurrentHashMap.newKeySet();

    /** Users with commands for pending vbuckets. */
    private final Set<BucketUser> parked = ConcurrentHashMap.newKeySet();

    private final Map<Class<?>, BucketCompanion> companions = new ConcurrentHashMap<>();

    /** Completes when the engine is open or has failed to open. */
    private final CompletableFuture<Void> created = new CompletableFuture<>();

    /** Completes when the engine is closed. */
    private final CompletableFuture<Void> destroyed = new CompletableFuture<>();

    /** Companions of the time before a pause, which must be quiet too before the engine rests or closes. */
    private final Queue<BucketCompanion> retired = new ConcurrentLinkedQueue<>();

    private final AtomicInteger backgroundCalls = new AtomicInteger();

    /** Orders changes of the state. Nothing of an engine, a user or a companion is called under it. */
    private final Object life = new Object();

    private volatile BucketSpec spec;
    private volatile BucketState state = BucketState.CREATING;
    private volatile @Nullable GuardedEngine engine;
    private volatile @Nullable Runnable whenEmpty;
    private volatile IngressLimit ingressLimit = IngressLimit.NONE;

    /** Guarded by {@link #life}. */
    private @Nullable Pause pause;

    Bucket(
            BucketSpec spec,
            EngineClock clock,
            Pools pools,
            int loops,
            ClusterMaps cluster,
            BucketCapabilities capabilities) {
        this.spec = spec;
        ClassLoader loader = spec.provider().getClass().getClassLoader();
        this.faults = new EngineFaults(spec.name(), spec.provider().type(), loader);
        this.account = new Account(spec.quotaBytes(), faults);
        this.counters = new BucketCounters(loops);
        this.timings = new CommandTimings(loops);
        this.responses = new ResponseCounters(loops);
        this.collectionCounters = new CollectionCounters(loops);
        this.collections = new BucketCollections(spec.name(), spec.collections(), spec.dataDirectory());
        this.context = new BucketContext(
                clock,
                pools,
                account,
                faults,
                spec.dataDirectory().resolve(ENGINE_DIRECTORY),
                cluster,
                spec.configuration().vbucketCount(),
                vbucket -> vbucketStateChanged());
        this.capabilities = capabilities;
        this.map = new BucketMap(cluster, () -> users.forEach(BucketUser::clusterMapChanged));
    }

    public String name() {
        return spec.name();
    }

    /** Whether clients may store what makes the bucket larger. */
    public IngressLimit ingressLimit() {
        return ingressLimit;
    }

    /** What it was created from, with what was changed since. */
    public BucketSpec spec() {
        return spec;
    }

    /** What the bucket does with values that are stored from now on; those that are stored stay as they are. */
    public DatatypeSettings datatypes() {
        return spec.datatypes();
    }

    public BucketState state() {
        return state;
    }

    public boolean ready() {
        return state == BucketState.READY;
    }

    /** The engine behind its guard. Only for who has joined a bucket that was ready. */
    public Engine engine() {
        return Objects.requireNonNull(engine, "engine");
    }

    /** What clients are told about where the bucket is. */
    public BucketMap map() {
        return map;
    }

    /** What the engine is told about where the bucket is. */
    public BucketTopology topology() {
        return context.topology();
    }

    /** Whether clients may change documents; see {@link Traffic}. */
    public boolean trafficEnabled() {
        return traffic.enabled();
    }

    /** Switches it. */
    public void traffic(boolean enabled) {
        traffic.enabled(enabled);
    }

    public Account account() {
        return account;
    }

    public EngineFaults faults() {
        return faults;
    }

    public BucketCounters counters() {
        return counters;
    }

    /** How long its commands took. */
    public CommandTimings timings() {
        return timings;
    }

    /** How many answers of each status it has given. */
    public ResponseCounters responses() {
        return responses;
    }

    /** What was done in each collection. */
    public CollectionCounters collectionCounters() {
        return collectionCounters;
    }

    /** Which scopes and collections there are at this moment. */
    public Manifest collections() {
        return collections.manifest();
    }

    /** Writes what a bucket with its files in another directory needs to have the collections of this one. May wait. */
    public void saveCollections(Path directory) throws IOException {
        collections.saveTo(directory);
    }

    /**
     * Puts another manifest in force and on disk. On a background thread, between {@link #beginBackgroundCall} and its end.
     *
     * @return whether the engine knows as well; where it does not, the same again is worth a try
     * @throws ManifestException where it is none, or cannot follow the one in force
     * @throws IOException where it could not be saved; the one in force stays
     */
    public boolean collections(byte[] json) throws ManifestException, IOException {
        boolean known = collections.set(json, this::tellEngine);
        collectionCounters.retain(collections().ids());
        companions.values().forEach(BucketCompanion::collectionsChanged);
        map.manifestUid(collections().uid());
        return known;
    }

    private boolean tellEngine(CollectionSet existing) {
        Collections capability = engine().capability(Collections.class);
        try {
            if (capability != null) {
                capability.collections(existing);
            }
            return true;
        } catch (EngineFailedException e) {
            return false;
        }
    }

    /**
     * The absolute expiry of a document, given the one that it would have and how long documents of its collection live at
     * most. Protocol: {@code protocol-kv} 7.1.4.
     *
     * @param expirySeconds absolute, 0 for never
     * @param nowSeconds since 1970
     * @return absolute, 0 for never; at most 32 bits, like {@code expirySeconds}
     */
    public long limitedExpiry(int collection, long expirySeconds, long nowSeconds) {
        long maxTtl = collections().maxTtlSeconds(collection, spec.collections().maxTtlSeconds());
        if (maxTtl == 0) {
            return expirySeconds;
        }
        long latest = Math.min(nowSeconds + maxTtl, EXPIRY_MAX);
        return expirySeconds == 0 ? latest : Math.min(expirySeconds, latest);
    }

    /** Whether a vbucket is here, in whatever state. */
    public boolean hasVBucket(int vbucket) {
        VBuckets vbuckets = engine().capability(VBuckets.class);
        return vbuckets == null ? vbucket < spec.configuration().vbucketCount() : vbuckets.state(vbucket) != null;
    }

    /** What a client hears of a vbucket that is not here: while traffic is off, nobody believes that. */
    public Status absent() {
        return traffic.enabled() ? Status.NOT_MY_VBUCKET : Status.TEMPORARY_FAILURE;
    }

    /** Threads for scans and other work of this bucket that waits for disks. */
    public TaskPool auxIoPool() {
        return context.auxIoPool();
    }

    /** Threads for work of this bucket that never waits. */
    public TaskPool nonIoPool() {
        return context.nonIoPool();
    }

    /** What the engine has registered for operators, by name. */
    public Map<String, LongSupplier> metrics() {
        return context.registeredMetrics().values();
    }

    /**
     * The one companion of this class, made at the first call.
     *
     * @param maker called at most once
     */
    public <C extends BucketCompanion> C companion(Class<C> type, Function<Bucket, C> maker) {
        BucketCompanion companion = companions.get(type);
        if (companion == null) {
            companion = companions.computeIfAbsent(type, t -> maker.apply(this));
            if (!ready()) {
                retire(type, companion); // Made while the bucket was going: nobody else may have seen it.
            }
        }
        return type.cast(companion);
    }

    /** It begins nothing more, and the next use makes another. */
    private void retire(Class<?> type, BucketCompanion companion) {
        retired.add(companion);
        companions.remove(type, companion);
        companion.shutDown();
    }

    /** What the server keeps for the bucket at this moment. */
    public Collection<BucketCompanion> companions() {
        return companions.values();
    }

    /**
     * Makes a connection a user of this bucket.
     *
     * @return false when the bucket is not ready
     */
    public boolean join(BucketUser user) {
        users.add(user);
        if (ready()) {
            return true;
        }
        leave(user);
        return false;
    }

    /** The user has nothing of this bucket any more: no command blocked, none running. Idempotent. */
    public void leave(BucketUser user) {
        parked.remove(user);
        users.remove(user);
        Runnable action = whenEmpty;
        if (action != null && users.isEmpty()) {
            action.run();
        }
    }

    /**
     * Begins work of the server with the engine on a background thread; the engine is not closed before {@link
     * #endBackgroundCall}, which is to be called whatever this answers.
     *
     * @return false when the bucket is not ready, and the engine must not be touched
     */
    public boolean beginBackgroundCall() {
        backgroundCalls.incrementAndGet();
        return ready();
    }

    public void endBackgroundCall() {
        backgroundCalls.decrementAndGet();
    }

    /** How many connections use the bucket. */
    public int userCount() {
        return users.size();
    }

    /**
     * A user hears of changed vbuckets from here on. It has to ask its engine once more after this: the vbucket may have
     * changed since the engine called it pending.
     */
    public void await(BucketUser user) {
        parked.add(user);
    }

    /** A user waits for no vbucket any more. Idempotent. */
    public void awaitNoMore(BucketUser user) {
        parked.remove(user);
    }

    /** Only who waits is told: a manager that changes a thousand vbuckets must not wake every connection for each. */
    private void vbucketStateChanged() {
        for (BucketUser user : parked) {
            user.vbucketStateChanged(this);
        }
    }

    // ---- for Buckets ------------------------------------------------------------------------------------------------

    CompletableFuture<Void> created() {
        return created;
    }

    CompletableFuture<Void> destroyed() {
        return destroyed;
    }

    BucketContext context() {
        return context;
    }

    /** Finds out which collections there are, before there is an engine. */
    void loadCollections() throws IOException {
        collections.load();
    }

    void opened(Engine opened, String uuid) {
        GuardedEngine guarded = new GuardedEngine(
                opened, new CallGuard(faults, opened.getClass().getClassLoader(), traffic));
        engine = guarded;
        collections.begin(this::tellEngine);
        map.manifestUid(collections().uid());
        map.facts(new BucketFacts(
                name(),
                uuid,
                spec.configuration().vbucketCount(),
                spec.provider().ephemeral(),
                capabilities.of(guarded)));
        account.opened();
        synchronized (life) {
            state = BucketState.READY;
        }
    }

    /** What clients that write hear today. */
    void ingressLimit(IngressLimit limit) {
        ingressLimit = limit;
    }

    /** Other settings than those that it was created with. */
    void spec(BucketSpec changed) {
        spec = changed;
    }

    /**
     * Announces the end to all users.
     *
     * @param whenEmpty runs when the last of them has left, perhaps more than once, on any thread
     * @return the state in which the bucket was; only for READY and PAUSED anything was done
     */
    BucketState beginDestroying(Runnable whenEmpty) {
        BucketState before;
        synchronized (life) {
            before = state;
            if (before != BucketState.READY && before != BucketState.PAUSED) {
                return before;
            }
            state = BucketState.DESTROYING;
        }
        companions.forEach(this::retire);
        engine().cancelBlocked(); // Before anybody can find that all have left, and close the engine.
        shedUsers(whenEmpty);
        return before;
    }

    /**
     * Announces a pause to all users.
     *
     * @param whenEmpty as for {@link #beginDestroying}
     * @return the state in which the bucket was; only for READY anything was done
     */
    BucketState beginPausing(Pause attempt, Runnable whenEmpty) {
        BucketState before;
        synchronized (life) {
            before = state;
            if (before != BucketState.READY) {
                return before;
            }
            state = BucketState.PAUSING;
            pause = attempt;
        }
        companions.forEach(this::retire);
        shedUsers(whenEmpty);
        return before;
    }

    /**
     * Ends an attempt to pause.
     *
     * @param resting whether the engine has come to rest
     * @return PAUSED or READY; PAUSING where the engine rests although nobody wants that any more, and has to go on first
     */
    BucketState endPausing(Pause attempt, boolean resting) {
        synchronized (life) {
            assert state == BucketState.PAUSING && pause == attempt;
            if (resting && attempt.cancelled()) {
                return BucketState.PAUSING;
            }
            whenEmpty = null;
            pause = null;
            state = resting ? BucketState.PAUSED : BucketState.READY;
            return state;
        }
    }

    /** The engine rests, nobody wants that, and it does not go on: the bucket is paused all the same. */
    void endPausingAgainstAllWishes(Pause attempt) {
        synchronized (life) {
            assert state == BucketState.PAUSING && pause == attempt;
            whenEmpty = null;
            pause = null;
            state = BucketState.PAUSED;
        }
    }

    /** PAUSED to RESUMING. A pause that is under way is called off, and has to be {@linkplain Pause#tell told}. */
    Resumption beginResuming() {
        synchronized (life) {
            BucketState before = state;
            Pause pausing = pause;
            if (before == BucketState.PAUSED) {
                state = BucketState.RESUMING;
            } else if (pausing != null) {
                pausing.cancel();
            }
            return new Resumption(before, pausing);
        }
    }

    /**
     * What a wish to resume has met.
     *
     * @param before the state of the bucket
     * @param pausing what was called off, if anything
     */
    record Resumption(BucketState before, @Nullable Pause pausing) {}

    /** RESUMING to READY, or back to PAUSED. */
    void endResuming(boolean resumed) {
        synchronized (life) {
            assert state == BucketState.RESUMING;
            state = resumed ? BucketState.READY : BucketState.PAUSED;
        }
    }

    private void shedUsers(Runnable action) {
        whenEmpty = action;
        for (BucketUser user : users) {
            user.bucketGone(this);
        }
        if (users.isEmpty()) {
            action.run();
        }
    }

    /** Whether nothing of the server uses the engine on a background thread any more. */
    boolean quiet() {
        retired.removeIf(BucketCompanion::quiet);
        return backgroundCalls.get() == 0
                && retired.isEmpty()
                && companions.values().stream().allMatch(BucketCompanion::quiet);
    }
}
