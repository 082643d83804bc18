package dev.sluice.memory.table;

import dev.sluice.engine.Datatype;
import dev.sluice.engine.DocumentFilter;
import dev.sluice.engine.DocumentKey;
import dev.sluice.engine.DocumentView;
import dev.sluice.engine.DurabilityLevel;
import dev.sluice.engine.EngineClock;
import dev.sluice.engine.MutationResult;
import dev.sluice.engine.RecordApplication.Terms;
import dev.sluice.engine.RemoveRequest;
import dev.sluice.engine.Status;
import dev.sluice.engine.StoreMode;
import dev.sluice.engine.StoreRequest;
import dev.sluice.engine.Topology;
import dev.sluice.engine.VBucketState;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What commands do to documents: the rules for modes, CAS, locks, expiry and durability, on top of {@link VBucketCore}.
 *
 * <p>Every method answers {@link Status#WOULD_BLOCK} when the vbucket's lock was not to be had, or what is there is not in
 * memory, and has changed nothing then; the caller finds out which, blocks the command and repeats the call.
 *
 * <p>A write goes in two steps. The new version is drafted first, without the lock, by a guess at what the lock will show:
 * copying a value of megabytes takes long. Under the lock the rules are applied to what is really there, and the draft is
 * finished; where the guess was wrong it is drafted again, under the lock if it is small.
 *
 * <p><b>Thread.</b> Event loops; any number at a time.
 */
public final class Mutations {

    /** Some JVMs cannot make arrays of the last few lengths. */
    private static final int ARRAY_LENGTH_MAX = Integer.MAX_VALUE - 16;

    /** A draft up to this size is made again under the lock: a microsecond or two. */
    private static final int REDRAFT_LENGTH_MAX = 16 * 1024;

    /** How often a large draft is made again without the lock before it is made under it all the same. */
    private static final int DRAFTS_MAX = 3;

    private static final long LOCK_END_SECONDS_MAX = 0xffffffffL;

    private final EngineClock clock;
    private final MemoryRoom room;
    private final Runnable expired;
    private final DurabilityLevel strongest;
    private final Topology topology;

    /**
     * @param expired runs, under a vbucket's lock, for each document that a command found expired
     * @param strongest the durability that the engine can give
     */
    public Mutations(
            EngineClock clock, MemoryRoom room, Runnable expired, DurabilityLevel strongest, Topology topology) {
        this.clock = clock;
        this.room = room;
        this.expired = expired;
        this.strongest = strongest;
        this.topology = topology;
    }

    public Status store(VBucketCore vbucket, DocumentKey key, StoreRequest request, MutationResult out, Lookup lookup) {
        Status refused = refusal(vbucket, key, request.durability());
        if (refused != null) {
            return refused;
        }
        long wallNanos = clock.wallNanos();
        for (int attempt = 1; ; attempt++) {
            byte[] guess = vbucket.find(key, false);
            long expirySeconds = expiryAfter(request, guess, wallNanos);
            long revSeqno = vbucket.nextRevSeqno(guess);
            long length = Documents.length(key, request.flags(), expirySeconds, revSeqno, request.valueLength());
            if (length > ARRAY_LENGTH_MAX) {
                return Status.TOO_BIG;
            }
            refused = room.refusal(HeapLayout.byteArray((int) length));
            if (refused != null) {
                return refused;
            }
            byte[] draft = draft(key, request, expirySeconds, revSeqno);
            if (!vbucket.tryEnter()) {
                return Status.WOULD_BLOCK;
            }
            try {
                boolean redraft = attempt >= DRAFTS_MAX || length <= REDRAFT_LENGTH_MAX;
                Status status = storeLocked(vbucket, key, request, wallNanos, draft, redraft, out, lookup);
                if (status != null) {
                    return status;
                }
            } finally {
                vbucket.exit();
            }
        }
    }

    /** The second step of a store; null where the draft does not fit and must be made again. */
    private @Nullable Status storeLocked(
            VBucketCore vbucket,
            DocumentKey key,
            StoreRequest request,
            long wallNanos,
            byte[] draft,
            boolean redraft,
            MutationResult out,
            Lookup lookup) {
        Status refused = vbucket.refusal(key.collection());
        if (refused != null) {
            return refused;
        }
        int hash = key.hash();
        Lookup.Needed needed = request.existing() == DocumentFilter.ALIVE ? Lookup.Needed.ALIVE : Lookup.Needed.ANY;
        byte[] existing = locateCurrent(vbucket, key, wallNanos, lookup, needed);
        if (existing == Lookup.ELSEWHERE) {
            return Status.WOULD_BLOCK;
        }
        boolean visible = existing != null && request.existing().accepts(Documents.deleted(existing));
        LockTable.Entry lock = existing == null ? null : vbucket.lockOn(hash, existing, clock.nanoTime());
        Status status = verdict(request, existing, visible, lock);
        if (status != Status.SUCCESS) {
            return status;
        }
        long expirySeconds = expiryAfter(request, existing, wallNanos);
        long revSeqno = vbucket.nextRevSeqno(existing);
        byte[] document = draft;
        if (!Documents.fits(document, expirySeconds, revSeqno)) {
            if (!redraft) {
                return null;
            }
            document = draft(key, request, expirySeconds, revSeqno);
        }
        long cas = vbucket.nextCas(wallNanos);
        long seqno = vbucket.highSeqno() + 1;
        Documents.finish(document, cas, seqno, expirySeconds, revSeqno);
        if (request.patch() != null) {
            int valueOffset = Documents.valueOffset(document);
            request.patch().apply(document, valueOffset, document.length - valueOffset, cas, seqno);
        }
        vbucket.link(existing, hash, document);
        out.set(cas, seqno, vbucket.uuid()).revSeqno(revSeqno);
        return Status.SUCCESS;
    }

    /** Whether mode and CAS allow the store. The table is in {@link dev.sluice.engine.Engine#store}. */
    private static Status verdict(
            StoreRequest request, byte @Nullable [] existing, boolean visible, LockTable.@Nullable Entry lock) {
        StoreMode mode = request.mode();
        if (lock != null) {
            // Also where the filter does not see the document: a lock keeps everybody out.
            if (mode == StoreMode.ADD) {
                return Status.KEY_EXISTS;
            }
            return request.cas() == lock.cas ? allowed(request, existing) : Status.LOCKED;
        }
        if (existing == null || !visible) {
            boolean allowed = mode == StoreMode.ADD || (mode == StoreMode.SET && request.cas() == 0);
            return allowed ? Status.SUCCESS : Status.NO_SUCH_KEY;
        }
        boolean allowed = mode != StoreMode.ADD && (request.cas() == 0 || request.cas() == Documents.cas(existing));
        return allowed ? allowed(request, existing) : Status.KEY_EXISTS;
    }

    /** Mode and CAS allow it; what is left to lose are extended attributes that the request does not know of. */
    private static Status allowed(StoreRequest request, byte @Nullable [] existing) {
        return request.unawareOfXattrs() && existing != null && hasXattrs(existing)
                ? Status.HAS_XATTRS
                : Status.SUCCESS;
    }

    private static boolean hasXattrs(byte[] document) {
        return !Documents.deleted(document) && (Documents.datatype(document) & Datatype.XATTR) != 0;
    }

    private static byte[] draft(DocumentKey key, StoreRequest request, long expirySeconds, long revSeqno) {
        return Documents.draft(
                key,
                request.deleted(),
                request.datatype(),
                request.flags(),
                expirySeconds,
                revSeqno,
                request.valueArray(),
                request.valueOffset(),
                request.valueLength());
    }

    private static long expiryAfter(StoreRequest request, byte @Nullable [] existing, long wallNanos) {
        long nowSeconds = seconds(wallNanos);
        if (request.deleted()) {
            return Math.max(1, nowSeconds); // of a tombstone: when it was deleted
        }
        if (!request.preserveExpiry()
                || existing == null
                || Documents.deleted(existing)
                || Documents.expired(existing, nowSeconds)) {
            return request.expirySeconds();
        }
        return Documents.expirySeconds(existing);
    }

    public Status remove(
            VBucketCore vbucket, DocumentKey key, RemoveRequest request, MutationResult out, Lookup lookup) {
        Status refused = refusal(vbucket, key, request.durability());
        if (refused != null) {
            return refused;
        }
        if (!vbucket.tryEnter()) {
            return Status.WOULD_BLOCK;
        }
        try {
            refused = vbucket.refusal(key.collection());
            if (refused != null) {
                return refused;
            }
            long wallNanos = clock.wallNanos();
            byte[] existing = locateCurrent(vbucket, key, wallNanos, lookup, Lookup.Needed.ALIVE);
            if (existing == Lookup.ELSEWHERE) {
                return Status.WOULD_BLOCK;
            }
            if (existing == null || Documents.deleted(existing)) {
                return Status.NO_SUCH_KEY;
            }
            LockTable.Entry lock = vbucket.lockOn(key.hash(), existing, clock.nanoTime());
            if (lock != null && request.cas() != lock.cas) {
                return request.cas() == 0 ? Status.LOCKED : Status.LOCKED_TEMPORARY;
            }
            if (lock == null && request.cas() != 0 && request.cas() != Documents.cas(existing)) {
                return Status.KEY_EXISTS;
            }
            if (request.unawareOfXattrs() && hasXattrs(existing)) {
                return Status.HAS_XATTRS;
            }
            byte[] tombstone = vbucket.linkTombstone(existing, key.hash(), wallNanos);
            out.set(Documents.cas(tombstone), Documents.seqno(tombstone), vbucket.uuid())
                    .revSeqno(Documents.revSeqno(tombstone));
            return Status.SUCCESS;
        } finally {
            vbucket.exit();
        }
    }

    public Status touch(VBucketCore vbucket, DocumentKey key, long expirySeconds, DocumentView out, Lookup lookup) {
        long wallNanos = clock.wallNanos();
        for (int attempt = 1; ; attempt++) {
            byte[] guess = vbucket.find(key, true);
            byte[] draft =
                    guess == null || !Documents.resident(guess) || Documents.expirySeconds(guess) == expirySeconds
                            ? null
                            : Documents.draftWithExpiry(guess, expirySeconds, vbucket.nextRevSeqno(guess));
            if (!vbucket.tryEnter()) {
                return Status.WOULD_BLOCK;
            }
            try {
                Status refused = vbucket.refusal(key.collection());
                if (refused != null) {
                    return refused;
                }
                byte[] existing = locateCurrent(vbucket, key, wallNanos, lookup, Lookup.Needed.ALIVE_WITH_VALUE);
                if (existing == Lookup.ELSEWHERE) {
                    return Status.WOULD_BLOCK;
                }
                if (existing == null || Documents.deleted(existing)) {
                    return Status.NO_SUCH_KEY;
                }
                if (vbucket.lockOn(key.hash(), existing, clock.nanoTime()) != null) {
                    return Status.LOCKED;
                }
                if (Documents.expirySeconds(existing) == expirySeconds) {
                    Documents.show(existing, out);
                    return Status.SUCCESS;
                }
                if (draft == null || existing != guess) {
                    if (existing.length > REDRAFT_LENGTH_MAX && attempt < DRAFTS_MAX) {
                        continue;
                    }
                    draft = Documents.draftWithExpiry(existing, expirySeconds, vbucket.nextRevSeqno(existing));
                }
                Documents.finish(
                        draft,
                        vbucket.nextCas(wallNanos),
                        vbucket.highSeqno() + 1,
                        expirySeconds,
                        vbucket.nextRevSeqno(existing));
                vbucket.link(existing, key.hash(), draft);
                Documents.show(draft, out);
                return Status.SUCCESS;
            } finally {
                vbucket.exit();
            }
        }
    }

    public Status lock(VBucketCore vbucket, DocumentKey key, int lockSeconds, DocumentView out, Lookup lookup) {
        if (!vbucket.tryEnter()) {
            return Status.WOULD_BLOCK;
        }
        try {
            Status refused = vbucket.refusal(key.collection());
            if (refused != null) {
                return refused;
            }
            long wallNanos = clock.wallNanos();
            long nowNanos = clock.nanoTime();
            byte[] existing = locateCurrent(vbucket, key, wallNanos, lookup, Lookup.Needed.ALIVE_WITH_VALUE);
            if (existing == Lookup.ELSEWHERE) {
                return Status.WOULD_BLOCK;
            }
            if (existing == null || Documents.deleted(existing)) {
                return Status.NO_SUCH_KEY;
            }
            if (vbucket.lockOn(key.hash(), existing, nowNanos) != null) {
                return Status.LOCKED_TEMPORARY;
            }
            if (seconds(wallNanos) + lockSeconds > LOCK_END_SECONDS_MAX) {
                return Status.LOCK_EXPIRY_OVERFLOW;
            }
            long cas = vbucket.nextCas(wallNanos);
            vbucket.addLock(key.hash(), existing, cas, nowNanos + TimeUnit.SECONDS.toNanos(lockSeconds), nowNanos);
            Documents.show(existing, out);
            out.cas(cas).locked(true);
            return Status.SUCCESS;
        } finally {
            vbucket.exit();
        }
    }

    public Status unlock(VBucketCore vbucket, DocumentKey key, long cas, Lookup lookup) {
        if (!vbucket.tryEnter()) {
            return Status.WOULD_BLOCK;
        }
        try {
            Status refused = vbucket.refusal(key.collection());
            if (refused != null) {
                return refused;
            }
            byte[] existing = locateCurrent(vbucket, key, clock.wallNanos(), lookup, Lookup.Needed.ALIVE);
            if (existing == Lookup.ELSEWHERE) {
                return Status.WOULD_BLOCK;
            }
            if (existing == null || Documents.deleted(existing)) {
                return Status.NO_SUCH_KEY;
            }
            LockTable.Entry lock = vbucket.lockOn(key.hash(), existing, clock.nanoTime());
            if (lock == null) {
                return Status.NOT_LOCKED;
            }
            if (lock.cas != cas) {
                return Status.LOCKED_TEMPORARY;
            }
            vbucket.removeLock(key.hash(), existing);
            return Status.SUCCESS;
        } finally {
            vbucket.exit();
        }
    }

    /**
     * Stores a record as it was made elsewhere. With a sequence number of its own it comes from this vbucket's active copy,
     * so the copy here need not be active; without one it is a client's write like any other.
     */
    public Status apply(
            VBucketCore vbucket, DocumentKey key, DocumentView record, Terms terms, MutationResult out, Lookup lookup) {
        long wallNanos = clock.wallNanos();
        long expirySeconds = record.deleted() && record.expirySeconds() == 0
                ? Math.max(1, seconds(wallNanos))
                : record.expirySeconds();
        byte[] guess = vbucket.find(key, false);
        long revSeqno = record.revSeqno() == 0 ? vbucket.nextRevSeqno(guess) : record.revSeqno();
        long length = Documents.length(key, record.flags(), expirySeconds, revSeqno, record.valueLength());
        if (length > ARRAY_LENGTH_MAX) {
            return Status.TOO_BIG;
        }
        Status refused = record.deleted() ? null : room.refusal(HeapLayout.byteArray((int) length));
        if (refused != null) {
            return refused;
        }
        byte[] draft = draft(key, record, expirySeconds, revSeqno);
        if (!vbucket.tryEnter()) {
            return Status.WOULD_BLOCK;
        }
        try {
            byte[] existing = lookup.locate(vbucket, key, Lookup.Needed.ANY);
            if (existing == Lookup.ELSEWHERE) {
                return Status.WOULD_BLOCK;
            }
            Status status = applicable(vbucket, key, existing, terms, wallNanos);
            if (status != Status.SUCCESS) {
                return status;
            }
            long exactRevSeqno = record.revSeqno() == 0 ? vbucket.nextRevSeqno(existing) : revSeqno;
            if (!Documents.fits(draft, expirySeconds, exactRevSeqno)) {
                draft = draft(key, record, expirySeconds, exactRevSeqno);
            }
            long cas = record.cas() == 0 ? vbucket.nextCas(wallNanos) : record.cas();
            long seqno = terms.seqno() == 0 ? vbucket.highSeqno() + 1 : terms.seqno();
            Documents.finish(draft, cas, seqno, expirySeconds, exactRevSeqno);
            if (terms.patch() != null) {
                int valueOffset = Documents.valueOffset(draft);
                terms.patch().apply(draft, valueOffset, draft.length - valueOffset, cas, seqno);
            }
            vbucket.observeCas(cas);
            vbucket.link(existing, key.hash(), draft);
            out.set(cas, seqno, vbucket.uuid()).revSeqno(exactRevSeqno);
            return Status.SUCCESS;
        } finally {
            vbucket.exit();
        }
    }

    /** What forbids a record to replace what is there, or SUCCESS. */
    private Status applicable(
            VBucketCore vbucket, DocumentKey key, byte @Nullable [] existing, Terms terms, long wallNanos) {
        long seqno = terms.seqno();
        if (seqno != 0 && vbucket.state() == VBucketState.DEAD) {
            return Status.NOT_MY_VBUCKET;
        }
        Status refused = seqno == 0 ? vbucket.refusal() : null;
        if (refused == null && !vbucket.serves(key.collection())) {
            refused = Status.UNKNOWN_COLLECTION;
        }
        if (refused != null) {
            return refused;
        }
        LockTable.Entry lock = existing == null ? null : vbucket.lockOn(key.hash(), existing, clock.nanoTime());
        if (terms.condition() != null) {
            Status status =
                    terms.condition().check(view(existing, lock, seconds(wallNanos)), lock == null ? 0 : lock.cas);
            if (status != Status.SUCCESS) {
                return status;
            }
        } else if (lock != null) {
            return Status.LOCKED;
        }
        boolean seqnoFits = seqno == 0 || (seqno > vbucket.highSeqno() && seqno <= Documents.SEQNO_MAX);
        return seqnoFits ? Status.SUCCESS : Status.OUT_OF_RANGE;
    }

    private static byte[] draft(DocumentKey key, DocumentView record, long expirySeconds, long revSeqno) {
        return Documents.draft(
                key,
                record.deleted(),
                record.datatype(),
                record.flags(),
                expirySeconds,
                revSeqno,
                record.valueArray(),
                record.valueOffset(),
                record.valueLength());
    }

    private static @Nullable DocumentView view(
            byte @Nullable [] document, LockTable.@Nullable Entry lock, long nowSeconds) {
        if (document == null) {
            return null;
        }
        DocumentView view = new DocumentView();
        Documents.show(document, view);
        return view.deleted(Documents.deleted(document) || Documents.expired(document, nowSeconds))
                .locked(lock != null);
    }

    /** The newest version of a key. One that has expired is followed up by its tombstone first. */
    private byte @Nullable [] locateCurrent(
            VBucketCore vbucket, DocumentKey key, long wallNanos, Lookup lookup, Lookup.Needed needed) {
        byte[] existing = lookup.locate(vbucket, key, needed);
        if (existing != null && existing != Lookup.ELSEWHERE && Documents.expired(existing, seconds(wallNanos))) {
            expired.run();
            return vbucket.linkExpired(existing, key.hash(), wallNanos);
        }
        return existing;
    }

    /** What can be refused before anything is done for the command. The state is asked again under the lock. */
    private @Nullable Status refusal(VBucketCore vbucket, DocumentKey key, DurabilityLevel durability) {
        Status refused = vbucket.refusal(key.collection());
        if (refused != null) {
            return refused;
        }
        // The level comes before everything that concerns the document; nobody replicates yet.
        return durability == DurabilityLevel.NONE
                ? null
                : durability.refusalOfSingleCopy(strongest, topology.current(), vbucket.id);
    }

    private static long seconds(long wallNanos) {
        return wallNanos / 1_000_000_000L;
    }
}
