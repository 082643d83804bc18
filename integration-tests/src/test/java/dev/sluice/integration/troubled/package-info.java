/** The server's own engines with which everything goes wrong now and then. Loaded by the server's class loader for plugins. */
@NullMarked
package dev.sluice.integration.troubled;

import org.jspecify.annotations.NullMarked;
