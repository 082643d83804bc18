package dev.sluice.core.cluster;

import java.util.List;

/**
 * What a bucket's map says of the bucket itself.
 *
 * @param name the bucket's
 * @param uuid its identity: another for a bucket that was deleted and made again
 * @param vbuckets how many, a power of two
 * @param ephemeral whether its documents are gone when it is closed: clients then refuse to wait for disks by themselves
 * @param capabilities what clients may use, in the protocol's words
 */
public record BucketFacts(String name, String uuid, int vbuckets, boolean ephemeral, List<String> capabilities) {

    public BucketFacts {
        capabilities = List.copyOf(capabilities);
    }
}
