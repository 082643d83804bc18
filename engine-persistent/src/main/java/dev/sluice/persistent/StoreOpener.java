package dev.sluice.persistent;

import dev.sluice.persistent.store.KvStore;
import dev.sluice.persistent.store.StoreException;
import java.nio.file.Path;

/** Opens the storage of a bucket. */
@FunctionalInterface
interface StoreOpener {

    /** Opens what is at the path, or makes it. May wait. */
    KvStore open(Path path, Settings settings) throws StoreException;
}
