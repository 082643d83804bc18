package dev.sluice.core.protocol;

import dev.sluice.core.cookie.Refusal;
import dev.sluice.engine.Status;
import org.jspecify.annotations.Nullable;

/** From what engines and executors say to what is on the wire. A new {@link Status} does not compile until it is here. */
final class StatusMapping {

    private StatusMapping() {}

    /**
     * The status on the wire.
     *
     * @param xerror whether the connection understands extended errors
     * @param collections whether it knows of collections
     * @return null where the connection must be closed instead
     */
    static @Nullable WireStatus toWire(Status status, boolean xerror, boolean collections) {
        if (status == Status.LOCKED_TEMPORARY) {
            return xerror ? WireStatus.LOCKED : WireStatus.ETMPFAIL;
        }
        WireStatus wire = toWire(status);
        return xerror ? wire : wire.withoutXerror(collections);
    }

    /** As {@link #toWire(Status, boolean, boolean)}, for failures of the server's own. */
    static @Nullable WireStatus toWire(Refusal refusal, boolean xerror, boolean collections) {
        WireStatus wire = toWire(refusal);
        return xerror ? wire : wire.withoutXerror(collections);
    }

    /** The status of a failure of the server's own, as it stands within an answer whatever the connection understands. */
    static WireStatus toWire(Refusal refusal) {
        return switch (refusal) {
            case DELTA_BAD_VALUE -> WireStatus.DELTA_BADVAL;
            case XATTR_INVALID -> WireStatus.XATTR_EINVAL;
            case NO_BUCKET -> WireStatus.NO_BUCKET;
            case SCAN_CANCELLED -> WireStatus.RANGE_SCAN_CANCELLED;
            case NOT_SUPPORTED -> WireStatus.NOT_SUPPORTED;
            case CANNOT_APPLY_MANIFEST -> WireStatus.CANNOT_APPLY_COLLECTIONS_MANIFEST;
            case SYNC_WRITE_AMBIGUOUS -> WireStatus.SYNC_WRITE_AMBIGUOUS;
            case BUCKET_PAUSED -> WireStatus.BUCKET_PAUSED;
            case NO_ACCESS -> WireStatus.EACCESS;
            case AUTHENTICATION_FAILED -> WireStatus.AUTH_ERROR;
            case CAS_VALUE_INVALID -> WireStatus.CAS_VALUE_INVALID;
            case PATH_NOT_FOUND -> WireStatus.SUBDOC_PATH_ENOENT;
            case PATH_MISMATCH -> WireStatus.SUBDOC_PATH_MISMATCH;
            case PATH_INVALID -> WireStatus.SUBDOC_PATH_EINVAL;
            case PATH_TOO_BIG -> WireStatus.SUBDOC_PATH_E2BIG;
            case DOCUMENT_TOO_DEEP -> WireStatus.SUBDOC_DOC_E2DEEP;
            case VALUE_CANNOT_INSERT -> WireStatus.SUBDOC_VALUE_CANTINSERT;
            case DOCUMENT_NOT_JSON -> WireStatus.SUBDOC_DOC_NOTJSON;
            case NUMBER_TOO_BIG -> WireStatus.SUBDOC_NUM_ERANGE;
            case DELTA_INVALID -> WireStatus.SUBDOC_DELTA_EINVAL;
            case PATH_EXISTS -> WireStatus.SUBDOC_PATH_EEXISTS;
            case VALUE_TOO_DEEP -> WireStatus.SUBDOC_VALUE_ETOODEEP;
            case UNKNOWN_VIRTUAL_ATTRIBUTE -> WireStatus.SUBDOC_XATTR_UNKNOWN_VATTR;
            case UNKNOWN_DOCUMENT_MACRO -> WireStatus.SUBDOC_XATTR_UNKNOWN_VATTR_MACRO;
            case CAN_ONLY_REVIVE_DELETED -> WireStatus.SUBDOC_CAN_ONLY_REVIVE_DELETED_DOCUMENTS;
            case DELETED_HAS_NO_VALUE -> WireStatus.SUBDOC_DELETED_DOCUMENT_CANT_HAVE_VALUE;
            case FIELD_NOT_BINARY -> WireStatus.SUBDOC_FIELD_NOT_BINARY_VALUE;
        };
    }

    private static WireStatus toWire(Status status) {
        return switch (status) {
            case SUCCESS -> WireStatus.SUCCESS;
            case WOULD_BLOCK -> throw new AssertionError("a blocked command has no status on the wire");
            case NO_SUCH_KEY -> WireStatus.KEY_ENOENT;
            case KEY_EXISTS -> WireStatus.KEY_EEXISTS;
            case NOT_STORED -> WireStatus.NOT_STORED;
            case LOCKED, LOCKED_TEMPORARY -> WireStatus.LOCKED;
            case HAS_XATTRS -> throw new AssertionError("documents with xattrs are stored with them");
            case NOT_LOCKED -> WireStatus.NOT_LOCKED;
            case TOO_BIG -> WireStatus.E2BIG;
            case INVALID_ARGUMENTS -> WireStatus.EINVAL;
            case OUT_OF_RANGE -> WireStatus.ERANGE;
            case NOT_MY_VBUCKET -> WireStatus.NOT_MY_VBUCKET;
            case VBUCKET_PENDING -> throw new AssertionError("commands for pending vbuckets are parked");
            case VBUCKET_UUID_MISMATCH -> WireStatus.VBUUID_NOT_EQUAL;
            case NO_MEMORY -> WireStatus.ENOMEM;
            case TEMPORARY_FAILURE -> WireStatus.ETMPFAIL;
            case TOO_BUSY -> WireStatus.EBUSY;
            case NOT_SUPPORTED -> WireStatus.NOT_SUPPORTED;
            case FAILED -> WireStatus.EINTERNAL;
            case CANCELLED -> WireStatus.CANCELLED;
            case UNDECIDED -> throw new AssertionError("an undecided mutation is never answered as such");
            case UNKNOWN_COLLECTION -> WireStatus.UNKNOWN_COLLECTION;
            case UNKNOWN_SCOPE -> WireStatus.UNKNOWN_SCOPE;
            case DURABILITY_INVALID_LEVEL -> WireStatus.DURABILITY_INVALID_LEVEL;
            case DURABILITY_IMPOSSIBLE -> WireStatus.DURABILITY_IMPOSSIBLE;
            case SYNC_WRITE_IN_PROGRESS -> WireStatus.SYNC_WRITE_IN_PROGRESS;
            case SYNC_WRITE_RE_COMMIT_IN_PROGRESS -> WireStatus.SYNC_WRITE_RE_COMMIT_IN_PROGRESS;
            case EXPIRY_OVERFLOW -> WireStatus.EXPIRY_OVERFLOW;
            case LOCK_EXPIRY_OVERFLOW -> WireStatus.LOCK_EXPIRY_OVERFLOW;
        };
    }
}
