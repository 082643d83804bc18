package dev.sluice.engine.async;

import dev.sluice.engine.DocumentFilter;
import org.jspecify.annotations.Nullable;

/** What an operation finds when the turn for its key has come: nobody else does anything with the key until it is over. */
final class Turn {
    private final StoreKey key;
    private final @Nullable StoredRecord stored;
    private final byte @Nullable [] record; // null where none is stored, or an expired one
    private final LockTable<StoreKey> locks;
    private final HybridClock casClock;
    private final long wallSeconds;

    Turn(
            StoreKey key,
            @Nullable StoredRecord stored,
            LockTable<StoreKey> locks,
            HybridClock casClock,
            long wallSeconds) {
        this.key = key;
        this.stored = stored;
        this.locks = locks;
        this.casClock = casClock;
        this.wallSeconds = wallSeconds;
        if (stored != null) {
            RecordFormat.check(stored.bytes());
            casClock.observe(RecordFormat.cas(stored.bytes()));
        }
        record = stored == null || RecordFormat.expired(stored.bytes(), wallSeconds) ? null : stored.bytes();
        if (!isAlive()) {
            locks.release(key); // a lock goes with its document
        }
    }

    /** The record under the key as the store has it, expired or not. */
    @Nullable
    StoredRecord stored() {
        return stored;
    }

    /** Whether what is stored has expired, so that it is only in the way. */
    boolean expired() {
        return stored != null && record == null;
    }

    /** The record that a request with this filter sees, or null. */
    byte @Nullable [] visible(DocumentFilter filter) {
        return record != null && filter.accepts(RecordFormat.deleted(record)) ? record : null;
    }

    private boolean isAlive() {
        return visible(DocumentFilter.ALIVE) != null;
    }

    /** The CAS of the lock on the document, 0 where it has none. */
    long lockCas() {
        return locks.casOf(key);
    }

    boolean lock(long cas, long durationNanos) {
        return locks.lock(key, cas, durationNanos);
    }

    void unlock() {
        locks.release(key);
    }

    long nextCas() {
        return casClock.next();
    }

    /** Has later CAS values be above one that was made elsewhere. */
    void observeCas(long cas) {
        casClock.observe(cas);
    }

    /** The revision of the next version. */
    long nextRevision() {
        return stored == null ? 1 : RecordFormat.revision(stored.bytes()) + 1;
    }

    long wallSeconds() {
        return wallSeconds;
    }
}
