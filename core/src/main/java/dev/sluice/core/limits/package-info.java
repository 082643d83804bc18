/**
 * Every bound of the server and what a client hears at it.
 */
@NullMarked
package dev.sluice.core.limits;

import org.jspecify.annotations.NullMarked;
