package dev.sluice.server.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.core.auth.Roles;
import dev.sluice.core.auth.ScramVariant;
import dev.sluice.core.collections.CollectionsSpec;
import dev.sluice.core.engine.EngineSettings;
import dev.sluice.core.engine.EngineType;
import dev.sluice.core.engine.Setting;
import dev.sluice.core.engine.Units;
import dev.sluice.server.tls.TlsSettings;
import java.util.Collection;
import java.util.List;

/**
 * Makes the JSON Schema of the configuration file from the declarations that the parser works from. It is part of the tests
 * because the server does not need it: the distribution carries the text, and a test compares.
 */
final class SchemaGenerator {

    private final ObjectMapper mapper = new ObjectMapper();
    private final List<EngineType> engines;

    SchemaGenerator(List<EngineType> engines) {
        this.engines = engines;
    }

    String generate() throws JsonProcessingException {
        ObjectNode root = object("The configuration of a Sluice server.", Keys.ROOT, false);
        ObjectNode schema = mapper.createObjectNode();
        schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.put("title", "Sluice configuration");
        schema.setAll(root);
        ObjectNode properties = (ObjectNode) schema.get("properties");
        properties.set(Keys.LISTENERS, listeners());
        properties.set(Keys.MGMT, management());
        properties.set(
                Keys.EXTERNAL,
                object("How the server is reached from another network.", Keys.EXTERNAL_SETTINGS, false));
        properties.set(Keys.BUCKETS, buckets());
        properties.set(
                Keys.THREADS, object("How many threads of each kind the process has.", Keys.THREAD_COUNTS, false));
        properties.set(Keys.LIMITS, object("Every bound of the server.", Keys.LIMIT_VALUES, false));
        properties.set(Keys.USERS, users());
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
        printer.indentObjectsWith(new DefaultIndenter("  ", "\n"));
        return mapper.writer(printer).writeValueAsString(schema) + "\n";
    }

    private ObjectNode listeners() {
        ObjectNode array = mapper.createObjectNode();
        array.put("description", "Where to listen; 127.0.0.1:11210 by default.");
        array.put("type", "array");
        array.put("minItems", 1);
        array.set("items", listener("One address to listen on."));
        return array;
    }

    private ObjectNode listener(String description) {
        ObjectNode listener = object(description, Keys.LISTENER, false);
        ObjectNode tls = object("How connections are encrypted; they are not without it.", Keys.TLS_SETTINGS, false);
        ObjectNode properties = (ObjectNode) tls.get("properties");
        for (String secret : List.of(TlsSettings.KEY_PASSWORD, TlsSettings.PASSWORD)) {
            ((ObjectNode) properties.get(secret)).put("pattern", "^(file|env):.");
        }
        ObjectNode ciphers = properties.putObject(TlsSettings.CIPHERS);
        ciphers.put("description", "The suites that may be used, by Java's names, in order of preference.");
        ciphers.put("type", "array").put("minItems", 1).putObject("items").put("type", "string");
        ObjectNode identities = properties.putObject(Keys.IDENTITIES);
        identities.put("description", "How users are found in clients' certificates; the first that finds one counts.");
        identities.put("type", "array").put("minItems", 1);
        identities.set("items", object("One way to find a user.", Keys.IDENTITY, false));
        ((ObjectNode) listener.get("properties")).set(Keys.TLS, tls);
        return listener;
    }

    private ObjectNode management() {
        ObjectNode management = mapper.createObjectNode();
        management.put(
                "description",
                "Where the management interface listens: port 8091 of the first listener's address, 18091 with TLS, by"
                        + " default; false for nowhere.");
        ArrayNode kinds = management.putArray("anyOf");
        kinds.addObject().put("const", false);
        kinds.add(listener("One address."));
        ObjectNode both = kinds.addObject();
        both.put("type", "array").put("minItems", 1).put("maxItems", 2);
        both.set("items", listener("One address, with TLS or without."));
        return management;
    }

    private ObjectNode users() {
        ObjectNode users = mapper.createObjectNode();
        users.put("description", "Who can log in, by name; \"sluice user NAME\" prints an entry.");
        users.put("type", "object");
        ObjectNode user = object("One user.", Keys.USER, false);
        ObjectNode properties = (ObjectNode) user.get("properties");
        ObjectNode credentials = properties.putObject(Keys.CREDENTIALS);
        credentials.put("description", "What passwords are checked against, for each SCRAM that the user has.");
        credentials.put("type", "object");
        credentials.put("minProperties", 1);
        ObjectNode variants = credentials.putObject("properties");
        for (ScramVariant variant : ScramVariant.values()) {
            ObjectNode scram = object("For " + variant.mechanism() + ".", Keys.SCRAM, false);
            ObjectNode hashes = ((ObjectNode) scram.get("properties")).putObject(Keys.HASHES);
            hashes.put("description", "One pair of keys for each password that is good.");
            hashes.put("type", "array");
            hashes.put("minItems", 1);
            hashes.set("items", object("The keys of one password.", Keys.KEY_PAIR, false));
            ((ArrayNode) scram.get("required")).add(Keys.HASHES);
            variants.set(variant.key(), scram);
        }
        credentials.put("additionalProperties", false);
        ObjectNode roles = properties.putObject(Keys.ROLES);
        roles.put("description", "What the user may do: " + Roles.expected() + ".");
        roles.put("type", "array");
        roles.putObject("items").put("type", "string");
        user.putArray("required").add(Keys.CREDENTIALS);
        users.set("additionalProperties", user);
        return users;
    }

    private ObjectNode buckets() {
        ObjectNode buckets = mapper.createObjectNode();
        buckets.put("description", "The buckets to create at start, by name; by default one in memory, named default.");
        buckets.put("type", "object");
        buckets.putObject("propertyNames").put("pattern", EngineSettings.BUCKET_NAME_PATTERN);
        ObjectNode bucket = object("One bucket. The engine has keys of its own beside these.", Keys.BUCKET, true);
        ObjectNode vbuckets = (ObjectNode) bucket.get("properties").get(Keys.VBUCKETS);
        ArrayNode powers = vbuckets.putArray("enum");
        for (int count = 1; EngineSettings.isVBucketCount(count); count *= 2) {
            powers.add(count);
        }
        ((ObjectNode) bucket.get("properties")).set(Keys.COLLECTIONS, collections());
        bucket.put(
                "$comment",
                "Keys of engines that come as plugins are not known here; the server checks them when it starts.");
        ArrayNode conditions = bucket.putArray("allOf");
        engines.forEach(engine -> conditions.add(keysOf(engine)));
        buckets.set("additionalProperties", bucket);
        return buckets;
    }

    private ObjectNode collections() {
        ObjectNode scopes = mapper.createObjectNode();
        scopes.put("description", "The collections that the bucket has beside the default one, by scope.");
        scopes.put("type", "object");
        scopes.putObject("propertyNames").put("pattern", CollectionsSpec.NAME_PATTERN);
        ArrayNode forms = scopes.putObject("additionalProperties").putArray("anyOf");
        ObjectNode names = forms.addObject();
        names.put("type", "array").put("uniqueItems", true);
        names.putObject("items").put("type", "string").put("pattern", CollectionsSpec.NAME_PATTERN);
        ObjectNode settings = forms.addObject();
        settings.put("type", "object");
        settings.putObject("propertyNames").put("pattern", CollectionsSpec.NAME_PATTERN);
        settings.set("additionalProperties", object("One collection.", Keys.COLLECTION, false));
        return scopes;
    }

    /** If it is this engine, then these keys and the server's, and no others. */
    private ObjectNode keysOf(EngineType engine) {
        ObjectNode condition = mapper.createObjectNode();
        ObjectNode asked = condition.putObject("if").putObject("properties");
        asked.putObject(Keys.ENGINE).put("const", engine.name());
        ObjectNode then = object("Keys of the engine " + engine.name() + ".", engine.settings(), false);
        Keys.RESERVED.stream().sorted().forEach(name -> ((ObjectNode) then.get("properties")).put(name, true));
        condition.set("then", then);
        return condition;
    }

    private ObjectNode object(String description, Collection<Setting> settings, boolean open) {
        ObjectNode object = mapper.createObjectNode();
        object.put("description", description);
        object.put("type", "object");
        ObjectNode properties = object.putObject("properties");
        settings.forEach(setting -> properties.set(setting.name(), value(setting)));
        List<String> required =
                settings.stream().filter(Setting::required).map(Setting::name).toList();
        if (!required.isEmpty()) {
            required.forEach(object.putArray("required")::add);
        }
        if (!open) {
            object.put("additionalProperties", false);
        }
        return object;
    }

    private ObjectNode value(Setting setting) {
        ObjectNode value = mapper.createObjectNode();
        value.put("description", setting.description());
        switch (setting.type()) {
            case TEXT, PATH -> value.put("type", "string");
            case FLAG -> value.put("type", "boolean");
            case INTEGER -> range(value.put("type", "integer"), setting);
            case SIZE -> {
                ArrayNode kinds = value.putArray("anyOf");
                range(kinds.addObject().put("type", "integer"), setting);
                kinds.addObject().put("type", "string").put("pattern", Units.SIZE_PATTERN);
            }
            case DURATION -> value.put("type", "string").put("pattern", Units.DURATION_PATTERN);
            case RATIO ->
                value.put("type", "number").put("minimum", setting.minimum()).put("maximum", setting.ratioMaximum());
            case CHOICE -> setting.choices().forEach(value.putArray("enum")::add);
        }
        String text = setting.defaultText();
        if (text != null) {
            switch (setting.type()) {
                case FLAG -> value.put("default", Boolean.parseBoolean(text));
                case INTEGER -> value.put("default", Long.parseLong(text));
                case RATIO -> value.put("default", Double.parseDouble(text));
                case SIZE ->
                    value.put("default", Units.formatSize(Units.parseSize(text).orElseThrow()));
                case DURATION ->
                    value.put(
                            "default",
                            Units.formatDuration(Units.parseDuration(text).orElseThrow()));
                case TEXT, PATH, CHOICE -> value.put("default", text);
            }
        }
        return value;
    }

    private static void range(ObjectNode value, Setting setting) {
        value.put("minimum", setting.minimum()).put("maximum", setting.maximum());
    }
}
