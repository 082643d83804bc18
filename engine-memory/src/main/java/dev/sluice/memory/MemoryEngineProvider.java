package dev.sluice.memory;

import dev.sluice.engine.BucketConfiguration;
import dev.sluice.engine.ConfigurationKey;
import dev.sluice.engine.DurabilityLevel;
import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineContext;
import dev.sluice.engine.EngineException;
import dev.sluice.engine.EngineProvider;
import dev.sluice.engine.SpiVersion;
import dev.sluice.memory.table.Watermarks;
import java.util.List;
import java.util.Map;

/** Makes engines of type {@code "memory"}: buckets that are gone when the server stops. */
public final class MemoryEngineProvider implements EngineProvider {

    /** For {@link java.util.ServiceLoader}. */
    public MemoryEngineProvider() {}

    @Override
    public String type() {
        return "memory";
    }

    @Override
    public int spiVersion() {
        return SpiVersion.CURRENT;
    }

    @Override
    public boolean ephemeral() {
        return true;
    }

    @Override
    public List<ConfigurationKey> configurationKeys() {
        return Settings.KEYS;
    }

    @Override
    public Map<String, String> contradictions(BucketConfiguration configuration) {
        return Watermarks.of(configuration).contradictions();
    }

    @Override
    public DurabilityLevel durabilityMax() {
        return DurabilityLevel.MAJORITY;
    }

    @Override
    public Engine create(BucketConfiguration configuration, EngineContext context) throws EngineException {
        Settings settings = Settings.of(configuration);
        if (!settings.watermarks().contradiction().isEmpty()) {
            throw new EngineException(settings.watermarks().contradiction());
        }
        MemoryEngine engine = new MemoryEngine(configuration, settings, context);
        engine.start();
        return engine;
    }
}
