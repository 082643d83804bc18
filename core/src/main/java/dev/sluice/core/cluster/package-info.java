/** What clients are told about where this node is. Immutable values; any thread. */
@NullMarked
package dev.sluice.core.cluster;

import org.jspecify.annotations.NullMarked;
