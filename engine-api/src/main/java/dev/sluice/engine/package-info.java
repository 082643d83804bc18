/**
 * The SPI: everything that the author of a storage engine compiles against.
 *
 * <p>A server finds an {@link dev.sluice.engine.EngineProvider} through {@link java.util.ServiceLoader}, asks it for one
 * {@link dev.sluice.engine.Engine} for each bucket, and calls that engine on the event loops that own the connections.
 * An engine never waits there. When an answer is not at hand it takes a {@link dev.sluice.engine.BlockedCookie} from the
 * {@link dev.sluice.engine.Cookie}, returns {@link dev.sluice.engine.Status#WOULD_BLOCK}, and notifies later, from any
 * thread; the server then makes the same call again. Types here are the JDK's or ours, so that a plugin never has to
 * agree with the server on somebody else's version.
 *
 * <p>An engine over a storage that is asynchronous by nature need not do this by hand: see {@code
 * dev.sluice.engine.async}.
 */
@NullMarked
package dev.sluice.engine;

import org.jspecify.annotations.NullMarked;
