package dev.sluice.core.administration;

import dev.sluice.core.bucket.BucketException;
import dev.sluice.core.bucket.BucketException.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was done to buckets while the server ran, and what the configuration file says about them: both together are what a
 * restart finds. Any thread; what saves or deletes waits for disks.
 *
 * <p><b>The files of a deleted bucket.</b> A deletion is written down as one whose files are left before the first of them
 * goes, and as a finished one when they are gone. Whatever ends the process in between, the next start finds the first and
 * goes on with it; and no bucket of that name begins before, or it would have the documents of the deleted one.
 */
final class WrittenChanges {

    private static final Logger LOG = LoggerFactory.getLogger(WrittenChanges.class);

    private final BucketStore store;

    /** Guards the maps; nothing that takes long happens under it. */
    private final Object lock = new Object();

    private final Map<String, Map<String, @Nullable Object>> file = new LinkedHashMap<>();
    private final Map<String, RunTimeChange> changes = new TreeMap<>();

    /** Orders the writing: the newest state is the last one written. */
    private final Object saving = new Object();

    /**
     * Begins with what a start has found.
     *
     * @param file the objects of the configuration file, by name of bucket
     */
    WrittenChanges(
            BucketStore store, Map<String, Map<String, @Nullable Object>> file, Map<String, RunTimeChange> changes) {
        this.store = store;
        this.file.putAll(file);
        this.changes.putAll(changes);
    }

    // ---- the file ---------------------------------------------------------------------------------------------------

    /** What the file says about each bucket, as far as it has been followed. */
    Map<String, Map<String, @Nullable Object>> file() {
        synchronized (lock) {
            return new LinkedHashMap<>(file);
        }
    }

    /** The file says nothing about a bucket any more. */
    void notInFile(String name) {
        synchronized (lock) {
            file.remove(name);
        }
    }

    /** A bucket is what the file says. What was done to it before is forgotten: who edits the file has the last word. */
    void follows(String name, Map<String, @Nullable Object> object) throws BucketException {
        synchronized (lock) {
            file.put(name, object);
            changes.remove(name);
        }
        save();
    }

    // ---- changes ----------------------------------------------------------------------------------------------------

    /** A bucket was created. On an exception what was written down before holds on. */
    void created(String name, Map<String, @Nullable Object> object) throws BucketException {
        RunTimeChange before;
        synchronized (lock) {
            before = put(name, object);
        }
        try {
            save();
        } catch (BucketException e) {
            synchronized (lock) {
                restore(name, before);
            }
            throw e;
        }
    }

    /** A bucket was changed. On an exception it is written down with the next change. */
    void changed(String name, Map<String, @Nullable Object> object) throws BucketException {
        synchronized (lock) {
            RunTimeChange unused = put(name, object);
        }
        save();
    }

    private @Nullable RunTimeChange put(String name, Map<String, @Nullable Object> object) {
        Map<String, @Nullable Object> entry = file.get(name);
        return Objects.equals(entry, object)
                ? changes.remove(name)
                : changes.put(name, new RunTimeChange(entry, object, false));
    }

    private void restore(String name, @Nullable RunTimeChange before) {
        if (before == null) {
            changes.remove(name);
        } else {
            changes.put(name, before);
        }
    }

    /** A bucket is going, its files too. On an exception that is written down with the next change. */
    void deleted(String name) throws BucketException {
        left(name);
        save();
    }

    private void left(String name) {
        synchronized (lock) {
            changes.put(name, new RunTimeChange(file.get(name), null, true));
        }
    }

    /**
     * Removes the files of a bucket that is gone, and writes down that they are.
     *
     * @throws BucketException where one of the two cannot be done; it is to be done again before a bucket of that name begins
     */
    void deleteFiles(String name, Path dataDirectory) throws BucketException {
        left(name);
        try {
            store.deleteData(dataDirectory);
        } catch (IOException e) {
            LOG.error("files of a deleted bucket are left: bucket={} directory={}", name, dataDirectory, e);
            throw new BucketException(Reason.FILES_LEFT, "the files of bucket " + name + " cannot be removed: " + e, e);
        }
        synchronized (lock) {
            Map<String, @Nullable Object> entry = file.get(name);
            restore(name, entry == null ? null : new RunTimeChange(entry, null, false));
        }
        try {
            save();
        } catch (BucketException e) {
            left(name);
            throw e;
        }
    }

    /** Before a bucket of that name begins: finishes the deletion of the one before, if that is still to be done. */
    void finishDeletion(String name, Path dataDirectory) throws BucketException {
        boolean left;
        synchronized (lock) {
            RunTimeChange change = changes.get(name);
            left = change != null && change.filesLeft();
        }
        if (left) {
            deleteFiles(name, dataDirectory);
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
}
