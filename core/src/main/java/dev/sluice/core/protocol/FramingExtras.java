package dev.sluice.core.protocol;

import dev.sluice.core.auth.Privilege;
import dev.sluice.core.cookie.Request;
import dev.sluice.engine.DurabilityLevel;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads the framing extras of a request: what a client may say beside the command's own extras.
 *
 * <p>Each entry is a byte of two nibbles, id and length; a nibble of 15 says that a further byte holds the rest, the id's
 * before the length's. Protocol: {@code protocol-kv} 1.3 and 1.4.
 */
final class FramingExtras {

    private static final int BARRIER = 0;
    private static final int DURABILITY = 1;
    private static final int DCP_STREAM_ID = 2;
    private static final int IMPERSONATE = 4;
    private static final int PRESERVE_TTL = 5;
    private static final int EXTRA_PRIVILEGE = 6;
    private static final int IMPERSONATE_BY_TOKEN = 7;

    private static final DurabilityLevel[] LEVELS = DurabilityLevel.values();

    private FramingExtras() {}

    /**
     * Reads all entries into the request.
     *
     * @return null when all is well, otherwise what to answer
     */
    static @Nullable WireStatus read(byte[] array, int offset, int length, Rules rules, Request request) {
        int position = offset;
        int end = offset + length;
        while (position < end) {
            int first = Wire.u8(array, position++);
            int id = first >>> 4;
            int size = first & 0x0f;
            if (id == 0x0f) {
                if (position == end) {
                    return WireStatus.EINVAL;
                }
                id += Wire.u8(array, position++);
            }
            if (size == 0x0f) {
                if (position == end) {
                    return WireStatus.EINVAL;
                }
                size += Wire.u8(array, position++);
            }
            if (size > end - position) {
                return WireStatus.EINVAL;
            }
            WireStatus failure = entry(id, array, position, size, rules, request);
            if (failure != null) {
                return failure;
            }
            position += size;
        }
        return null;
    }

    /** Whether a barrier is among the entries; false for what is malformed, which will be refused. */
    static boolean holdBarrier(byte[] array, int offset, int length) {
        int position = offset;
        int end = offset + length;
        while (position < end) {
            int first = Wire.u8(array, position++);
            int id = first >>> 4;
            int size = first & 0x0f;
            if (id == BARRIER) {
                return true;
            }
            if (id == 0x0f) {
                position++;
            }
            if (size == 0x0f) {
                size += position < end ? Wire.u8(array, position) : 0;
                position++;
            }
            position += size;
        }
        return false;
    }

    private static @Nullable WireStatus entry(
            int id, byte[] array, int position, int size, Rules rules, Request request) {
        return switch (id) {
            // Seen before the frame was decoded; where commands run in order it asks for what is the case anyway.
            case BARRIER -> size == 0 ? null : WireStatus.EINVAL;
            case DURABILITY -> durability(array, position, size, rules, request);
            case PRESERVE_TTL -> preserveTtl(size, rules, request);
            case IMPERSONATE -> impersonate(array, position, size, request);
            case EXTRA_PRIVILEGE -> extraPrivilege(array, position, size, request);
            // No number can be right, as what gives them out is not served; which tells more than that this one is
            // wrong.
            case DCP_STREAM_ID, IMPERSONATE_BY_TOKEN -> size == 2 ? WireStatus.NOT_SUPPORTED : WireStatus.EINVAL;
            default -> WireStatus.UNKNOWN_FRAME_INFO;
        };
    }

    /** {@code ^} stands before the names of users that another service knows, of which there is none. */
    private static @Nullable WireStatus impersonate(byte[] array, int position, int size, Request request) {
        boolean external = size > 0 && array[position] == '^';
        if (size == (external ? 1 : 0)) {
            return WireStatus.EINVAL;
        }
        if (external) {
            return WireStatus.NOT_SUPPORTED;
        }
        request.actsFor(new String(array, position, size, StandardCharsets.UTF_8));
        return null;
    }

    private static @Nullable WireStatus extraPrivilege(byte[] array, int position, int size, Request request) {
        Privilege privilege = Privilege.of(new String(array, position, size, StandardCharsets.UTF_8));
        if (privilege == null) {
            return WireStatus.EINVAL;
        }
        request.lend(privilege);
        return null;
    }

    private static @Nullable WireStatus preserveTtl(int size, Rules rules, Request request) {
        if (size != 0) {
            return WireStatus.EINVAL;
        }
        if (!rules.preservesTtl()) {
            return WireStatus.NOT_SUPPORTED;
        }
        request.preserveExpiry(true);
        return null;
    }

    private static @Nullable WireStatus durability(byte[] array, int position, int size, Rules rules, Request request) {
        if (size != 1 && size != 3) {
            return WireStatus.EINVAL;
        }
        int level = Wire.u8(array, position);
        int timeoutMs = size == 3 ? Wire.u16(array, position + 1) : 0;
        boolean timeoutLegal = size == 1 || (timeoutMs != 0 && timeoutMs != 0xffff);
        if (level == 0 || level >= LEVELS.length || !timeoutLegal) {
            return WireStatus.DURABILITY_INVALID_LEVEL;
        }
        if (!rules.durable()) {
            return WireStatus.EINVAL;
        }
        request.durability(LEVELS[level], timeoutMs);
        return null;
    }
}
