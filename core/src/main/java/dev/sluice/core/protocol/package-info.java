/**
 * The binary protocol: frames, opcodes, validators, statuses, features, and how answers are written. Nothing outside of
 * this package knows what a frame is. Runs on the connection's event loop.
 */
@NullMarked
package dev.sluice.core.protocol;

import org.jspecify.annotations.NullMarked;
