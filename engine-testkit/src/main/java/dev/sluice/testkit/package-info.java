/**
 * For authors of engines: the contract suite that an engine extends, deterministic stand-ins for what a server offers to
 * engines, and an engine that misbehaves on purpose.
 *
 * <p>Start at {@link dev.sluice.testkit.EngineContractTest}. Everything here runs on the test's own thread and on virtual
 * time, ordered by a seed, unless a class says otherwise.
 */
@NullMarked
package dev.sluice.testkit;

import org.jspecify.annotations.NullMarked;
