/**
 * The engine whose bucket survives a restart.
 */
@NullMarked
package dev.sluice.persistent;

import org.jspecify.annotations.NullMarked;
