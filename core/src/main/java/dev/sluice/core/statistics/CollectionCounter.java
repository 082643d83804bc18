package dev.sluice.core.statistics;

import java.util.Locale;

/** What is counted for each collection. The name in lower case is the name in STAT's groups of collections. */
public enum CollectionCounter {
    /** Documents stored or changed. */
    OPS_STORE,
    /** Documents removed. */
    OPS_DELETE,
    /** Documents found and shown. */
    OPS_GET;

    /** How the counter is called in STAT. */
    public String statName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
