package dev.sluice.engine;

import dev.sluice.engine.annotation.OnBackground;
import dev.sluice.engine.annotation.Stable;
import java.util.List;
import java.util.Map;

/**
 * Makes engines of one type. Found through {@link java.util.ServiceLoader}: name the implementation in {@code
 * META-INF/services/dev.sluice.engine.EngineProvider}.
 *
 * <p>The constructor does nothing: a server makes one of each provider that it finds, whether or not a bucket uses it.
 */
@Stable
public interface EngineProvider {

    /**
     * The name by which a bucket's configuration asks for this type of engine: lower-case letters, digits and hyphens, at
     * most 32 characters. Two providers of one name stop the server's start.
     */
    String type();

    /** {@code return SpiVersion.CURRENT;} and nothing else. A version that the server does not speak is refused by name. */
    int spiVersion();

    /**
     * The settings of a bucket that only this engine knows, in the order in which documentation should list them. The
     * server checks values against them before {@link #create} and refuses unknown ones.
     */
    default List<ConfigurationKey> configurationKeys() {
        return List.of();
    }

    /**
     * Settings that are right each for itself and do not fit together. Asked before a bucket is created or changed, so that
     * an operator hears of it with all other mistakes.
     *
     * @param configuration checked against {@link #configurationKeys}
     * @return what would be right, in words such as {@code at most highWatermark, 0.85}, by the name of the key that is to
     *     blame; empty where all is well
     */
    default Map<String, String> contradictions(BucketConfiguration configuration) {
        return Map.of();
    }

    /**
     * The strongest durability level that engines of this type can give. A bucket cannot be configured with a minimum
     * above it; a client that asks for more hears {@link Status#DURABILITY_INVALID_LEVEL} from the engine.
     */
    default DurabilityLevel durabilityMax() {
        return DurabilityLevel.PERSIST_TO_MAJORITY;
    }

    /**
     * Whether the documents of a bucket are gone when it is closed. Clients are told, and then do not ask whether a document
     * has reached a disk.
     */
    default boolean ephemeral() {
        return false;
    }

    /**
     * Makes the engine of one bucket and opens its data; the bucket is ready when this returns.
     *
     * <p><b>Thread.</b> Of the aux-I/O pool; may wait for disks, and takes as long as it takes.
     *
     * @throws EngineException when the bucket cannot be served; nothing of it stays behind, threads and files included
     */
    @OnBackground
    Engine create(BucketConfiguration configuration, EngineContext context) throws EngineException;
}
