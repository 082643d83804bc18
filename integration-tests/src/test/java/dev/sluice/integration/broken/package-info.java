/** Engines with which no server starts. Loaded by the server's class loader for plugins. */
@NullMarked
package dev.sluice.integration.broken;

import org.jspecify.annotations.NullMarked;
