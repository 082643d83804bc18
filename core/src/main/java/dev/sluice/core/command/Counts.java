package dev.sluice.core.command;

import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.statistics.BucketCounter;
import dev.sluice.core.statistics.CollectionCounter;

/** Adds to the counters of a command's bucket, in the row of its loop. */
final class Counts {

    private Counts() {}

    static void count(CommandCookie cookie, BucketCounter counter) {
        cookie.bucket().counters().count(cookie.session().loop().index(), counter);
    }

    /** Counts for the collection of the request's key. */
    static void count(CommandCookie cookie, CollectionCounter counter) {
        cookie.bucket()
                .collectionCounters()
                .count(cookie.session().loop().index(), cookie.request().collection(), counter);
    }

    /** Counts one of two, a hit or a miss. */
    static void count(CommandCookie cookie, boolean hit, BucketCounter hits, BucketCounter misses) {
        count(cookie, hit ? hits : misses);
    }
}
