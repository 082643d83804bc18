package dev.sluice.core.administration;

import dev.sluice.core.bucket.Bucket;
import dev.sluice.core.bucket.BucketException;
import dev.sluice.core.bucket.BucketException.Reason;
import dev.sluice.core.bucket.BucketSpec;
import dev.sluice.core.bucket.BucketState;
import dev.sluice.core.bucket.Buckets;
import dev.sluice.core.engine.EngineSettings;
import dev.sluice.core.engine.Problem;
import dev.sluice.engine.TaskPool;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates, changes, deletes, pauses and resumes buckets while the server runs, keeps their quotas within the budget, and
 * has a restart bring back what was done. {@link Buckets} knows how one bucket lives; this knows which there should be.
 * Any thread.
 *
 * <p><b>What a restart brings back.</b> Each change is written down together with what the configuration file said about
 * that bucket when it was made ({@link RunTimeChange}). A creation is written down after the bucket is there and before it
 * is answered; a deletion once nothing can stop it. So a client that was answered finds its bucket, or none, after a crash;
 * one that was not answered finds either.
 *
 * <p><b>Quotas.</b> A bucket is created only if its quota fits beside the others'. Those without one share the rest, so the
 * coming and going of a bucket changes their shares; a bucket that holds more than its share would be then keeps another
 * from being created, as nobody has asked for its documents to be evicted.
 */
public final class BucketAdministration {

    private static final Logger LOG = LoggerFactory.getLogger(BucketAdministration.class);
    private static final long MIB = 1L << 20;

    private final Buckets buckets;
    private final TaskPool pool;
    private final BucketReader reader;
    private final BucketStore store;
    private final long quotaBudgetBytes;
    private final OperationQueue operations = new OperationQueue();

    /** Guards the maps and the set; nothing that takes long happens under it. */
    private final Object lock = new Object();

    /** Every bucket that there is or will be in a moment. */
    private final Map<String, BucketPlan> plans = new TreeMap<>();

    private final Map<String, Map<String, @Nullable Object>> file = new LinkedHashMap<>();
    private final Map<String, RunTimeChange> changes = new TreeMap<>();

    /** Buckets that are being created, deleted or changed: one at a time, or what is written down is not what is. */
    private final Set<String> busy = new HashSet<>();

    /** Orders the writing: the newest state is the last one written. */
    private final Object saving = new Object();

    /**
     * Takes over the buckets that the server has started with.
     *
     * @param pool of threads that may wait for disks
     * @param quotaBudgetBytes what all quotas may sum up to
     * @param started the buckets that there are
     * @param file the objects of the configuration file, by name of bucket
     * @param changes what has been done at run time before
     */
    public BucketAdministration(
            Buckets buckets,
            TaskPool pool,
            BucketReader reader,
            BucketStore store,
            long quotaBudgetBytes,
            Collection<BucketPlan> started,
            Map<String, Map<String, @Nullable Object>> file,
            Map<String, RunTimeChange> changes) {
        this.buckets = buckets;
        this.pool = pool;
        this.reader = reader;
        this.store = store;
        this.quotaBudgetBytes = quotaBudgetBytes;
        started.forEach(plan -> plans.put(plan.name(), plan));
        this.file.putAll(file);
        this.changes.putAll(changes);
    }

    /** What reads the objects that describe buckets. */
    public BucketReader reader() {
        return reader;
    }

    // ---- create -----------------------------------------------------------------------------------------------------

    /**
     * Creates a bucket.
     *
     * @return completes when it serves and is written down, or with a {@link BucketException}
     */
    public CompletableFuture<Void> create(String name, BucketBody body) {
        return create(name, () -> body.object(name, reader), true);
    }

    /** Gives a bucket's object, on a background thread. */
    private interface ObjectSource {
        Map<String, @Nullable Object> object() throws BucketException;
    }

    private CompletableFuture<Void> create(String name, ObjectSource source, boolean remembered) {
        return operations.submit(() -> exclusively(name, () -> {
            checkName(name);
            BucketPlan plan = read(name, source.object());
            checkFree(name);
            BucketSpec spec = reserve(plan);
            return buckets.create(spec)
                    .handle((created, failure) -> {
                        if (failure != null) {
                            release(name, plan);
                            throw completion(failure);
                        }
                        return plan;
                    })
                    .thenCompose(
                            created -> remembered ? keepCreation(created) : CompletableFuture.completedFuture(null));
        }));
    }

    private static void checkName(String name) throws BucketException {
        if (!EngineSettings.isBucketName(name)) {
            throw new BucketException(
                    Reason.INVALID, "the bucket's name (expected: " + EngineSettings.BUCKET_NAME_EXPECTED + ")");
        }
    }

    private BucketPlan read(String name, Map<String, @Nullable Object> object) throws BucketException {
        List<Problem> problems = new ArrayList<>();
        BucketPlan plan = reader.read(name, object, problems::add);
        if (plan == null || !problems.isEmpty()) {
            throw invalid(problems);
        }
        return plan;
    }

    private static BucketException invalid(List<Problem> problems) {
        return new BucketException(
                Reason.INVALID, problems.stream().map(Problem::toString).collect(Collectors.joining("; ")));
    }

    /** Before the quota is looked at: that a name is taken is the better answer than that there is no memory for it. */
    private void checkFree(String name) throws BucketException {
        for (Bucket bucket : buckets.all()) {
            if (bucket.name().equals(name)) {
                boolean settled = bucket.state() == BucketState.READY || bucket.state() == BucketState.PAUSED;
                throw new BucketException(
                        settled ? Reason.EXISTS : Reason.BUSY,
                        "bucket " + name + " exists already, and is " + bucket.state());
            }
        }
        synchronized (lock) {
            if (plans.size() >= Buckets.COUNT_MAX) {
                throw new BucketException(
                        Reason.TOO_MANY, "there are " + Buckets.COUNT_MAX + " buckets already, which is the limit");
            }
        }
    }

    /** Takes a place in the budget; the others make room. */
    private BucketSpec reserve(BucketPlan plan) throws BucketException {
        long share;
        synchronized (lock) {
            plans.put(plan.name(), plan);
            try {
                share = shareWithRoom(plan.name());
            } catch (BucketException e) {
                plans.remove(plan.name());
                throw e;
            }
        }
        distribute(share);
        return plan.quotaGiven() ? plan.spec() : plan.spec().withQuota(share);
    }

    /** What each bucket without a quota gets now; refused where one of them holds more than that. */
    private long shareWithRoom(String newcomer) throws BucketException {
        OptionalLong share = share();
        if (share.isEmpty()) {
            throw new BucketException(
                    Reason.INVALID,
                    "quotas of all buckets with that of " + newcomer + " (expected: at most " + quotaBudgetBytes / MIB
                            + "MiB, " + QuotaBudget.PERCENT + " % of the heap)");
        }
        for (BucketPlan plan : plans.values()) {
            Bucket bucket = plan.quotaGiven() ? null : buckets.ready(plan.name());
            if (bucket != null && bucket.account().usedBytes() > share.getAsLong()) {
                throw new BucketException(
                        Reason.INVALID,
                        "bucket " + plan.name() + " has no quota of its own and holds "
                                + bucket.account().usedBytes() / MIB + "MiB, more than the "
                                + share.getAsLong() / MIB + "MiB that would be left to it");
            }
        }
        return share.getAsLong();
    }

    private OptionalLong share() {
        long given = 0;
        int sharing = 0;
        for (BucketPlan plan : plans.values()) {
            if (plan.quotaGiven()) {
                given += plan.spec().quotaBytes();
            } else {
                sharing++;
            }
        }
        return QuotaBudget.share(quotaBudgetBytes, given, sharing);
    }

    /** Gives every bucket without a quota its share. */
    private void distribute(long share) {
        List<String> sharing;
        synchronized (lock) {
            sharing = plans.values().stream()
                    .filter(plan -> !plan.quotaGiven())
                    .map(BucketPlan::name)
                    .toList();
        }
        for (String name : sharing) {
            boolean unused = buckets.quota(name, share);
        }
    }

    /** The bucket is no more, or never came to be: the others get what it had. */
    private void release(String name, @Nullable BucketPlan plan) {
        OptionalLong share;
        synchronized (lock) {
            if (plan == null) {
                plans.remove(name);
            } else {
                plans.remove(name, plan);
            }
            share = share();
        }
        share.ifPresent(this::distribute);
    }

    private CompletableFuture<Void> keepCreation(BucketPlan plan) {
        try {
            remember(plan.name(), plan.object());
            LOG.info(
                    "bucket created: bucket={} engine={}",
                    plan.name(),
                    plan.spec().provider().type());
            return CompletableFuture.completedFuture(null);
        } catch (BucketException e) {
            forget(plan.name());
            return buckets.destroy(plan.name(), true).handle((destroyed, failure) -> {
                release(plan.name(), plan);
                throw new CompletionException(e);
            });
        }
    }

    // ---- delete -----------------------------------------------------------------------------------------------------

    /**
     * Deletes a bucket and its files.
     *
     * @param force whether its engine may skip saving what will be deleted anyway
     * @return completes when all of it is gone and that is written down, or with a {@link BucketException}
     */
    public CompletableFuture<Void> delete(String name, boolean force) {
        return operations.submit(() -> exclusively(name, () -> {
            Bucket bucket = buckets.all().stream()
                    .filter(candidate -> candidate.name().equals(name))
                    .findFirst()
                    .orElse(null);
            CompletableFuture<Void> destroyed = buckets.destroy(name, force);
            if (destroyed.isCompletedExceptionally() || bucket == null) {
                return destroyed;
            }
            BucketException notKept = null;
            try {
                remember(
                        name,
                        null); // Nothing stops it now. What comes after may take long, and a crash may come first.
            } catch (BucketException e) {
                notKept = e;
            }
            BucketException failure = notKept;
            return destroyed.thenAcceptAsync(nothing -> afterDeletion(bucket, failure), pool);
        }));
    }

    private void afterDeletion(Bucket bucket, @Nullable BucketException failure) {
        if (failure == null) {
            store.deleteData(bucket.spec().dataDirectory());
        }
        release(bucket.name(), null);
        if (failure != null) {
            throw new CompletionException(failure);
        }
        LOG.info("bucket deleted: bucket={}", bucket.name());
    }

    // ---- pause and resume -------------------------------------------------------------------------------------------

    /** See {@link Buckets#pause}. A restart makes the bucket ready again. */
    public CompletableFuture<Void> pause(String name) {
        return operations.submit(() -> buckets.pause(name));
    }

    /** See {@link Buckets#resume}. Waits for no other operation: it may be what one of them waits for. */
    public CompletableFuture<Void> resume(String name) {
        return buckets.resume(name);
    }

    // ---- change -----------------------------------------------------------------------------------------------------

    /**
     * Gives a bucket other values of keys that can change while it serves.
     *
     * @return completes when they have their effect and are written down, or with a {@link BucketException}
     */
    public CompletableFuture<Void> change(String name, Map<String, ?> values) {
        return operations.submit(() -> exclusively(name, () -> {
            BucketPlan before = plan(name);
            Map<String, @Nullable Object> object = new LinkedHashMap<>(before.object());
            object.putAll(values);
            apply(before, object);
            remember(name, object);
            return CompletableFuture.completedFuture(null);
        }));
    }

    private BucketPlan plan(String name) throws BucketException {
        synchronized (lock) {
            BucketPlan plan = plans.get(name);
            if (plan == null) {
                throw new BucketException(Reason.UNKNOWN, "bucket " + name + " does not exist");
            }
            return plan;
        }
    }

    private void apply(BucketPlan before, Map<String, @Nullable Object> object) throws BucketException {
        String name = before.name();
        BucketPlan after = read(name, object);
        long share;
        synchronized (lock) {
            plans.put(name, after);
            try {
                share = shareWithRoom(name);
            } catch (BucketException e) {
                plans.put(name, before);
                throw e;
            }
        }
        try {
            buckets.reconfigure(after.quotaGiven() ? after.spec() : after.spec().withQuota(share));
        } catch (BucketException e) {
            synchronized (lock) {
                plans.replace(name, after, before);
            }
            throw e;
        }
        distribute(share);
    }

    // ---- the file ---------------------------------------------------------------------------------------------------

    /**
     * The configuration file was read again: every bucket about which it says something else than before becomes what it
     * says, as far as it can while the server runs.
     *
     * @param entries the bucket's objects in the file, checked
     * @return completes with what could not be done, in words for an operator, a restart being what helps
     */
    public CompletableFuture<List<String>> reload(Map<String, Map<String, @Nullable Object>> entries) {
        Map<String, Map<String, @Nullable Object>> before;
        synchronized (lock) {
            before = new LinkedHashMap<>(file);
            file.clear();
            file.putAll(entries);
        }
        List<String> left = new ArrayList<>();
        for (String name : before.keySet()) {
            if (!entries.containsKey(name)) {
                left.add("bucket " + name
                        + " is in the file no more; it stays until it is deleted, or the server restarts");
            }
        }
        CompletableFuture<Void> chain = CompletableFuture.completedFuture(null);
        for (Map.Entry<String, Map<String, @Nullable Object>> entry : entries.entrySet()) {
            String name = entry.getKey();
            if (!entry.getValue().equals(before.get(name))) {
                chain = chain.thenCompose(nothing -> reload(name, entry.getValue(), left));
            }
        }
        return chain.thenApply(nothing -> left);
    }

    private CompletableFuture<Void> reload(String name, Map<String, @Nullable Object> object, List<String> left) {
        CompletableFuture<Void> done = buckets.exists(name)
                ? operations.submit(() -> exclusively(name, () -> {
                    BucketPlan plan = plan(name);
                    String engine = object.get("engine") instanceof String text ? text : null;
                    Map<String, @Nullable Object> possible = new LinkedHashMap<>(plan.object());
                    for (String key : differences(object, plan.object())) {
                        if (!Boolean.TRUE.equals(reader.isDynamic(engine, key))) {
                            left.add("bucket " + name + ": " + key + " has its effect after a restart");
                        } else if (object.containsKey(key)) {
                            possible.put(key, object.get(key));
                        } else {
                            possible.remove(key);
                        }
                    }
                    apply(plan, possible);
                    return CompletableFuture.completedFuture(null);
                }))
                : create(name, () -> object, false);
        return done.thenCompose(nothing -> onPool(() -> {
                    forget(name); // Who edits the file has the last word.
                    save();
                    return CompletableFuture.<Void>completedFuture(null);
                }))
                .exceptionally(failure -> {
                    Throwable cause = failure instanceof CompletionException && failure.getCause() != null
                            ? failure.getCause()
                            : failure;
                    left.add(String.valueOf(cause.getMessage()));
                    return null;
                });
    }

    /** The keys that stand only in one of the two, or in each with another value. */
    private static List<String> differences(Map<String, @Nullable Object> a, Map<String, @Nullable Object> b) {
        List<String> keys = new ArrayList<>();
        a.forEach((key, value) -> {
            if (!Objects.equals(value, b.get(key))) {
                keys.add(key);
            }
        });
        b.keySet().stream().filter(key -> !a.containsKey(key)).forEach(keys::add);
        return keys;
    }

    // ---- memory of it -----------------------------------------------------------------------------------------------

    private void remember(String name, @Nullable Map<String, @Nullable Object> bucket) throws BucketException {
        synchronized (lock) {
            Map<String, @Nullable Object> entry = file.get(name);
            if (Objects.equals(entry, bucket)) {
                changes.remove(name); // Back to what the file says, or to nothing.
            } else {
                changes.put(name, new RunTimeChange(entry, bucket));
            }
        }
        save();
    }

    private void forget(String name) {
        synchronized (lock) {
            changes.remove(name);
        }
    }

    private void save() throws BucketException {
        synchronized (saving) {
            Map<String, RunTimeChange> present;
            synchronized (lock) {
                present = new TreeMap<>(changes);
            }
            try {
                store.save(present);
            } catch (IOException e) {
                LOG.error("changes of buckets are not written down; a restart will not know them", e);
                throw new BucketException(Reason.NOT_REMEMBERED, "the change cannot be written down: " + e, e);
            }
        }
    }

    // ---- threads ----------------------------------------------------------------------------------------------------

    /** What runs in the background, and fails as it likes. */
    private interface Operation<T> {
        CompletableFuture<T> begin() throws BucketException;
    }

    /** As {@link #onPool}; refused where somebody else is at work on the bucket. */
    private <T> CompletableFuture<T> exclusively(String name, Operation<T> operation) {
        synchronized (lock) {
            if (!busy.add(name)) {
                return CompletableFuture.failedFuture(
                        new BucketException(Reason.BUSY, "bucket " + name + " is being created, deleted or changed"));
            }
        }
        return onPool(operation).whenComplete((result, failure) -> {
            synchronized (lock) {
                busy.remove(name);
            }
        });
    }

    private <T> CompletableFuture<T> onPool(Operation<T> operation) {
        CompletableFuture<T> done = new CompletableFuture<>();
        try {
            pool.execute(() -> {
                CompletableFuture<T> begun;
                try {
                    begun = operation.begin();
                } catch (BucketException | RuntimeException | Error e) {
                    done.completeExceptionally(e);
                    return;
                }
                CompletableFuture<T> unused = begun.whenComplete((result, failure) -> {
                    if (failure == null) {
                        done.complete(result);
                    } else {
                        done.completeExceptionally(failure);
                    }
                });
            });
        } catch (RejectedExecutionException e) {
            done.completeExceptionally(new BucketException(Reason.BUSY, "the server is stopping", e));
        }
        return done;
    }

    private static CompletionException completion(Throwable failure) {
        return failure instanceof CompletionException wrapped ? wrapped : new CompletionException(failure);
    }
}
