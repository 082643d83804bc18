/**
 * JMH: what a request costs on its way through {@code core}, without sockets.
 */
@NullMarked
package dev.sluice.benchmarks.request;

import org.jspecify.annotations.NullMarked;
