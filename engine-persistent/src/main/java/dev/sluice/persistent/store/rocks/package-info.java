/**
 * Documents in RocksDB.
 *
 * <p>RocksDB is native code: an object of it that is used after its end is no exception but the end of the process. So all
 * of its objects stay in this package, each has one owner that closes it, and one gate stands between callers and the end
 * of the objects that they use ({@link dev.sluice.persistent.store.rocks.RocksStore}).
 *
 * <pre>
 * RocksStore ── gate ──&gt; RocksNatives   options, cache, limiter, statistics, database, column families
 *     │                      │
 *     └── RocksSnapshot ─────┤             closed before the natives that it reads from
 *             └── RocksCursor┘             closed before its snapshot
 * </pre>
 */
@NullMarked
package dev.sluice.persistent.store.rocks;

import org.jspecify.annotations.NullMarked;
