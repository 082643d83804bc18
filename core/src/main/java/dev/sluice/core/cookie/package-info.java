/**
 * One command in flight and the handle by which an engine wakes it. Runs on the connection's event loop, except for
 * {@link dev.sluice.core.cookie.BlockedCommand}, which any thread may notify.
 */
@NullMarked
package dev.sluice.core.cookie;

import org.jspecify.annotations.NullMarked;
