/**
 * What lies below the persistent engine: documents on disk, behind an interface narrow enough to be held to one contract
 * by two implementations.
 *
 * <p>{@link dev.sluice.persistent.store.KvStore} is what the engine sees. Everything in this package and below it may wait
 * for a disk, and is called by background threads only.
 */
@NullMarked
package dev.sluice.persistent.store;

import org.jspecify.annotations.NullMarked;
