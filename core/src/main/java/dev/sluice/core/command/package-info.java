/**
 * What each command does, in terms of engines and not of frames. An executor is a stateless state machine over a cookie:
 * it runs on the event loop, is left when something would block, and is run again from the step that the cookie keeps.
 */
@NullMarked
package dev.sluice.core.command;

import org.jspecify.annotations.NullMarked;
