package dev.sluice.core.collections;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The manifest as JSON, in both directions. Protocol: {@code protocol-kv} 12.2, every rule of its table; ids are hexadecimal
 * texts. Members that are not known are left alone: cluster managers put things there that are none of a data node's
 * business.
 */
final class ManifestJson {

    static final int NAME_LENGTH_MAX = 251;

    private static final String NAME_EXPECTED =
            "1 to " + NAME_LENGTH_MAX + " characters of A-Z a-z 0-9 _ - % $, the first not $";

    static final String NAME_PATTERN = "[A-Za-z0-9_%-][A-Za-z0-9_%$-]{0," + (NAME_LENGTH_MAX - 1) + "}";

    private static final Pattern NAME = Pattern.compile(NAME_PATTERN);

    private static final long MAX_TTL_MAX = Integer.MAX_VALUE;
    private static final long ID_MAX = 0xffff_ffffL;
    private static final int FOUND_LENGTH_MAX = 60;

    /** Loaded when the first manifest is read: few servers get one at their start. */
    private static final class Json {

        static final ObjectReader READER = new ObjectMapper(JsonFactory.builder()
                        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                        .streamReadConstraints(StreamReadConstraints.builder()
                                .maxNestingDepth(16)
                                .build())
                        .build())
                .reader()
                .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

        private Json() {}
    }

    private ManifestJson() {}

    // ---- reading ----------------------------------------------------------------------------------------------------

    static Manifest parse(byte[] json, int offset, int length) throws ManifestException {
        JsonNode root;
        try {
            root = Json.READER.readTree(json, offset, length);
        } catch (IOException e) {
            throw invalid("manifest", "not JSON", "a JSON object");
        }
        return parse(root);
    }

    static Manifest parse(@Nullable JsonNode root) throws ManifestException {
        if (root == null || !root.isObject()) {
            throw invalid("manifest", describe(root), "a JSON object");
        }
        long uid = hex(root.get("uid"), "uid", -1L);
        JsonNode scopes = root.get("scopes");
        if (scopes == null || !scopes.isArray() || scopes.isEmpty()) {
            throw invalid("scopes", describe(scopes), "an array with the scope _default");
        }
        Ids ids = new Ids();
        List<Scope> parsed = new ArrayList<>();
        for (int i = 0; i < scopes.size(); i++) {
            parsed.add(scope(scopes.get(i), "scopes[" + i + "]", ids));
        }
        if (!ids.scopes.containsKey(0)) {
            throw invalid("scopes", "no scope of uid 0", "the scope _default of uid 0");
        }
        Manifest manifest = new Manifest(uid, parsed);
        if (uid == 0 && !manifest.sameContent(Manifest.EPOCH)) {
            throw invalid("uid", "0", "a higher one, as 0 is that of the manifest with _default._default alone");
        }
        return manifest;
    }

    /** Where each id was seen first. */
    private static final class Ids {
        final Map<Integer, String> scopes = new HashMap<>();
        final Map<String, String> scopeNames = new HashMap<>();
        final Map<Integer, String> collections = new HashMap<>();
    }

    private static Scope scope(JsonNode node, String path, Ids ids) throws ManifestException {
        if (!node.isObject()) {
            throw invalid(path, describe(node), "an object with name, uid and collections");
        }
        String name = name(node.get("name"), path + ".name");
        int id = id(node.get("uid"), path + ".uid");
        if ((id == 0) != name.equals(Collection.DEFAULT_NAME)) {
            throw invalid(
                    path,
                    "uid " + Integer.toHexString(id) + " and name \"" + name + "\"",
                    "uid 0 for _default and for no other");
        }
        once(ids.scopes, id, path + ".uid", Integer.toHexString(id));
        once(ids.scopeNames, name, path + ".name", "\"" + name + "\"");
        JsonNode collections = node.get("collections");
        if (collections == null || !collections.isArray()) {
            throw invalid(path + ".collections", describe(collections), "an array");
        }
        Map<String, String> names = new HashMap<>();
        List<Collection> parsed = new ArrayList<>();
        for (int i = 0; i < collections.size(); i++) {
            String at = path + ".collections[" + i + "]";
            Collection collection = collection(collections.get(i), at, id, name);
            once(ids.collections, collection.id(), at + ".uid", Integer.toHexString(collection.id()));
            once(names, collection.name(), at + ".name", "\"" + collection.name() + "\"");
            parsed.add(collection);
        }
        return new Scope(id, name, parsed);
    }

    private static Collection collection(JsonNode node, String path, int scopeId, String scopeName)
            throws ManifestException {
        if (!node.isObject()) {
            throw invalid(path, describe(node), "an object with name and uid");
        }
        String name = name(node.get("name"), path + ".name");
        int id = id(node.get("uid"), path + ".uid");
        boolean defaultName = scopeId == 0 && name.equals(Collection.DEFAULT_NAME);
        if ((id == 0) != defaultName) {
            throw invalid(
                    path,
                    "uid " + Integer.toHexString(id) + " and name \"" + name + "\" in scope \"" + scopeName + "\"",
                    "uid 0 for _default._default and for no other");
        }
        return new Collection(
                id,
                name,
                scopeId,
                Collection.systemName(name) || Collection.systemName(scopeName),
                maxTtl(node.get("maxTTL"), path + ".maxTTL"),
                flag(node.get("history"), path + ".history"),
                flag(node.get("metered"), path + ".metered"),
                node.has("flush_uid") ? (Long) hex(node.get("flush_uid"), path + ".flush_uid", -1L) : null);
    }

    private static <K> void once(Map<K, String> seen, K key, String path, String shown) throws ManifestException {
        String before = seen.putIfAbsent(key, path);
        if (before != null) {
            throw invalid(path, shown + " for the second time", "another one than at " + before);
        }
    }

    private static String name(@Nullable JsonNode node, String path) throws ManifestException {
        if (node == null || !node.isTextual() || !isName(node.textValue())) {
            throw invalid(path, describe(node), NAME_EXPECTED);
        }
        return node.textValue();
    }

    static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    private static int id(@Nullable JsonNode node, String path) throws ManifestException {
        long id = hex(node, path, ID_MAX);
        if (id > 0 && id < Manifest.FIRST_ID) {
            throw invalid(path, Long.toHexString(id), "0, or 8 and above, as 1 to 7 are reserved");
        }
        return (int) id;
    }

    /** A hexadecimal number in a text, unsigned, without 0x. */
    private static long hex(@Nullable JsonNode node, String path, long max) throws ManifestException {
        String expected = "hexadecimal digits in a text, up to " + Long.toHexString(max);
        if (node == null || !node.isTextual()) {
            throw invalid(path, describe(node), expected);
        }
        String text = node.textValue();
        boolean digits = !text.isEmpty() && text.chars().allMatch(c -> Character.digit(c, 16) >= 0 && c < 0x80);
        try {
            if (digits) {
                long number = Long.parseUnsignedLong(text, 16);
                if (Long.compareUnsigned(number, max) <= 0) {
                    return number;
                }
            }
        } catch (NumberFormatException e) {
            // More than 64 bits: said below.
        }
        throw invalid(path, describe(node), expected);
    }

    private static long maxTtl(@Nullable JsonNode node, String path) throws ManifestException {
        if (node == null) {
            return Collection.NO_MAX_TTL;
        }
        if (node.isIntegralNumber() && node.canConvertToLong()) {
            long seconds = node.longValue();
            if (seconds >= 0 && seconds <= MAX_TTL_MAX) {
                return seconds;
            }
        }
        throw invalid(path, describe(node), "a whole number of seconds from 0 to " + MAX_TTL_MAX);
    }

    private static @Nullable Boolean flag(@Nullable JsonNode node, String path) throws ManifestException {
        if (node == null) {
            return null;
        }
        if (!node.isBoolean()) {
            throw invalid(path, describe(node), "true or false");
        }
        return node.booleanValue();
    }

    private static ManifestException invalid(String path, String found, String expected) {
        return new ManifestException(ManifestException.Reason.INVALID, path, found, expected);
    }

    private static String describe(@Nullable JsonNode node) {
        if (node == null) {
            return "nothing";
        }
        if (node.isObject()) {
            return "an object";
        }
        if (node.isArray()) {
            return node.isEmpty() ? "an empty array" : "an array";
        }
        String text = node.toString();
        return text.length() > FOUND_LENGTH_MAX ? text.substring(0, FOUND_LENGTH_MAX) + "…" : text;
    }

    // ---- printing ---------------------------------------------------------------------------------------------------

    /** Names need no escapes: there is no character in them that JSON would have escaped. */
    static String print(Manifest manifest, Predicate<Scope> scopesShown, Predicate<Collection> collectionsShown) {
        StringBuilder json = new StringBuilder(256);
        json.append("{\"uid\":\"").append(Long.toHexString(manifest.uid())).append("\",\"scopes\":[");
        String separator = "";
        for (Scope scope : manifest.scopes()) {
            if (scopesShown.test(scope)) {
                json.append(separator);
                print(json, scope, collectionsShown);
                separator = ",";
            }
        }
        return json.append("]}").toString();
    }

    private static void print(StringBuilder json, Scope scope, Predicate<Collection> collectionsShown) {
        json.append("{\"uid\":\"")
                .append(Integer.toHexString(scope.id()))
                .append("\",\"name\":\"")
                .append(scope.name())
                .append("\",\"collections\":[");
        String separator = "";
        for (Collection collection : scope.collections()) {
            if (collectionsShown.test(collection)) {
                json.append(separator);
                print(json, collection);
                separator = ",";
            }
        }
        json.append("]}");
    }

    private static void print(StringBuilder json, Collection collection) {
        json.append("{\"uid\":\"")
                .append(Integer.toHexString(collection.id()))
                .append("\",\"name\":\"")
                .append(collection.name())
                .append('"');
        if (collection.maxTtlSeconds() != Collection.NO_MAX_TTL) {
            json.append(",\"maxTTL\":").append(collection.maxTtlSeconds());
        }
        if (collection.history() != null) {
            json.append(",\"history\":").append(collection.history());
        }
        if (collection.metered() != null) {
            json.append(",\"metered\":").append(collection.metered());
        }
        if (collection.flushUid() != null) {
            json.append(",\"flush_uid\":\"")
                    .append(Long.toHexString(collection.flushUid()))
                    .append('"');
        }
        json.append('}');
    }
}
