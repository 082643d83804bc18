package dev.sluice.core.collections;

import dev.sluice.engine.CollectionSet;

/**
 * What is known of a bucket's collections from one start to the next.
 *
 * @param manifest the one in force
 * @param fromConfiguration whether it was made from the bucket's configuration, and follows that when it changes; otherwise
 *     a client has set it, and the configuration has no say any more
 * @param dropped ids of collections that there were once: they are never given again
 */
record SavedManifest(Manifest manifest, boolean fromConfiguration, CollectionSet dropped) {

    /** Of a bucket that has never had collections. */
    static final SavedManifest EPOCH = new SavedManifest(Manifest.EPOCH, true, CollectionSet.of());

    /** The state after a client has set a manifest. */
    SavedManifest setByClient(Manifest next) {
        return new SavedManifest(next, false, manifest.droppedBy(next, dropped));
    }
}
