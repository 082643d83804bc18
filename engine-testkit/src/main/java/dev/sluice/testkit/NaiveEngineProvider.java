package dev.sluice.testkit;

import dev.sluice.engine.BucketConfiguration;
import dev.sluice.engine.DurabilityLevel;
import dev.sluice.engine.EngineContext;
import dev.sluice.engine.EngineProvider;
import dev.sluice.engine.SpiVersion;

/** Makes {@link NaiveEngine}s, under the type {@code naive}. Not registered: tests hand it over themselves. */
public final class NaiveEngineProvider implements EngineProvider {
    private final boolean persistent;

    public NaiveEngineProvider() {
        this(false);
    }

    private NaiveEngineProvider(boolean persistent) {
        this.persistent = persistent;
    }

    /** Engines with the capability {@link dev.sluice.engine.Persistence}: see {@link NaivePersistence}. */
    public static NaiveEngineProvider persistent() {
        return new NaiveEngineProvider(true);
    }

    @Override
    public String type() {
        return "naive";
    }

    @Override
    public int spiVersion() {
        return SpiVersion.CURRENT;
    }

    @Override
    public DurabilityLevel durabilityMax() {
        return DurabilityLevel.MAJORITY;
    }

    @Override
    public boolean ephemeral() {
        return true; // the disk of the persistent ones is a number
    }

    @Override
    public NaiveEngine create(BucketConfiguration configuration, EngineContext context) {
        return new NaiveEngine(configuration, context, persistent);
    }
}
