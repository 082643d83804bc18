package dev.sluice.server;

import dev.sluice.testkit.Fault;
import dev.sluice.testkit.FaultPlan;

/** One call in ten meets something that engines may do: notifications early, late, from odd threads. */
class DisturbedClassicClientTest extends ClassicClientContract {

    private static final long SEED = 20_261_121;

    @Override
    SluiceServer startServer() throws Exception {
        return FaultyServers.start(BUCKETS, FaultPlan.seeded(SEED, 10, Fault.LEGAL));
    }
}
