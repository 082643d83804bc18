/**
 * Counters, their meaning, and the groups that STAT shows.
 */
@NullMarked
package dev.sluice.core.statistics;

import org.jspecify.annotations.NullMarked;
