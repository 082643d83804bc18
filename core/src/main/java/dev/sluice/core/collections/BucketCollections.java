package dev.sluice.core.collections;

import dev.sluice.engine.CollectionSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The manifest of one bucket through its life: made from what was saved and what is configured, replaced by clients, and
 * saved before anybody is told of it.
 *
 * <p>A change goes in this order. The file first: what a client was told of is there after a restart. Then the engine, which
 * from then on takes keys of new collections and refuses those of dropped ones. Then {@link #manifest()}, by which requests
 * are checked: so a client that knows a new id never meets an engine that does not. An engine that fails here leaves its
 * part open; the manifest is in force all the same, and the engine is told again with the next change, or when the client
 * repeats this one.
 *
 * <p><b>Thread.</b> {@link #manifest()} any; all else on background threads, one at a time.
 */
public final class BucketCollections {

    private static final Logger LOG = LoggerFactory.getLogger(BucketCollections.class);

    /** Tells the engine which collections there are; false where it has failed. On a background thread. */
    @FunctionalInterface
    public interface EngineSide {
        boolean collections(CollectionSet existing);
    }

    private final String bucketName;
    private final CollectionsSpec spec;
    private final ManifestFile file;
    private volatile Manifest manifest = Manifest.EPOCH;

    // Guarded by this.
    private SavedManifest saved = SavedManifest.EPOCH;
    private boolean engineKnows;

    /** Of a bucket that keeps its files in a directory, which need not be there. */
    public BucketCollections(String bucketName, CollectionsSpec spec, Path directory) {
        this(bucketName, spec, new ManifestFile(directory));
    }

    BucketCollections(String bucketName, CollectionsSpec spec, ManifestFile file) {
        this.bucketName = bucketName;
        this.spec = spec;
        this.file = file;
    }

    /** The manifest in force. */
    public Manifest manifest() {
        return manifest;
    }

    /**
     * Finds out which collections the bucket has, before it has an engine.
     *
     * @throws IOException where what was saved is damaged or cannot be read, or what is new cannot be saved; the message is
     *     for an operator and names the file
     */
    public synchronized void load() throws IOException {
        SavedManifest before = file.read();
        SavedManifest now = before;
        if (before.fromConfiguration()) {
            now = spec.follow(before);
            if (!now.equals(before)) {
                save(now);
            }
        } else {
            Set<String> missing = spec.missingFrom(before.manifest());
            if (!missing.isEmpty()) {
                LOG.info(
                        "collections of the configuration are not there, as a client has set the manifest: bucket={}"
                                + " missing={}",
                        bucketName,
                        missing);
            }
        }
        saved = now;
        manifest = now.manifest();
    }

    /** Tells a fresh engine; before it gets its first command. */
    public synchronized void begin(EngineSide engine) {
        engineKnows = engine.collections(manifest.ids());
    }

    /**
     * Puts another manifest in force. One of the same uid and content changes nothing.
     *
     * @param json the manifest as a client has sent it
     * @return whether the engine knows as well; where it does not, the same again is worth a try
     * @throws ManifestException where it is none, or cannot follow the one in force; nothing has changed
     * @throws IOException where it could not be saved; the one in force stays. After a restart it may be this one
     */
    public synchronized boolean set(byte[] json, EngineSide engine) throws ManifestException, IOException {
        Manifest next = Manifest.parse(json, 0, json.length);
        saved.manifest().checkSuccessor(next, saved.dropped());
        if (next.uid() != saved.manifest().uid()) {
            SavedManifest after = saved.setByClient(next);
            save(after);
            saved = after;
            engineKnows = engine.collections(next.ids());
            manifest = next;
        } else if (!engineKnows) {
            engineKnows = engine.collections(next.ids());
        }
        return engineKnows;
    }

    /** Writes the manifest into another directory, for a bucket with its files there; nothing where none was ever saved. */
    public synchronized void saveTo(Path directory) throws IOException {
        if (!saved.equals(SavedManifest.EPOCH)) {
            new ManifestFile(directory).write(saved);
        }
    }

    private void save(SavedManifest state) throws IOException {
        try {
            file.write(state);
        } catch (IOException e) {
            throw new IOException("the manifest of collections cannot be saved: " + e, e);
        }
    }
}
