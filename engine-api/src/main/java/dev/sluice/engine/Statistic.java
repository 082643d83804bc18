package dev.sluice.engine;

import dev.sluice.engine.annotation.Stable;
import java.util.Objects;

/**
 * One line of statistics.
 *
 * @param name ASCII, at most 250 characters, may be empty where the value is a JSON text
 * @param value text
 */
@Stable
public record Statistic(String name, String value) {

    public Statistic {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(value, "value");
    }

    public static Statistic of(String name, long value) {
        return new Statistic(name, Long.toString(value));
    }
}
