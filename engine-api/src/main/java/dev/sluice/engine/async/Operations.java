package dev.sluice.engine.async;

import dev.sluice.engine.Datatype;
import dev.sluice.engine.DocumentFilter;
import dev.sluice.engine.DocumentView;
import dev.sluice.engine.RecordApplication.Condition;
import dev.sluice.engine.RecordApplication.Terms;
import dev.sluice.engine.RemoveRequest;
import dev.sluice.engine.Status;
import dev.sluice.engine.StoreMode;
import dev.sluice.engine.StoreRequest;
import dev.sluice.engine.ValuePatch;
import org.jspecify.annotations.Nullable;

/** The operations of {@link dev.sluice.engine.Engine}, each as the decision that it takes on what is there. */
final class Operations {
    private Operations() {}

    /** Whether a live document has extended attributes, which an operation that does not know of them must not take away. */
    private static boolean hasXattrs(byte[] record) {
        return !RecordFormat.deleted(record) && (RecordFormat.datatype(record) & Datatype.XATTR) != 0;
    }

    /** Shows, and changes nothing. */
    static final class Get extends AsyncOperation {
        private final DocumentFilter filter;

        Get(StoreKey key, DocumentFilter filter) {
            super(key, 0);
            this.filter = filter;
        }

        @Override
        Verdict decide(Turn turn) {
            byte[] existing = turn.visible(filter);
            if (existing == null) {
                return Verdict.answer(Status.NO_SUCH_KEY);
            }
            shown = existing;
            shownLocked = turn.lockCas() != 0;
            return Verdict.answer(Status.SUCCESS);
        }
    }

    /** The table of {@link dev.sluice.engine.Engine#store}. */
    static final class Store extends AsyncOperation {
        private final StoreMode mode;
        private final DocumentFilter filter;
        private final byte[] draft; // the record, with nothing but the value in it
        private final long cas;
        private final int flags;
        private final long expirySeconds;
        private final byte datatype;
        private final boolean preserveExpiry;
        private final boolean deleted;
        private final boolean unawareOfXattrs;
        private final @Nullable ValuePatch patch;

        Store(StoreKey key, StoreRequest request) {
            super(key, request.valueLength() + RecordFormat.HEADER_LENGTH);
            mode = request.mode();
            filter = request.existing();
            draft = RecordFormat.allocate(request.valueArray(), request.valueOffset(), request.valueLength());
            cas = request.cas();
            flags = request.flags();
            expirySeconds = request.expirySeconds();
            datatype = request.datatype();
            preserveExpiry = request.preserveExpiry();
            deleted = request.deleted();
            unawareOfXattrs = request.unawareOfXattrs();
            patch = request.patch();
        }

        @Override
        Verdict decide(Turn turn) {
            Status refusal = refuse(turn, turn.visible(filter));
            if (refusal != null) {
                return Verdict.answer(refusal);
            }
            // The store may still hold the array of an attempt that failed, and arrays it has seen never change.
            byte[] record = attempts() == 0 ? draft : draft.clone();
            long newCas = turn.nextCas();
            RecordFormat.fill(record, datatype, deleted, flags, expiry(turn), newCas, turn.nextRevision());
            if (patch != null) {
                int header = RecordFormat.HEADER_LENGTH;
                patch.apply(record, header, record.length - header, newCas, 0);
            }
            shown = RecordFormat.seal(record);
            return Verdict.write(record);
        }

        private @Nullable Status refuse(Turn turn, byte @Nullable [] existing) {
            if (existing == null) {
                return mode == StoreMode.REPLACE || cas != 0 ? Status.NO_SUCH_KEY : null;
            }
            if (mode == StoreMode.ADD) {
                return Status.KEY_EXISTS;
            }
            long lockCas = turn.lockCas();
            if (lockCas != 0) {
                if (cas != lockCas) {
                    return Status.LOCKED;
                }
            } else if (cas != 0 && cas != RecordFormat.cas(existing)) {
                return Status.KEY_EXISTS;
            }
            return unawareOfXattrs && hasXattrs(existing) ? Status.HAS_XATTRS : null;
        }

        private long expiry(Turn turn) {
            if (deleted) {
                return turn.wallSeconds();
            }
            byte[] alive = preserveExpiry ? turn.visible(DocumentFilter.ALIVE) : null;
            return alive == null ? expirySeconds : RecordFormat.expirySeconds(alive);
        }
    }

    /** A record as it was made elsewhere, if the condition allows it. */
    static final class Apply extends AsyncOperation {
        private final byte[] draft; // the record, with nothing but the value in it
        private final long cas;
        private final long revision;
        private final int flags;
        private final long expirySeconds;
        private final byte datatype;
        private final boolean deleted;
        private final @Nullable Condition condition;
        private final @Nullable ValuePatch patch;

        Apply(StoreKey key, DocumentView record, Terms terms) {
            super(key, record.valueLength() + RecordFormat.HEADER_LENGTH);
            draft = RecordFormat.allocate(record.valueArray(), record.valueOffset(), record.valueLength());
            cas = record.cas();
            revision = record.revSeqno();
            flags = record.flags();
            expirySeconds = record.expirySeconds();
            datatype = record.datatype();
            deleted = record.deleted();
            condition = terms.condition();
            patch = terms.patch();
        }

        @Override
        Verdict decide(Turn turn) {
            Status refusal = refuse(turn);
            if (refusal != Status.SUCCESS) {
                return Verdict.answer(refusal);
            }
            // The store may still hold the array of an attempt that failed, and arrays it has seen never change.
            byte[] record = attempts() == 0 ? draft : draft.clone();
            long newCas = cas == 0 ? turn.nextCas() : cas;
            turn.observeCas(newCas);
            long expiry = deleted && expirySeconds == 0 ? turn.wallSeconds() : expirySeconds;
            RecordFormat.fill(
                    record, datatype, deleted, flags, expiry, newCas, revision == 0 ? turn.nextRevision() : revision);
            if (patch != null) {
                int header = RecordFormat.HEADER_LENGTH;
                patch.apply(record, header, record.length - header, newCas, 0);
            }
            shown = RecordFormat.seal(record);
            return Verdict.write(record);
        }

        private Status refuse(Turn turn) {
            if (condition == null) {
                return turn.lockCas() == 0 ? Status.SUCCESS : Status.LOCKED;
            }
            StoredRecord stored = turn.stored();
            if (stored == null) {
                return condition.check(null, 0);
            }
            DocumentView existing = new DocumentView();
            RecordFormat.show(stored.bytes(), existing);
            existing.deleted(existing.deleted() || turn.expired()).locked(turn.lockCas() != 0);
            return condition.check(existing, turn.lockCas());
        }
    }

    /** Takes a live document away; nothing of it stays in the store. */
    static final class Remove extends AsyncOperation {
        private final long cas;
        private final boolean unawareOfXattrs;

        Remove(StoreKey key, RemoveRequest request) {
            super(key, 0);
            cas = request.cas();
            unawareOfXattrs = request.unawareOfXattrs();
        }

        @Override
        Verdict decide(Turn turn) {
            byte[] existing = turn.visible(DocumentFilter.ALIVE);
            if (existing == null) {
                return Verdict.answer(Status.NO_SUCH_KEY);
            }
            long lockCas = turn.lockCas();
            if (lockCas != 0) {
                if (cas != lockCas) {
                    return Verdict.answer(cas == 0 ? Status.LOCKED : Status.LOCKED_TEMPORARY);
                }
            } else if (cas != 0 && cas != RecordFormat.cas(existing)) {
                return Verdict.answer(Status.KEY_EXISTS);
            }
            if (unawareOfXattrs && hasXattrs(existing)) {
                return Verdict.answer(Status.HAS_XATTRS);
            }
            shown = existing;
            shownCas = turn.nextCas();
            return Verdict.delete();
        }
    }

    /** Gives a live document another expiry, and shows it. */
    static final class Touch extends AsyncOperation {
        private final long expirySeconds;

        Touch(StoreKey key, long expirySeconds) {
            super(key, 0);
            this.expirySeconds = expirySeconds;
        }

        @Override
        Verdict decide(Turn turn) {
            byte[] existing = turn.visible(DocumentFilter.ALIVE);
            if (existing == null) {
                return Verdict.answer(Status.NO_SUCH_KEY);
            }
            if (turn.lockCas() != 0) {
                return Verdict.answer(Status.LOCKED);
            }
            if (RecordFormat.expirySeconds(existing) == expirySeconds) {
                shown = existing;
                return Verdict.answer(Status.SUCCESS);
            }
            byte[] record = existing.clone();
            RecordFormat.fill(
                    record,
                    RecordFormat.datatype(existing),
                    false,
                    RecordFormat.flags(existing),
                    expirySeconds,
                    turn.nextCas(),
                    turn.nextRevision());
            shown = RecordFormat.seal(record);
            return Verdict.write(record);
        }
    }

    /** Locks a live document in this process, and shows it with the lock's CAS. */
    static final class Lock extends AsyncOperation {
        private static final long NANOS_PER_SECOND = 1_000_000_000L;

        private final int seconds;

        Lock(StoreKey key, int seconds) {
            super(key, 0);
            this.seconds = seconds;
        }

        @Override
        Verdict decide(Turn turn) {
            byte[] existing = turn.visible(DocumentFilter.ALIVE);
            if (existing == null) {
                return Verdict.answer(Status.NO_SUCH_KEY);
            }
            long lockCas = turn.nextCas();
            if (!turn.lock(lockCas, seconds * NANOS_PER_SECOND)) {
                return Verdict.answer(Status.LOCKED_TEMPORARY);
            }
            shown = existing;
            shownCas = lockCas;
            shownLocked = true;
            return Verdict.answer(Status.SUCCESS);
        }
    }

    /** Ends a lock. */
    static final class Unlock extends AsyncOperation {
        private final long cas;

        Unlock(StoreKey key, long cas) {
            super(key, 0);
            this.cas = cas;
        }

        @Override
        Verdict decide(Turn turn) {
            if (turn.visible(DocumentFilter.ALIVE) == null) {
                return Verdict.answer(Status.NO_SUCH_KEY);
            }
            long lockCas = turn.lockCas();
            if (lockCas == 0) {
                return Verdict.answer(Status.NOT_LOCKED);
            }
            if (cas != lockCas) {
                return Verdict.answer(Status.LOCKED_TEMPORARY);
            }
            turn.unlock();
            return Verdict.answer(Status.SUCCESS);
        }
    }
}
