package dev.sluice.testkit;

/**
 * What an engine may or may not be able to do. {@link EngineContractTest} takes every one for granted until {@link
 * EngineContractTest#supports} says otherwise, and then tests that the engine refuses as it should.
 */
public enum Behavior {
    /** Stores values of 20 MiB. Otherwise: {@code TOO_BIG}. */
    LARGE_VALUES,
    /** Locks. Otherwise: {@code NOT_SUPPORTED} for lock and unlock. */
    LOCKS,
    /** Removals and expired documents leave a tombstone behind. Otherwise: nothing is found. */
    TOMBSTONES,
    /** Of what has expired the system's extended attributes stay in the tombstone. Otherwise: they may be gone. */
    EXPIRED_XATTRS,
    /** A store can make a tombstone that has a value. Otherwise: {@code NOT_SUPPORTED}. */
    DELETED_STORES,
    /** Value patches. Otherwise: {@code NOT_SUPPORTED}. */
    VALUE_PATCHES,
    /** Mutations have a sequence number and the UUID of a history. Otherwise: zeros. */
    SEQNOS,
    /** Documents count their changes. Otherwise: zero. */
    REV_SEQNOS,
    /** Durability level <i>majority</i>, on one node. Otherwise: {@code DURABILITY_INVALID_LEVEL}. */
    MAJORITY,
    /** Durability levels that need a disk. Otherwise: {@code DURABILITY_INVALID_LEVEL}. */
    PERSISTENT_DURABILITY,
    /** What was stored is there after the engine was closed and made again. Otherwise: an empty bucket. */
    PERSISTENCE,
    /** The capability {@link dev.sluice.engine.RangeScans}. */
    RANGE_SCANS,
    /** The capability {@link dev.sluice.engine.VBuckets}. Otherwise: every vbucket below the count is served. */
    VBUCKETS,
    /** The capability {@link dev.sluice.engine.Flush}. */
    FLUSH,
    /** The capability {@link dev.sluice.engine.RecordApplication}. */
    RECORD_APPLICATION,
    /** The capability {@link dev.sluice.engine.Collections}. Otherwise: documents of every id are served. */
    COLLECTIONS,
    /** The capability {@link dev.sluice.engine.DocumentReads}. */
    DOCUMENT_READS,
    /** The capability {@link dev.sluice.engine.RandomDocuments}. */
    RANDOM_DOCUMENTS,
    /** The capability {@link dev.sluice.engine.Persistence}. */
    PERSISTENCE_CONTROL,
    /** The capability {@link dev.sluice.engine.Pausable}. */
    PAUSE
}
