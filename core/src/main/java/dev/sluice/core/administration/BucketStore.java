package dev.sluice.core.administration;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where run-time changes are kept, and backups. On background threads; changes one at a time. */
public interface BucketStore {

    /** Keeps these in place of all that were kept before; they outlive a crash once this has returned. */
    void save(Map<String, RunTimeChange> changes) throws IOException;

    /**
     * Removes the files of a bucket that was deleted, or at least moves them where no bucket finds them.
     *
     * @throws IOException where they are still in this place
     */
    void deleteData(Path dataDirectory) throws IOException;

    /** Where backups go, each into a directory of its own. It need not exist yet. */
    Path backups();

    /**
     * Writes into a backup, beside the bucket's files, what a server needs to serve them: what the bucket is. Paths of the
     * engine's are left out, since the files are not there but here.
     */
    void describe(Path backup, String bucket, Map<String, @Nullable Object> object) throws IOException;

    /** Removes a directory and all that is in it; nothing where it does not exist. */
    void deleteTree(Path directory) throws IOException;
}
