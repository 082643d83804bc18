package dev.sluice.core.engine;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Turns a JSON scalar into the value of a setting: String, Boolean, Long or Double, by the setting's type. */
final class SettingValue {

    private SettingValue() {}

    /** Null where the value is not what the setting takes. */
    static @Nullable Object parse(Setting setting, @Nullable Object json) {
        return switch (setting.type()) {
            case TEXT -> json instanceof String ? json : null;
            case PATH -> json instanceof String text && isPath(text) ? json : null;
            case FLAG -> json instanceof Boolean ? json : null;
            case CHOICE -> json instanceof String text && setting.choices().contains(text) ? json : null;
            case RATIO -> ratio(setting, json);
            case INTEGER -> within(setting, whole(json));
            case SIZE -> within(setting, json instanceof String text ? Units.parseSize(text) : whole(json));
            case DURATION ->
                within(setting, json instanceof String text ? Units.parseDuration(text) : OptionalLong.empty());
        };
    }

    /** A default, which its declaration has as a text; null where the declaration contradicts itself. */
    static @Nullable Object parseText(Setting setting, String text) {
        try {
            return switch (setting.type()) {
                case FLAG -> (text.equals("true") || text.equals("false")) ? Boolean.valueOf(text) : null;
                case INTEGER -> parse(setting, Long.valueOf(text));
                case RATIO -> parse(setting, Double.valueOf(text));
                case TEXT, PATH, SIZE, DURATION, CHOICE -> parse(setting, text);
            };
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static OptionalLong whole(@Nullable Object json) {
        if (json instanceof Integer number) {
            return OptionalLong.of(number);
        }
        return json instanceof Long number ? OptionalLong.of(number) : OptionalLong.empty();
    }

    private static @Nullable Long within(Setting setting, OptionalLong value) {
        boolean fits =
                value.isPresent() && value.getAsLong() >= setting.minimum() && value.getAsLong() <= setting.maximum();
        return fits ? Long.valueOf(value.getAsLong()) : null;
    }

    private static @Nullable Double ratio(Setting setting, @Nullable Object json) {
        if (!(json instanceof Number number)) {
            return null;
        }
        double value = number.doubleValue();
        return value >= setting.minimum() && value <= setting.ratioMaximum() ? Double.valueOf(value) : null;
    }

    private static boolean isPath(String text) {
        try {
            return !text.isBlank() && !Path.of(text).toString().isEmpty();
        } catch (InvalidPathException e) {
            return false;
        }
    }
}
