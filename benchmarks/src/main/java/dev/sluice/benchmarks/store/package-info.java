/**
 * The store below the persistent engine, measured alone: what the engine's figures are compared to.
 */
@NullMarked
package dev.sluice.benchmarks.store;

import org.jspecify.annotations.NullMarked;
