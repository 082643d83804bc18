/**
 * What a connection asks of the world: a loop to run on and a socket to write to, and the buffer between. All of it is
 * confined to the connection's loop.
 */
@NullMarked
package dev.sluice.core.transport;

import org.jspecify.annotations.NullMarked;
