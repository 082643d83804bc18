/** Where log lines go, and what they look like, where no configuration file of Logback's says so. */
@NullMarked
package dev.sluice.server.logging;

import org.jspecify.annotations.NullMarked;
