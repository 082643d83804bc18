/** The archive of loaded classes that makes starts short: whether there is one that fits, and how one is made. */
@NullMarked
package dev.sluice.server.archive;

import org.jspecify.annotations.NullMarked;
