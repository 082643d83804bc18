package dev.sluice.core.administration;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** Where run-time changes are kept. On background threads, one at a time. */
public interface BucketStore {

    /** Keeps these in place of all that were kept before; they outlive a crash once this has returned. */
    void save(Map<String, RunTimeChange> changes) throws IOException;

    /**
     * Removes the files of a bucket that was deleted, or at least moves them where no bucket finds them.
     *
     * @throws IOException where they are still in this place
     */
    void deleteData(Path dataDirectory) throws IOException;
}
