package dev.sluice.core.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.Request;
import dev.sluice.core.scan.ScanSpec;
import dev.sluice.engine.Datatype;
import dev.sluice.engine.DocumentKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Iterator;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the JSON of RANGE_SCAN_CREATE. Protocol: {@code protocol-kv} 13.1.
 *
 * <p>A text beyond {@link #JSON_BYTES_MAX} is refused unread: the longest legal one is two keys in base64 and a name.
 */
final class ScanSpecReader {

    private static final int JSON_BYTES_MAX = 8 << 10;
    private static final int NAME_BYTES_MAX = 50;
    private static final Pattern COLLECTION_ID = Pattern.compile("[0-9a-fA-F]{1,8}");

    /** Ids from 1 to this are the protocol's own. */
    private static final int RESERVED_IDS = 7;

    private static final Set<String> MEMBERS =
            Set.of("collection", "key_only", "include_xattrs", "range", "sampling", "snapshot_requirements", "name");

    private static final ObjectReader READER = new ObjectMapper(JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(8).build())
                    .build())
            .reader()
            .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private ScanSpecReader() {}

    /** Fills the request's detail with a {@link ScanSpec}; false where the request was refused and answered. */
    static boolean read(CommandCookie cookie, BinaryReply reply, int datatype) {
        Request request = cookie.request();
        try {
            if (datatype != Datatype.JSON) {
                throw new MalformedRequestException("datatype: not JSON (expected: JSON)");
            }
            if (request.valueLength() > JSON_BYTES_MAX) {
                throw new MalformedRequestException("value: too long (expected: at most " + JSON_BYTES_MAX + " bytes)");
            }
            JsonNode root = READER.readTree(request.array(), request.valueOffset(), request.valueLength());
            if (root == null || !root.isObject()) {
                throw new MalformedRequestException("value: not an object (expected: a JSON object)");
            }
            if (root.has("include_xattrs") && (reply.datatypes() & Datatype.XATTR) == 0) {
                reply.send(cookie, WireStatus.NOT_SUPPORTED, "include_xattrs needs the feature XATTR");
                return false;
            }
            request.detail(spec(root));
            return true;
        } catch (MalformedRequestException e) {
            reply.send(cookie, WireStatus.EINVAL, e.getMessage());
            return false;
        } catch (IOException e) {
            reply.send(cookie, WireStatus.EINVAL, "value: not JSON (expected: a JSON object)");
            return false;
        }
    }

    private static ScanSpec spec(JsonNode root) throws MalformedRequestException {
        for (Iterator<String> names = root.fieldNames(); names.hasNext(); ) {
            if (!MEMBERS.contains(names.next())) {
                throw new MalformedRequestException(
                        "a member is not known (expected: " + String.join(", ", sorted(MEMBERS)) + ")");
            }
        }
        JsonNode name = root.get("name");
        if (name != null
                && (!name.isTextual() || name.textValue().getBytes(StandardCharsets.UTF_8).length > NAME_BYTES_MAX)) {
            throw new MalformedRequestException("name: not a text of at most " + NAME_BYTES_MAX + " bytes");
        }
        JsonNode range = root.get("range");
        JsonNode sampling = root.get("sampling");
        if (range != null && sampling != null) {
            throw new MalformedRequestException("range and sampling exclude each other");
        }
        byte[] start = new byte[0];
        byte[] end = null;
        if (range != null) {
            object(range, "range");
            start = start(range);
            end = end(range);
        }
        boolean keysOnly = flag(root.get("key_only"), "key_only");
        boolean xattrs = flag(root.get("include_xattrs"), "include_xattrs");
        if (keysOnly && xattrs) {
            throw new MalformedRequestException("key_only and include_xattrs exclude each other");
        }
        return new ScanSpec(
                collection(root.get("collection")),
                keysOnly,
                xattrs,
                start,
                end,
                sampling == null ? null : sampling(sampling),
                snapshot(root.get("snapshot_requirements")));
    }

    private static ScanSpec.Sampling sampling(JsonNode sampling) throws MalformedRequestException {
        object(sampling, "sampling");
        long samples = number(sampling.get("samples"), "sampling.samples", Long.MAX_VALUE);
        JsonNode seed = sampling.get("seed");
        return new ScanSpec.Sampling(samples, seed == null ? 0 : number(seed, "sampling.seed", 0xffff_ffffL));
    }

    private static String[] sorted(Set<String> names) {
        String[] sorted = names.toArray(new String[0]);
        Arrays.sort(sorted);
        return sorted;
    }

    private static ScanSpec.@Nullable Snapshot snapshot(@Nullable JsonNode snapshot) throws MalformedRequestException {
        if (snapshot == null) {
            return null;
        }
        object(snapshot, "snapshot_requirements");
        JsonNode timeout = snapshot.get("timeout_ms");
        return new ScanSpec.Snapshot(
                uuid(snapshot.get("vb_uuid")),
                number(snapshot.get("seqno"), "snapshot_requirements.seqno", Long.MAX_VALUE),
                flag(snapshot.get("seqno_exists"), "snapshot_requirements.seqno_exists"),
                timeout == null ? 0 : number(timeout, "snapshot_requirements.timeout_ms", Integer.MAX_VALUE));
    }

    private static long uuid(@Nullable JsonNode uuid) throws MalformedRequestException {
        try {
            if (uuid != null && uuid.isTextual()) {
                return Long.parseUnsignedLong(uuid.textValue());
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new MalformedRequestException(
                "snapshot_requirements.vb_uuid: not a number in a text (expected: decimal digits)");
    }

    private static int collection(@Nullable JsonNode node) throws MalformedRequestException {
        if (node == null) {
            return 0;
        }
        String text = node.isTextual() ? node.textValue() : "";
        if (COLLECTION_ID.matcher(text).matches()) {
            int id = Integer.parseUnsignedInt(text, 16);
            if (Integer.compareUnsigned(id - 1, RESERVED_IDS) >= 0) {
                return id;
            }
        }
        throw new MalformedRequestException(
                "collection: not a collection id (expected: hexadecimal digits in a text, and not 1 to 7)");
    }

    private static byte[] start(JsonNode range) throws MalformedRequestException {
        byte[] inclusive = key(range.get("start"), "range.start");
        byte[] exclusive = key(range.get("excl_start"), "range.excl_start");
        if ((inclusive == null) == (exclusive == null)) {
            throw new MalformedRequestException("range: start and excl_start (expected: one of them)");
        }
        return inclusive != null ? inclusive : successor(java.util.Objects.requireNonNull(exclusive));
    }

    private static byte[] end(JsonNode range) throws MalformedRequestException {
        byte[] inclusive = key(range.get("end"), "range.end");
        byte[] exclusive = key(range.get("excl_end"), "range.excl_end");
        if ((inclusive == null) == (exclusive == null)) {
            throw new MalformedRequestException("range: end and excl_end (expected: one of them)");
        }
        return exclusive != null ? exclusive : successor(java.util.Objects.requireNonNull(inclusive));
    }

    /** The next key in order: nothing lies between a key and itself with a zero byte behind it. */
    private static byte[] successor(byte[] key) {
        return Arrays.copyOf(key, key.length + 1);
    }

    private static byte @Nullable [] key(@Nullable JsonNode node, String path) throws MalformedRequestException {
        if (node == null) {
            return null;
        }
        try {
            if (node.isTextual()) {
                byte[] key = Base64.getDecoder().decode(node.textValue());
                if (key.length <= DocumentKey.LENGTH_MAX) {
                    return key;
                }
            }
        } catch (IllegalArgumentException e) {
            // Said below.
        }
        throw new MalformedRequestException(
                path + ": not a key (expected: base64 of at most " + DocumentKey.LENGTH_MAX + " bytes)");
    }

    private static void object(JsonNode node, String path) throws MalformedRequestException {
        if (!node.isObject()) {
            throw new MalformedRequestException(path + ": not an object (expected: a JSON object)");
        }
    }

    private static boolean flag(@Nullable JsonNode node, String path) throws MalformedRequestException {
        if (node != null && !node.isBoolean()) {
            throw new MalformedRequestException(path + ": not a boolean (expected: true or false)");
        }
        return node != null && node.booleanValue();
    }

    private static long number(@Nullable JsonNode node, String path, long max) throws MalformedRequestException {
        if (node == null || !node.isIntegralNumber() || !node.canConvertToLong()) {
            throw new MalformedRequestException(path + ": not a number (expected: 0.." + max + ")");
        }
        long value = node.longValue();
        if (value < 0 || value > max) {
            throw new MalformedRequestException(path + ": " + value + " (expected: 0.." + max + ")");
        }
        return value;
    }
}
