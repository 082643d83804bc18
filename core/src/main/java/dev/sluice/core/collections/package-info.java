/**
 * Which scopes and collections a bucket has: the manifest, its JSON, the rules by which one follows another, and the file
 * that it survives a restart in. Immutable values that any thread may read; reading, writing and comparing them is work for
 * background threads. Nothing here knows buckets, engines or connections.
 */
@NullMarked
package dev.sluice.core.collections;

import org.jspecify.annotations.NullMarked;
