/**
 * What clients are told about where their documents are: the addresses of this node, the cluster map of each bucket and
 * the one without a bucket, and the topology that engines see. Any thread.
 */
@NullMarked
package dev.sluice.core.cluster;

import org.jspecify.annotations.NullMarked;
