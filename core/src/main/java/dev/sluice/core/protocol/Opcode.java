package dev.sluice.core.protocol;

import org.jspecify.annotations.Nullable;

/**
 * Every request number that has a meaning in the protocol, with its spelling there and the shape that its requests have.
 * A number that is not here is answered UNKNOWN_COMMAND; one that the protocol gave up, or that Sluice does not serve
 * today, NOT_SUPPORTED. Protocol: MCBP, header byte 1.
 */
enum Opcode {
    GET(0x00, Rules.RETRIEVAL),
    SET(0x01, Rules.STORE),
    ADD(0x02, Rules.ADD),
    REPLACE(0x03, Rules.STORE),
    DELETE(0x04, Rules.DELETE),
    INCREMENT(0x05, Rules.ARITHMETIC),
    DECREMENT(0x06, Rules.ARITHMETIC),
    QUIT(0x07, Rules.EMPTY),
    FLUSH(0x08, Rules.FLUSH),
    GETQ(0x09, Rules.RETRIEVAL.quiet()),
    NOOP(0x0a, Rules.EMPTY),
    VERSION(0x0b, Rules.EMPTY),
    GETK(0x0c, Rules.RETRIEVAL),
    GETKQ(0x0d, Rules.RETRIEVAL.quiet()),
    APPEND(0x0e, Rules.CONCATENATION),
    PREPEND(0x0f, Rules.CONCATENATION),
    STAT(0x10, Rules.STAT),
    SETQ(0x11, Rules.STORE.quiet()),
    ADDQ(0x12, Rules.ADD.quiet()),
    REPLACEQ(0x13, Rules.STORE.quiet()),
    DELETEQ(0x14, Rules.DELETE.quiet()),
    INCREMENTQ(0x15, Rules.ARITHMETIC.quiet()),
    DECREMENTQ(0x16, Rules.ARITHMETIC.quiet()),
    QUITQ(0x17, Rules.EMPTY.quiet()),
    FLUSHQ(0x18, Rules.FLUSH.quiet()),
    APPENDQ(0x19, Rules.CONCATENATION.quiet()),
    PREPENDQ(0x1a, Rules.CONCATENATION.quiet()),
    VERBOSITY(0x1b, Rules.VERBOSITY),
    TOUCH(0x1c, Rules.TOUCH),
    GAT(0x1d, Rules.TOUCH),
    GATQ(0x1e, Rules.TOUCH.quiet()),
    HELLO(0x1f, Rules.HELLO),
    SASL_LIST_MECHS(0x20, Rules.EMPTY),
    SASL_AUTH(0x21, Rules.SASL),
    SASL_STEP(0x22, Rules.SASL),
    IOCTL_GET(0x23, Rules.NOT_SERVED),
    IOCTL_SET(0x24, Rules.IOCTL_SET),
    CONFIG_VALIDATE(0x25, Rules.CONFIG_VALIDATE),
    CONFIG_RELOAD(0x26, Rules.EMPTY),
    AUDIT_PUT(0x27, Rules.NOT_SERVED),
    AUDIT_CONFIG_RELOAD(0x28, Rules.NOT_SERVED),
    SHUTDOWN(0x29, Rules.NOT_SERVED),
    SET_BUCKET_THROTTLE_PROPERTIES(0x2a, Rules.NOT_SERVED),
    SET_BUCKET_DATA_LIMIT_EXCEEDED(0x2b, Rules.LIMIT_INGRESS),
    SET_NODE_THROTTLE_PROPERTIES(0x2c, Rules.REMOVED),
    SET_ACTIVE_ENCRYPTION_KEYS(0x2d, Rules.NOT_SERVED),
    PRUNE_ENCRYPTION_KEYS(0x2e, Rules.NOT_SERVED),
    REGISTER_AUTH_TOKEN(0x2f, Rules.NOT_SERVED),
    RGET(0x30, Rules.REMOVED),
    RSET(0x31, Rules.REMOVED),
    RSETQ(0x32, Rules.REMOVED),
    RAPPEND(0x33, Rules.REMOVED),
    RAPPENDQ(0x34, Rules.REMOVED),
    RPREPEND(0x35, Rules.REMOVED),
    RPREPENDQ(0x36, Rules.REMOVED),
    RDELETE(0x37, Rules.REMOVED),
    RDELETEQ(0x38, Rules.REMOVED),
    RINCR(0x39, Rules.REMOVED),
    RINCRQ(0x3a, Rules.REMOVED),
    RDECR(0x3b, Rules.REMOVED),
    RDECRQ(0x3c, Rules.REMOVED),
    SET_VBUCKET(0x3d, Rules.SET_VBUCKET),
    GET_VBUCKET(0x3e, Rules.GET_VBUCKET),
    DEL_VBUCKET(0x3f, Rules.DEL_VBUCKET),
    TAP_CONNECT(0x40, Rules.REMOVED),
    TAP_MUTATION(0x41, Rules.REMOVED),
    TAP_DELETE(0x42, Rules.REMOVED),
    TAP_FLUSH(0x43, Rules.REMOVED),
    TAP_OPAQUE(0x44, Rules.REMOVED),
    TAP_VBUCKET_SET(0x45, Rules.REMOVED),
    TAP_CHECKPOINT_START(0x46, Rules.REMOVED),
    TAP_CHECKPOINT_END(0x47, Rules.REMOVED),
    GET_ALL_VB_SEQNOS(0x48, Rules.GET_ALL_VB_SEQNOS),
    GET_EX(0x49, Rules.RETRIEVAL),
    GET_EX_REPLICA(0x4a, Rules.RETRIEVAL),
    MUTATE_WITH_META(0x4b, Rules.MUTATE_WITH_META),
    DCP_OPEN(0x50, Rules.NOT_SERVED),
    DCP_ADD_STREAM(0x51, Rules.NOT_SERVED),
    DCP_CLOSE_STREAM(0x52, Rules.NOT_SERVED),
    DCP_STREAM_REQ(0x53, Rules.NOT_SERVED),
    DCP_GET_FAILOVER_LOG(0x54, Rules.NOT_SERVED),
    DCP_STREAM_END(0x55, Rules.NOT_SERVED),
    DCP_SNAPSHOT_MARKER(0x56, Rules.NOT_SERVED),
    DCP_MUTATION(0x57, Rules.NOT_SERVED),
    DCP_DELETION(0x58, Rules.NOT_SERVED),
    DCP_EXPIRATION(0x59, Rules.NOT_SERVED),
    DCP_FLUSH(0x5a, Rules.REMOVED),
    DCP_SET_VBUCKET_STATE(0x5b, Rules.NOT_SERVED),
    DCP_NOOP(0x5c, Rules.NOT_SERVED),
    DCP_BUFFER_ACK(0x5d, Rules.NOT_SERVED),
    DCP_CONTROL(0x5e, Rules.NOT_SERVED),
    DCP_SYSTEM_EVENT(0x5f, Rules.NOT_SERVED),
    DCP_PREPARE(0x60, Rules.NOT_SERVED),
    DCP_SEQNO_ACKNOWLEDGED(0x61, Rules.NOT_SERVED),
    DCP_COMMIT(0x62, Rules.NOT_SERVED),
    DCP_ABORT(0x63, Rules.NOT_SERVED),
    DCP_CACHE_TRANSFER(0x66, Rules.NOT_SERVED),
    DCP_CACHE_TRANSFER_END(0x67, Rules.NOT_SERVED),
    GET_STORAGE_SNAPSHOT(0x70, Rules.NOT_SERVED),
    RELEASE_STORAGE_SNAPSHOT(0x71, Rules.NOT_SERVED),
    MOUNT_VBUCKET(0x72, Rules.NOT_SERVED),
    UNMOUNT_VBUCKET(0x73, Rules.NOT_SERVED),
    SYNC_LOGSTORE(0x74, Rules.NOT_SERVED),
    START_UPLOADER(0x75, Rules.NOT_SERVED),
    STOP_UPLOADER(0x76, Rules.NOT_SERVED),
    DELETE_NAMESPACE(0x77, Rules.NOT_SERVED),
    GET_NAMESPACES(0x78, Rules.NOT_SERVED),
    CREATE_NAMESPACE(0x79, Rules.NOT_SERVED),
    STOP_PERSISTENCE(0x80, Rules.EMPTY),
    START_PERSISTENCE(0x81, Rules.EMPTY),
    SET_PARAM(0x82, Rules.SET_PARAM),
    GET_REPLICA(0x83, Rules.RETRIEVAL),
    SET_CHRONICLE_AUTH_TOKEN(0x84, Rules.NOT_SERVED),
    CREATE_BUCKET(0x85, Rules.CREATE_BUCKET),
    DELETE_BUCKET(0x86, Rules.DELETE_BUCKET),
    LIST_BUCKETS(0x87, Rules.EMPTY),
    SELECT_BUCKET(0x89, Rules.SELECT_BUCKET),
    PAUSE_BUCKET(0x8a, Rules.NAMED_BUCKET),
    RESUME_BUCKET(0x8b, Rules.NAMED_BUCKET),
    VALIDATE_BUCKET_CONFIG(0x8c, Rules.CONFIG_VALIDATE),
    OBSERVE_SEQNO(0x91, Rules.OBSERVE_SEQNO),
    OBSERVE(0x92, Rules.OBSERVE),
    EVICT_KEY(0x93, Rules.RETRIEVAL),
    GET_LOCKED(0x94, Rules.GET_LOCKED),
    UNLOCK_KEY(0x95, Rules.UNLOCK_KEY),
    GET_FAILOVER_LOG(0x96, Rules.GET_FAILOVER_LOG),
    LAST_CLOSED_CHECKPOINT(0x97, Rules.REMOVED),
    DEREGISTER_TAP_CLIENT(0x9e, Rules.REMOVED),
    RESET_REPLICATION_CHAIN(0x9f, Rules.REMOVED),
    GET_META(0xa0, Rules.GET_META),
    GETQ_META(0xa1, Rules.GET_META.quiet()),
    SET_WITH_META(0xa2, Rules.WITH_META),
    SETQ_WITH_META(0xa3, Rules.WITH_META.quiet()),
    ADD_WITH_META(0xa4, Rules.WITH_META),
    ADDQ_WITH_META(0xa5, Rules.WITH_META.quiet()),
    SNAPSHOT_VB_STATES(0xa6, Rules.REMOVED),
    VBUCKET_BATCH_COUNT(0xa7, Rules.REMOVED),
    DEL_WITH_META(0xa8, Rules.WITH_META),
    DELQ_WITH_META(0xa9, Rules.WITH_META.quiet()),
    CREATE_CHECKPOINT(0xaa, Rules.REMOVED),
    NOTIFY_VBUCKET_UPDATE(0xac, Rules.REMOVED),
    ENABLE_TRAFFIC(0xad, Rules.EMPTY),
    DISABLE_TRAFFIC(0xae, Rules.EMPTY),
    IFCONFIG(0xaf, Rules.IFCONFIG),
    CHANGE_VB_FILTER(0xb0, Rules.REMOVED),
    CHECKPOINT_PERSISTENCE(0xb1, Rules.REMOVED),
    RETURN_META(0xb2, Rules.RETURN_META),
    COMPACT_DB(0xb3, Rules.COMPACT_DB),
    SET_CLUSTER_CONFIG(0xb4, Rules.SET_CLUSTER_CONFIG),
    GET_CLUSTER_CONFIG(0xb5, Rules.GET_CLUSTER_CONFIG),
    GET_RANDOM_KEY(0xb6, Rules.GET_RANDOM_KEY),
    SEQNO_PERSISTENCE(0xb7, Rules.SEQNO_PERSISTENCE),
    GET_KEYS(0xb8, Rules.GET_KEYS),
    COLLECTIONS_SET_MANIFEST(0xb9, Rules.SET_MANIFEST),
    COLLECTIONS_GET_MANIFEST(0xba, Rules.EMPTY),
    COLLECTIONS_GET_ID(0xbb, Rules.COLLECTION_PATH),
    COLLECTIONS_GET_SCOPE_ID(0xbc, Rules.COLLECTION_PATH),
    SET_DRIFT_COUNTER_STATE(0xc1, Rules.REMOVED),
    GET_ADJUSTED_TIME(0xc2, Rules.REMOVED),
    SUBDOC_GET(0xc5, Rules.SUBDOC_LOOKUP),
    SUBDOC_EXISTS(0xc6, Rules.SUBDOC_LOOKUP),
    SUBDOC_DICT_ADD(0xc7, Rules.SUBDOC_MUTATION),
    SUBDOC_DICT_UPSERT(0xc8, Rules.SUBDOC_MUTATION),
    SUBDOC_DELETE(0xc9, Rules.SUBDOC_MUTATION),
    SUBDOC_REPLACE(0xca, Rules.SUBDOC_MUTATION),
    SUBDOC_ARRAY_PUSH_LAST(0xcb, Rules.SUBDOC_MUTATION),
    SUBDOC_ARRAY_PUSH_FIRST(0xcc, Rules.SUBDOC_MUTATION),
    SUBDOC_ARRAY_INSERT(0xcd, Rules.SUBDOC_MUTATION),
    SUBDOC_ARRAY_ADD_UNIQUE(0xce, Rules.SUBDOC_MUTATION),
    SUBDOC_COUNTER(0xcf, Rules.SUBDOC_MUTATION),
    SUBDOC_MULTI_LOOKUP(0xd0, Rules.SUBDOC_MULTI_LOOKUP),
    SUBDOC_MULTI_MUTATION(0xd1, Rules.SUBDOC_MULTI_MUTATION),
    SUBDOC_GET_COUNT(0xd2, Rules.SUBDOC_LOOKUP),
    SUBDOC_REPLACE_BODY_WITH_XATTR(0xd3, Rules.SUBDOC_MUTATION),
    RANGE_SCAN_CREATE(0xda, Rules.RANGE_SCAN_CREATE),
    RANGE_SCAN_CONTINUE(0xdb, Rules.RANGE_SCAN_CONTINUE),
    RANGE_SCAN_CANCEL(0xdc, Rules.RANGE_SCAN_CANCEL),
    PREPARE_SNAPSHOT(0xe0, Rules.NOT_SERVED),
    RELEASE_SNAPSHOT(0xe1, Rules.NOT_SERVED),
    DOWNLOAD_SNAPSHOT(0xe2, Rules.NOT_SERVED),
    GET_FILE_FRAGMENT(0xe3, Rules.NOT_SERVED),
    SCRUB(0xf0, Rules.REMOVED),
    ISASL_REFRESH(0xf1, Rules.EMPTY),
    SSL_CERTS_REFRESH(0xf2, Rules.REMOVED),
    GET_CMD_TIMER(0xf3, Rules.GET_CMD_TIMER),
    SET_CTRL_TOKEN(0xf4, Rules.SET_CTRL_TOKEN),
    GET_CTRL_TOKEN(0xf5, Rules.EMPTY),
    UPDATE_EXTERNAL_USER_PERMISSIONS(0xf6, Rules.NOT_SERVED),
    RBAC_REFRESH(0xf7, Rules.EMPTY),
    AUTH_PROVIDER(0xf8, Rules.NOT_SERVED),
    DROP_PRIVILEGE(0xfb, Rules.DROP_PRIVILEGE),
    GET_ERROR_MAP(0xfe, Rules.GET_ERROR_MAP);

    private static final @Nullable Opcode[] BY_CODE = new @Nullable Opcode[256];

    static {
        for (Opcode opcode : values()) {
            assert BY_CODE[opcode.code] == null : "two opcodes of one number: " + opcode;
            BY_CODE[opcode.code] = opcode;
        }
    }

    private final int code;
    private final Rules rules;

    Opcode(int code, Rules rules) {
        this.code = code;
        this.rules = rules;
    }

    /** The opcode of this number, or null where the number has no meaning. */
    static @Nullable Opcode of(int code) {
        return BY_CODE[code];
    }

    int code() {
        return code;
    }

    /** What a request must look like. */
    Rules rules() {
        return rules;
    }

    boolean quiet() {
        return rules.isQuiet();
    }

    /**
     * Whether it may be executed while others wait, and others while it waits, on a connection with unordered execution.
     * All else is a barrier, quiet commands among it. Protocol: {@code protocol-kv} 1.4, "reorder".
     */
    boolean mayOvertake() {
        return switch (this) {
            case GET,
                    SET,
                    ADD,
                    REPLACE,
                    DELETE,
                    INCREMENT,
                    DECREMENT,
                    GETK,
                    APPEND,
                    PREPEND,
                    TOUCH,
                    GAT,
                    SET_BUCKET_THROTTLE_PROPERTIES,
                    SET_BUCKET_DATA_LIMIT_EXCEEDED,
                    SET_ACTIVE_ENCRYPTION_KEYS,
                    PRUNE_ENCRYPTION_KEYS,
                    GET_ALL_VB_SEQNOS,
                    GET_EX,
                    GET_EX_REPLICA,
                    MUTATE_WITH_META,
                    GET_REPLICA,
                    EVICT_KEY,
                    GET_LOCKED,
                    UNLOCK_KEY,
                    GET_CLUSTER_CONFIG,
                    SUBDOC_GET,
                    SUBDOC_EXISTS,
                    SUBDOC_DICT_ADD,
                    SUBDOC_DICT_UPSERT,
                    SUBDOC_DELETE,
                    SUBDOC_REPLACE,
                    SUBDOC_ARRAY_PUSH_LAST,
                    SUBDOC_ARRAY_PUSH_FIRST,
                    SUBDOC_ARRAY_INSERT,
                    SUBDOC_ARRAY_ADD_UNIQUE,
                    SUBDOC_COUNTER,
                    SUBDOC_MULTI_LOOKUP,
                    SUBDOC_MULTI_MUTATION,
                    SUBDOC_GET_COUNT,
                    SUBDOC_REPLACE_BODY_WITH_XATTR,
                    RANGE_SCAN_CREATE -> true;
            default -> false;
        };
    }

    /** Whether Sluice serves it. */
    boolean served() {
        return !rules.equals(Rules.NOT_SERVED) && !rules.equals(Rules.REMOVED);
    }
}
