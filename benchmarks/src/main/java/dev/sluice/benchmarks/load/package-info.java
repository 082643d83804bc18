/**
 * Programs for load runs against a real server, started by the scripts in {@code benchmarks/load}.
 */
@NullMarked
package dev.sluice.benchmarks.load;

import org.jspecify.annotations.NullMarked;
