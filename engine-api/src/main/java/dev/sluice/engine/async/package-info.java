/**
 * An engine for storages that are asynchronous by nature: implement {@link dev.sluice.engine.async.AsyncStore} over a
 * driver that answers with {@link java.util.concurrent.CompletionStage}s, hand it out from an {@link
 * dev.sluice.engine.async.AsyncEngineProvider}, and blocking, notifying, CAS, expiry, locks and range scans are done.
 *
 * <p>Calls come in on event loops and completions on whatever threads the store has; nothing here waits, except a range
 * scan on the background thread that is made for it.
 */
@NullMarked
package dev.sluice.engine.async;

import org.jspecify.annotations.NullMarked;
