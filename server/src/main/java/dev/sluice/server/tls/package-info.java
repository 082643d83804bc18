/**
 * TLS without sockets: what the configuration says of certificates and keys, how files become them, and whom a client's
 * certificate names. Files are read on the main thread at start and on the thread that asks for a reload later; contexts
 * are used by event loops.
 */
@NullMarked
package dev.sluice.server.tls;

import org.jspecify.annotations.NullMarked;
