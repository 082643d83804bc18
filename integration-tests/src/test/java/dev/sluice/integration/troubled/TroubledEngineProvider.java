package dev.sluice.integration.troubled;

import dev.sluice.engine.BucketConfiguration;
import dev.sluice.engine.ConfigurationKey;
import dev.sluice.engine.DurabilityLevel;
import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineContext;
import dev.sluice.engine.EngineException;
import dev.sluice.engine.EngineProvider;
import dev.sluice.engine.SpiVersion;
import dev.sluice.engine.Status;
import dev.sluice.testkit.Fault;
import dev.sluice.testkit.FaultInjectingEngine;
import dev.sluice.testkit.FaultPlan;
import dev.sluice.testkit.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

/**
 * One of the server's own engines, with everything going wrong now and then: its reads and writes block, are notified late and
 * from anywhere, fail for a moment, lose races that nobody ran, and throw before or after they have done their work, so that
 * nobody knows what became of it.
 *
 * <p>A plugin sees no engine of the server's. It shares the engine API with it, though, and by the loader that the API comes
 * from the engines are found that stand on the server's class path, native libraries and all. Their settings are this engine's.
 */
public abstract class TroubledEngineProvider implements EngineProvider {

    private static final String SEED = "faultSeed";
    private static final String PERCENT = "faultPercent";

    /** Further ones than those that a client cannot tell. */
    private static final List<Fault> FAILURES = List.of(
            Fault.answer(Status.TEMPORARY_FAILURE),
            Fault.blockThen(Status.TEMPORARY_FAILURE),
            Fault.LOSE_RACE,
            Fault.THROW,
            Fault.THROW_AFTER);

    private final String wrapped;

    /** @param wrapped the type of the server's engine */
    TroubledEngineProvider(String wrapped) {
        this.wrapped = wrapped;
    }

    private EngineProvider inner() {
        for (EngineProvider provider :
                ServiceLoader.load(EngineProvider.class, EngineProvider.class.getClassLoader())) {
            if (provider.type().equals(wrapped)) {
                return provider;
            }
        }
        throw new IllegalStateException("engine: " + wrapped + " (expected: one on the class path of the server)");
    }

    @Override
    public String type() {
        return "troubled-" + wrapped;
    }

    @Override
    public int spiVersion() {
        return SpiVersion.CURRENT;
    }

    @Override
    public boolean ephemeral() {
        return inner().ephemeral();
    }

    @Override
    public DurabilityLevel durabilityMax() {
        return inner().durabilityMax();
    }

    @Override
    public List<ConfigurationKey> configurationKeys() {
        List<ConfigurationKey> keys = new ArrayList<>(inner().configurationKeys());
        keys.add(
                ConfigurationKey.integer(SEED, 1, 0, Long.MAX_VALUE, "What decides which call is disturbed, and how."));
        keys.add(ConfigurationKey.integer(PERCENT, 4, 0, 100, "How many of a hundred reads and writes are disturbed."));
        return keys;
    }

    @Override
    public Map<String, String> contradictions(BucketConfiguration configuration) {
        return inner().contradictions(configuration);
    }

    @Override
    public Engine create(BucketConfiguration configuration, EngineContext context) throws EngineException {
        List<Fault> faults = new ArrayList<>(Fault.LEGAL);
        faults.addAll(FAILURES);
        FaultPlan plan = FaultPlan.seeded(configuration.integer(SEED), (int) configuration.integer(PERCENT), faults)
                .only(Operation.GET, Operation.STORE, Operation.REMOVE);
        return new FaultInjectingEngine(inner().create(configuration, context), context, plan);
    }
}
