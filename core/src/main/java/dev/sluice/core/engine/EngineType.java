package dev.sluice.core.engine;

import dev.sluice.engine.EngineProvider;
import java.util.List;

/**
 * A type of engine that buckets may ask for.
 *
 * @param name by which a bucket's configuration asks for it
 * @param provider makes engines of this type
 * @param settings what only this engine knows, in the order of documentation
 * @param origin where it was found: the class path, or a plugin
 */
public record EngineType(String name, EngineProvider provider, List<Setting> settings, String origin) {

    public EngineType {
        settings = List.copyOf(settings);
    }
}
