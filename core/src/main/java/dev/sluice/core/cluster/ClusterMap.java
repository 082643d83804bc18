package dev.sluice.core.cluster;

import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A cluster map as it goes over the wire. Immutable, and shared by all who send it: each map is written once, however many
 * clients ask for it.
 */
public final class ClusterMap {

    private final MapVersion version;
    private final byte[] json;
    private volatile byte @Nullable [] compressed;

    /** <b>Ownership.</b> The array is the map's from here on. */
    public ClusterMap(MapVersion version, byte[] json) {
        this.version = version;
        this.json = json;
    }

    public MapVersion version() {
        return version;
    }

    /** JSON in UTF-8. Lent: nobody may change it. */
    public byte[] json() {
        return json;
    }

    /**
     * The JSON compressed, once for all who want it so; two that ask at the same time may both do the work. Lent as {@link
     * #json()} is.
     *
     * @param compressor always the same
     */
    public byte[] compressed(UnaryOperator<byte[]> compressor) {
        byte[] bytes = compressed;
        if (bytes == null) {
            bytes = compressor.apply(json);
            compressed = bytes;
        }
        return bytes;
    }
}
