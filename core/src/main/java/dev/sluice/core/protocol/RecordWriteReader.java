package dev.sluice.core.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.sluice.core.command.Commands;
import dev.sluice.core.command.MetadataCommands;
import dev.sluice.core.command.RecordWrite;
import dev.sluice.core.cookie.Command;
import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.Request;
import dev.sluice.engine.Datatype;
import dev.sluice.engine.Status;
import dev.sluice.engine.ValuePatch;
import java.io.IOException;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * Reads the JSON behind the value of MUTATE_WITH_META. Protocol: {@code protocol-kv} 8.5.
 *
 * <p>Numbers may be numbers, decimal digits in a text, or {@code 0x} and hexadecimal digits in a text. Members that are not
 * known are left alone.
 */
final class RecordWriteReader {

    /** A text beyond this is refused unread: it is looked at on the loop. */
    private static final int JSON_BYTES_MAX = 8 << 10;

    /** What a patch writes for a CAS or a sequence number. */
    private static final int NUMBER_BYTES = 18;

    private static final BigInteger U32_MAX = BigInteger.valueOf(0xffff_ffffL);
    private static final BigInteger U64_MAX = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

    private static final ObjectReader READER = new ObjectMapper(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(4)
                            .maxNumberLength(32)
                            .build())
                    .build())
            .reader()
            .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private RecordWriteReader() {}

    /** The command to execute, or null where the request was refused and answered. A large compressed value is read later. */
    static @Nullable Command command(CommandCookie cookie, BinaryReply reply, long jsonBytes) {
        Request request = cookie.request();
        if ((request.datatype() & Datatype.SNAPPY) != 0 && request.inflated() == null) {
            return later -> {
                if (later.request().detail() == null) {
                    Status status = Commands.inflate(later, (int) Math.min(jsonBytes, JSON_BYTES_MAX));
                    if (status != Status.SUCCESS || !read(later, reply, jsonBytes)) {
                        return status; // Refused, it is answered.
                    }
                }
                return MetadataCommands.WITH_META.execute(later);
            };
        }
        return read(cookie, reply, jsonBytes) ? MetadataCommands.WITH_META : null;
    }

    /** Fills the request's detail with a {@link RecordWrite}; false where the request was refused and answered. */
    private static boolean read(CommandCookie cookie, BinaryReply reply, long jsonBytes) {
        Request request = cookie.request();
        byte[] inflated = request.inflated();
        byte[] array = inflated == null ? request.array() : inflated;
        int offset = inflated == null ? request.valueOffset() : 0;
        int length = inflated == null ? request.valueLength() : inflated.length;
        try {
            if (jsonBytes == 0 || jsonBytes > length || jsonBytes > JSON_BYTES_MAX) {
                throw new MalformedRequestException("length of metadata: " + jsonBytes + " (expected: 1.."
                        + JSON_BYTES_MAX + ", and at most that of the value)");
            }
            JsonNode root = READER.readTree(array, offset + length - (int) jsonBytes, (int) jsonBytes);
            if (root == null || !root.isObject()) {
                throw new MalformedRequestException("metadata: not an object (expected: a JSON object)");
            }
            request.detail(write(root, jsonBytes, (request.datatype() & Datatype.XATTR) != 0));
            return true;
        } catch (IOException e) {
            reply.send(cookie, WireStatus.EINVAL, "metadata: not JSON (expected: a JSON object)");
        } catch (MalformedRequestException e) {
            reply.send(cookie, WireStatus.EINVAL, e.getMessage());
        }
        return false;
    }

    private static RecordWrite write(JsonNode root, long jsonBytes, boolean xattrs) throws MalformedRequestException {
        RecordWrite.Kind kind = kind(root.get("command"));
        int options = (int) number(root.get("options"), "options", U32_MAX);
        boolean regenerates = (options & RecordWrite.REGENERATE_CAS) != 0;
        if (regenerates == root.has("cas")) {
            throw new MalformedRequestException("cas: " + (regenerates ? "present" : "missing") + " (expected: "
                    + (regenerates ? "none with REGENERATE_CAS)" : "a number)"));
        }
        int[] casOffsets = offsets(root.get("cas_offsets"), "cas_offsets");
        int[] seqnoOffsets = offsets(root.get("seqno_offsets"), "seqno_offsets");
        boolean patched = casOffsets.length + seqnoOffsets.length > 0;
        if (patched && !regenerates) {
            throw new MalformedRequestException(
                    "cas_offsets, seqno_offsets: present (expected: none without REGENERATE_CAS)");
        }
        if (patched && !xattrs) {
            throw new MalformedRequestException(
                    "cas_offsets, seqno_offsets: no extended attributes (expected: their datatype)");
        }
        return new RecordWrite(
                kind,
                (int) number(root.get("flags"), "flags", U32_MAX),
                number(root.get("expiration"), "expiration", U32_MAX),
                root.has("rev_seqno") ? number(root.get("rev_seqno"), "rev_seqno", U64_MAX) : 0,
                regenerates ? 1 : number(root.get("cas"), "cas", U64_MAX),
                options,
                jsonBytes,
                true,
                Math.max(end(casOffsets), end(seqnoOffsets)),
                patched ? patch(casOffsets, seqnoOffsets) : null);
    }

    /** Where the last of the numbers ends that are written from these offsets on. */
    private static int end(int[] offsets) {
        int end = 0;
        for (int offset : offsets) {
            end = Math.max(end, Math.addExact(Math.min(offset, Integer.MAX_VALUE - NUMBER_BYTES), NUMBER_BYTES));
        }
        return end;
    }

    /** {@code 0x} and sixteen hexadecimal digits: of the CAS with its bytes swapped, of the sequence number as it is. */
    private static ValuePatch patch(int[] casOffsets, int[] seqnoOffsets) {
        return (array, offset, length, cas, seqno) -> {
            for (int at : casOffsets) {
                writeHex(array, offset + at, Long.reverseBytes(cas));
            }
            for (int at : seqnoOffsets) {
                writeHex(array, offset + at, seqno);
            }
        };
    }

    private static void writeHex(byte[] array, int offset, long number) {
        array[offset] = '0';
        array[offset + 1] = 'x';
        for (int digit = 0; digit < 16; digit++) {
            array[offset + 2 + digit] = (byte) Character.forDigit((int) (number >>> (60 - 4 * digit)) & 0xf, 16);
        }
    }

    private static RecordWrite.Kind kind(@Nullable JsonNode command) throws MalformedRequestException {
        String name = command == null ? "" : command.asText();
        return switch (name) {
            case "set" -> RecordWrite.Kind.SET;
            case "add" -> RecordWrite.Kind.ADD;
            case "delete" -> RecordWrite.Kind.DELETE;
            default -> throw new MalformedRequestException("command: not known (expected: add, set or delete)");
        };
    }

    private static int[] offsets(@Nullable JsonNode node, String name) throws MalformedRequestException {
        if (node == null) {
            return new int[0];
        }
        if (!node.isArray()) {
            throw new MalformedRequestException(name + ": not an array (expected: an array of numbers)");
        }
        int[] offsets = new int[node.size()];
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = (int) number(node.get(i), name, BigInteger.valueOf(Integer.MAX_VALUE));
        }
        return offsets;
    }

    private static long number(@Nullable JsonNode node, String name, BigInteger max) throws MalformedRequestException {
        BigInteger value = null;
        try {
            if (node != null && node.isIntegralNumber()) {
                value = node.bigIntegerValue();
            } else if (node != null && node.isTextual() && node.textValue().length() <= 20) {
                String text = node.textValue();
                value = text.startsWith("0x") ? new BigInteger(text.substring(2), 16) : new BigInteger(text);
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        if (value == null || value.signum() < 0 || value.compareTo(max) > 0) {
            throw new MalformedRequestException(name + ": not a number, or not in range (expected: 0.." + max + ")");
        }
        return value.longValue();
    }
}
