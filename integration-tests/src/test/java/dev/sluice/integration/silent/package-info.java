/** An engine for the tests of a stop: it owes answers for ever. Loaded by the server's class loader for plugins. */
@NullMarked
package dev.sluice.integration.silent;

import org.jspecify.annotations.NullMarked;
