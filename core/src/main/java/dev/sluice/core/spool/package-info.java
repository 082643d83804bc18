/**
 * The way by which background threads produce data for a connection without ever touching it.
 */
@NullMarked
package dev.sluice.core.spool;

import org.jspecify.annotations.NullMarked;
