package dev.sluice.testkit;

import dev.sluice.engine.BucketConfiguration;
import dev.sluice.engine.ConfigurationKey;
import dev.sluice.engine.DurabilityLevel;
import dev.sluice.engine.EngineContext;
import dev.sluice.engine.EngineException;
import dev.sluice.engine.EngineProvider;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Makes the engines of another provider, under the same type, each wrapped in a {@link FaultInjectingEngine}. */
public final class FaultInjectingProvider implements EngineProvider {
    private final EngineProvider inner;
    private final FaultPlan plan;
    private final Map<String, FaultInjectingEngine> engines = new ConcurrentHashMap<>();

    /** With a plan that all engines share; each can be given its own later. */
    public FaultInjectingProvider(EngineProvider inner, FaultPlan plan) {
        this.inner = inner;
        this.plan = plan;
    }

    /** The engine made last for the bucket of that name. */
    public FaultInjectingEngine engine(String bucketName) {
        FaultInjectingEngine engine = engines.get(bucketName);
        if (engine == null) {
            throw new IllegalArgumentException(
                    "bucket: " + bucketName + " (expected: one of " + engines.keySet() + ")");
        }
        return engine;
    }

    @Override
    public String type() {
        return inner.type();
    }

    @Override
    public int spiVersion() {
        return inner.spiVersion();
    }

    @Override
    public boolean ephemeral() {
        return inner.ephemeral();
    }

    @Override
    public List<ConfigurationKey> configurationKeys() {
        return inner.configurationKeys();
    }

    @Override
    public Map<String, String> contradictions(BucketConfiguration configuration) {
        return inner.contradictions(configuration);
    }

    @Override
    public DurabilityLevel durabilityMax() {
        return inner.durabilityMax();
    }

    @Override
    public FaultInjectingEngine create(BucketConfiguration configuration, EngineContext context)
            throws EngineException {
        FaultInjectingEngine engine = new FaultInjectingEngine(inner.create(configuration, context), context, plan);
        engines.put(configuration.bucketName(), engine);
        return engine;
    }
}
