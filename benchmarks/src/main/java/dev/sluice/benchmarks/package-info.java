/**
 * Measurements, one question per class, and what they share: a server without its sockets.
 */
@NullMarked
package dev.sluice.benchmarks;

import org.jspecify.annotations.NullMarked;
