/** The server without its sockets: everything from a client's bytes to an engine's answer, and nothing that waits. */
@NullMarked
package dev.sluice.core;

import org.jspecify.annotations.NullMarked;
