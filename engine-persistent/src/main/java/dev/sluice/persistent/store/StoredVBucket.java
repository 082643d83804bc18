package dev.sluice.persistent.store;

/**
 * What the store knows of a vbucket.
 *
 * @param vbucket its number
 * @param record the last that was committed
 * @param tally of what is stored, kept by the store
 */
public record StoredVBucket(int vbucket, VBucketRecord record, Tally tally) {}
