package dev.sluice.core.cluster;

/**
 * A cluster map as it goes over the wire. Immutable, and shared by all who send it: each map is written once, however many
 * clients ask for it.
 */
public final class ClusterMap {

    private final MapVersion version;
    private final byte[] json;

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
}
