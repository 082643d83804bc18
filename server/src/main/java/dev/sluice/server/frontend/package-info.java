/**
 * The sockets: Netty's event loops, the listeners, and for each connection the handler and the transport that stand between
 * its channel and the connection in {@code core}. Everything but starting and stopping runs on event loops, and nothing
 * here waits.
 */
@NullMarked
package dev.sluice.server.frontend;

import org.jspecify.annotations.NullMarked;
