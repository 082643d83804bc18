package dev.sluice.core.engine;

import dev.sluice.engine.ConfigurationKey;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One setting, of an engine or of the server itself: its name, what values it takes, and what it is when nobody says. The
 * parser, the messages, the JSON Schema and the tests of the documentation all work from it.
 *
 * <p>It says what a {@link ConfigurationKey} says, which every engine's key becomes, and one thing more: a number may have
 * no fixed default, because the server works it out from the machine that it runs on.
 *
 * @param name in lowerCamelCase
 * @param type what values it takes
 * @param required whether it must be given
 * @param defaultText as it would be written in a configuration; null where there is none, or no fixed one
 * @param minimum the smallest value: the number, bytes, or milliseconds, by type
 * @param maximum likewise the largest
 * @param choices what a {@link ConfigurationKey.Type#CHOICE} chooses from
 * @param description one sentence for the documentation
 * @param secret whether its value is shown to nobody
 */
public record Setting(
        String name,
        ConfigurationKey.Type type,
        boolean required,
        @Nullable String defaultText,
        long minimum,
        long maximum,
        List<String> choices,
        String description,
        boolean secret) {

    /** One that everybody may see. */
    public Setting(
            String name,
            ConfigurationKey.Type type,
            boolean required,
            @Nullable String defaultText,
            long minimum,
            long maximum,
            List<String> choices,
            String description) {
        this(name, type, required, defaultText, minimum, maximum, choices, description, false);
    }

    public Setting {
        choices = List.copyOf(choices);
    }

    /** The setting that an engine declares. */
    public static Setting of(ConfigurationKey key) {
        return new Setting(
                key.name(),
                key.type(),
                key.required(),
                key.defaultValue(),
                key.minimum(),
                key.maximum(),
                key.choices(),
                key.description(),
                key.secret());
    }

    public static Setting text(String name, String description) {
        return new Setting(name, ConfigurationKey.Type.TEXT, false, null, 0, 0, List.of(), description);
    }

    public static Setting path(String name, String description) {
        return new Setting(name, ConfigurationKey.Type.PATH, false, null, 0, 0, List.of(), description);
    }

    public static Setting flag(String name, String description) {
        return new Setting(name, ConfigurationKey.Type.FLAG, false, "false", 0, 0, List.of(), description);
    }

    /** As {@link #flag(String, String)}, true where nobody says otherwise. */
    public static Setting flagOn(String name, String description) {
        return new Setting(name, ConfigurationKey.Type.FLAG, false, "true", 0, 0, List.of(), description);
    }

    /** A ratio of another range than from 0 to 1. */
    public static Setting ratio(String name, double defaultValue, long minimum, long maximum, String description) {
        String text = Double.toString(defaultValue);
        return new Setting(name, ConfigurationKey.Type.RATIO, false, text, minimum, maximum, List.of(), description);
    }

    /** The largest value of a {@link ConfigurationKey.Type#RATIO}: 1 where the declaration does not say. */
    public long ratioMaximum() {
        return maximum == 0 ? 1 : maximum;
    }

    public static Setting integer(
            String name, @Nullable Integer defaultValue, long minimum, long maximum, String description) {
        String text = defaultValue == null ? null : defaultValue.toString();
        return new Setting(name, ConfigurationKey.Type.INTEGER, false, text, minimum, maximum, List.of(), description);
    }

    public static Setting size(
            String name, @Nullable Long defaultBytes, long minimum, long maximum, String description) {
        String text = defaultBytes == null ? null : Units.formatSize(defaultBytes);
        return new Setting(name, ConfigurationKey.Type.SIZE, false, text, minimum, maximum, List.of(), description);
    }

    public static Setting duration(String name, long defaultMs, long minimumMs, long maximumMs, String description) {
        String text = Units.formatDuration(defaultMs);
        return new Setting(
                name, ConfigurationKey.Type.DURATION, false, text, minimumMs, maximumMs, List.of(), description);
    }

    public static Setting choice(
            String name, @Nullable String defaultChoice, List<String> choices, String description) {
        return new Setting(name, ConfigurationKey.Type.CHOICE, false, defaultChoice, 0, 0, choices, description);
    }

    /** The same setting, which must be given. */
    public Setting asRequired() {
        return new Setting(name, type, true, null, minimum, maximum, choices, description, secret);
    }

    /** What would be right, for messages. */
    public String expected() {
        return switch (type) {
            case TEXT -> "a text";
            case PATH -> "a path, as a text";
            case FLAG -> "true or false";
            case INTEGER -> "a whole number from " + minimum + " to " + maximum;
            case SIZE ->
                Units.SIZE_EXPECTED + " from " + Units.formatSize(minimum) + " to " + Units.formatSize(maximum);
            case DURATION ->
                Units.DURATION_EXPECTED + " from " + Units.formatDuration(minimum) + " to "
                        + Units.formatDuration(maximum);
            case RATIO -> "a number from " + minimum + " to " + ratioMaximum();
            case CHOICE -> choices.stream().map(c -> "\"" + c + "\"").collect(Collectors.joining(" or "));
        };
    }
}
