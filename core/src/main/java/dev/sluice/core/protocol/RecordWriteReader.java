package dev.sluice.core.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.sluice.core.command.RecordWrite;
import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.Request;
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

    /** What is wrong with a request; the message goes to the client. */
    private static final class Malformed extends Exception {

        private static final long serialVersionUID = 1L;

        Malformed(String message) {
            super(message, null, false, false);
        }
    }

    private RecordWriteReader() {}

    /** Fills the request's detail with a {@link RecordWrite}; false where the request was refused and answered. */
    static boolean read(CommandCookie cookie, BinaryReply reply, long jsonBytes) {
        Request request = cookie.request();
        try {
            if (jsonBytes == 0 || jsonBytes > request.valueLength() || jsonBytes > JSON_BYTES_MAX) {
                throw new Malformed("length of metadata: " + jsonBytes + " (expected: 1.." + JSON_BYTES_MAX
                        + ", and at most that of the value)");
            }
            int end = request.valueOffset() + request.valueLength();
            JsonNode root = READER.readTree(request.array(), end - (int) jsonBytes, (int) jsonBytes);
            if (root == null || !root.isObject()) {
                throw new Malformed("metadata: not an object (expected: a JSON object)");
            }
            request.detail(write(root, request.valueLength() - (int) jsonBytes, jsonBytes));
            return true;
        } catch (IOException e) {
            reply.send(cookie, WireStatus.EINVAL, "metadata: not JSON (expected: a JSON object)");
        } catch (Malformed e) {
            reply.send(cookie, WireStatus.EINVAL, e.getMessage());
        }
        return false;
    }

    private static RecordWrite write(JsonNode root, int valueBytes, long jsonBytes) throws Malformed {
        RecordWrite.Kind kind = kind(root.get("command"));
        int options = (int) number(root.get("options"), "options", U32_MAX);
        boolean regenerates = (options & RecordWrite.REGENERATE_CAS) != 0;
        if (regenerates == root.has("cas")) {
            throw new Malformed("cas: " + (regenerates ? "present" : "missing") + " (expected: "
                    + (regenerates ? "none with REGENERATE_CAS)" : "a number)"));
        }
        int[] casOffsets = offsets(root.get("cas_offsets"), "cas_offsets");
        int[] seqnoOffsets = offsets(root.get("seqno_offsets"), "seqno_offsets");
        boolean patched = casOffsets.length + seqnoOffsets.length > 0;
        if (patched && !regenerates) {
            throw new Malformed("cas_offsets, seqno_offsets: present (expected: none without REGENERATE_CAS)");
        }
        if (kind == RecordWrite.Kind.DELETE && valueBytes > 0) {
            throw new Malformed("value: present (expected: none with command delete)");
        }
        if (patched) {
            throw new Malformed("cas_offsets, seqno_offsets: no extended attributes (expected: their datatype)");
        }
        return new RecordWrite(
                kind,
                (int) number(root.get("flags"), "flags", U32_MAX),
                number(root.get("expiration"), "expiration", U32_MAX),
                root.has("rev_seqno") ? number(root.get("rev_seqno"), "rev_seqno", U64_MAX) : 0,
                regenerates ? 1 : number(root.get("cas"), "cas", U64_MAX),
                options,
                jsonBytes,
                null);
    }

    private static RecordWrite.Kind kind(@Nullable JsonNode command) throws Malformed {
        String name = command == null ? "" : command.asText();
        return switch (name) {
            case "set" -> RecordWrite.Kind.SET;
            case "add" -> RecordWrite.Kind.ADD;
            case "delete" -> RecordWrite.Kind.DELETE;
            default -> throw new Malformed("command: not known (expected: add, set or delete)");
        };
    }

    private static int[] offsets(@Nullable JsonNode node, String name) throws Malformed {
        if (node == null) {
            return new int[0];
        }
        if (!node.isArray()) {
            throw new Malformed(name + ": not an array (expected: an array of numbers)");
        }
        int[] offsets = new int[node.size()];
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = (int) number(node.get(i), name, BigInteger.valueOf(Integer.MAX_VALUE));
        }
        return offsets;
    }

    private static long number(@Nullable JsonNode node, String name, BigInteger max) throws Malformed {
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
            throw new Malformed(name + ": not a number, or not in range (expected: 0.." + max + ")");
        }
        return value.longValue();
    }
}
