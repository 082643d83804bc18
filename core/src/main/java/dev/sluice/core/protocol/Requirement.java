package dev.sluice.core.protocol;

import static dev.sluice.core.auth.Privilege.ADMINISTRATOR;
import static dev.sluice.core.auth.Privilege.AUDIT;
import static dev.sluice.core.auth.Privilege.BUCKET_THROTTLE_MANAGEMENT;
import static dev.sluice.core.auth.Privilege.DCP_CONSUMER;
import static dev.sluice.core.auth.Privilege.DCP_PRODUCER;
import static dev.sluice.core.auth.Privilege.IMPERSONATE;
import static dev.sluice.core.auth.Privilege.INSERT;
import static dev.sluice.core.auth.Privilege.META_WRITE;
import static dev.sluice.core.auth.Privilege.NODE_SUPERVISOR;
import static dev.sluice.core.auth.Privilege.READ;
import static dev.sluice.core.auth.Privilege.SYSTEM_COLLECTION_LOOKUP;
import static dev.sluice.core.auth.Privilege.SYSTEM_COLLECTION_MUTATION;
import static dev.sluice.core.auth.Privilege.UPSERT;

import com.google.errorprone.annotations.Immutable;
import dev.sluice.core.auth.Privilege;
import dev.sluice.core.command.SubdocRequest;
import dev.sluice.core.cookie.Request;

/**
 * What a client needs for an opcode, before the command is executed. Commands that look closer do so themselves. Protocol:
 * {@code auth} 6.4.
 *
 * @param where which documents or what else it is about
 * @param all privileges of which each is needed, as bits
 * @param any privileges of which one is enough, as bits; 0 for none of this kind
 * @param system what is needed beside in collections of the system, as bits
 */
@Immutable
record Requirement(Where where, long all, long any, long system) {

    /** Where the privileges have to be granted. */
    enum Where {
        /** On the server or on the bucket as a whole. */
        BUCKET,
        /** On the collection of the request's key. */
        DOCUMENT,
        /** On any collection of the bucket. */
        ANYWHERE
    }

    private static final Requirement NONE = on(Where.BUCKET);
    private static final Requirement READS = reading(READ);
    private static final Requirement READS_ANYWHERE = on(Where.ANYWHERE, READ);
    private static final Requirement WRITES = writing(UPSERT);
    private static final Requirement ADDS =
            new Requirement(Where.DOCUMENT, 0, INSERT.bit() | UPSERT.bit(), SYSTEM_COLLECTION_MUTATION.bit());
    private static final Requirement DELETES = writing(Privilege.DELETE);
    private static final Requirement READS_AND_WRITES = writing(READ, UPSERT);
    private static final Requirement WRITES_META = writing(META_WRITE);
    private static final Requirement PRODUCES = on(Where.BUCKET, DCP_PRODUCER);
    private static final Requirement CONSUMES = on(Where.BUCKET, DCP_CONSUMER);
    private static final Requirement SUPERVISES = on(Where.BUCKET, NODE_SUPERVISOR);
    private static final Requirement ADMINISTERS = on(Where.BUCKET, ADMINISTRATOR);
    private static final Requirement THROTTLES = on(Where.BUCKET, BUCKET_THROTTLE_MANAGEMENT);
    private static final Requirement AUDITS = on(Where.BUCKET, AUDIT);
    private static final Requirement IMPERSONATES = on(Where.BUCKET, IMPERSONATE);

    private static final Requirement[] OF = new Requirement[Opcode.values().length];

    static {
        for (Opcode opcode : Opcode.values()) {
            OF[opcode.ordinal()] = declared(opcode);
        }
    }

    /** What this request needs: that of a command of several paths is, with a counter among them, what a counter needs. */
    static Requirement of(Opcode opcode, Request request) {
        boolean counts = opcode == Opcode.SUBDOC_MULTI_MUTATION
                && request.detail() instanceof SubdocRequest several
                && several.counts();
        return OF[(counts ? Opcode.SUBDOC_COUNTER : opcode).ordinal()];
    }

    /** Whether these privileges are enough outside of the system's collections. */
    boolean metBy(long granted) {
        return (all & ~granted) == 0 && (any == 0 || (any & granted) != 0);
    }

    private static Requirement on(Where where, Privilege... all) {
        return new Requirement(where, Privilege.mask(all), 0, 0);
    }

    private static Requirement reading(Privilege... all) {
        return new Requirement(Where.DOCUMENT, Privilege.mask(all), 0, SYSTEM_COLLECTION_LOOKUP.bit());
    }

    private static Requirement writing(Privilege... all) {
        return new Requirement(Where.DOCUMENT, Privilege.mask(all), 0, SYSTEM_COLLECTION_MUTATION.bit());
    }

    /** A new opcode does not compile until it is here. */
    private static Requirement declared(Opcode opcode) {
        return switch (opcode) {
            // Of these the commands themselves look closer, or nothing is needed.
            case HELLO,
                    GET_ERROR_MAP,
                    SASL_LIST_MECHS,
                    SASL_AUTH,
                    SASL_STEP,
                    NOOP,
                    VERSION,
                    QUIT,
                    QUITQ,
                    SELECT_BUCKET,
                    LIST_BUCKETS,
                    DROP_PRIVILEGE,
                    GET_CMD_TIMER,
                    GET_VBUCKET,
                    STAT,
                    GET_CLUSTER_CONFIG,
                    OBSERVE,
                    GET_ALL_VB_SEQNOS,
                    COLLECTIONS_GET_MANIFEST,
                    COLLECTIONS_GET_ID,
                    COLLECTIONS_GET_SCOPE_ID,
                    RANGE_SCAN_CREATE,
                    RANGE_SCAN_CONTINUE,
                    RANGE_SCAN_CANCEL,
                    DCP_OPEN,
                    DCP_NOOP,
                    DCP_BUFFER_ACK,
                    DCP_CONTROL -> NONE;
            case GET,
                    GETQ,
                    GETK,
                    GETKQ,
                    GET_EX,
                    GET_EX_REPLICA,
                    GET_REPLICA,
                    GET_LOCKED,
                    UNLOCK_KEY,
                    GET_META,
                    GETQ_META,
                    GET_KEYS,
                    SUBDOC_GET,
                    SUBDOC_EXISTS,
                    SUBDOC_GET_COUNT,
                    SUBDOC_MULTI_LOOKUP -> READS;
            case GET_FAILOVER_LOG, GET_RANDOM_KEY, OBSERVE_SEQNO -> READS_ANYWHERE;
            case SET,
                    SETQ,
                    REPLACE,
                    REPLACEQ,
                    APPEND,
                    APPENDQ,
                    PREPEND,
                    PREPENDQ,
                    TOUCH,
                    SUBDOC_DICT_ADD,
                    SUBDOC_DICT_UPSERT,
                    SUBDOC_DELETE,
                    SUBDOC_REPLACE,
                    SUBDOC_ARRAY_PUSH_LAST,
                    SUBDOC_ARRAY_PUSH_FIRST,
                    SUBDOC_ARRAY_INSERT,
                    SUBDOC_ARRAY_ADD_UNIQUE,
                    SUBDOC_MULTI_MUTATION,
                    SUBDOC_REPLACE_BODY_WITH_XATTR -> WRITES;
            case ADD, ADDQ -> ADDS;
            case DELETE, DELETEQ -> DELETES;
            case INCREMENT, INCREMENTQ, DECREMENT, DECREMENTQ, GAT, GATQ, SUBDOC_COUNTER -> READS_AND_WRITES;
            // All of a bucket at once: who may not delete each document may not do that either.
            case FLUSH, FLUSHQ -> on(Where.BUCKET, Privilege.DELETE);
            case SET_WITH_META,
                    SETQ_WITH_META,
                    ADD_WITH_META,
                    ADDQ_WITH_META,
                    DEL_WITH_META,
                    DELQ_WITH_META,
                    MUTATE_WITH_META,
                    RETURN_META -> WRITES_META;
            case DCP_ADD_STREAM, DCP_CLOSE_STREAM, DCP_STREAM_REQ, DCP_GET_FAILOVER_LOG, DCP_SEQNO_ACKNOWLEDGED ->
                PRODUCES;
            case DCP_STREAM_END,
                    DCP_SNAPSHOT_MARKER,
                    DCP_MUTATION,
                    DCP_DELETION,
                    DCP_EXPIRATION,
                    DCP_SET_VBUCKET_STATE,
                    DCP_SYSTEM_EVENT,
                    DCP_PREPARE,
                    DCP_COMMIT,
                    DCP_ABORT,
                    DCP_CACHE_TRANSFER,
                    DCP_CACHE_TRANSFER_END -> CONSUMES;
            case CREATE_BUCKET,
                    DELETE_BUCKET,
                    PAUSE_BUCKET,
                    RESUME_BUCKET,
                    VALIDATE_BUCKET_CONFIG,
                    SET_VBUCKET,
                    DEL_VBUCKET,
                    COMPACT_DB,
                    ENABLE_TRAFFIC,
                    DISABLE_TRAFFIC,
                    SEQNO_PERSISTENCE,
                    SET_CLUSTER_CONFIG,
                    COLLECTIONS_SET_MANIFEST,
                    CONFIG_VALIDATE,
                    CONFIG_RELOAD,
                    AUDIT_CONFIG_RELOAD,
                    SHUTDOWN,
                    IFCONFIG,
                    ISASL_REFRESH,
                    RBAC_REFRESH,
                    SET_CTRL_TOKEN,
                    GET_CTRL_TOKEN,
                    AUTH_PROVIDER,
                    UPDATE_EXTERNAL_USER_PERMISSIONS,
                    SET_ACTIVE_ENCRYPTION_KEYS,
                    PRUNE_ENCRYPTION_KEYS,
                    GET_STORAGE_SNAPSHOT,
                    RELEASE_STORAGE_SNAPSHOT,
                    MOUNT_VBUCKET,
                    UNMOUNT_VBUCKET,
                    SYNC_LOGSTORE,
                    START_UPLOADER,
                    STOP_UPLOADER,
                    DELETE_NAMESPACE,
                    GET_NAMESPACES,
                    CREATE_NAMESPACE,
                    SET_CHRONICLE_AUTH_TOKEN -> SUPERVISES;
            case VERBOSITY,
                    IOCTL_GET,
                    IOCTL_SET,
                    SET_PARAM,
                    START_PERSISTENCE,
                    STOP_PERSISTENCE,
                    EVICT_KEY,
                    PREPARE_SNAPSHOT,
                    RELEASE_SNAPSHOT,
                    DOWNLOAD_SNAPSHOT,
                    GET_FILE_FRAGMENT -> ADMINISTERS;
            case AUDIT_PUT -> AUDITS;
            case SET_BUCKET_THROTTLE_PROPERTIES, SET_BUCKET_DATA_LIMIT_EXCEEDED -> THROTTLES;
            case REGISTER_AUTH_TOKEN -> IMPERSONATES;
            // Given up by the protocol, and refused before anybody asks.
            case SET_NODE_THROTTLE_PROPERTIES,
                    RGET,
                    RSET,
                    RSETQ,
                    RAPPEND,
                    RAPPENDQ,
                    RPREPEND,
                    RPREPENDQ,
                    RDELETE,
                    RDELETEQ,
                    RINCR,
                    RINCRQ,
                    RDECR,
                    RDECRQ,
                    TAP_CONNECT,
                    TAP_MUTATION,
                    TAP_DELETE,
                    TAP_FLUSH,
                    TAP_OPAQUE,
                    TAP_VBUCKET_SET,
                    TAP_CHECKPOINT_START,
                    TAP_CHECKPOINT_END,
                    DCP_FLUSH,
                    LAST_CLOSED_CHECKPOINT,
                    DEREGISTER_TAP_CLIENT,
                    RESET_REPLICATION_CHAIN,
                    SNAPSHOT_VB_STATES,
                    VBUCKET_BATCH_COUNT,
                    CREATE_CHECKPOINT,
                    NOTIFY_VBUCKET_UPDATE,
                    CHANGE_VB_FILTER,
                    CHECKPOINT_PERSISTENCE,
                    SET_DRIFT_COUNTER_STATE,
                    GET_ADJUSTED_TIME,
                    SCRUB,
                    SSL_CERTS_REFRESH -> NONE;
        };
    }
}
