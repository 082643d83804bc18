/**
 * What the memory engine costs: bytes for each document, and time for each call. Runs the engine through its provider, as a
 * server does, on pools of its own and without a server.
 */
@NullMarked
package dev.sluice.benchmarks.memory;

import org.jspecify.annotations.NullMarked;
