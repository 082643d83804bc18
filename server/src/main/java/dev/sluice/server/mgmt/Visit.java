package dev.sluice.server.mgmt;

import org.jspecify.annotations.Nullable;

/**
 * Somebody who asks for a page.
 *
 * @param user who has proved it; null where no login is asked for
 * @param host the address by which the node was reached, numeric
 */
record Visit(@Nullable String user, String host) {}
