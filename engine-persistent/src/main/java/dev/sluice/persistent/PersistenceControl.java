package dev.sluice.persistent;

import dev.sluice.engine.Cookie;
import dev.sluice.engine.DocumentKey;
import dev.sluice.engine.DocumentView;
import dev.sluice.engine.Persistence;
import dev.sluice.engine.Status;
import dev.sluice.memory.table.Documents;
import dev.sluice.memory.table.Lookup;
import dev.sluice.memory.table.Lookup.Needed;
import dev.sluice.persistent.store.StoreException;
import java.lang.System.Logger;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Predicate;

/** What clients and operators may ask of the disk. <b>Thread.</b> As {@link Persistence} says. */
final class PersistenceControl implements Persistence {

    private static final Logger LOGGER = System.getLogger(PersistenceControl.class.getName());

    private final PersistentEngine engine;

    PersistenceControl(PersistentEngine engine) {
        this.engine = engine;
    }

    @Override
    public long persistedSeqno(int vbucket) {
        PersistentVBucket target = engine.vbuckets().at(vbucket);
        return target == null ? -1 : target.persistedSeqno();
    }

    @Override
    public Status awaitPersistence(Cookie cookie, int vbucket, long seqno, long deadlineNanos) {
        PersistentVBucket target = engine.vbuckets().at(vbucket);
        if (target == null) {
            return engine.vbuckets().absent();
        }
        if (seqno <= target.persistedSeqno()) {
            return Status.SUCCESS;
        }
        long remaining = deadlineNanos - engine.clock().nanoTime();
        if (remaining <= 0) {
            return Status.TEMPORARY_FAILURE;
        }
        target.waiters()
                .add(
                        cookie.block(),
                        seqno,
                        false,
                        target::persistedSeqno,
                        engine.context().nonIoPool(),
                        remaining);
        return Status.WOULD_BLOCK;
    }

    @Override
    public Status stopPersistence(Cookie cookie) {
        return engine.flusher().stop() ? Status.SUCCESS : Status.INVALID_ARGUMENTS;
    }

    @Override
    public Status startPersistence(Cookie cookie) {
        return engine.flusher().start() ? Status.SUCCESS : Status.INVALID_ARGUMENTS;
    }

    /**
     * {@inheritDoc}
     *
     * <p>Forgets tombstones that are on disk, has that written, and gives the space back then. The writing must not take longer
     * than {@value DiskWaits#SECONDS_MAX} seconds, and is refused at once while persistence is stopped.
     */
    @Override
    public Status compact(Cookie cookie, int vbucket, Compaction compaction) {
        if (cookie.attachment() instanceof DiskWaits.DiskWait wait) {
            return wait.outcome(cookie);
        }
        PersistentVBucket target = engine.vbuckets().at(vbucket);
        if (target == null) {
            return engine.vbuckets().absent();
        }
        if (!engine.flusher().running()) {
            cookie.errorContext(DiskWaits.STOPPED);
            return Status.TEMPORARY_FAILURE;
        }
        DiskWaits.DiskWait wait = engine.diskWaits().begin(cookie);
        onAuxIo(wait, () -> {
            engine.compactor().purge(target, gone(compaction));
            target.enter();
            try {
                target.whenWritten(() -> onAuxIo(wait, () -> compact(wait, vbucket)));
            } finally {
                target.exit();
            }
        });
        return Status.WOULD_BLOCK;
    }

    private void compact(DiskWaits.DiskWait wait, int vbucket) throws StoreException {
        if (wait.goesOn()) {
            engine.store().compact(vbucket);
            engine.counters().add(Counter.COMPACTIONS);
            wait.end(Status.SUCCESS);
        }
    }

    /** Which tombstones are to go. */
    private Predicate<DocumentView> gone(Compaction compaction) {
        if (compaction.dropDeletes()) {
            return tombstone -> true;
        }
        long ownLimit = engine.clock().wallSeconds() - engine.settings().purgeAgeSeconds();
        long limit = compaction.purgeBeforeSeconds() == 0 ? ownLimit : compaction.purgeBeforeSeconds();
        long seqno = compaction.purgeBeforeSeqno() == 0 ? Long.MAX_VALUE : compaction.purgeBeforeSeqno();
        boolean anyTime = compaction.purgeBeforeSeconds() == 0 && compaction.purgeBeforeSeqno() != 0;
        return tombstone -> tombstone.seqno() <= seqno && (anyTime || tombstone.expirySeconds() <= limit);
    }

    /** Something that may wait for the disk. */
    private interface Work {
        void run() throws StoreException;
    }

    private void onAuxIo(DiskWaits.DiskWait wait, Work work) {
        try {
            engine.context().auxIoPool().execute(() -> {
                try {
                    work.run();
                } catch (StoreException e) {
                    LOGGER.log(
                            Logger.Level.WARNING,
                            "compaction failed bucket={0} kind={1} message={2}",
                            engine.bucketName(),
                            e.kind(),
                            e.getMessage());
                    wait.fail("The storage could not do it: the log says why");
                }
            });
        } catch (RejectedExecutionException bucketIsGone) {
            wait.end(Status.CANCELLED);
        }
    }

    /** {@inheritDoc} <p>With full eviction the key and its metadata leave memory as well. */
    @Override
    public Status evict(Cookie cookie, int vbucket, DocumentKey key) {
        PersistentVBucket target = engine.vbuckets().at(vbucket);
        if (target == null) {
            return engine.vbuckets().absent();
        }
        if (!target.tryEnter()) {
            return engine.vbuckets().blockOnLock(cookie, target);
        }
        try {
            Status refused = target.refusal(key.collection());
            if (refused != null) {
                return refused;
            }
            Lookup lookup = cookie.attachment() instanceof Fetch fetch ? fetch : Fetch.NOTHING_READ;
            byte[] document = lookup.locate(target, key, Needed.ALIVE);
            if (document != Lookup.ELSEWHERE) {
                return evict(target, key, document);
            }
        } finally {
            target.exit();
        }
        return engine.block(cookie, target, key, Needed.ALIVE);
    }

    private Status evict(
            PersistentVBucket target, DocumentKey key, byte @org.jspecify.annotations.Nullable [] document) {
        if (document == null || Documents.deleted(document)) {
            return Status.NO_SUCH_KEY;
        }
        long nowNanos = engine.clock().nanoTime();
        if (target.lockOn(key.hash(), document, nowNanos) != null) {
            return Status.LOCKED;
        }
        if (target.dirty(document)) {
            return Status.KEY_EXISTS;
        }
        target.evict(document, nowNanos);
        return Status.SUCCESS;
    }
}
