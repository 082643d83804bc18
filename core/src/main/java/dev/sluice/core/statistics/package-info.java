/**
 * Counters, what they mean, and how long commands take.
 */
@NullMarked
package dev.sluice.core.statistics;

import org.jspecify.annotations.NullMarked;
