package dev.sluice.core.command;

import dev.sluice.core.bucket.Bucket;
import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.engine.DocumentFilter;
import dev.sluice.engine.DocumentKey;
import dev.sluice.engine.DocumentReads;
import dev.sluice.engine.DocumentView;
import dev.sluice.engine.Persistence;
import dev.sluice.engine.Status;
import dev.sluice.engine.VBucketState;
import dev.sluice.engine.VBuckets;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What commands ask about vbuckets and about copies that are not active, of engines that know of such things and of engines
 * that do not: the latter have every vbucket below the bucket's count, active.
 */
final class PlacedReads {

    static final Set<VBucketState> REPLICA = Set.of(VBucketState.REPLICA);
    static final Set<VBucketState> ACTIVE_OR_PENDING = Set.of(VBucketState.ACTIVE, VBucketState.PENDING);
    static final Set<VBucketState> NOT_DEAD = Set.of(VBucketState.ACTIVE, VBucketState.REPLICA, VBucketState.PENDING);

    private static final DocumentReads.Scope REPLICA_DOCUMENTS =
            new DocumentReads.Scope(REPLICA, DocumentFilter.ALIVE, true);
    private static final DocumentReads.Scope REPLICA_DOCUMENTS_AND_TOMBSTONES =
            new DocumentReads.Scope(REPLICA, DocumentFilter.ALIVE_OR_DELETED, true);
    private static final DocumentReads.Scope METADATA =
            new DocumentReads.Scope(ACTIVE_OR_PENDING, DocumentFilter.ALIVE_OR_DELETED, false);
    private static final DocumentReads.Scope METADATA_ANYWHERE =
            new DocumentReads.Scope(NOT_DEAD, DocumentFilter.ALIVE_OR_DELETED, false);

    private PlacedReads() {}

    /** A live document of a replica. */
    static Status replica(CommandCookie cookie, int vbucket, DocumentKey key, DocumentView out) {
        return replica(cookie, vbucket, key, REPLICA_DOCUMENTS, out);
    }

    /** A document or tombstone of a replica. */
    static Status replicaOrTombstone(CommandCookie cookie, int vbucket, DocumentKey key, DocumentView out) {
        return replica(cookie, vbucket, key, REPLICA_DOCUMENTS_AND_TOMBSTONES, out);
    }

    private static Status replica(
            CommandCookie cookie, int vbucket, DocumentKey key, DocumentReads.Scope scope, DocumentView out) {
        DocumentReads reads = cookie.bucket().engine().capability(DocumentReads.class);
        return reads == null ? Status.NOT_MY_VBUCKET : reads.read(cookie, vbucket, key, scope, out);
    }

    /** Metadata of a document or tombstone of an active or pending vbucket; the value may be missing. */
    static Status metadata(CommandCookie cookie, int vbucket, DocumentKey key, DocumentView out) {
        return metadata(cookie, vbucket, key, METADATA, out);
    }

    /** Metadata of a document or tombstone of any vbucket that is not dead; the value may be missing. */
    static Status metadataAnywhere(CommandCookie cookie, int vbucket, DocumentKey key, DocumentView out) {
        return metadata(cookie, vbucket, key, METADATA_ANYWHERE, out);
    }

    private static Status metadata(
            CommandCookie cookie, int vbucket, DocumentKey key, DocumentReads.Scope scope, DocumentView out) {
        DocumentReads reads = cookie.bucket().engine().capability(DocumentReads.class);
        return reads == null
                ? cookie.bucket().engine().get(cookie, vbucket, key, scope.filter(), out)
                : reads.read(cookie, vbucket, key, scope, out);
    }

    /** The state of a vbucket, or null where there is none of that number. */
    static @Nullable VBucketState state(Bucket bucket, int vbucket) {
        VBuckets vbuckets = bucket.engine().capability(VBuckets.class);
        if (vbuckets != null) {
            return vbuckets.state(vbucket);
        }
        return vbucket < bucket.spec().configuration().vbucketCount() ? VBucketState.ACTIVE : null;
    }

    /** Which history a vbucket has now, or 0 where the engine has none to tell of. */
    static long uuid(Bucket bucket, int vbucket) {
        VBuckets vbuckets = bucket.engine().capability(VBuckets.class);
        List<VBuckets.FailoverEntry> log = vbuckets == null ? List.of() : vbuckets.failoverLog(vbucket);
        return log.isEmpty() ? 0 : log.get(0).vbucketUuid();
    }

    /** Why a command that needs an active vbucket cannot go on, or null where it can. */
    static @Nullable Status refusalUnlessActive(Bucket bucket, int vbucket) {
        VBucketState state = state(bucket, vbucket);
        if (state == null) {
            return Status.NOT_MY_VBUCKET;
        }
        return switch (state) {
            case ACTIVE -> null;
            case PENDING -> Status.VBUCKET_PENDING;
            case REPLICA, DEAD -> Status.NOT_MY_VBUCKET;
        };
    }

    /** Whether a version is on disk, as far as the engine lets anybody know. */
    static boolean persisted(Bucket bucket, int vbucket, long seqno) {
        Persistence persistence = bucket.engine().capability(Persistence.class);
        return persistence != null && seqno <= persistence.persistedSeqno(vbucket);
    }
}
