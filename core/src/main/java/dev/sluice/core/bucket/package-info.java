/**
 * Buckets: their life cycle, their memory and counters, and the guard around every call into an engine. Life-cycle work
 * runs on background threads; what requests touch is safe from any loop.
 */
@NullMarked
package dev.sluice.core.bucket;

import org.jspecify.annotations.NullMarked;
