package dev.sluice.integration.troubled;

/** The engine with a disk, in trouble. */
public final class TroubledPersistentEngineProvider extends TroubledEngineProvider {

    /** For {@link java.util.ServiceLoader}. */
    public TroubledPersistentEngineProvider() {
        super("persistent");
    }
}
