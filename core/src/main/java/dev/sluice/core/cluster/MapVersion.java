package dev.sluice.core.cluster;

/**
 * How new a cluster map is: epochs are compared first, then revisions, both signed. Protocol: {@code protocol-kv} 11.1.
 *
 * @param epoch rises when whoever makes the maps begins anew; -1 for none
 * @param revision rises with every change, from 1; 0 for none
 */
public record MapVersion(long epoch, long revision) {

    /** Older than every map. */
    public static final MapVersion NONE = new MapVersion(-1, 0);

    public boolean newerThan(MapVersion other) {
        return epoch != other.epoch ? epoch > other.epoch : revision > other.revision;
    }
}
