package dev.sluice.integration.troubled;

/** The engine in memory, in trouble. */
public final class TroubledMemoryEngineProvider extends TroubledEngineProvider {

    /** For {@link java.util.ServiceLoader}. */
    public TroubledMemoryEngineProvider() {
        super("memory");
    }
}
