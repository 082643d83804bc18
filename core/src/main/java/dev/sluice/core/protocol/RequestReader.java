package dev.sluice.core.protocol;

import dev.sluice.core.command.CollectionCommands;
import dev.sluice.core.command.Commands;
import dev.sluice.core.command.VBucketCommands;
import dev.sluice.core.cookie.Command;
import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.Request;
import dev.sluice.core.datatype.JsonDetector;
import dev.sluice.core.scan.ScanCommands;
import dev.sluice.core.scan.ScanLimits;
import dev.sluice.engine.Datatype;
import org.jspecify.annotations.Nullable;

/** Reads what each opcode has in its extras, and says which command it is. Validators have seen the request before. */
final class RequestReader {

    /** Longer arguments of STAT are refused unread: they are looked at on the loop. */
    private static final int STAT_VALUE_BYTES_MAX = 8 << 10;

    private RequestReader() {}

    /** The command to execute, or null where the request was refused and answered. */
    static @Nullable Command read(
            CommandCookie cookie,
            BinaryReply reply,
            Opcode opcode,
            byte[] array,
            int extras,
            int extrasLength,
            int datatype) {
        Request request = cookie.request();
        return switch (opcode) {
            case GET, GETQ, GETK, GETKQ -> Commands.GET;
            case SET, SETQ -> store(request, Commands.SET, array, extras);
            case ADD, ADDQ -> store(request, Commands.ADD, array, extras);
            case REPLACE, REPLACEQ -> store(request, Commands.REPLACE, array, extras);
            case APPEND, APPENDQ -> Commands.APPEND;
            case PREPEND, PREPENDQ -> Commands.PREPEND;
            case DELETE, DELETEQ -> Commands.DELETE;
            case INCREMENT, INCREMENTQ -> arithmetic(request, Commands.INCREMENT, array, extras);
            case DECREMENT, DECREMENTQ -> arithmetic(request, Commands.DECREMENT, array, extras);
            case TOUCH -> touch(request, Commands.TOUCH, array, extras);
            case GAT, GATQ -> touch(request, Commands.GET_AND_TOUCH, array, extras);
            case GET_LOCKED -> {
                request.delta(extrasLength == 0 ? 0 : Wire.u32(array, extras));
                yield Commands.LOCK;
            }
            case UNLOCK_KEY -> Commands.UNLOCK;
            case FLUSH, FLUSHQ -> {
                request.expiry(extrasLength == 0 ? 0 : Wire.u32(array, extras));
                yield Commands.FLUSH;
            }
            case NOOP -> Commands.NOOP;
            case QUIT -> Commands.QUIT;
            case QUITQ -> Commands.QUIT_QUIETLY;
            case VERSION -> Commands.VERSION;
            case VERBOSITY -> Commands.VERBOSITY;
            case STAT -> {
                if (request.valueLength() > 0 && !structuredArguments(request, datatype)) {
                    reply.send(cookie, WireStatus.EINVAL, "Value is no JSON, or not flagged as such");
                    yield null;
                }
                yield Commands.STAT;
            }
            case LIST_BUCKETS -> Commands.LIST_BUCKETS;
            case SELECT_BUCKET -> Commands.SELECT_BUCKET;
            case IFCONFIG -> Commands.IFCONFIG;
            case HELLO -> HelloCommand.INSTANCE;
            case SASL_LIST_MECHS -> Commands.SASL_LIST_MECHS;
            case SASL_AUTH -> Commands.SASL_AUTH;
            case SASL_STEP -> Commands.SASL_STEP;
            case DROP_PRIVILEGE -> Commands.DROP_PRIVILEGE;
            case ISASL_REFRESH, RBAC_REFRESH -> Commands.REFRESH_USERS;
            case GET_ERROR_MAP -> errorMap(cookie, reply);
            case COLLECTIONS_SET_MANIFEST -> ofTheBucket(cookie, reply, CollectionCommands.SET_MANIFEST);
            case COLLECTIONS_GET_MANIFEST -> ofTheBucket(cookie, reply, CollectionCommands.GET_MANIFEST);
            case COLLECTIONS_GET_ID -> path(cookie, reply, CollectionCommands.GET_COLLECTION_ID);
            case COLLECTIONS_GET_SCOPE_ID -> path(cookie, reply, CollectionCommands.GET_SCOPE_ID);
            case RANGE_SCAN_CREATE -> ScanSpecReader.read(cookie, reply, datatype) ? ScanCommands.CREATE : null;
            case RANGE_SCAN_CONTINUE -> {
                request.scanId(Wire.i64(array, extras), Wire.i64(array, extras + 8));
                request.detail(new ScanLimits(
                        Wire.u32(array, extras + 16), Wire.u32(array, extras + 20), Wire.u32(array, extras + 24)));
                yield ScanCommands.CONTINUE;
            }
            case RANGE_SCAN_CANCEL -> {
                request.scanId(Wire.i64(array, extras), Wire.i64(array, extras + 8));
                yield ScanCommands.CANCEL;
            }
            case GET_CLUSTER_CONFIG -> ClusterRequests.getClusterConfig(cookie, reply, array, extras, extrasLength);
            case SET_CLUSTER_CONFIG -> ClusterRequests.setClusterConfig(cookie, reply, array, extras);
            case SET_VBUCKET -> ClusterRequests.setVBucket(cookie, reply, array, extras, datatype);
            case GET_VBUCKET -> VBucketCommands.GET_VBUCKET;
            case DEL_VBUCKET -> VBucketCommands.DEL_VBUCKET;
            case ENABLE_TRAFFIC -> VBucketCommands.ENABLE_TRAFFIC;
            case DISABLE_TRAFFIC -> VBucketCommands.DISABLE_TRAFFIC;
            case CREATE_BUCKET,
                    DELETE_BUCKET,
                    PAUSE_BUCKET,
                    RESUME_BUCKET,
                    VALIDATE_BUCKET_CONFIG,
                    SET_PARAM,
                    IOCTL_SET,
                    SET_BUCKET_DATA_LIMIT_EXCEEDED,
                    CONFIG_VALIDATE,
                    CONFIG_RELOAD,
                    GET_CMD_TIMER,
                    SET_CTRL_TOKEN,
                    GET_CTRL_TOKEN -> ManagementReader.read(cookie, reply, opcode, array, extras);
            case SUBDOC_GET,
                    SUBDOC_EXISTS,
                    SUBDOC_GET_COUNT,
                    SUBDOC_DICT_ADD,
                    SUBDOC_DICT_UPSERT,
                    SUBDOC_DELETE,
                    SUBDOC_REPLACE,
                    SUBDOC_ARRAY_PUSH_LAST,
                    SUBDOC_ARRAY_PUSH_FIRST,
                    SUBDOC_ARRAY_INSERT,
                    SUBDOC_ARRAY_ADD_UNIQUE,
                    SUBDOC_COUNTER,
                    SUBDOC_REPLACE_BODY_WITH_XATTR ->
                SubdocReader.single(cookie, reply, opcode, array, extras, extrasLength);
            case SUBDOC_MULTI_LOOKUP, SUBDOC_MULTI_MUTATION ->
                SubdocReader.multi(cookie, reply, opcode, array, extras, extrasLength);
            default -> MetadataReader.read(cookie, reply, opcode, array, extras, extrasLength);
        };
    }

    /** For commands that concern no vbucket and say so by its number. */
    private static @Nullable Command ofTheBucket(CommandCookie cookie, BinaryReply reply, Command command) {
        int vbucket = cookie.request().vbucket();
        if (vbucket != 0) {
            reply.send(cookie, WireStatus.EINVAL, "Vbucket is " + vbucket + " (expected: 0)");
            return null;
        }
        return command;
    }

    /** The path of a scope or collection is the key or the value. */
    private static @Nullable Command path(CommandCookie cookie, BinaryReply reply, Command command) {
        Request request = cookie.request();
        if ((request.keyLength() == 0) == (request.valueLength() == 0)) {
            reply.send(cookie, WireStatus.EINVAL, "Key and value are both there or both missing (expected: one)");
            return null;
        }
        return ofTheBucket(cookie, reply, command);
    }

    /** No group takes any today; the protocol has them checked all the same. */
    private static boolean structuredArguments(Request request, int datatype) {
        return datatype == Datatype.JSON
                && request.valueLength() <= STAT_VALUE_BYTES_MAX
                && JsonDetector.isJson(request.array(), request.valueOffset(), request.valueLength());
    }

    private static @Nullable Command errorMap(CommandCookie cookie, BinaryReply reply) {
        Request request = cookie.request();
        if (request.valueLength() != 2 || request.vbucket() != 0) {
            reply.send(cookie, WireStatus.EINVAL, "GET_ERROR_MAP takes a version of 2 bytes, and no vbucket");
            return null;
        }
        return ErrorMapCommand.INSTANCE;
    }

    private static Command store(Request request, Command command, byte[] array, int extras) {
        request.flags(Wire.i32(array, extras));
        request.expiry(Wire.u32(array, extras + 4));
        return command;
    }

    private static Command arithmetic(Request request, Command command, byte[] array, int extras) {
        request.delta(Wire.i64(array, extras));
        request.initial(Wire.i64(array, extras + 8));
        request.expiry(Wire.u32(array, extras + 16));
        return command;
    }

    private static Command touch(Request request, Command command, byte[] array, int extras) {
        request.expiry(Wire.u32(array, extras));
        return command;
    }
}
