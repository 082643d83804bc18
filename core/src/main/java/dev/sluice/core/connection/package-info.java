/**
 * A client's connection without its socket: what arrives, what leaves, and in what order commands run. Everything here
 * belongs to the one event loop of the connection; the door for other threads is the blocked cookie.
 */
@NullMarked
package dev.sluice.core.connection;

import org.jspecify.annotations.NullMarked;
