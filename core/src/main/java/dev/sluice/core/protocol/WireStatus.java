package dev.sluice.core.protocol;

import org.jspecify.annotations.Nullable;

/**
 * Status codes of the wire that Sluice sends, with the protocol's spelling, and what a connection without the feature
 * XERROR gets in their place. Protocol: MCBP, response header bytes 6 and 7.
 */
enum WireStatus {
    SUCCESS(0x00),
    KEY_ENOENT(0x01),
    KEY_EEXISTS(0x02),
    E2BIG(0x03),
    EINVAL(0x04),
    NOT_STORED(0x05),
    DELTA_BADVAL(0x06),
    NOT_MY_VBUCKET(0x07),
    NO_BUCKET(0x08),
    LOCKED(0x09),
    E_CONFIG_ONLY(0x0d),
    NOT_LOCKED(0x0e),
    CAS_VALUE_INVALID(0x0f),
    AUTH_STALE(0x1f),
    AUTH_ERROR(0x20),
    AUTH_CONTINUE(0x21),
    ERANGE(0x22),
    ROLLBACK(0x23),
    EACCESS(0x24),
    NOT_INITIALIZED(0x25),
    EXPIRY_OVERFLOW(0x28),
    LOCK_EXPIRY_OVERFLOW(0x29),
    BUCKET_SIZE_LIMIT_EXCEEDED(0x35),
    BUCKET_RESIDENT_RATIO_TOO_LOW(0x36),
    BUCKET_DATA_SIZE_TOO_BIG(0x37),
    BUCKET_DISK_SPACE_TOO_LOW(0x38),
    BUCKET_PAUSED(0x50),
    CANCELLED(0x51),
    UNKNOWN_FRAME_INFO(0x80),
    UNKNOWN_COMMAND(0x81),
    ENOMEM(0x82),
    NOT_SUPPORTED(0x83),
    EINTERNAL(0x84),
    EBUSY(0x85),
    ETMPFAIL(0x86),
    XATTR_EINVAL(0x87),
    UNKNOWN_COLLECTION(0x88),
    CANNOT_APPLY_COLLECTIONS_MANIFEST(0x8a),
    UNKNOWN_SCOPE(0x8c),
    DURABILITY_INVALID_LEVEL(0xa0),
    DURABILITY_IMPOSSIBLE(0xa1),
    SYNC_WRITE_IN_PROGRESS(0xa2),
    SYNC_WRITE_AMBIGUOUS(0xa3),
    SYNC_WRITE_RE_COMMIT_IN_PROGRESS(0xa4),
    RANGE_SCAN_CANCELLED(0xa5),
    RANGE_SCAN_MORE(0xa6),
    RANGE_SCAN_COMPLETE(0xa7),
    VBUUID_NOT_EQUAL(0xa8),
    SUBDOC_PATH_ENOENT(0xc0),
    SUBDOC_PATH_MISMATCH(0xc1),
    SUBDOC_PATH_EINVAL(0xc2),
    SUBDOC_PATH_E2BIG(0xc3),
    SUBDOC_DOC_E2DEEP(0xc4),
    SUBDOC_VALUE_CANTINSERT(0xc5),
    SUBDOC_DOC_NOTJSON(0xc6),
    SUBDOC_NUM_ERANGE(0xc7),
    SUBDOC_DELTA_EINVAL(0xc8),
    SUBDOC_PATH_EEXISTS(0xc9),
    SUBDOC_VALUE_ETOODEEP(0xca),
    SUBDOC_INVALID_COMBO(0xcb),
    SUBDOC_MULTI_PATH_FAILURE(0xcc),
    SUBDOC_SUCCESS_DELETED(0xcd),
    SUBDOC_XATTR_INVALID_FLAG_COMBO(0xce),
    SUBDOC_XATTR_UNKNOWN_MACRO(0xd0),
    SUBDOC_XATTR_UNKNOWN_VATTR(0xd1),
    SUBDOC_XATTR_CANT_MODIFY_VATTR(0xd2),
    SUBDOC_MULTI_PATH_FAILURE_DELETED(0xd3),
    SUBDOC_INVALID_XATTR_ORDER(0xd4),
    SUBDOC_XATTR_UNKNOWN_VATTR_MACRO(0xd5),
    SUBDOC_CAN_ONLY_REVIVE_DELETED_DOCUMENTS(0xd6),
    SUBDOC_DELETED_DOCUMENT_CANT_HAVE_VALUE(0xd7),
    SUBDOC_FIELD_NOT_BINARY_VALUE(0xd8);

    private final int code;

    WireStatus(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    /**
     * What a connection without XERROR gets for a result of execution; null means that it is closed, as it has no word
     * for this. Validators' results do not go through here. Protocol: {@code protocol-kv}, non-XERROR remap.
     */
    @Nullable
    WireStatus withoutXerror(boolean collections) {
        return switch (this) {
            case LOCKED, CAS_VALUE_INVALID -> KEY_EEXISTS;
            case NOT_LOCKED, SYNC_WRITE_IN_PROGRESS, SYNC_WRITE_RE_COMMIT_IN_PROGRESS -> ETMPFAIL;
            case UNKNOWN_COLLECTION, UNKNOWN_SCOPE -> collections ? this : EINVAL;
            case CANNOT_APPLY_COLLECTIONS_MANIFEST -> EINTERNAL;
            case E_CONFIG_ONLY -> NOT_SUPPORTED;
            case EACCESS,
                    NO_BUCKET,
                    DURABILITY_INVALID_LEVEL,
                    DURABILITY_IMPOSSIBLE,
                    SYNC_WRITE_AMBIGUOUS,
                    RANGE_SCAN_CANCELLED,
                    VBUUID_NOT_EQUAL,
                    CANCELLED,
                    EXPIRY_OVERFLOW,
                    LOCK_EXPIRY_OVERFLOW -> null;
            case SUCCESS,
                    KEY_ENOENT,
                    KEY_EEXISTS,
                    E2BIG,
                    EINVAL,
                    NOT_STORED,
                    DELTA_BADVAL,
                    NOT_MY_VBUCKET,
                    AUTH_STALE,
                    AUTH_ERROR,
                    AUTH_CONTINUE,
                    ERANGE,
                    ROLLBACK,
                    NOT_INITIALIZED,
                    BUCKET_SIZE_LIMIT_EXCEEDED,
                    BUCKET_RESIDENT_RATIO_TOO_LOW,
                    BUCKET_DATA_SIZE_TOO_BIG,
                    BUCKET_DISK_SPACE_TOO_LOW,
                    BUCKET_PAUSED,
                    UNKNOWN_FRAME_INFO,
                    UNKNOWN_COMMAND,
                    ENOMEM,
                    NOT_SUPPORTED,
                    EINTERNAL,
                    EBUSY,
                    ETMPFAIL,
                    XATTR_EINVAL,
                    RANGE_SCAN_MORE,
                    RANGE_SCAN_COMPLETE,
                    SUBDOC_PATH_ENOENT,
                    SUBDOC_PATH_MISMATCH,
                    SUBDOC_PATH_EINVAL,
                    SUBDOC_PATH_E2BIG,
                    SUBDOC_DOC_E2DEEP,
                    SUBDOC_VALUE_CANTINSERT,
                    SUBDOC_DOC_NOTJSON,
                    SUBDOC_NUM_ERANGE,
                    SUBDOC_DELTA_EINVAL,
                    SUBDOC_PATH_EEXISTS,
                    SUBDOC_VALUE_ETOODEEP,
                    SUBDOC_INVALID_COMBO,
                    SUBDOC_MULTI_PATH_FAILURE,
                    SUBDOC_SUCCESS_DELETED,
                    SUBDOC_XATTR_INVALID_FLAG_COMBO,
                    SUBDOC_XATTR_UNKNOWN_MACRO,
                    SUBDOC_XATTR_UNKNOWN_VATTR,
                    SUBDOC_XATTR_CANT_MODIFY_VATTR,
                    SUBDOC_MULTI_PATH_FAILURE_DELETED,
                    SUBDOC_INVALID_XATTR_ORDER,
                    SUBDOC_XATTR_UNKNOWN_VATTR_MACRO,
                    SUBDOC_CAN_ONLY_REVIVE_DELETED_DOCUMENTS,
                    SUBDOC_DELETED_DOCUMENT_CANT_HAVE_VALUE,
                    SUBDOC_FIELD_NOT_BINARY_VALUE -> this;
        };
    }
}
