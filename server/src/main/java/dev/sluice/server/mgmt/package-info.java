/**
 * The management interface: the part of the REST surface that SDKs ask for, over HTTP, read only. Connections live on the
 * event loops like those of the binary protocol; checking a password does not.
 */
@NullMarked
package dev.sluice.server.mgmt;

import org.jspecify.annotations.NullMarked;
