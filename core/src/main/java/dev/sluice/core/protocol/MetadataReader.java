package dev.sluice.core.protocol;

import dev.sluice.core.command.Commands;
import dev.sluice.core.command.MetadataCommands;
import dev.sluice.core.command.ObservedKeys;
import dev.sluice.core.command.RecordWrite;
import dev.sluice.core.cookie.Command;
import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.Request;
import dev.sluice.core.datatype.JsonDetector;
import dev.sluice.engine.DocumentKey;
import dev.sluice.engine.Persistence;
import org.jspecify.annotations.Nullable;

/**
 * Reads the extras and values of commands on metadata, sequence numbers and the disk, and says which command each is. The
 * checks of 3.3 have been made; those of 5.2's last column are here. Protocol: {@code protocol-kv} 5.2, 8.3 to 8.9, and 9.
 */
final class MetadataReader {

    /** The number of a format of GET_META that is not known yet. */
    private static final int META_FORMATS = 3;

    private static final int STATES_MAX = 4;

    /** More in one request than any client asks for; each costs a look-up. */
    private static final int OBSERVED_KEYS_MAX = 1 << 14;

    private static final int OBSERVED_HEADER_BYTES = 4;

    /** RETURN_META's modes. */
    private static final int RETURN_SET = 1;

    private static final int RETURN_ADD = 2;
    private static final int RETURN_DELETE = 3;

    private MetadataReader() {}

    /** The command to execute, or null where the request was refused and answered. */
    static @Nullable Command read(
            CommandCookie cookie, BinaryReply reply, Opcode opcode, byte[] array, int extras, int extrasLength) {
        Request request = cookie.request();
        return switch (opcode) {
            case GET_META, GETQ_META -> {
                int format = extrasLength == 0 ? 0 : Wire.u8(array, extras);
                request.delta(format);
                yield format < META_FORMATS
                        ? MetadataCommands.GET_META
                        : refuse(cookie, reply, "Format of metadata is not known (expected: 0..2)");
            }
            case GET_REPLICA -> MetadataCommands.GET_REPLICA;
            case GET_EX -> extended(cookie, reply, MetadataCommands.GET_EX);
            case GET_EX_REPLICA -> extended(cookie, reply, MetadataCommands.GET_EX_REPLICA);
            case SET_WITH_META, SETQ_WITH_META -> withMeta(request, RecordWrite.Kind.SET, array, extras, extrasLength);
            case ADD_WITH_META, ADDQ_WITH_META -> withMeta(request, RecordWrite.Kind.ADD, array, extras, extrasLength);
            case DEL_WITH_META, DELQ_WITH_META ->
                withMeta(request, RecordWrite.Kind.DELETE, array, extras, extrasLength);
            case MUTATE_WITH_META -> RecordWriteReader.command(cookie, reply, Wire.u32(array, extras));
            case RETURN_META -> returnMeta(cookie, reply, array, extras);
            case GET_RANDOM_KEY -> randomKey(cookie, reply, array, extras, extrasLength);
            case GET_KEYS -> {
                request.delta(extrasLength == 0 ? 0 : Wire.u32(array, extras));
                yield MetadataCommands.GET_KEYS;
            }
            case OBSERVE -> observe(cookie, reply);
            case OBSERVE_SEQNO -> {
                if (request.valueLength() != Long.BYTES) {
                    yield refuse(cookie, reply, "Value is no vbucket UUID (expected: 8 bytes)");
                }
                request.delta(Wire.i64(request.array(), request.valueOffset()));
                yield MetadataCommands.OBSERVE_SEQNO;
            }
            case GET_ALL_VB_SEQNOS -> allSeqnos(cookie, reply, array, extras, extrasLength);
            case GET_FAILOVER_LOG -> {
                if (reply.has(Feature.UNORDERED_EXECUTION)) {
                    reply.send(cookie, WireStatus.NOT_SUPPORTED, "Not on a connection with unordered execution");
                    yield null;
                }
                yield MetadataCommands.GET_FAILOVER_LOG;
            }
            case EVICT_KEY -> MetadataCommands.EVICT_KEY;
            case SEQNO_PERSISTENCE -> {
                request.delta(Wire.i64(array, extras));
                yield MetadataCommands.SEQNO_PERSISTENCE;
            }
            case STOP_PERSISTENCE -> MetadataCommands.STOP_PERSISTENCE;
            case START_PERSISTENCE -> MetadataCommands.START_PERSISTENCE;
            case COMPACT_DB -> compaction(cookie, reply, array, extras);
            default -> throw new AssertionError("served but not read: " + opcode);
        };
    }

    private static @Nullable Command refuse(CommandCookie cookie, BinaryReply reply, String context) {
        reply.send(cookie, WireStatus.EINVAL, context);
        return null;
    }

    /** For clients only that understand whatever may be in a stored value. */
    private static @Nullable Command extended(CommandCookie cookie, BinaryReply reply, Command command) {
        if (!reply.has(Feature.XATTR) || !reply.has(Feature.JSON) || !reply.has(Feature.SNAPPY_EVERYWHERE)) {
            reply.send(cookie, WireStatus.NOT_SUPPORTED, "Needs the features XATTR, JSON and SnappyEverywhere");
            return null;
        }
        return command;
    }

    /** Flags (u32), expiry (u32), revision (u64), CAS (u64), then options (u32) or length of old metadata (u16) or both. */
    private static Command withMeta(
            Request request, RecordWrite.Kind kind, byte[] array, int extras, int extrasLength) {
        boolean options = extrasLength >= 28;
        int tailAt = extras + (options ? 28 : 24);
        boolean tail = extrasLength == 26 || extrasLength == 30;
        long revSeqno = Wire.i64(array, extras + 8);
        request.detail(new RecordWrite(
                kind,
                Wire.i32(array, extras),
                Wire.u32(array, extras + 4),
                revSeqno == 0 ? 1 : revSeqno, // a document that there is has been changed once at least
                Wire.i64(array, extras + 16),
                options ? Wire.i32(array, extras + 24) : 0,
                tail ? Wire.u16(array, tailAt) : 0,
                false,
                0,
                null));
        return MetadataCommands.WITH_META;
    }

    private static @Nullable Command returnMeta(CommandCookie cookie, BinaryReply reply, byte[] array, int extras) {
        Request request = cookie.request();
        long mode = Wire.u32(array, extras);
        request.flags(Wire.i32(array, extras + 4));
        request.expiry(Wire.u32(array, extras + 8));
        if (mode == RETURN_SET) {
            return Commands.SET;
        }
        if (mode == RETURN_ADD) {
            return request.cas() == 0 ? Commands.ADD : refuse(cookie, reply, "CAS is present (expected: 0)");
        }
        request.flags(0); // a tombstone has none
        return mode == RETURN_DELETE ? Commands.DELETE : refuse(cookie, reply, "Mode is not known (expected: 1..3)");
    }

    private static @Nullable Command randomKey(
            CommandCookie cookie, BinaryReply reply, byte[] array, int extras, int extrasLength) {
        if (reply.has(Feature.COLLECTIONS) != (extrasLength > 0)) {
            return refuse(cookie, reply, "Extras have a length that does not fit the connection's collections");
        }
        int collection = extrasLength > 0 ? Wire.i32(array, extras) : 0;
        cookie.request().collection(collection);
        if (!reply.knows(cookie, collection)) {
            return null;
        }
        boolean xattrs = extrasLength == 5 && Wire.u8(array, extras + 4) != 0;
        if (xattrs && !reply.has(Feature.GET_RANDOM_KEY_INCLUDE_XATTR)) {
            return refuse(cookie, reply, "Extended attributes need the feature GetRandomKeyIncludeXattr");
        }
        cookie.request().delta(xattrs ? 1 : 0);
        return MetadataCommands.GET_RANDOM_KEY;
    }

    /** Vbucket (u16), key length (u16), key; again and again. */
    private static @Nullable Command observe(CommandCookie cookie, BinaryReply reply) {
        Request request = cookie.request();
        byte[] array = request.array();
        int start = request.valueOffset();
        int length = request.valueLength();
        int countMax = Math.min(OBSERVED_KEYS_MAX, length / (OBSERVED_HEADER_BYTES + 1));
        ObservedKeys keys = new ObservedKeys(countMax);
        int count = 0;
        for (int entry = 0; entry < length; count++) {
            if (count == countMax || entry + OBSERVED_HEADER_BYTES > length) {
                return refuse(cookie, reply, "Keys to observe end within one, or are too many");
            }
            int key = entry + OBSERVED_HEADER_BYTES;
            int keyLength = Wire.u16(array, start + entry + 2);
            if (keyLength == 0 || key + keyLength > length) {
                return refuse(cookie, reply, "A key to observe has a wrong length");
            }
            int vbucket = Wire.u16(array, start + entry);
            long prefix = 0;
            if (reply.has(Feature.COLLECTIONS)) {
                prefix = KeyPrefix.read(array, start + key, keyLength);
                if (prefix < 0) {
                    return refuse(cookie, reply, KeyPrefix.sentence(prefix));
                }
            } else if (keyLength > DocumentKey.LENGTH_MAX) {
                return refuse(cookie, reply, "A key to observe has a wrong length");
            }
            int collection = KeyPrefix.collection(prefix);
            if (!reply.knows(cookie, vbucket, collection)) {
                return null;
            }
            keys.add(vbucket, collection, entry, key + KeyPrefix.length(prefix), key + keyLength);
            entry = key + keyLength;
        }
        request.detail(keys);
        return MetadataCommands.OBSERVE;
    }

    private static @Nullable Command allSeqnos(
            CommandCookie cookie, BinaryReply reply, byte[] array, int extras, int extrasLength) {
        Request request = cookie.request();
        long state = extrasLength == 0 ? 0 : Wire.u32(array, extras);
        if (state > STATES_MAX) {
            return refuse(cookie, reply, "State is not known (expected: 0..4)");
        }
        if (extrasLength == 8 && !reply.has(Feature.COLLECTIONS)) {
            return refuse(cookie, reply, "A collection needs the feature Collections");
        }
        request.delta(state);
        // Without collections the client will never hear of others than the default one, however high they are.
        boolean ofCollection = extrasLength == 8 || !reply.has(Feature.COLLECTIONS);
        int collection = extrasLength == 8 ? Wire.i32(array, extras + 4) : 0;
        request.collection(collection);
        request.flags(ofCollection ? MetadataCommands.SEQNOS_OF_COLLECTION : MetadataCommands.SEQNOS_OF_VBUCKET);
        if (ofCollection && !reply.knows(cookie, collection)) {
            return null;
        }
        return MetadataCommands.GET_ALL_VB_SEQNOS;
    }

    /** Purge before time (u64), purge before seqno (u64), drop deletes (u8), 0 (u8), an old file number (u16), 0 (u32). */
    private static @Nullable Command compaction(CommandCookie cookie, BinaryReply reply, byte[] array, int extras) {
        Request request = cookie.request();
        if (Wire.u8(array, extras + 17) != 0 || Wire.i32(array, extras + 20) != 0) {
            return refuse(cookie, reply, "Padding is not 0");
        }
        if (request.valueLength() > 0
                && (request.valueLength() > 1024
                        || !JsonDetector.isJson(array, request.valueOffset(), request.valueLength())
                        || array[request.valueOffset()] != '[')) {
            return refuse(cookie, reply, "Value is no list of encryption keys (expected: a JSON array)");
        }
        request.detail(new Persistence.Compaction(
                Wire.i64(array, extras), Wire.i64(array, extras + 8), Wire.u8(array, extras + 16) != 0));
        return MetadataCommands.COMPACT_DB;
    }
}
