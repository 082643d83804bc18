package dev.sluice.server;

import dev.sluice.testkit.FaultPlan;

/** Every call into the engine blocks once. */
class BlockedClassicClientTest extends ClassicClientContract {

    @Override
    SluiceServer startServer() throws Exception {
        return FaultyServers.start(BUCKETS, FaultPlan.everyFirstCall());
    }
}
