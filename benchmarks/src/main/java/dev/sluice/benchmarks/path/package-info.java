/**
 * JMH: what it costs to find and to edit a place in a JSON document.
 */
@NullMarked
package dev.sluice.benchmarks.path;

import org.jspecify.annotations.NullMarked;
