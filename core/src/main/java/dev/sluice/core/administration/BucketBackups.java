package dev.sluice.core.administration;

import dev.sluice.core.bucket.Bucket;
import dev.sluice.core.bucket.BucketException;
import dev.sluice.core.bucket.BucketException.Reason;
import dev.sluice.core.bucket.BucketState;
import dev.sluice.core.disk.DurableFile;
import dev.sluice.core.engine.EngineSettings;
import dev.sluice.engine.Backups;
import dev.sluice.engine.EngineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes backups: directories that a server can start on, as its data directory, and that hold one bucket each.
 *
 * <pre>
 *   backups/monday/             the backup
 *     &#64;buckets.json             what the bucket is
 *     travel/                   the bucket's directory
 *       manifest.json           its collections, where it has any
 *       engine/                 the engine's copy
 * </pre>
 *
 * <p><b>Whole or not there.</b> A backup grows under a name that none can have, and gets its own when all of it is on disk.
 * What one has left behind that failed, or was cut off by a crash, is removed before the next one begins; for that reason,
 * and because each may take all that the disk can do, there is one at a time.
 *
 * <p><b>The order.</b> The engine copies first and the manifest is taken then. A collection that comes in between is in the
 * manifest and empty; one that goes is not in the manifest, and the engine removes its documents when it hears that. The other
 * way round documents could be left without their collection.
 *
 * <p><b>What is not in it</b> is the bucket's uuid: the original goes on, so what a server makes of the copy is another bucket.
 */
final class BucketBackups {

    /** What a backup may be called, for messages. */
    static final String NAME_EXPECTED = "1 to 100 characters of A-Z a-z 0-9 _ - . that begin with a letter or a digit";

    private static final Logger LOG = LoggerFactory.getLogger(BucketBackups.class);

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,99}");

    /** No backup can be called that. */
    private static final String UNFINISHED = "@unfinished";

    /** Of a bad name: so much that its owner knows it again. */
    private static final int SHOWN_MAX = 100;

    private final BucketStore store;
    private final AtomicReference<@Nullable String> underWay = new AtomicReference<>();

    BucketBackups(BucketStore store) {
        this.store = store;
    }

    /**
     * Makes one. On a background thread.
     *
     * @param object what the bucket is
     * @return where it is
     */
    Path make(Bucket bucket, Map<String, @Nullable Object> object, String name) throws BucketException {
        if (!NAME.matcher(name).matches()) {
            String given = name.length() <= SHOWN_MAX ? name : name.substring(0, SHOWN_MAX) + "…";
            throw new BucketException(Reason.INVALID, "backup name: " + given + " (expected: " + NAME_EXPECTED + ")");
        }
        String other = underWay.compareAndExchange(null, name);
        if (other != null) {
            throw new BucketException(Reason.BUSY, "backup " + other + " is being made (expected: one at a time)");
        }
        try {
            return beside(bucket, object, store.backups().toAbsolutePath().normalize(), name);
        } finally {
            underWay.set(null);
        }
    }

    private Path beside(Bucket bucket, Map<String, @Nullable Object> object, Path directory, String name)
            throws BucketException {
        Path backup = directory.resolve(name);
        if (Files.exists(backup, LinkOption.NOFOLLOW_LINKS)) {
            throw new BucketException(Reason.EXISTS, "backup " + name + " exists already: " + backup);
        }
        Path unfinished = directory.resolve(UNFINISHED);
        try {
            store.deleteTree(unfinished);
            fill(bucket, object, unfinished);
            DurableFile.rename(unfinished, backup);
            return backup;
        } catch (IOException e) {
            removeAfterFailure(unfinished);
            throw new BucketException(Reason.FAILED, "no backup in " + directory + ": " + e, e);
        } catch (EngineException e) {
            removeAfterFailure(unfinished);
            throw new BucketException(Reason.FAILED, "no backup of bucket " + bucket.name() + ": " + e.getMessage(), e);
        } catch (BucketException | RuntimeException | Error e) {
            removeAfterFailure(unfinished);
            throw e;
        }
    }

    private void removeAfterFailure(Path unfinished) {
        try {
            store.deleteTree(unfinished);
        } catch (IOException e) {
            LOG.warn("part of a backup is left behind until the next one: directory={}", unfinished, e);
        }
    }

    /** The bucket does not go while this runs, and its wish to go ends this. */
    private void fill(Bucket bucket, Map<String, @Nullable Object> object, Path backup)
            throws BucketException, EngineException, IOException {
        boolean usable = bucket.beginBackgroundCall();
        try {
            if (!usable) {
                throw notReady(bucket);
            }
            Backups engine = bucket.engine().capability(Backups.class);
            if (engine == null) {
                throw new BucketException(
                        Reason.NOT_SUPPORTED,
                        "bucket " + bucket.name() + ": engine "
                                + bucket.spec().provider().type() + " cannot be backed up (expected: one that keeps"
                                + " documents on disk)");
            }
            Path directory = EngineSettings.directoryOf(backup, bucket.name());
            DurableFile.createDirectories(directory);
            engine.copyTo(directory.resolve(Bucket.ENGINE_DIRECTORY), () -> !bucket.ready());
            bucket.saveCollections(directory);
            store.describe(backup, bucket.name(), object);
            if (!bucket.ready()) {
                throw notReady(bucket);
            }
        } finally {
            bucket.endBackgroundCall();
        }
    }

    private static BucketException notReady(Bucket bucket) {
        BucketState state = bucket.state();
        boolean resting = state == BucketState.PAUSING || state == BucketState.PAUSED;
        return new BucketException(
                resting ? Reason.PAUSED : Reason.BUSY,
                "bucket " + bucket.name() + " is " + state + " (expected: READY)");
    }
}
