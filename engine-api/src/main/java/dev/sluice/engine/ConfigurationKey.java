package dev.sluice.engine;

import dev.sluice.engine.annotation.Stable;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One setting that an engine's buckets may have: its name, what values it takes, and what it is when nobody says.
 *
 * <p>Made by the static factories. Servers derive checks, error messages, the JSON Schema and documentation from it.
 */
@Stable
public final class ConfigurationKey {

    /** What a value is, in the JSON of a configuration file. */
    public enum Type {
        /** A text. */
        TEXT,
        /** A path in the file system, relative to the server's data directory unless absolute. */
        PATH,
        /** true or false. */
        FLAG,
        /** A whole number from minimum to maximum. */
        INTEGER,
        /** A number of bytes from minimum to maximum: a number, or a text like {@code "64MiB"}. */
        SIZE,
        /** A length of time in milliseconds from minimum to maximum: a text like {@code "10s"}. */
        DURATION,
        /** A fraction from 0 to 1. */
        RATIO,
        /** One of a few words. */
        CHOICE
    }

    private final String name;
    private final Type type;
    private final boolean required;
    private final @Nullable String defaultValue;
    private final long minimum;
    private final long maximum;
    private final List<String> choices;
    private final boolean dynamic;
    private final boolean secret;
    private final String description;

    private ConfigurationKey(
            String name,
            Type type,
            boolean required,
            @Nullable String defaultValue,
            long minimum,
            long maximum,
            List<String> choices,
            boolean dynamic,
            boolean secret,
            String description) {
        this.name = Objects.requireNonNull(name, "name");
        this.type = type;
        this.required = required;
        this.defaultValue = defaultValue;
        this.minimum = minimum;
        this.maximum = maximum;
        this.choices = List.copyOf(choices);
        this.dynamic = dynamic;
        this.secret = secret;
        this.description = Objects.requireNonNull(description, "description");
    }

    private static ConfigurationKey of(
            String name,
            Type type,
            @Nullable String value,
            long minimum,
            long maximum,
            List<String> choices,
            String d) {
        return new ConfigurationKey(name, type, false, value, minimum, maximum, choices, false, false, d);
    }

    /** A text; {@code defaultValue} may be null for "not given". */
    public static ConfigurationKey text(String name, @Nullable String defaultValue, String description) {
        return of(name, Type.TEXT, defaultValue, 0, 0, List.of(), description);
    }

    /** A path; {@code defaultValue} may be null for "not given". */
    public static ConfigurationKey path(String name, @Nullable String defaultValue, String description) {
        return of(name, Type.PATH, defaultValue, 0, 0, List.of(), description);
    }

    public static ConfigurationKey flag(String name, boolean defaultValue, String description) {
        return of(name, Type.FLAG, Boolean.toString(defaultValue), 0, 0, List.of(), description);
    }

    public static ConfigurationKey integer(String name, long defaultValue, long min, long max, String description) {
        return of(name, Type.INTEGER, Long.toString(defaultValue), min, max, List.of(), description);
    }

    /** A size in bytes, limits inclusive. */
    public static ConfigurationKey size(String name, long defaultBytes, long min, long max, String description) {
        return of(name, Type.SIZE, Long.toString(defaultBytes), min, max, List.of(), description);
    }

    /** A duration in milliseconds, limits inclusive. */
    public static ConfigurationKey duration(String name, long defaultMs, long minMs, long maxMs, String description) {
        return of(name, Type.DURATION, defaultMs + "ms", minMs, maxMs, List.of(), description);
    }

    /** A fraction from 0 to 1, both inclusive. */
    public static ConfigurationKey ratio(String name, double defaultValue, String description) {
        return of(name, Type.RATIO, Double.toString(defaultValue), 0, 1, List.of(), description);
    }

    /** One of {@code choices}, the first of which is the default. */
    public static ConfigurationKey choice(String name, List<String> choices, String description) {
        return of(name, Type.CHOICE, choices.get(0), 0, 0, choices, description);
    }

    /** The same key, which every bucket of the engine must give. */
    public ConfigurationKey asRequired() {
        return new ConfigurationKey(name, type, true, null, minimum, maximum, choices, dynamic, secret, description);
    }

    /** The same key, which can be changed while the bucket serves, see {@link Reconfigurable}. */
    public ConfigurationKey asDynamic() {
        return new ConfigurationKey(
                name, type, required, defaultValue, minimum, maximum, choices, true, secret, description);
    }

    /**
     * The same key, whose value is nobody's business but the engine's, such as a password or an address with one in it. The
     * server leaves it out of what it tells about the bucket's settings. In its files it stands as it was given.
     */
    public ConfigurationKey asSecret() {
        return new ConfigurationKey(
                name, type, required, defaultValue, minimum, maximum, choices, dynamic, true, description);
    }

    /** The name in the bucket's JSON object, in lowerCamelCase. */
    public String name() {
        return name;
    }

    public Type type() {
        return type;
    }

    public boolean required() {
        return required;
    }

    /** As it would be written in a configuration, or null where there is none. */
    public @Nullable String defaultValue() {
        return defaultValue;
    }

    public long minimum() {
        return minimum;
    }

    public long maximum() {
        return maximum;
    }

    public List<String> choices() {
        return choices;
    }

    public boolean dynamic() {
        return dynamic;
    }

    public boolean secret() {
        return secret;
    }

    /** One sentence for the documentation. */
    public String description() {
        return description;
    }
}
