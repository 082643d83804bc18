package dev.sluice.persistent;

import dev.sluice.engine.Backups;
import dev.sluice.engine.EngineException;
import dev.sluice.persistent.store.StoreException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Copies of the store while it serves.
 *
 * <p>First everything is written that clients have been answered and the disk does not have. Each vbucket is asked for a
 * notice of that, and the flusher's rounds are run on the caller's thread until all have come. Vbuckets that go on changing
 * hold nothing up: the notice is about what there was when it was asked for. Then the store is copied as it is at a moment; so
 * each vbucket of the copy is at the end of a checkpoint that is at least as new as the call.
 *
 * <p>A store says that it was closed with everything on disk only while nobody has it open, so the copy does not say so, and
 * each of its vbuckets begins a new history when it is opened: see {@link PersistentEngine#start}.
 *
 * <p><b>Thread.</b> One background thread at a time.
 */
final class StoreBackups implements Backups {

    private final PersistentEngine engine;
    private final AtomicReferenceArray<@Nullable PersistentVBucket> vbuckets;

    StoreBackups(PersistentEngine engine, AtomicReferenceArray<@Nullable PersistentVBucket> vbuckets) {
        this.engine = engine;
        this.vbuckets = vbuckets;
    }

    @Override
    public void copyTo(Path target, BooleanSupplier cancelled) throws EngineException {
        write(cancelled);
        try {
            engine.store().copyTo(target);
        } catch (StoreException e) {
            throw new EngineException("the storage cannot be copied to " + target + ": " + e.getMessage(), e);
        }
    }

    private void write(BooleanSupplier cancelled) throws EngineException {
        Flusher flusher = engine.flusher();
        Map<Integer, PersistentVBucket> waiting = new ConcurrentHashMap<>();
        for (int i = 0; i < vbuckets.length(); i++) {
            PersistentVBucket vbucket = vbuckets.get(i);
            if (vbucket != null) {
                int id = i;
                waiting.put(id, vbucket);
                vbucket.enter();
                try {
                    vbucket.whenWritten(() -> waiting.remove(id));
                } finally {
                    vbucket.exit();
                }
            }
        }
        while (!waiting.isEmpty()) {
            if (cancelled.getAsBoolean() || engine.vbuckets().closing()) {
                throw new EngineException("it was called off, as the bucket pauses or goes");
            }
            if (!flusher.running()) {
                throw new EngineException("persistence is stopped (expected: running, see START_PERSISTENCE)");
            }
            if (!flusher.round()) {
                throw new EngineException("what is in memory cannot be written: " + engine.flushCounts().lastFailure);
            }
            // One that was deleted meanwhile is not written any more.
            waiting.entrySet().removeIf(one -> vbuckets.get(one.getKey()) != one.getValue());
        }
    }
}
