package dev.sluice.core.protocol;

import dev.sluice.core.bucket.IngressLimit;
import dev.sluice.core.cookie.Command;
import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.Request;
import dev.sluice.core.management.ManagementCommands;
import dev.sluice.engine.DocumentKey;
import org.jspecify.annotations.Nullable;

/** Reads the extras of the commands that manage buckets and the server. Protocol: {@code protocol-kv} 9, 10 and 15. */
final class ManagementReader {

    private static final long PARAMETER_GROUP_MAX = 6;

    private ManagementReader() {}

    /** The command to execute, or null where the request was refused and answered. */
    static @Nullable Command read(CommandCookie cookie, BinaryReply reply, Opcode opcode, byte[] array, int extras) {
        Request request = cookie.request();
        if (request.keyLength() > DocumentKey.LENGTH_MAX) {
            reply.send(cookie, WireStatus.EINVAL, "Key is too long (expected: at most 250 bytes)");
            return null;
        }
        return switch (opcode) {
            case CREATE_BUCKET -> ManagementCommands.CREATE_BUCKET;
            case DELETE_BUCKET -> ManagementCommands.DELETE_BUCKET;
            case PAUSE_BUCKET -> ManagementCommands.PAUSE_BUCKET;
            case RESUME_BUCKET -> ManagementCommands.RESUME_BUCKET;
            case VALIDATE_BUCKET_CONFIG -> ManagementCommands.VALIDATE_BUCKET;
            case CONFIG_VALIDATE -> ManagementCommands.VALIDATE_CONFIGURATION;
            case CONFIG_RELOAD -> ManagementCommands.RELOAD_CONFIGURATION;
            case IOCTL_SET -> ManagementCommands.CONTROL;
            case GET_CTRL_TOKEN -> ManagementCommands.CONTROL_TOKEN;
            case SET_CTRL_TOKEN -> {
                if (Wire.i64(array, extras) == 0) {
                    reply.send(cookie, WireStatus.EINVAL, "The new token is 0");
                    yield null;
                }
                yield ManagementCommands.CONTROL_TOKEN;
            }
            case GET_CMD_TIMER -> {
                request.delta(Wire.u8(array, extras));
                yield ManagementCommands.COMMAND_TIMINGS;
            }
            case SET_PARAM -> {
                long group = Wire.u32(array, extras);
                if (group < 1 || group > PARAMETER_GROUP_MAX) {
                    reply.send(cookie, WireStatus.EINVAL, "The group of parameters is not known (expected: 1..6)");
                    yield null;
                }
                request.delta(group);
                yield ManagementCommands.SET_PARAMETER;
            }
            case SET_BUCKET_DATA_LIMIT_EXCEEDED -> {
                IngressLimit limit = Ingress.limit(Wire.u16(array, extras));
                if (limit == null) {
                    reply.send(cookie, WireStatus.EINVAL, "The status is none of those (expected: 0, 0x35..0x38)");
                    yield null;
                }
                request.detail(limit);
                yield ManagementCommands.LIMIT_INGRESS;
            }
            default -> throw new AssertionError("not a management command: " + opcode);
        };
    }
}
