package dev.sluice.core.administration;

import dev.sluice.core.bucket.Bucket;
import dev.sluice.core.bucket.BucketException;
import dev.sluice.core.bucket.BucketException.Reason;
import dev.sluice.core.bucket.BucketState;
import dev.sluice.core.bucket.Buckets;
import dev.sluice.core.engine.EngineSettings;
import dev.sluice.core.engine.Problem;
import dev.sluice.engine.TaskPool;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates, changes, deletes, pauses, resumes and backs up buckets while the server runs, keeps their quotas within the budget, and
 * has a restart bring back what was done. {@link Buckets} knows how one bucket lives; this knows which there should be.
 * Any thread.
 *
 * <p><b>What a restart brings back.</b> Each change is written down together with what the configuration file said about
 * that bucket when it was made ({@link RunTimeChange}). A creation is written down after the bucket is there and before it
 * is answered; a deletion once nothing can stop it, and again when its files are gone ({@link WrittenChanges}). So a client
 * that was answered finds its bucket, or none, after a crash; one that was not answered finds either.
 *
 * <p><b>Quotas.</b> A bucket is created only if its quota fits beside the others'. Those without one share the rest, so the
 * coming and going of a bucket changes their shares; see {@link Quotas}.
 */
public final class BucketAdministration {

    private static final Logger LOG = LoggerFactory.getLogger(BucketAdministration.class);

    private final Buckets buckets;
    private final TaskPool pool;
    private final BucketReader reader;
    private final Quotas quotas;
    private final WrittenChanges written;
    private final OperationQueue operations;
    private final BucketBackups backups;

    /** Buckets that are being created, deleted or changed: one at a time, or what is written down is not what is. */
    private final Set<String> busy = new HashSet<>();

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
        this.quotas = new Quotas(buckets, quotaBudgetBytes, started);
        this.written = new WrittenChanges(store, file, changes);
        this.operations = new OperationQueue(pool);
        this.backups = new BucketBackups(store);
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
        return create(name, () -> body.object(name, reader), this::keepCreation);
    }

    /** Gives a bucket's object, on a background thread. */
    private interface ObjectSource {
        Map<String, @Nullable Object> object() throws BucketException;
    }

    private CompletableFuture<Void> create(
            String name, ObjectSource source, Function<BucketPlan, CompletableFuture<Void>> keeping) {
        return operations.submit(() -> exclusively(name, () -> {
            checkName(name);
            BucketPlan plan = read(name, source.object());
            checkFree(name);
            written.finishDeletion(name, plan.spec().dataDirectory());
            return quotas.create(plan)
                    .handle((created, failure) -> {
                        if (failure != null) {
                            quotas.release(name);
                            throw completion(failure);
                        }
                        return plan;
                    })
                    .thenCompose(keeping);
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
        return new BucketException(Reason.INVALID, Problem.joined(problems));
    }

    /** Before the quota is looked at: that a name is taken is the better answer than that there is no memory for it. */
    private void checkFree(String name) throws BucketException {
        Bucket bucket = buckets.bucket(name);
        if (bucket != null) {
            boolean settled = bucket.state() == BucketState.READY || bucket.state() == BucketState.PAUSED;
            throw new BucketException(
                    settled ? Reason.EXISTS : Reason.BUSY,
                    "bucket " + name + " exists already, and is " + bucket.state());
        }
    }

    private CompletableFuture<Void> keepCreation(BucketPlan plan) {
        String name = plan.name();
        try {
            written.created(name, plan.object());
        } catch (BucketException e) {
            return buckets.destroy(name, true).handle((destroyed, failure) -> {
                if (failure == null) {
                    deleteFilesOfNobody(plan);
                }
                quotas.release(name);
                throw new CompletionException(e);
            });
        }
        LOG.info(
                "bucket created: bucket={} engine={}",
                name,
                plan.spec().provider().type());
        return CompletableFuture.completedFuture(null);
    }

    private void deleteFilesOfNobody(BucketPlan plan) {
        try {
            written.deleteFiles(plan.name(), plan.spec().dataDirectory());
        } catch (BucketException e) {
            LOG.debug("to be tried again when a bucket of that name begins: bucket={}", plan.name(), e);
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
            Bucket bucket = buckets.bucket(name);
            CompletableFuture<Void> destroyed = buckets.destroy(name, force);
            if (destroyed.isCompletedExceptionally() || bucket == null) {
                return destroyed;
            }
            BucketException notWritten = null;
            try {
                written.deleted(
                        name); // Nothing stops it now. What comes after may take long, and a crash may come first.
            } catch (BucketException e) {
                notWritten = e;
            }
            BucketException failure = notWritten;
            return destroyed.thenAcceptAsync(nothing -> afterDeletion(bucket, failure), pool);
        }));
    }

    private void afterDeletion(Bucket bucket, @Nullable BucketException notWritten) {
        quotas.release(bucket.name());
        if (notWritten != null) {
            throw new CompletionException(notWritten); // Its files stay for the restart that knows of no deletion.
        }
        try {
            written.deleteFiles(bucket.name(), bucket.spec().dataDirectory());
        } catch (BucketException e) {
            throw new CompletionException(e);
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

    // ---- backup -----------------------------------------------------------------------------------------------------

    /**
     * Makes a backup of a bucket that serves, and goes on serving.
     *
     * @param backup what to call it
     * @return completes with where it is, when all of it is on disk, or with a {@link BucketException}
     */
    public CompletableFuture<Path> backUp(String name, String backup) {
        return operations.submit(() -> onPool(() -> {
            Bucket bucket = buckets.bucket(name);
            if (bucket == null) {
                throw new BucketException(Reason.UNKNOWN, "bucket " + name + " does not exist");
            }
            return CompletableFuture.completedFuture(
                    backups.make(bucket, quotas.plan(name).object(), backup));
        }));
    }

    // ---- change -----------------------------------------------------------------------------------------------------

    /**
     * Gives a bucket other values of keys that can change while it serves.
     *
     * @return completes when they have their effect and are written down, or with a {@link BucketException}
     */
    public CompletableFuture<Void> change(String name, Map<String, ?> values) {
        return operations.submit(() -> exclusively(name, () -> {
            BucketPlan before = quotas.plan(name);
            Map<String, @Nullable Object> object = new LinkedHashMap<>(before.object());
            object.putAll(values);
            quotas.change(before, read(name, object));
            written.changed(name, object);
            return CompletableFuture.completedFuture(null);
        }));
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
        Map<String, Map<String, @Nullable Object>> before = written.file();
        List<String> left = new ArrayList<>();
        for (String name : before.keySet()) {
            if (!entries.containsKey(name)) {
                written.notInFile(name);
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
                    BucketPlan plan = quotas.plan(name);
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
                    quotas.change(plan, read(name, possible));
                    return follow(name, object);
                }))
                : create(name, () -> object, created -> follow(name, object));
        return done.exceptionally(failure -> {
            Throwable cause =
                    failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            left.add(String.valueOf(cause.getMessage()));
            return null;
        });
    }

    private CompletableFuture<Void> follow(String name, Map<String, @Nullable Object> object) {
        try {
            written.follows(name, object);
            return CompletableFuture.completedFuture(null);
        } catch (BucketException e) {
            return CompletableFuture.failedFuture(e);
        }
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

    // ---- threads ----------------------------------------------------------------------------------------------------

    /** What runs in the background, and fails as it likes. */
    private interface Operation<T> {
        CompletableFuture<T> begin() throws BucketException;
    }

    /** As {@link #onPool}; refused where somebody else is at work on the bucket. */
    private <T> CompletableFuture<T> exclusively(String name, Operation<T> operation) {
        synchronized (busy) {
            if (!busy.add(name)) {
                return CompletableFuture.failedFuture(
                        new BucketException(Reason.BUSY, "bucket " + name + " is being created, deleted or changed"));
            }
        }
        return onPool(operation).whenComplete((result, failure) -> {
            synchronized (busy) {
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
