package dev.sluice.persistent.store.rocks;

import dev.sluice.engine.DocumentView;
import dev.sluice.persistent.store.FailPoints;
import dev.sluice.persistent.store.IoErrors;
import dev.sluice.persistent.store.KvStore;
import dev.sluice.persistent.store.Lookup;
import dev.sluice.persistent.store.Metadata;
import dev.sluice.persistent.store.Snapshot;
import dev.sluice.persistent.store.Staleness;
import dev.sluice.persistent.store.StoreBatch;
import dev.sluice.persistent.store.StoreDirectory;
import dev.sluice.persistent.store.StoreException;
import dev.sluice.persistent.store.StoreException.Kind;
import dev.sluice.persistent.store.StoreStatistics;
import dev.sluice.persistent.store.StoredVBucket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.Checkpoint;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/**
 * A {@link KvStore} in RocksDB. What is kept where is in {@link RocksLayout}.
 *
 * <p><b>The gate.</b> Every call goes through a read lock, and whatever ends native objects, closing and opening again,
 * takes it for writing. So no native object is used after its end, whatever callers do; they get an exception.
 *
 * <p><b>After a failed write</b> it is not known what is on the disk, nor, after a failed sync, what ever will be: the
 * operating system may have dropped what it could not write, and a second sync would succeed without it. The store then
 * refuses commits until {@link #recover} has closed the database and opened it anew, which reads the log and writes what
 * it holds to new files. Reads go on meanwhile; only for the moment of opening they wait, and it is not begun before the
 * disk was seen to take something again.
 */
public final class RocksStore implements KvStore {

    private static final String KIND = "rocksdb";

    /** Free space, above what the log holds, without which opening again is not tried. */
    private static final long RECOVERY_SPACE_BYTES = 16L << 20;

    private final StoreDirectory directory;
    private final RocksSettings settings;
    private final RocksOptions options;
    private final FailPoints failPoints;

    private final ReentrantReadWriteLock gate = new ReentrantReadWriteLock();
    private final RocksWriter writer;
    private final Set<RocksSnapshot> snapshots = ConcurrentHashMap.newKeySet();
    private final AtomicLong failures = new AtomicLong();

    /** Replaced under the gate's write lock, read under either. Null when closed, and after an opening that failed. */
    private @Nullable RocksNatives natives;

    private volatile boolean closed;
    private volatile boolean failed;
    private volatile boolean paused;

    private RocksStore(StoreDirectory directory, RocksSettings settings, RocksOptions options, RocksNatives natives) {
        this.directory = directory;
        this.settings = settings;
        this.options = options;
        this.natives = natives;
        failPoints = settings.failPoints();
        writer = new RocksWriter(failPoints);
    }

    /**
     * Opens a store, or creates it.
     *
     * @throws StoreException also {@code IN_USE}, {@code FOREIGN}, {@code NEWER} and {@code SETTING}
     */
    public static RocksStore open(RocksSettings settings) throws StoreException {
        RocksOptions options = new RocksOptions(settings.options());
        StoreDirectory directory = StoreDirectory.open(settings.path(), KIND, settings.failPoints());
        RocksNatives natives = null;
        try {
            natives = new RocksNatives(directory.documents(), settings, options, directory.creating());
            directory.created();
            RocksLayout.endDeletions(natives);
            return new RocksStore(directory, settings, options, natives);
        } catch (RocksDBException e) {
            natives.close();
            directory.close();
            throw RocksErrors.translate(e, directory.documents());
        } catch (StoreException | RuntimeException e) {
            if (natives != null) {
                natives.close();
            }
            directory.close();
            throw e;
        }
    }

    /** What is done with native objects while they are held. */
    @FunctionalInterface
    interface Call<T> {
        T on(RocksNatives natives) throws StoreException, RocksDBException;
    }

    /** Does something with the native objects, which do not end meanwhile. */
    <T> T call(Call<T> call) throws StoreException {
        gate.readLock().lock();
        try {
            return call.on(opened());
        } catch (RocksDBException e) {
            if (closed) {
                throw closed(); // What ran was told to end.
            }
            throw RocksErrors.translate(e, directory.documents());
        } finally {
            gate.readLock().unlock();
        }
    }

    private StoreException closed() {
        return new StoreException(Kind.CLOSED, directory.path() + " is closed");
    }

    private StoreException paused() {
        return new StoreException(Kind.PAUSED, directory.path() + " is paused");
    }

    private RocksNatives opened() throws StoreException {
        RocksNatives current = natives;
        if (closed) {
            throw closed();
        }
        if (current == null) {
            throw new StoreException(Kind.IO, directory.path() + " could not be opened again", directory.path(), null);
        }
        return current;
    }

    /** As {@link #call}, for what writes: refused where it would not be safe, and a failure ends writing. */
    private <T> T change(Call<T> call) throws StoreException {
        gate.readLock().lock();
        try {
            RocksNatives current = opened();
            if (paused) {
                throw paused();
            }
            if (failed) {
                throw new StoreException(
                        Kind.IO,
                        directory.path() + ": an earlier write has failed (expected: recover)",
                        directory.path(),
                        null);
            }
            return call.on(current);
        } catch (RocksDBException e) {
            throw failed(RocksErrors.translate(e, directory.documents()));
        } catch (StoreException e) {
            throw e.kind() == Kind.CORRUPT || e.kind() == Kind.CLOSED || e.kind() == Kind.PAUSED ? e : failed(e);
        } finally {
            gate.readLock().unlock();
        }
    }

    private StoreException failed(StoreException e) {
        failed = true;
        failures.incrementAndGet();
        return e;
    }

    @Override
    public List<StoredVBucket> vbuckets() throws StoreException {
        return call(current -> RocksLayout.vbuckets(current, current.lookups));
    }

    @Override
    public @Nullable StoredVBucket vbucket(int vbucket) throws StoreException {
        return call(current -> RocksLayout.find(vbucket, current.get(current.rows, RocksLayout.rowKey(vbucket))))
                .orElse(null);
    }

    @Override
    public void commit(StoreBatch batch, boolean sync) throws StoreException {
        boolean first = batch.attempt();
        change(current -> {
            if (!batch.isEmpty()) {
                writer.write(current, batch, first);
            }
            if (sync) {
                writer.sync(current);
            }
            return true;
        });
    }

    @Override
    public void sync() throws StoreException {
        change(current -> {
            writer.sync(current);
            return true;
        });
    }

    @Override
    public List<@Nullable DocumentView> get(int vbucket, List<Lookup> lookups) throws StoreException {
        return call(current -> RocksLayout.get(current, vbucket, lookups));
    }

    @Override
    public List<@Nullable Metadata> metadata(int vbucket, List<Lookup> lookups) throws StoreException {
        return call(current -> RocksLayout.metadata(current, vbucket, lookups));
    }

    @Override
    public Snapshot snapshot() throws StoreException {
        return call(current -> {
            RocksSnapshot snapshot = new RocksSnapshot(this, current);
            snapshots.add(snapshot);
            return snapshot;
        });
    }

    /** Ends something that has native objects; nothing where they have ended with the store. */
    void release(Runnable end) {
        gate.readLock().lock();
        try {
            end.run();
        } finally {
            gate.readLock().unlock();
        }
    }

    /** By a snapshot that was closed. */
    void forget(RocksSnapshot snapshot) {
        snapshots.remove(snapshot);
    }

    @Override
    public void deleteVBucket(int vbucket) throws StoreException {
        change(current -> {
            writer.deleteVBucket(current, vbucket, snapshots.isEmpty());
            return true;
        });
    }

    @Override
    public long eraseCollection(int vbucket, int collection) throws StoreException {
        RocksWriter.Erasure erasure = new RocksWriter.Erasure(vbucket, collection);
        boolean done;
        do {
            // Through the gate anew for each part, so that whoever wants to close need not wait for all of it.
            done = change(current -> writer.erase(current, erasure));
        } while (!done);
        return erasure.count();
    }

    @Override
    public void compact(int vbucket) throws StoreException {
        call(current -> {
            if (paused) {
                throw paused(); // It would wait for the end of the pause, and the pause's end for it.
            }
            try {
                RocksLayout.compact(current, vbucket);
            } catch (RocksDBException e) {
                if (isCalledOff(e) && !closed) {
                    throw paused();
                }
                throw e;
            }
            return true;
        });
    }

    /** A compaction that was asked for has been told to end. */
    private static boolean isCalledOff(RocksDBException e) {
        return e.getStatus() != null && e.getStatus().getCode() == Status.Code.Incomplete;
    }

    @Override
    public Map<Integer, Staleness> staleness() throws StoreException {
        return call(RocksLayout::staleness);
    }

    @Override
    public byte @Nullable [] local(String name) throws StoreException {
        return call(current -> Optional.ofNullable(current.get(current.rows, RocksLayout.localKey(name))))
                .orElse(null);
    }

    @Override
    public void copyTo(Path target) throws StoreException {
        call(current -> {
            try {
                Files.createDirectory(target);
            } catch (IOException e) {
                throw IoErrors.translate(e, target);
            }
            if (paused) {
                current.db.continueBackgroundWork(); // Taking the copy flushes first.
            }
            try (Checkpoint checkpoint = Checkpoint.create(current.db)) {
                checkpoint.createCheckpoint(directory.documents(target).toString());
            } finally {
                if (paused) {
                    current.db.pauseBackgroundWork();
                }
            }
            directory.describe(target);
            return true;
        });
    }

    @Override
    public void pause() throws StoreException {
        beginAlone();
        try {
            RocksNatives current = opened();
            if (paused) {
                return;
            }
            current.db.syncWal();
            current.db.pauseBackgroundWork();
            paused = true;
        } catch (RocksDBException e) {
            throw failed(RocksErrors.translate(e, directory.documents()));
        } finally {
            endAlone();
        }
    }

    /** Waits until nobody is at work and lets nobody begin; what may take minutes is told to end. */
    private void beginAlone() {
        release(() -> RocksLayout.cancelCompactions(natives, true));
        gate.writeLock().lock();
    }

    private void endAlone() {
        RocksLayout.cancelCompactions(natives, false);
        gate.writeLock().unlock();
    }

    @Override
    public void resume() throws StoreException {
        gate.writeLock().lock();
        try {
            RocksNatives current = opened();
            if (paused) {
                current.db.continueBackgroundWork();
                paused = false;
            }
        } catch (RocksDBException e) {
            throw RocksErrors.translate(e, directory.documents());
        } finally {
            gate.writeLock().unlock();
        }
    }

    @Override
    public void recover() throws StoreException {
        if (!failed && !closed) {
            return;
        }
        beginAlone();
        try {
            if (closed) {
                throw closed();
            }
            if (!failed) {
                return;
            }
            directory.probe(RECOVERY_SPACE_BYTES + DirectorySize.of(directory.documents(), ".log"));
            endNatives();
            natives = new RocksNatives(directory.documents(), settings, options, false);
            RocksLayout.endDeletions(natives);
            writer.probe(natives);
            if (paused) {
                natives.db.pauseBackgroundWork();
            }
            failed = false;
        } catch (RocksDBException e) {
            throw RocksErrors.translate(e, directory.documents());
        } finally {
            endAlone();
        }
    }

    @Override
    public StoreStatistics statistics() throws StoreException {
        return call(current -> RocksStatistics.of(current, directory.path(), writer, failures.get(), !failed));
    }

    @Override
    public void close() throws StoreException {
        closed = true; // A compaction that runs is told, and the rest does not begin any more.
        beginAlone();
        try {
            RocksNatives current = natives;
            if (current == null) {
                return;
            }
            if (!failed) {
                current.db.syncWal();
            }
        } catch (RocksDBException e) {
            throw RocksErrors.translate(e, directory.documents());
        } finally {
            endNatives();
            directory.close();
            endAlone();
        }
    }

    private void endNatives() {
        RocksNatives current = natives;
        natives = null;
        for (RocksSnapshot snapshot : snapshots) {
            snapshot.end();
        }
        snapshots.clear();
        if (current != null) {
            if (paused) {
                try {
                    current.db.continueBackgroundWork();
                } catch (RocksDBException e) {
                    failures.incrementAndGet(); // It was not paused; it ends either way.
                }
            }
            current.close();
        }
    }
}
