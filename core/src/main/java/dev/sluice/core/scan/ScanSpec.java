package dev.sluice.core.scan;

import org.jspecify.annotations.Nullable;

/**
 * What a client wants to scan.
 *
 * @param collection the collection's id, unsigned
 * @param keysOnly without values
 * @param xattrs documents with their extended attributes
 * @param start the first key, inclusive; empty for the beginning
 * @param end where the range ends, exclusive; null for the end of the collection
 * @param sampling null for all documents of the range
 * @param snapshot what the view must have reached; null for nothing in particular
 */
// Arrays that nobody compares; see RangeScans.Request.
@SuppressWarnings("ArrayRecordComponent")
public record ScanSpec(
        int collection,
        boolean keysOnly,
        boolean xattrs,
        byte[] start,
        byte @Nullable [] end,
        @Nullable Sampling sampling,
        @Nullable Snapshot snapshot) {

    /**
     * A random share of the documents.
     *
     * @param samples how many, about
     * @param seed of the choice: the same seed on the same view chooses the same documents
     */
    public record Sampling(long samples, long seed) {}

    /**
     * What the view must have reached.
     *
     * @param vbucketUuid the history that the client believes in
     * @param seqno the sequence number that must have been given out
     * @param seqnoMustExist whether a document must have just that one
     * @param timeoutMs how long to wait for it; 0 for not at all
     */
    public record Snapshot(long vbucketUuid, long seqno, boolean seqnoMustExist, long timeoutMs) {}
}
