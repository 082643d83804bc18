package dev.sluice.core.connection;

import dev.sluice.core.cookie.NodeServices;
import dev.sluice.core.limits.InboundBudget;
import dev.sluice.core.transport.Loop;

/** What a connection needs of the server that holds it, beyond what commands need. */
public interface ConnectionHost extends NodeServices {

    InboundBudget inboundBudget();

    /** The spare arrays of a loop, for its connections. On that loop. */
    SpareArrays spareArrays(Loop loop);

    /** The connection is over, and everything of it was given back. On its loop, once. */
    void connectionClosed(Connection connection);
}
