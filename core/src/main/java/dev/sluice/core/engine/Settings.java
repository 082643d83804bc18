package dev.sluice.core.engine;

import dev.sluice.engine.ConfigurationKey;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One JSON object's scalars, checked against declarations. Immutable.
 *
 * <p><b>Errors.</b> To ask for a name that was not declared, as another type than declared, or for a number that has
 * neither a value nor a default, is a fault of the caller: {@link IllegalArgumentException}.
 */
public final class Settings {

    private final Map<String, Setting> declared;
    private final Map<String, Object> values;
    private final Map<String, Object> given;

    private Settings(Map<String, Setting> declared, Map<String, Object> values, Map<String, Object> given) {
        this.declared = declared;
        this.values = values;
        this.given = given;
    }

    /**
     * Checks everything and reports every mistake: unknown keys with the nearest known one, missing keys, values that are
     * not what the key takes. A key with a wrong value has its default in the result.
     *
     * @param path the object's JSON path
     * @param object String, Boolean, Number, null, Map or List by name
     * @param problems told of each mistake
     */
    public static Settings check(
            String path, Collection<Setting> settings, Map<String, ?> object, Consumer<Problem> problems) {
        Map<String, Setting> declared = new LinkedHashMap<>();
        settings.forEach(setting -> declared.put(setting.name(), setting));
        object.keySet().stream()
                .filter(name -> !declared.containsKey(name))
                .forEach(name -> problems.accept(unknownKey(path, name, declared.keySet())));
        Map<String, Object> values = new HashMap<>();
        Map<String, Object> given = new HashMap<>();
        for (Setting setting : settings) {
            String name = setting.name();
            String text = setting.defaultText();
            Object value = text == null ? null : SettingValue.parseText(setting, text);
            if (object.containsKey(name)) {
                Object json = object.get(name);
                Object parsed = SettingValue.parse(setting, json);
                if (parsed == null) {
                    problems.accept(wrongValue(path, setting, json));
                } else {
                    given.put(name, parsed);
                    value = parsed;
                }
            } else if (setting.required()) {
                problems.accept(new Problem(Problem.member(path, name), "nothing", setting.expected()));
            }
            if (value != null) {
                values.put(name, value);
            }
        }
        return new Settings(declared, values, given);
    }

    /** The problem that a key is which nobody declared. */
    public static Problem unknownKey(String path, String name, Collection<String> known) {
        String expected = known.isEmpty() ? "no key at all" : "one of " + String.join(", ", known);
        return new Problem(Problem.member(path, name), "unknown key", expected, NearestName.of(name, known));
    }

    private static Problem wrongValue(String path, Setting setting, @Nullable Object json) {
        String meant = setting.type() == ConfigurationKey.Type.CHOICE && json instanceof String text
                ? NearestName.of(text, setting.choices())
                : null;
        return new Problem(Problem.member(path, setting.name()), Problem.describe(json), setting.expected(), meant);
    }

    /** Whether the key has a value of its own, not its default. */
    public boolean given(String name) {
        return given.containsKey(name);
    }

    /** The value of a key of type TEXT, PATH or CHOICE; null where it was not given and has no default. */
    public @Nullable String text(String name) {
        Setting setting =
                require(name, ConfigurationKey.Type.TEXT, ConfigurationKey.Type.PATH, ConfigurationKey.Type.CHOICE);
        return (String) values.get(setting.name());
    }

    public boolean flag(String name) {
        require(name, ConfigurationKey.Type.FLAG);
        return (Boolean) value(name);
    }

    /** The value of a key of type INTEGER; bytes for SIZE; milliseconds for DURATION. */
    public long number(String name) {
        require(name, ConfigurationKey.Type.INTEGER, ConfigurationKey.Type.SIZE, ConfigurationKey.Type.DURATION);
        return (Long) value(name);
    }

    /** As {@link #number(String)}, with another default than the declared one. */
    public long number(String name, long defaultValue) {
        require(name, ConfigurationKey.Type.INTEGER, ConfigurationKey.Type.SIZE, ConfigurationKey.Type.DURATION);
        Object value = given.get(name);
        return value == null ? defaultValue : (Long) value;
    }

    public double ratio(String name) {
        require(name, ConfigurationKey.Type.RATIO);
        return (Double) value(name);
    }

    /**
     * Every key that has a value and is no secret, in the order of declaration, written as a configuration would. A fresh
     * map.
     */
    public Map<String, Object> values() {
        Map<String, Object> written = new LinkedHashMap<>();
        declared.forEach((name, setting) -> {
            Object value = values.get(name);
            if (value != null && !setting.secret()) {
                written.put(name, written(setting.type(), value));
            }
        });
        return written;
    }

    private static Object written(ConfigurationKey.Type type, Object value) {
        return switch (type) {
            case SIZE -> Units.formatSize((Long) value);
            case DURATION -> Units.formatDuration((Long) value);
            case TEXT, PATH, FLAG, INTEGER, RATIO, CHOICE -> value;
        };
    }

    Setting require(String name, ConfigurationKey.Type... types) {
        Setting setting = declared.get(name);
        if (setting == null) {
            throw new IllegalArgumentException(
                    "undeclared setting: " + name + " (expected: " + declared.keySet() + ")");
        }
        for (ConfigurationKey.Type type : types) {
            if (setting.type() == type) {
                return setting;
            }
        }
        throw new IllegalArgumentException("setting of another type: " + name + " (expected: " + setting.type() + ")");
    }

    private Object value(String name) {
        Object value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("setting without a value: " + name);
        }
        return value;
    }
}
