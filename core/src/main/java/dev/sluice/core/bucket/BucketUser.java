package dev.sluice.core.bucket;

/** A connection, as a bucket sees it. */
public interface BucketUser {

    /**
     * The bucket is going away: end its blocked commands, and leave it. Any thread calls; the user acts on its own loop,
     * and answers by {@link Bucket#leave}.
     */
    void bucketGone(Bucket bucket);

    /** There is a new cluster map of the bucket that the user has selected. Any thread calls. */
    void clusterMapChanged();

    /** What the user has selected is no bucket of this kind any more. Any thread calls; the user acts on its own loop. */
    void configOnlyBucketEnded(ConfigOnlyBucket ended);

    /** A vbucket has changed its state: commands that wait for it may go on. Any thread calls. */
    void vbucketStateChanged(Bucket bucket);
}
