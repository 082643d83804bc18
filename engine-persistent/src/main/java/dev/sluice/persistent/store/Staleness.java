package dev.sluice.persistent.store;

/**
 * How much of what files hold of a vbucket's values is of no use any more. An estimate: files that hold other vbuckets as
 * well count as a whole, and what is in memory yet does not count at all.
 *
 * @param entries number of entries in the files that hold documents as a whole, those included that say that one is gone
 * @param stale number of those that a compaction would remove; may be above {@code entries} where it is estimated so
 */
public record Staleness(long entries, long stale) {

    /** Of no files. */
    public static final Staleness NONE = new Staleness(0, 0);

    /** The share of what is stale, 0 to 1; 0 where there is nothing. */
    public double share() {
        return entries == 0 ? 0 : Math.min(1, (double) stale / entries);
    }

    /** Of both together. */
    public Staleness plus(Staleness other) {
        return new Staleness(entries + other.entries, stale + other.stale);
    }
}
